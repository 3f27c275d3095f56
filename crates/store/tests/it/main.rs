//! Samples kept in memory, records kept on disk.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod bounded_oracle;
mod journal;
mod journal_life;
mod memory_limits;
mod memory_oracle;
mod wal;
