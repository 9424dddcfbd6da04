//! `user export`

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;

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
        return write(io::stdout().lock(), &users, format).or_else(|error| {
            let broken = error.downcast_ref::<io::Error>().map(io::Error::kind);
            if broken == Some(io::ErrorKind::BrokenPipe) { Ok(()) } else { Err(error) }
        });
    }
    // Written beside and renamed, so that a full disk leaves no half file under the name.
    let partial = file.with_added_extension("partial");
    let context = || format!("cannot write {}", file.display());
    let target = File::create(&partial).with_context(context)?;
    write(BufWriter::new(target), &users, format).with_context(context)?;
    std::fs::rename(&partial, file).with_context(context)?;
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
