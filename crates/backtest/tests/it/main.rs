//! Trials of rules on kept samples.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod as_it_was;
mod grids;
mod rig;
mod suggestions;
