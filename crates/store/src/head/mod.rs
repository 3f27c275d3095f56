//! The head: the newest samples, in memory, and if there is a disk, in a write-ahead log.
//!
//! A series is a row of [`slots`], found by a note on itself, by its labels, or by `postings`; its labels are numbers
//! of `symbols`. Its newest points stand open, the older ones sealed in chunks (`points`).

mod symbols;

mod postings;

mod points;

mod slots;

mod flush;

mod memory;

mod recover;

mod walk;

pub use memory::{MemoryStore, Recovery, StoreStats, Swept};
pub(crate) use walk::HeadWalk;
