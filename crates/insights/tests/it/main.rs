//! Tests of insights.

mod honesty;
mod noise;
