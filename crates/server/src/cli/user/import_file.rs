//! Reading the file of an import: CSV or JSON, into rows that the directory judges.

use std::{collections::BTreeMap, io::Read, path::Path};

use anyhow::{Context as _, Result, bail};
use dqops_users_service::ImportRow;
use serde::Deserialize;

use super::FileFormat;

/// The format that was given, else the one that the name tells.
pub(super) fn format_of(file: &Path, given: Option<FileFormat>) -> Result<FileFormat> {
    if let Some(format) = given {
        return Ok(format);
    }
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(FileFormat::Csv),
        Some("json") => Ok(FileFormat::Json),
        _ => bail!("the name does not tell the format; say --format csv or --format json"),
    }
}

/// Reads all rows.
pub(super) fn read(source: impl Read, format: FileFormat) -> Result<Vec<ImportRow>> {
    match format {
        FileFormat::Csv => read_csv(source),
        FileFormat::Json => read_json(source),
    }
}

fn read_csv(source: impl Read) -> Result<Vec<ImportRow>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Record {
        email: String,
        account_role: String,
        data_domain_roles: Option<String>,
    }

    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
    let header = reader.headers().context("the file is not CSV")?.clone();
    for needed in ["email", "accountRole"] {
        if !header.iter().any(|name| name == needed) {
            bail!("the first line must name the columns, and {needed} is not among them");
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.context("the file is not CSV")?;
        let line = record.position().map_or(0, csv::Position::line);
        let record: Record =
            record.deserialize(Some(&header)).with_context(|| format!("line {line}"))?;
        let data_domain_roles = record.data_domain_roles.as_deref().map(domains_column).transpose();
        rows.push(ImportRow {
            row: line,
            email: record.email,
            account_role: record.account_role,
            data_domain_roles: data_domain_roles.with_context(|| format!("line {line}"))?,
        });
    }
    Ok(rows)
}

/// `sales=editor;hr=viewer`
fn domains_column(text: &str) -> Result<BTreeMap<String, String>> {
    let mut roles = BTreeMap::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, role) = part.rsplit_once('=').with_context(|| {
            format!("write data domain roles as sales=editor;hr=viewer, not {part}")
        })?;
        if roles.insert(name.trim().to_owned(), role.trim().to_owned()).is_some() {
            bail!("the data domain {} stands twice", name.trim());
        }
    }
    Ok(roles)
}

fn read_json(source: impl Read) -> Result<Vec<ImportRow>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Record {
        email: String,
        account_role: String,
        data_domain_roles: Option<BTreeMap<String, String>>,
    }

    let records: Vec<Record> = serde_json::from_reader(source)
        .context("the file is not a JSON array of users, as `user export` writes it")?;
    let rows = (1..).zip(records).map(|(row, record)| ImportRow {
        row,
        email: record.email,
        account_role: record.account_role,
        data_domain_roles: record.data_domain_roles,
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_rows_carry_their_line() {
        let file = "email, accountRole, dataDomainRoles\na@b.c, viewer, sales=editor; hr=viewer\nd@e.f,none,\n";
        let rows = read(file.as_bytes(), FileFormat::Csv).unwrap();
        assert_eq!((rows[0].row, rows[1].row), (2, 3));
        assert_eq!((rows[0].email.as_str(), rows[0].account_role.as_str()), ("a@b.c", "viewer"));
        assert_eq!(rows[0].data_domain_roles.as_ref().unwrap()["sales"], "editor");
        assert_eq!(rows[1].data_domain_roles, None, "an empty cell leaves the roles as they are");
    }

    #[test]
    fn json_is_what_export_writes() {
        let file =
            r#"[{"email":"a@b.c","accountRole":"viewer","dataDomainRoles":{"sales":"none"}}]"#;
        let rows = read(file.as_bytes(), FileFormat::Json).unwrap();
        assert_eq!(rows[0].data_domain_roles.as_ref().unwrap()["sales"], "none");
    }

    #[test]
    fn files_of_another_shape_say_what_is_wrong() {
        for (file, format, wanted) in [
            ("a@b.c,viewer\n", FileFormat::Csv, "email is not among them"),
            ("email,accountRole\na,b,c\n", FileFormat::Csv, "not CSV"),
            (
                "email,accountRole,dataDomainRoles\na@b.c,viewer,sales\n",
                FileFormat::Csv,
                "sales=editor",
            ),
            ("{}", FileFormat::Json, "JSON array"),
        ] {
            let error = format!("{:#}", read(file.as_bytes(), format).unwrap_err());
            assert!(error.contains(wanted), "{file}: {error}");
        }
    }
}
