//! Conditions, the life of alerts, rule groups, insights.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod alert_life;
mod any_changes;
mod any_followed;
mod any_groups;
mod bounds;
mod conditions;
mod dead_men;
mod desk;
mod groups;
mod groups_desk;
mod heard;
mod held;
mod insights;
mod interrupted;
mod ladders;
mod recalled;
mod restarts;
mod several_series;
mod silence;
mod whys;
mod windows;
