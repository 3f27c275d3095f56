//! Limits of who is told of alerts.

use super::{ALERTS, MINUTE};
use crate::time::Millis;
use std::time::Duration;

/// Changes that wait for one receiver: half a day of a very noisy house; some 600 bytes each, so 6 MB. The oldest go.
pub const NOTIFY_WAITING: usize = 10_000;
/// How long a change waits for its receiver: news of yesterday is none.
pub const NOTIFY_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Alerts that are known to fire: those of the two kinds of rules.
pub const NOTIFY_FIRING: usize = 2 * ALERTS;
/// Alerts of one message that changed, and as many that fire besides: a payload of half a megabyte.
pub const NOTIFY_ALERTS: usize = 500;
/// How long is waited after the first failure; twice as long after the next.
pub const NOTIFY_FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How long is waited at most: somebody may be waiting for the news.
pub const NOTIFY_LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How long a request may take where nobody says otherwise.
pub const NOTIFY_TIME: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read: it is only shown.
pub const NOTIFY_ANSWER_BYTES: usize = 64 << 10;
/// Longest time between two looks for what is due.
pub const NOTIFY_LOOK: Duration = Duration::from_secs(1);
/// Receivers, and as many routes.
pub const RECEIVERS: usize = 100;
/// Severities of one route that are repeated in times of their own, steps of its escalation, and receivers of a step: each is
/// looked at once a second for all that fires.
pub const ROUTE_STEPS: usize = 20;
/// Messages in the log of deliveries.
pub const DELIVERIES: usize = 1_000;
/// Lines about deliveries that wait to be said.
pub const NOTIFY_TOLD: usize = 100;
/// How often an Alertmanager is told what fires, as Prometheus does.
pub const ALERTMANAGER_EVERY: Millis = MINUTE;
/// An Alertmanager holds an alert of which it hears nothing more for so many times the time between two messages, or between two
/// rounds of the alert's group if that is longer, as with Prometheus: three that are lost are no end.
pub const ALERTMANAGER_HOLDS: Millis = 4;
/// How long an Alertmanager is told again that an alert is over, as with Prometheus: it may have been started anew.
pub const ALERTMANAGER_RETELLS: Millis = 15 * MINUTE;
/// Alerts that it is told again are over: some megabytes; what ends beyond them is told once.
pub const ALERTMANAGER_OVER: usize = 10_000;
/// Bytes of a letter's page: programs of mail cut longer ones, the first at 102 kB.
pub const LETTER_PAGE_BYTES: usize = 90_000;
/// Room in it that is kept for the end of an alert and of the page.
pub const LETTER_PAGE_END: usize = 400;
/// Characters of one text in it.
pub const LETTER_TEXT: usize = 2_000;
