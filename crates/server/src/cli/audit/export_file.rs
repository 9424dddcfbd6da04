//! An export: lines of entries in order, and a last one that says where they end.

use std::{
    io::{BufRead as _, BufReader, Lines, Read},
    path::Path,
};

use anyhow::{Context as _, Result, anyhow, bail};
use dqops_users_domain::audit::{AuditHead, AuditRecord, Chain};
use serde::{Deserialize, Serialize};

use crate::cli::input;

/// The last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    pub(super) entries: u64,
    pub(super) head: AuditHead,
}

/// Reads an export entry by entry, and verifies it on the way.
pub(super) struct ExportFile {
    name: String,
    lines: Lines<BufReader<Box<dyn Read + Send>>>,
    line: u64,
    chain: Chain,
    is_at_end: bool,
}

impl ExportFile {
    pub(super) fn open(file: &Path) -> Result<Self> {
        let name = file.display().to_string();
        let lines = BufReader::new(input::open(file)?).lines();
        Ok(Self { name, lines, line: 0, chain: Chain::new(), is_at_end: false })
    }

    /// What was read, once it was read to its end.
    pub(super) const fn summary(&self) -> Summary {
        Summary { entries: self.chain.entries(), head: self.chain.head() }
    }

    /// The next entry that holds; `None` after the last line.
    pub(super) fn next(&mut self) -> Result<Option<AuditRecord>> {
        let line = self.lines.next().transpose();
        let line = line.with_context(|| format!("cannot read {}", self.name))?;
        self.line += 1;
        match (line, self.is_at_end) {
            (None, true) => Ok(None),
            (None, false) => bail!("{}: the end is missing: there is no last line", self.name),
            (Some(_), true) => bail!("{}: something was put in after the last line", self.name),
            (Some(line), false) => self.take(&line),
        }
    }

    fn take(&mut self, line: &str) -> Result<Option<AuditRecord>> {
        match serde_json::from_str::<AuditRecord>(line) {
            Ok(record) => {
                self.chain.take(&record).map_err(|fault| anyhow!("{}: {fault}", self.name))?;
                self.must_be_written_so(line, &record)?;
                Ok(Some(record))
            }
            Err(reason) => {
                let Ok(summary) = serde_json::from_str::<Summary>(line) else {
                    bail!("{}: line {} is not an entry: {reason}", self.name, self.line);
                };
                if summary != self.summary() {
                    bail!(
                        "{}: its last line says that it has {} entries and ends with entry {}, but {} stand there, up to entry {}",
                        self.name,
                        summary.entries,
                        summary.head.number,
                        self.chain.entries(),
                        self.chain.head().number
                    );
                }
                self.must_be_written_so(line, &summary)?;
                self.is_at_end = true;
                self.next()
            }
        }
    }

    /// Letters of another case or blanks between members change no entry, and so no hash; but nobody
    /// should have to tell such an edit from a harmful one.
    fn must_be_written_so(&self, line: &str, value: &impl Serialize) -> Result<()> {
        if serde_json::to_string(value)? != line {
            bail!("{}: line {} was edited: no export writes it so", self.name, self.line);
        }
        Ok(())
    }
}
