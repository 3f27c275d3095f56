//! Limits of the scan for insights.

use super::{DAY, HOUR, MINUTE};
use crate::time::Millis;
use std::time::Duration;

/// How far the scan for insights looks back: long enough for a slow rise, short enough that it is in memory.
pub const INSIGHT_WINDOW: Millis = 6 * HOUR;
/// Its values are means over as much: 120 in the window, whose pairs are 7,140.
pub const INSIGHT_STEP: Millis = 3 * MINUTE;
/// Days whose hours the newest hour is compared with: two of each day of the week.
pub const INSIGHT_DAYS: Millis = 14 * DAY;
/// The shortest time between the begins of two scans: earlier there is hardly anything new.
pub const INSIGHT_ROUND: Millis = MINUTE;
/// How long the scan may work in each second, on average: a twentieth of one processor.
pub const INSIGHT_WORK: Duration = Duration::from_millis(50);
/// Series of one metric and service that are looked at: they are read in one go, and pairs of peers are compared.
pub const INSIGHT_SERIES: usize = 200;
/// Findings of one scan that are weighed against each other.
pub const INSIGHT_FINDINGS: usize = 5_000;
/// Insights that are present at a time: nobody reads more.
pub const INSIGHTS: usize = 1_000;
/// Insights that are over and still shown.
pub const INSIGHT_HISTORY: usize = 500;
/// How long those are shown.
pub const INSIGHT_KEPT: Millis = DAY;
