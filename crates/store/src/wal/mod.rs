//! The write-ahead log (`docs/format/wal.md`): what was accepted is here before it is acknowledged.
//!
//! Samples are put into a buffer while the store is locked ([`Pusher::push`]), and written by [`Wal::commit`], one
//! record for all that came together. Whoever acknowledges commits first.

mod record;

mod batch;

mod chunks;

mod files;

mod writer;

mod replay;

mod checkpoint;

pub use writer::{Durability, WalError, WalStats};

pub(crate) use checkpoint::{Checkpoint, remove_older};
pub(crate) use files::FileName;
pub(crate) use replay::{Replayed, Take, file_names, inspect, replay};
pub(crate) use writer::{Mark, Pusher, Wal};
