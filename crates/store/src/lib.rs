//! Where samples are kept, and the journal of what must survive.
//!
//! [`MemoryStore`] is the reference implementation of the doors [`model::Append`] and [`model::Select`]: in
//! memory, bounded by age, by count and by series. [`Journal`] keeps opaque records on disk
//! (`docs/format/journal.md`). Nothing outside this crate knows how samples are kept.

mod wal;

mod codec;

mod block;

mod memory_limits;

mod slots;

mod memory;

mod blocks;

mod engine;

mod frame;

mod journal;

pub use blocks::BlockStats;
pub use engine::{Disks, Store};
pub use journal::{Journal, JournalError, Recovered};
pub use memory::{MemoryStore, Recovery, StoreStats, Swept};
pub use memory_limits::MemoryLimits;
pub use wal::{Durability, WalError, WalStats};
