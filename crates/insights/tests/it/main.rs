//! Tests of insights.

mod fleet;
mod honesty;
mod noise;
mod scans;
