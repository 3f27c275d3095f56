//! From which numbers on the quality report says something of a rule, and how much it looks at.

use super::{DAY, MINUTE};
use crate::time::Millis;

/// Days that the report looks back at most: alerts of a year and a month, so that a year can be compared with the one before.
pub const QUALITY_DAYS: usize = 400;
/// Alerts of a rule from which on it is said what people and the alerts themselves usually do: fewer are chance.
pub const QUALITY_ALERTS: usize = 5;
/// Time that must be known of a rule before it is said that it never fired, or that it is good: a week has all days of the week.
pub const QUALITY_KNOWN: Millis = 7 * DAY;
/// Time that must be known of a rule before it is said that it always fires.
pub const QUALITY_ALWAYS_KNOWN: Millis = DAY;
/// An alert that fires for this share of the known time says nothing new.
pub const QUALITY_ALWAYS: f64 = 0.9;
/// What is over so soon was over before anybody could look.
pub const QUALITY_SHORT: Millis = MINUTE;
/// This share of a rule's time must lie within that of another rule.
pub const QUALITY_REDUNDANT: f64 = 0.9;
/// Times apart from each other that must do so.
pub const QUALITY_REDUNDANT_TIMES: usize = 3;
/// How far apart two rules that mean the same may begin and end: their `for` and their rounds differ.
pub const QUALITY_SLACK: Millis = MINUTE;
/// How likely it may be that all of that is chance, where the other rule fires often.
pub const QUALITY_CHANCE: f64 = 0.001;
/// An alert that begins so often within [`QUALITY_FLAP_WINDOW`] flaps: it changes more than six times, which is where the desk says
/// so if nothing else is set.
pub const QUALITY_FLAP_TIMES: usize = 4;
/// See [`QUALITY_FLAP_TIMES`].
pub const QUALITY_FLAP_WINDOW: Millis = 30 * MINUTE;
/// From this share of a rule's alerts on it is the rule that flaps, and not one bad evening.
pub const QUALITY_FLAPPING: f64 = 0.25;
/// From this share on most alerts of a rule are soon over.
pub const QUALITY_SHORT_LIVED: f64 = 0.5;
