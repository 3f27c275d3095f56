//! Statistics, against values computed elsewhere.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod aggregates;
mod trends;
