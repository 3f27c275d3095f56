//! What stands where in the data directory. Rules and alerts stand in it directly ([`crate::ledger`]).

/// The directory of the write-ahead log.
pub(crate) const WAL: &str = "wal";
/// The directory of the blocks.
pub(crate) const BLOCKS: &str = "blocks";
/// The directory of all snapshots.
pub(crate) const SNAPSHOTS: &str = "snapshots";
