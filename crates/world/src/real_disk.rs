//! A directory of the machine's file system.

use crate::disk::{Disk, LogFile, ReadFile, aside, check_name};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Held with an exclusive lock while the directory is in use.
const LOCK: &str = ".lock";
/// Where [`Disk::replace`] writes before it renames.
const TEMPORARY: &str = ".replacing";

/// A directory, locked against a second process.
#[derive(Debug)]
pub struct RealDisk {
    dir: PathBuf,
    /// Open for as long as the disk is: the lock ends with it.
    _lock: File,
}

impl RealDisk {
    /// Opens `dir`, which is made if there is none.
    ///
    /// # Errors
    /// Those of the operating system; [`io::ErrorKind::WouldBlock`] when another process uses the directory.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir: dir.to_path_buf(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(io::Error::new(io::ErrorKind::WouldBlock, "another process uses it"))
            }
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        check_name(name)?;
        Ok(self.dir.join(name))
    }

    /// Makes names in the directory survive a power cut.
    fn sync_dir(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}

impl Disk for RealDisk {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(name)?) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        let file = File::open(self.path(name)?)?;
        let length = file.metadata()?.len();
        Ok(Arc::new(RealReadFile { file, length }))
    }

    fn place(&self) -> Option<&Path> {
        Some(&self.dir)
    }

    fn link(&self, name: &str, to: &dyn Disk) -> io::Result<()> {
        let other = to.place().ok_or(io::ErrorKind::Unsupported)?;
        fs::hard_link(self.path(name)?, other.join(name))?;
        File::open(other)?.sync_all()
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        Ok(fs::metadata(self.path(name)?)?.len())
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name)?;
        let temporary = self.dir.join(TEMPORARY);
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        self.sync_dir()
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name)?;
        let is_new = !path.exists();
        OpenOptions::new().create(true).append(true).open(path)?.write_all(bytes)?;
        if is_new { self.sync_dir() } else { Ok(()) }
    }

    fn truncate(&self, name: &str, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path(name)?)?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        File::open(self.path(name)?)?.sync_data()
    }

    fn quarantine(&self, name: &str) -> io::Result<String> {
        let path = self.path(name)?;
        let new_name = aside(name, &self.list()?);
        fs::rename(path, self.dir.join(&new_name))?;
        self.sync_dir()?;
        Ok(new_name)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn LogFile>> {
        let path = self.path(name)?;
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        // Opened anew: at its end whatever its length becomes.
        drop(file);
        let file = OpenOptions::new().append(true).open(self.path(name)?)?;
        self.sync_dir()?;
        Ok(Arc::new(RealFile(file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from)?, self.path(to)?)?;
        self.sync_dir()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name)?)?;
        self.sync_dir()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            if let Ok(name) = entry?.file_name().into_string()
                && check_name(&name).is_ok()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// A file that is open for appending.
struct RealReadFile {
    file: File,
    length: u64,
}

impl ReadFile for RealReadFile {
    fn read_at(&self, offset: u64, length: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        // A length from a damaged file must not take memory.
        let left = self.length.saturating_sub(offset).min(length as u64);
        bytes.resize(usize::try_from(left).unwrap_or(0), 0);
        self.file.read_exact_at(bytes, offset)
    }
}

struct RealFile(File);

impl LogFile for RealFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.0).write_all(bytes)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
