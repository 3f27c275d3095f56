//! Statistics, against values computed elsewhere; the language, against what Prometheus says.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod aggregates;
mod histograms;
mod script;
mod script_adapter;
mod script_self_tests;
mod script_suite;
mod syntax;
mod syntax_corpus;
mod syntax_errors;
mod syntax_properties;
mod trends;
