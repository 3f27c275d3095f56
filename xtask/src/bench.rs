//! Measurements that anyone can run: a real broker, the release build of the program, traffic in the
//! protocol's own shape, and a null consumer beside it, so that a figure has something to be held against.
//!
//! The benchmarks look at the program from outside. [`flood`] asks how much it can take, [`alerts`] how long
//! it takes from a published sample to a published alert, [`node`] how many bytes what a real machine says of itself
//! comes to, [`peers`] what remote write and queries cost beside VictoriaMetrics and Prometheus,
//! [`start`] how soon the program is ready and what it holds at rest.

pub mod packet;

pub mod message;

pub mod client;

pub mod child;

pub mod broker;

pub mod web;

pub mod collector;

pub mod table;

pub mod publisher;

pub mod listener;

pub mod chain;

pub mod flood;

pub mod alerts;

pub mod progress;

pub mod exposition;

pub mod capture;

pub mod exporter;

pub mod victoria;

pub mod weigh;

pub mod anatomy;

pub mod node;

pub mod peers;

pub mod start;
