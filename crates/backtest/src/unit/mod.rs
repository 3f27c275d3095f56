//! Unit tests of rule files, in the format of Prometheus' promtool: made-up series, rules over them, and what must come out.
//!
//! [`UnitFile`] is a file as it is written; [`UnitTest::run`] evaluates the rules of its files over the series of one test and says what
//! differs.

mod spec;

mod bench;

mod compare;

pub use spec::{UnitFile, UnitTest};
