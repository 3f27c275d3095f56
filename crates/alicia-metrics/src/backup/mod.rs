//! `snapshot` and `restore`: what a data directory keeps, as a directory that stays as it is, and back.
//!
//! [`files`] knows which files those are, and copies them while nobody else uses them; a running collector makes its
//! snapshots itself ([`crate::snapshot`]) and is only [`ask`]ed.

mod files;

mod ask;

mod restore;

mod take;

use std::io;
use std::path::Path;

pub(crate) use restore::restore;
pub(crate) use take::snapshot;

/// Why there is no snapshot, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error("cannot use {path}: {source}")]
    Path { path: String, source: io::Error },
    #[error("{0} is in use: while a collector runs there, ask it with --http")]
    InUse(String),
    #[error("there is something at {0} already; nothing was changed")]
    Taken(String),
    #[error("{path} is damaged; nothing was changed:\n{}", problems.join("\n"))]
    Damaged { path: String, problems: Vec<String> },
    #[error("no snapshot from {address}: {message}")]
    Collector { address: String, message: String },
}

impl BackupError {
    fn path(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::WouldBlock {
            return Self::InUse(path.display().to_string());
        }
        Self::Path { path: path.display().to_string(), source }
    }
}
