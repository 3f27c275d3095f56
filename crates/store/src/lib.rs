//! The time-series engine, and the journal of what else must survive.
//!
//! [`Store`] is the whole: what comes goes into the head ([`MemoryStore`]) and its write-ahead log (`wal`,
//! `docs/format/wal.md`); what is older leaves it for `blocks` (`docs/format/block.md`), compressed by `codec`
//! (`docs/format/chunk.md`), where many samples of a series have aggregates beside them. Matchers become sets of series
//! in `matching`, for head and blocks alike. Readers walk through head and blocks side by side, in the order of labels.
//! The head alone is the reference implementation of the doors [`model::Append`] and [`model::Select`].
//! What is known of metrics is in `metadata` (`docs/format/metadata.md`); [`Journal`] keeps opaque records
//! (`docs/format/journal.md`). Nothing outside this crate knows how samples are kept.

mod codec;

mod wal;

mod matching;

mod block;

mod memory_limits;

mod head;

mod retention;

mod blocks;

mod metadata;

mod engine;

mod reading;

mod verify;

mod frame;

mod journal;

pub use blocks::BlockStats;
pub use engine::{Disks, Store};
pub use head::{MemoryStore, Recovery, StoreStats, Swept};
pub use journal::{Journal, JournalError, Recovered};
pub use memory_limits::MemoryLimits;
pub use retention::RetentionRule;
pub use verify::{FileReport, count_files, verify};
pub use wal::{Durability, WalError, WalStats};
