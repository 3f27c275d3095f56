//! Queues, couriers and the requests they make.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod rig;

mod any_batches;
mod courier;
mod crashes;
mod faults;
mod histograms;
mod queue;
