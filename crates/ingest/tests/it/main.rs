//! Tests of the gate as a whole: reports go in at the front, samples, events and views come out.

mod announced;
mod any_report;
mod duplicates;
mod fan_out;
mod health;
mod host;
mod house;
mod otlp;
mod probing;
mod proto;
mod protobuf;
mod push;
mod registry;
mod remote_write;
mod samples;
mod scrape;
mod senders;
mod staleness;
mod tally;
mod threads;
mod with_store;
