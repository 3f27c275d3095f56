//! Routes, receivers and retries, over a clock that tests set and a disk that dies when they say.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod rig;

mod crashes;
mod escalations;
mod holds;
mod requests;
mod retries;
mod routing;
