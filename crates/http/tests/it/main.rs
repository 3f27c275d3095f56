//! Every route, on a real gate, rule book and store.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be; it writes files for others to read"
)]

mod access;
mod alerts_and_rules;
mod analysis;
mod capsules;
mod connections;
mod counter;
mod dashboard;
mod deliveries;
mod endings;
mod exposition;
mod generator;
mod metrics;
mod outgoing;
mod overview;
mod pages;
mod prometheus_places;
mod prometheus_queries;
mod prometheus_rules;
mod prometheus_server;
#[path = "../../../ingest/tests/it/proto.rs"]
mod proto;
#[path = "../../../ingest/tests/it/protobuf.rs"]
mod protobuf;
mod push;
mod quality;
mod requests;
mod schema;
mod schemas;
mod scraping;
mod services;
mod silences;
mod status;
mod suggestions;
mod tail;
mod types;
mod write;
