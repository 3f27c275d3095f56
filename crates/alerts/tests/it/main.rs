//! The desk of alerts, over a clock that tests set and a ledger that fails when they say.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod rig;

mod any_days;
mod crashes;
mod flapping;
mod inhibitions;
mod lists;
mod quality;
mod silences;
