//! Conditions, the life of alerts, insights.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod alert_life;
mod any_changes;
mod bounds;
mod conditions;
mod desk;
mod insights;
mod interrupted;
mod restarts;
mod several_series;
