//! The house's own tools: `tidy` keeps the code base in shape, `bench` measures the program honestly,
//! `battery` tries what it promises about faults.
//!
//! Run them as `cargo xtask tidy`, `cargo xtask bench bus|alerts|node` and `cargo xtask battery`. Nothing here is part of the product,
//! and nothing of the product is used here: the tools look at it from outside, as text, as a process, over
//! MQTT and over HTTP. Start reading at [`tidy`] for the rules and at [`bench`] for the measurements.

pub mod source;

pub mod violation;

pub mod tree;

pub mod tidy;

pub mod machine;

pub mod bench;

pub mod battery;

pub mod command;
