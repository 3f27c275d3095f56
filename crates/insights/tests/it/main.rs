//! Tests of insights.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod fleet;
mod honesty;
mod noise;
mod scans;
