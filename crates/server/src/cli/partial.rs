//! A database file that is not complete yet, in a folder beside the place where it is to be.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use tempfile::TempPath;

/// The folder of one file, for its owner alone, as it holds password hashes. What a process that was
/// killed left in it, the next one takes away.
pub(super) struct Partial {
    folder: PathBuf,
    _lock: File,
}

impl Partial {
    /// Makes the folder beside `file`; fails while another process has it.
    pub(super) fn beside(file: &Path) -> Result<Self> {
        let Some(name) = file.file_name() else { bail!("{} names no file", file.display()) };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".partial");
        let folder = file.with_file_name(hidden);
        let context = || format!("cannot write to {}", folder.display());
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(error).with_context(context);
            }
            _ => {}
        }
        let lock = File::create(folder.join("lock")).with_context(context)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another process is writing {} just now", file.display())
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(context),
        }
        empty(&folder).with_context(context)?;
        Ok(Self { folder, _lock: lock })
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join("users.db")
    }

    /// Gives the complete file its name, and makes sure that the name stays.
    pub(super) fn persist(self, file: &Path, replaces: bool) -> io::Result<()> {
        let complete = TempPath::try_from_path(self.database())?;
        let named =
            if replaces { complete.persist(file) } else { complete.persist_noclobber(file) };
        named.map_err(|failure| failure.error)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder); // Else the next one does it.
    }
}

/// Takes away what is in the folder but for its lock.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != "lock" {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
