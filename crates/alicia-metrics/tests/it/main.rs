//! The program as its users meet it: the built binary, a real broker, HTTP.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a test stops at the first thing that is not as it should be, and touches the machine itself"
)]

mod broker;
mod cardinality;
mod clock_jumps;
mod collector;
mod http_client;
mod kept_hour;
mod prometheus;
mod wait;

mod alert_rules;
mod asking;
mod backup;
mod bus_faults;
mod bus_queries;
mod capsules;
mod command_line;
mod dashboard;
mod differential;
mod disk_full;
mod drop_in;
mod durability;
mod email;
mod embedded_broker;
mod fields;
mod forever;
mod graph;
mod handing_on;
mod home_assistant;
mod hostile_clients;
mod notifications;
mod numbered;
mod opentelemetry;
mod prometheus_clients;
mod promql_over_http;
#[path = "../../../ingest/tests/it/protobuf.rs"]
mod protobuf;
mod push;
mod recordings;
mod remote_write;
mod rule_files;
#[path = "../../../http/tests/it/schema.rs"]
mod schema;
mod scraping;
#[expect(dead_code, reason = "over HTTP, less is looked at than in the process")]
#[path = "../../../query/tests/it/script/mod.rs"]
mod script;
mod silences;
mod top;
mod traffic;
mod transfer;
mod unit_tests;
