//! `cargo xtask bench peers`: the program beside VictoriaMetrics and Prometheus, with the same samples and the same queries.
//!
//! [`fleet`] makes up hosts with their metrics, [`wire`] packs them as remote write, [`server`] starts who is measured,
//! [`conversation`] talks to it, [`questions`] is what it is asked, [`run`] puts it together.

pub mod fleet;

pub mod wire;

pub mod conversation;

pub mod server;

pub mod questions;

pub mod run;
