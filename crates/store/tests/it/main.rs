//! Samples kept in memory and in blocks, records kept on disk.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be, and golden files are real ones"
)]

mod bounded_oracle;
mod buckets;
mod engine;
mod forever;
mod framed;
mod golden;
mod gone;
mod histograms;
mod hostile;
mod journal;
mod journal_life;
mod memory_limits;
mod memory_oracle;
mod policies;
mod snapshot;
mod wal;
