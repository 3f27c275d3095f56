//! What Home Assistant is told of a house, without a broker.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod house;

mod any_names;
mod changes;
mod documents;
mod silences;
mod states;
