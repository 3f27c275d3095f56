//! What is on the wire, in both directions: every row of the protocol, arbitrary bytes, and real brokers.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be, and touches the machine itself"
)]

// The codec, on bytes alone.
mod any_json;
mod decode_envelope;
mod decode_hostile;
mod decode_measurements;
mod decode_others;
mod encode;
mod feed;
mod glance;
mod outbox;
mod said;

// Real brokers.
mod announcing;
mod connecting;
mod delivery;
mod embedded_broker;
mod last_words;
mod listening;
mod mosquitto;
mod publishing;
mod questions;
mod rig;
mod scripted;
mod security;
mod wait;
