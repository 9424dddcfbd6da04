//! A database file that is not complete yet, in a folder beside the place where it is to be.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use rustix::fs::OFlags;
use tempfile::TempPath;

const TRY_EVERY: Duration = Duration::from_millis(20);

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
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => must_be_ours(&folder)?,
            Err(error) => return Err(error).with_context(context),
        }
        let lock = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(folder.join("lock"))
            .with_context(context)?;
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
        take_away(&self.folder); // Else the next one does it.
    }
}

/// Takes a folder away. Threads of a database that was let go of may still make files in it for a moment.
pub(super) fn take_away(folder: &Path) {
    const TRIES: u32 = 50;
    for _ in 0..TRIES {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => thread::sleep(TRY_EVERY),
            _ => return,
        }
    }
}

/// Refuses a folder that this program did not make: somebody else could lead it anywhere.
fn must_be_ours(folder: &Path) -> Result<()> {
    let found = fs::symlink_metadata(folder)?;
    let is_ours = found.is_dir()
        && found.uid() == rustix::process::geteuid().as_raw()
        && found.mode() & 0o777 == 0o700;
    if !is_ours {
        bail!(
            "{} is in the way, and is no folder that a backup left; take it away",
            folder.display()
        );
    }
    Ok(())
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
