//! Whether the file of the database is still the one that was opened.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use dqops_users_storage::StorageError;

/// The file as it was opened. `SQLite` goes on with it when it is deleted or replaced under its name,
/// and whatever is committed then is lost.
#[derive(Debug)]
pub(crate) struct FileIdentity {
    path: PathBuf,
    device_and_inode: (u64, u64),
}

impl FileIdentity {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), device_and_inode: device_and_inode(path)? })
    }

    /// Fails when another file, or none, is there now.
    pub(crate) fn check(&self) -> Result<(), StorageError> {
        if device_and_inode(&self.path).is_ok_and(|found| found == self.device_and_inode) {
            return Ok(());
        }
        Err(StorageError::unavailable(format!(
            "{} was deleted or replaced while it was open: put it back, or restart to go on with what is there now",
            self.path.display()
        )))
    }
}

fn device_and_inode(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
