//! Reading the file of an import: CSV or JSON, into rows that the directory judges.

use std::{collections::BTreeMap, io::Read, path::Path};

use anyhow::{Context as _, Result, bail};
use csv::StringRecord;
use dqops_users_service::{ImportRow, RowError};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::FileFormat;

/// The columns of a CSV file; the last one may be left out.
const COLUMNS: [&str; 3] = ["email", "accountRole", "dataDomainRoles"];

/// What a file holds: rows that can be read, and those that cannot.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) good: Vec<ImportRow>,
    pub(super) bad: Vec<RowError>,
}

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
pub(super) fn read(source: impl Read, format: FileFormat) -> Result<Rows> {
    match format {
        FileFormat::Csv => read_csv(source),
        FileFormat::Json => read_json(source),
    }
}

fn read_csv(mut source: impl Read) -> Result<Rows> {
    let mut text = String::new();
    source.read_to_string(&mut text).context("the file is not UTF-8 text")?;
    let text = text.trim_start_matches('\u{feff}'); // Excel marks UTF-8 by it.
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let columns = columns(reader.headers().context("the file is not CSV")?)?;
    let mut rows = Rows::default();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for record in reader.records() {
        let record = record.context("the file is not CSV")?;
        let line = lines.of(&record);
        match row(line, &record, &columns) {
            Ok(row) => rows.good.push(row),
            Err(error) => rows.bad.push(error),
        }
    }
    Ok(rows)
}

/// Where each of [`COLUMNS`] stands.
fn columns(header: &StringRecord) -> Result<[Option<usize>; 3]> {
    let known = COLUMNS.join(", ");
    if let Some(other) = header.iter().find(|name| !COLUMNS.contains(name)) {
        bail!(
            "the column {other:?} is not known; the columns are {known}, with commas between them"
        );
    }
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column));
    for (place, column) in places.iter().zip(COLUMNS).take(2) {
        if place.is_none() {
            bail!("the first line must name the columns, and {column} is not among them");
        }
    }
    Ok(places)
}

fn row(
    row: u64,
    record: &StringRecord,
    columns: &[Option<usize>; 3],
) -> Result<ImportRow, RowError> {
    let [email, account_role, roles] =
        columns.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default());
    let fault = |detail: String| RowError { row, email: email.to_owned(), detail };
    if record.len() > columns.iter().flatten().count() {
        return Err(fault("the row has more cells than there are columns".to_owned()));
    }
    let data_domain_roles = (!roles.is_empty()).then(|| domains_cell(roles)).transpose();
    Ok(ImportRow {
        row,
        email: email.to_owned(),
        account_role: account_role.to_owned(),
        data_domain_roles: data_domain_roles.map_err(fault)?,
    })
}

/// `sales=editor;hr=viewer`
fn domains_cell(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut roles = BTreeMap::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let Some((name, role)) = part.rsplit_once('=') else {
            return Err(format!(
                "dataDomainRoles: write data domain roles as sales=editor;hr=viewer, not {part}"
            ));
        };
        if roles.insert(name.trim().to_owned(), role.trim().to_owned()).is_some() {
            return Err(format!("dataDomainRoles: {} stands twice", name.trim()));
        }
    }
    Ok(roles)
}

/// Counts lines as editors do, empty ones included, which the CSV reader skips.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which a record begins; records come in the order of the text.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let byte = record.position().map_or(0, csv::Position::byte);
        let position = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let rest = &self.text[position..];
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begin = position + skipped;
        self.line += (self.at..begin).filter(|at| self.ends_line(*at)).count() as u64;
        self.at = begin;
        self.line
    }

    /// Whether a line ends there: with a line feed, or a carriage return alone, which ends rows too.
    fn ends_line(&self, at: usize) -> bool {
        match self.text[at] {
            b'\n' => true,
            b'\r' => self.text.get(at + 1) != Some(&b'\n'),
            _ => false,
        }
    }
}

fn read_json(source: impl Read) -> Result<Rows> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Record {
        #[serde(default)]
        email: String,
        #[serde(default)]
        account_role: String,
        data_domain_roles: Option<BTreeMap<String, String>>,
    }

    // Objects first: else an array would be read as one, by the order of its elements.
    let context = "the file is not a JSON array of users, as `user export` writes it";
    let objects: Vec<Map<String, Value>> = serde_json::from_reader(source).context(context)?;
    let records = objects.into_iter().map(|object| Record::deserialize(Value::Object(object)));
    let records: Vec<Record> = records.collect::<Result<_, _>>().context(context)?;
    let rows = (1..).zip(records).map(|(row, record)| ImportRow {
        row,
        email: record.email,
        account_role: record.account_role,
        data_domain_roles: record.data_domain_roles,
    });
    Ok(Rows { good: rows.collect(), bad: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Rows {
        read(text.as_bytes(), FileFormat::Csv).unwrap()
    }

    #[test]
    fn csv_rows_carry_their_cells() {
        let file = "\u{feff}email, accountRole, dataDomainRoles\na@b.c, viewer, sales=editor; hr=viewer\nd@e.f,none,\ng@h.i,none\n";
        let rows = csv(file).good;
        assert_eq!((rows[0].email.as_str(), rows[0].account_role.as_str()), ("a@b.c", "viewer"));
        assert_eq!(rows[0].data_domain_roles.as_ref().unwrap()["sales"], "editor");
        assert_eq!(rows[1].data_domain_roles, None, "an empty cell leaves the roles as they are");
        assert_eq!(rows[2].data_domain_roles, None, "and so does one that is left out");
    }

    #[test]
    fn rows_are_named_by_their_line_whatever_ends_lines() {
        for end in ["\n", "\r\n"] {
            let lines = ["email,accountRole", "a,x", "", "\"b", "\",x", "", "", "c,x", "d,x"];
            let rows = csv(&lines.join(end)).good;
            assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 4, 8, 9], "{end:?}");
        }
    }

    #[test]
    fn rows_at_fault_are_kept_beside_the_others() {
        let file = "email,accountRole,dataDomainRoles\na,x,sales\nb,x,s=y;s=z\nc,x,,1\nd,x,s=y\n";
        let rows = csv(file);
        assert_eq!(rows.good.iter().map(|row| row.row).collect::<Vec<_>>(), [5]);
        let bad: Vec<_> = rows.bad.iter().map(|bad| (bad.row, bad.email.as_str())).collect();
        assert_eq!(bad, [(2, "a"), (3, "b"), (4, "c")]);
        assert!(rows.bad[0].detail.contains("sales=editor;hr=viewer"));
    }

    #[test]
    fn json_is_what_export_writes() {
        let file =
            r#"[{"email":"a@b.c","accountRole":"viewer","dataDomainRoles":{"sales":"none"}}]"#;
        let rows = read(file.as_bytes(), FileFormat::Json).unwrap().good;
        assert_eq!(rows[0].data_domain_roles.as_ref().unwrap()["sales"], "none");
    }

    #[test]
    fn files_of_another_shape_say_what_is_wrong() {
        for (file, format, wanted) in [
            ("a@b.c,viewer\n", FileFormat::Csv, "\"a@b.c\" is not known"),
            ("email,accountRole,dataDomainRole\n", FileFormat::Csv, "\"dataDomainRole\" is not"),
            ("email;accountRole\n", FileFormat::Csv, "with commas"),
            ("email\na@b.c\n", FileFormat::Csv, "accountRole is not among them"),
            ("", FileFormat::Csv, "email is not among them"),
            ("{}", FileFormat::Json, "JSON array"),
            (r#"[["a@b.c","viewer",null]]"#, FileFormat::Json, "JSON array"),
            (r#"[{"email":"a@b.c","acountRole":"x"}]"#, FileFormat::Json, "acountRole"),
        ] {
            let error = format!("{:#}", read(file.as_bytes(), format).unwrap_err());
            assert!(error.contains(wanted), "{file}: {error}");
        }
    }
}
