//! A flat directory of files: what the house needs of a disk, and no more.

use std::io;
use std::path::Path;
use std::sync::Arc;

/// A flat directory. Names are plain file names; anything else is [`io::ErrorKind::InvalidInput`].
pub trait Disk: Send + Sync {
    /// The whole file, or `None` if there is none.
    ///
    /// # Errors
    /// Those of the operating system.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// `length` bytes of the file from `offset` on, or fewer where it ends.
    ///
    /// # Errors
    /// Those of the operating system; [`io::ErrorKind::NotFound`] if there is no such file.
    fn read_at(&self, name: &str, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(name)?.read_at(offset, length, &mut bytes)?;
        Ok(bytes)
    }

    /// Opens the file to read it often. It stays readable when it is removed meanwhile.
    ///
    /// # Errors
    /// Those of the operating system; [`io::ErrorKind::NotFound`] if there is no such file.
    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>>;

    /// The directory, if the machine's file system has it.
    fn place(&self) -> Option<&Path> {
        None
    }

    /// Gives the file, which nobody writes to any more, a place of the same name in another directory too, without
    /// copying it. Durable when it returns.
    ///
    /// # Errors
    /// Those of the operating system; [`io::ErrorKind::Unsupported`] where no file can stand in two directories.
    fn link(&self, _name: &str, _to: &dyn Disk) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Length of the file in bytes.
    ///
    /// # Errors
    /// Those of the operating system; [`io::ErrorKind::NotFound`] if there is no such file.
    fn length(&self, name: &str) -> io::Result<u64>;

    /// Puts `bytes` in the place of the file at once: after a crash there is the old content or the new.
    /// Durable when it returns.
    ///
    /// # Errors
    /// Those of the operating system; the old content is there then.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Writes at the end of the file, which is made if there is none. Survives the death of the process; a
    /// power cut only after [`Disk::sync`].
    ///
    /// # Errors
    /// Those of the operating system; some of `bytes` may have been written.
    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `length` bytes.
    ///
    /// # Errors
    /// Those of the operating system.
    fn truncate(&self, name: &str, length: u64) -> io::Result<()>;

    /// Makes what was written to the file survive a power cut.
    ///
    /// # Errors
    /// Those of the operating system. What was written since the last success may be lost then, whatever a
    /// later call says.
    fn sync(&self, name: &str) -> io::Result<()>;

    /// Renames the file aside and gives its new name. Nothing is deleted.
    ///
    /// # Errors
    /// Those of the operating system.
    fn quarantine(&self, name: &str) -> io::Result<String>;

    /// Makes an empty file, in the place of one of that name if there is one, and opens it. The name is durable
    /// when this returns.
    ///
    /// # Errors
    /// Those of the operating system.
    fn create(&self, name: &str) -> io::Result<Arc<dyn LogFile>>;

    /// Gives the file another name, in the place of a file that has it. Durable when it returns.
    ///
    /// # Errors
    /// Those of the operating system; both files are as they were then.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes the file. Durable when it returns.
    ///
    /// # Errors
    /// Those of the operating system.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// The names of all files, sorted.
    ///
    /// # Errors
    /// Those of the operating system.
    fn list(&self) -> io::Result<Vec<String>>;
}

/// An open file that is read anywhere. Nobody writes to it meanwhile.
pub trait ReadFile: Send + Sync {
    /// Puts `length` bytes of the file from `offset` on, or fewer where it ends, in the place of what is in `bytes`.
    ///
    /// # Errors
    /// Those of the operating system.
    fn read_at(&self, offset: u64, length: usize, bytes: &mut Vec<u8>) -> io::Result<()>;
}

/// An open file that is written at its end.
pub trait LogFile: Send + Sync {
    /// See [`Disk::append`].
    ///
    /// # Errors
    /// Those of the operating system; some of `bytes` may have been written.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// See [`Disk::truncate`].
    ///
    /// # Errors
    /// Those of the operating system.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// See [`Disk::sync`].
    ///
    /// # Errors
    /// Those of the operating system. What was written since the last success may be lost then, whatever a
    /// later call says.
    fn sync(&self) -> io::Result<()>;
}

/// Refuses names that would leave the directory.
pub(crate) fn check_name(name: &str) -> io::Result<()> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if plain {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is not a plain file name")))
}

/// The first free name for a file put aside.
pub(crate) fn aside(name: &str, taken: &[String]) -> String {
    (1_u32..)
        .map(|number| format!("{name}.damaged-{number}"))
        .find(|candidate| !taken.contains(candidate))
        .unwrap_or_else(|| format!("{name}.damaged"))
}
