//! What stands where in the data directory. Rules and alerts stand in it directly ([`crate::ledger`]).

use model::Millis;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The directory of the write-ahead log.
pub(crate) const WAL: &str = "wal";
/// The directory of the blocks.
pub(crate) const BLOCKS: &str = "blocks";
/// The directory of the queues of what is handed on, each in one of the destination's name.
pub(crate) const FORWARD: &str = "forward";
/// The directory of the capsules that are kept because of alerts.
pub(crate) const CAPSULES: &str = "capsules";
/// The directory of all snapshots.
pub(crate) const SNAPSHOTS: &str = "snapshots";

/// Gives the directory `part`, in which all is durable, the name `dir`, which only an empty directory may have: whatever has
/// the name is whole. Durable when it returns.
#[expect(clippy::disallowed_methods, reason = "the house's disk has files; this is a directory")]
pub(crate) fn put_in_place(part: &Path, dir: &Path) -> io::Result<()> {
    sync(part)?;
    std::fs::rename(part, dir)?;
    sync(parent(dir))
}

/// Makes the names in a directory durable.
pub(crate) fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The directory that a path is in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The directory of a snapshot that is made now, called after the milliseconds since 1970.
pub(crate) fn new_snapshot(data_dir: &Path, now: Millis) -> PathBuf {
    data_dir.join(SNAPSHOTS).join(now.to_string())
}
