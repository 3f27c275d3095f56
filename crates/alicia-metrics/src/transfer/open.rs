//! The store of a data directory, opened while no collector runs.

use crate::data_dir;
use model::limits;
use std::io;
use std::path::Path;
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{RealDisk, SystemClock};

/// Why the samples of a data directory could not be moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    #[error("cannot use {path}: {source}")]
    Path { path: String, source: io::Error },
    #[error("cannot open the samples: {0}")]
    Store(#[from] store::WalError),
    #[error("cannot read the samples: {0}")]
    Select(#[from] model::SelectError),
    #[error("the samples cannot be kept: {0}")]
    Append(#[from] model::AppendError),
    #[error("cannot write {path}: {source}")]
    Write { path: String, source: io::Error },
    #[error("cannot read {path}, line {line}: {source}")]
    Read { path: String, line: u64, source: io::Error },
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
    #[error("line {line}: {message}")]
    Line { line: u64, message: String },
}

impl TransferError {
    /// A file or directory that cannot be used.
    pub(crate) fn path(path: &Path, source: io::Error) -> Self {
        Self::Path { path: path.display().to_string(), source }
    }
}

/// A store, and what was wrong with its files, for people.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) told: Vec<String>,
}

/// Opens the store in `data_dir`. It keeps samples of any age: what is there must not go because somebody looks at it, or
/// adds to it, with another retention than the collector's.
pub(crate) fn open(data_dir: &Path) -> Result<Opened, TransferError> {
    let disk = |name: &str| {
        let dir = data_dir.join(name);
        RealDisk::open(&dir).map(Arc::new).map_err(|source| TransferError::path(&dir, source))
    };
    let disks = Disks { wal: disk(data_dir::WAL)?, blocks: disk(data_dir::BLOCKS)? };
    let limits = MemoryLimits { retention: limits::FOREVER, ..MemoryLimits::default() };
    let clock = Arc::new(SystemClock::default());
    let (store, recovery) = Store::open(limits, clock, disks, Durability::Interval)?;
    Ok(Opened { store, told: recovery.told })
}
