//! How much trials of rules on history look at, and suggestions that are learnt from it; and when these say nothing.

use super::{DAY, MINUTE};
use crate::time::Millis;

/// Variants of a rule that are tried on history at once: ten thresholds with ten lengths.
pub const TRIAL_VARIANTS: usize = 100;
/// Firings of a variant that are listed one by one; of more there is the number.
pub const TRIAL_FIRINGS: usize = 1_000;
/// Rounds of a unit test of rules: two months of minutes.
pub const UNIT_TEST_ROUNDS: Millis = 100_000;
/// Samples of an hour that a trial holds, at some 32 bytes each.
pub const TRIAL_SAMPLES: usize = 4_000_000;
/// Series that a trial sees.
pub const TRIAL_SERIES: usize = 100_000;
/// Days that are learnt from at most: more than a season ago is no normal.
pub const SUGGEST_DAYS: usize = 90;
/// Alerts a week that a rule may be asked to have: more is no alert.
pub const SUGGEST_BUDGET: f64 = 1_000.0;
/// Metrics of services that are looked at in one answer, those that matter most first; further ones are named as left out.
pub const SUGGEST_METRICS: usize = 200;
/// Metrics of services that are known by name while they are put in order.
pub const SUGGEST_NAMES: usize = 20_000;
/// Metrics whose rules are run over the history at once: the time passes once for all of them.
pub const SUGGEST_BATCH: usize = 10;
/// Values of a metric that are learnt from, at 8 bytes each.
pub const SUGGEST_VALUES: usize = 4_000_000;
/// What is left out is told up to so many.
pub const SUGGEST_SKIPPED: usize = 1_000;
/// Time that must be known of a metric: a day may be like no other.
pub const SUGGEST_KNOWN: Millis = 2 * DAY;
/// Values that must be known: a quantile of 99 % of fewer is no quantile.
pub const SUGGEST_LEAST: usize = 200;
/// Different values that must be there: what has fewer is constant, or a switch.
pub const SUGGEST_DIFFERENT: usize = 3;
/// The share of the time that a rule may fire over the history: what fires for longer is normal.
pub const SUGGEST_SHARE: f64 = 0.05;
/// Lengths of `for` that are tried.
pub const SUGGEST_HOLDS: [Millis; 4] = [0, MINUTE, 5 * MINUTE, 15 * MINUTE];
