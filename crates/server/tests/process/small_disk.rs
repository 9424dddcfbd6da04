//! A small disk that can be filled.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use rustix::{
    io::Errno,
    mount::{MountFlags, UnmountFlags, mount, unmount},
};

/// A file system in memory over a folder, until this is dropped.
pub(crate) struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts it; why not, where this user may not.
    pub(crate) fn over(folder: &Path, mebibytes: u32) -> Result<Self, String> {
        let options = format!("size={mebibytes}m,mode=700");
        let options = std::ffi::CString::new(options).unwrap();
        match mount("tmpfs", folder, "tmpfs", MountFlags::empty(), options.as_c_str()) {
            Ok(()) => Ok(Self { folder: folder.to_owned() }),
            Err(Errno::PERM | Errno::ACCESS) => Err("mounting a tmpfs needs root".to_owned()),
            Err(error) => panic!("no tmpfs could be mounted: {error}"),
        }
    }

    /// Fills it up to so many bytes.
    pub(crate) fn fill(&self, left: u64) {
        let space = rustix::fs::statvfs(&self.folder).unwrap();
        let free = space.f_bavail * space.f_frsize;
        let mut filler = File::options().create(true).append(true).open(self.filler()).unwrap();
        let bytes = usize::try_from(free.saturating_sub(left)).unwrap();
        match filler.write_all(&vec![0; bytes]) {
            Err(error) if error.kind() != io::ErrorKind::StorageFull => panic!("{error}"),
            Ok(()) | Err(_) => {}
        }
    }

    /// Makes room again.
    pub(crate) fn clear(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = unmount(&self.folder, UnmountFlags::DETACH);
    }
}
