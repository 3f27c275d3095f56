//! A runner for the language in which Prometheus tests PromQL: scripts that load series, evaluate expressions and say what must
//! come out.
//!
//! `command.rs` reads a script, its series in `query`'s notation; `memory.rs` holds what it loads, `runner.rs` evaluates and `judge.rs` compares.
//! `script_suite.rs` beside this folder runs all scripts that there are: our own in `tests/scripts`, and Prometheus' where
//! somebody has put them beside the repository. The program's tests run them too, over HTTP.

pub(crate) mod command;
mod expect;
mod judge;
mod memory;
mod nhcb;
pub(crate) mod runner;

pub(crate) use memory::Memory;
use query::notation::Notation;

use model::{Labels, Millis};
use query::histogram::FloatHistogram;

/// What is evaluated with.
pub(crate) trait Evaluate {
    /// At one time.
    fn instant(&self, store: &Memory, query: &str, at: Millis) -> Result<Outcome, String>;

    /// At every step from one time to another.
    fn range(
        &self,
        store: &Memory,
        query: &str,
        from: Millis,
        to: Millis,
        step: Millis,
    ) -> Result<Outcome, String>;

    /// The same query, bound to a time, whenever it is asked; `None` if there is none.
    fn pinned(&self, _query: &str, _at: Millis) -> Option<String> {
        None
    }
}

/// What came out, with the annotations as they are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) value: Value,
    pub(crate) warnings: Vec<String>,
    pub(crate) infos: Vec<String>,
}

/// What an expression came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Scalar(f64),
    String(String),
    Vector(Vec<(Labels, Sample)>),
    Matrix(Vec<(Labels, Vec<(Millis, Sample)>)>),
}

/// A value at a time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sample {
    Float(f64),
    Histogram(FloatHistogram),
}

/// What is wrong with a script, or with what came out, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Fault {
    pub(crate) fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}
