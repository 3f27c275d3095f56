//! What the traffic says, against buses of which the truth is known.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod bounds;
mod capture;
mod graph_made;
mod graph_recorded;
mod made_bus;
mod quiet_day;
mod recorded;
mod truth;
