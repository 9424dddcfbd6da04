//! `user export`

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use tempfile::NamedTempFile;

use super::{FileFormat, PrintedUser, import_file};
use crate::cli::{output, session::Session};

pub(super) async fn run(session: &Session, file: &Path, format: Option<FileFormat>) -> Result<()> {
    let to_output = file.as_os_str() == "-";
    let format = match format {
        None if to_output && session.output.json => FileFormat::Json,
        None if to_output => FileFormat::Csv,
        given => import_file::format_of(file, given)?,
    };
    let bar = ProgressBar::new_spinner();
    let mut users: Vec<PrintedUser> = Vec::new();
    let visit = &mut |user: dqops_users_service::UserView| {
        bar.inc(1);
        users.push(user.into());
    };
    session.directory.visit_users(&session.operator, visit).await?;
    bar.finish_and_clear();
    if to_output {
        let mut text = Vec::new();
        write(&mut text, &users, format)?;
        return output::print(&String::from_utf8(text)?);
    }
    // Written beside and renamed, so that a full disk leaves no half file under the name.
    let context = || format!("cannot write {}", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let partial = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(context)?;
    write(BufWriter::new(&partial), &users, format).with_context(context)?;
    partial.persist(file).map_err(|failure| failure.error).with_context(context)?;
    output::remark(&format!("wrote {} users to {}", users.len(), file.display()));
    Ok(())
}

fn write(mut target: impl Write, users: &[PrintedUser], format: FileFormat) -> Result<()> {
    match format {
        FileFormat::Json => {
            serde_json::to_writer_pretty(&mut target, users)?;
            target.write_all(b"\n")?;
        }
        FileFormat::Csv => {
            let mut writer = csv::Writer::from_writer(&mut target);
            writer.write_record(["email", "accountRole", "dataDomainRoles"])?;
            for user in users {
                let domains = user.domains_column();
                writer.write_record([user.email.as_str(), user.account_role.as_str(), &domains])?;
            }
            writer.flush()?;
        }
    }
    target.flush()?;
    Ok(())
}
