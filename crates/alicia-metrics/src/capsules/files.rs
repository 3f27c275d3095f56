//! The user's files: capsules that are read, and whatever is written. A file gets its name when it is whole.

use super::CapsulesError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use world::ReadFile;

/// A file that is read.
pub(super) struct Source {
    file: File,
    pub(super) length: u64,
}

impl Source {
    /// Opens it.
    pub(super) fn open(path: &Path) -> Result<Self, CapsulesError> {
        let open = || {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok(Self { file, length })
        };
        open().map_err(|source| CapsulesError::read(path, source))
    }
}

impl ReadFile for Source {
    fn read_at(&self, offset: u64, length: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        let left = self.length.saturating_sub(offset).min(length as u64);
        bytes.resize(usize::try_from(left).unwrap_or(0), 0);
        self.file.read_exact_at(bytes, offset)
    }
}

/// A file that is written.
pub(super) struct Target {
    path: PathBuf,
    /// Its name until it is whole.
    partial: PathBuf,
    to: BufWriter<File>,
}

impl Target {
    /// Begins to write it.
    pub(super) fn create(path: &Path) -> Result<Self, CapsulesError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let opened = OpenOptions::new().write(true).create(true).truncate(true).open(&partial);
        let to = BufWriter::new(opened.map_err(|source| CapsulesError::write(&partial, source))?);
        Ok(Self { path: path.to_path_buf(), partial, to })
    }

    /// Writes more.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), CapsulesError> {
        self.to.write_all(bytes).map_err(|source| CapsulesError::write(&self.partial, source))
    }

    /// Gives it its name.
    #[expect(
        clippy::disallowed_methods,
        reason = "the file is the user's, and complete when it gets its name"
    )]
    pub(super) fn finish(mut self) -> Result<(), CapsulesError> {
        let done = self.to.flush().and_then(|()| self.to.get_ref().sync_all());
        let done = done.and_then(|()| fs::rename(&self.partial, &self.path));
        done.map_err(|source| CapsulesError::write(&self.path, source))
    }

    /// The name under which it stands until it is whole.
    pub(super) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Makes all that was written readable under that name.
    pub(super) fn flush(&mut self) -> Result<(), CapsulesError> {
        self.to.flush().map_err(|source| CapsulesError::write(&self.partial, source))
    }
}
