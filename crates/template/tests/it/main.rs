//! The tests of templates: what they come to, what they are refused for, what they may cost; and what Prometheus says.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be; it writes files for promtool to read"
)]

mod cases;
mod expansions;
mod hostile;
mod limits;
mod promtool;
mod world;
