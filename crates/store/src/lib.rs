//! The time-series engine, and the journal of what else must survive.
//!
//! [`Store`] is the whole: what comes goes into the head ([`MemoryStore`]) and its write-ahead log (`wal`,
//! `docs/format/wal.md`); what is older leaves it for `blocks` (`docs/format/block.md`), compressed by `codec`
//! (`docs/format/chunk.md`). Matchers become sets of series in `matching`, for head and blocks alike. The head alone is the reference implementation of the doors [`model::Append`] and
//! [`model::Select`]. [`Journal`] keeps opaque records (`docs/format/journal.md`). Nothing outside this crate
//! knows how samples are kept.

mod varint;

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
