//! What is on the wire, in both directions.

#![expect(clippy::panic, reason = "a test stops at the first thing that is not as it should be")]

mod any_bytes;
mod envelopes;
mod health_and_discovery;
mod meaning;
mod measurements;
mod outgoing;
