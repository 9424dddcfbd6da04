//! Files of an import: what a file is read as does not depend on how its lines end.

use import_file::read;

/// What the reader expects around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Csv,
    Json,
}

#[expect(dead_code, reason = "the reader of the program, of which the test needs a part")]
#[path = "../../src/cli/user/import_file.rs"]
mod import_file;

pub(crate) fn check(bytes: &[u8]) {
    let _ = read(bytes, FileFormat::Json);
    let Ok(rows) = read(bytes, FileFormat::Csv) else { return };
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    let mut numbers: Vec<_> = rows.good.iter().map(|row| row.row).collect();
    numbers.extend(rows.bad.iter().map(|row| row.row));
    numbers.sort_unstable();
    // Each row is named by a line of its own, which is there.
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(numbers.iter().all(|number| (1..=lines).contains(number)), "{numbers:?} of {lines}");
}
