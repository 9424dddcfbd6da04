//! What came of a trial, as a line of JSON.

use std::{fs::OpenOptions, io, io::Write as _, path::Path};

use serde::{Deserialize, Serialize};

use crate::Ground;

/// What came of one trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The promise.
    pub id: String,
    /// Which part of it.
    pub what: String,
    /// Where.
    pub ground: Ground,
    /// How often.
    pub tried: u64,
    /// How it went.
    pub outcome: Outcome,
    /// What was measured, in words.
    pub figures: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// How a trial went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The promise held every time.
    Held,
    /// It did not.
    Broken,
    /// It could not be tried here, and why.
    NotShown(String),
}

impl Report {
    /// Adds the report to a file as one line, in one write, so that tests beside each other do not mix.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_to(&self, file: &Path) -> io::Result<()> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        OpenOptions::new().append(true).create(true).open(file)?.write_all(line.as_bytes())
    }

    /// The reports in a file's text, in their order.
    ///
    /// # Errors
    /// When a line is no report.
    pub fn all_in(text: &str) -> serde_json::Result<Vec<Self>> {
        text.lines().map(serde_json::from_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("reports");
        let report = Report {
            id: "T5".into(),
            what: "a demotion".into(),
            ground: Ground::Postgres,
            tried: 1000,
            outcome: Outcome::NotShown("no Postgres".into()),
            figures: vec!["worst 16 ms".into()],
            seconds: 1.5,
        };
        report.add_to(&file)?;
        report.add_to(&file)?;
        let read = Report::all_in(&std::fs::read_to_string(&file)?)?;
        assert_eq!(read, [report.clone(), report]);
        Ok(())
    }
}
