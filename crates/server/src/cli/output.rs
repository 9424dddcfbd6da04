//! What commands print: a table to a terminal, plain columns into a pipe, JSON when asked.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Where and how a command prints.
pub(super) struct Output {
    pub(super) json: bool,
}

impl Output {
    pub(super) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints rows with their columns' names.
    pub(super) fn rows<R: Serialize>(
        &self,
        items: &[R],
        names: &[&str],
        columns: impl Fn(&R) -> Vec<String>,
    ) -> Result<()> {
        if self.json {
            return print_json(items);
        }
        let rows = items.iter().map(columns);
        if io::stdout().is_terminal() {
            let mut table = Table::new();
            table.load_style(UTF8_FULL_CONDENSED).set_header(names).add_rows(rows);
            return print(&format!("{table}\n"));
        }
        let mut text = String::new();
        for row in std::iter::once(names.iter().map(ToString::to_string).collect()).chain(rows) {
            text.push_str(&row.join("\t"));
            text.push('\n');
        }
        print(&text)
    }

    /// Says what was done; as JSON the value that it was done to.
    pub(super) fn done<T: Serialize>(&self, sentence: &str, value: &T) -> Result<()> {
        if self.json { print_json(value) } else { print(&format!("{sentence}\n")) }
    }
}

/// A bar of progress on a terminal, towards `total`.
pub(super) fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    match ProgressStyle::with_template("{bar:40} {percent}% {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Prints a value as JSON.
pub(super) fn print_json<T: Serialize + ?Sized>(value: &T) -> Result<()> {
    let text = serde_json::to_string_pretty(value).context("cannot write JSON")?;
    print(&format!("{text}\n"))
}

/// Prints to standard output; a reader that has had enough, such as `head`, is no failure.
pub(super) fn print(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// Says something beside the result, in a line on standard error.
pub(super) fn remark(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(text));
}

/// Says why a command failed.
pub(super) fn complain(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some errors repeat their cause.
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    remark(&text);
}

/// Characters that change the direction of text, so that it reads as what it is not (Unicode UAX 9).
const TURNS_TEXT: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// The text without characters that steer a terminal: it may repeat what stands in a file.
pub(super) fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || TURNS_TEXT.contains(&c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}
