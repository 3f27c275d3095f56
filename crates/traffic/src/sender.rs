//! What one sender says, all together.

use crate::pair::Outcomes;
use crate::rate::Rate;
use crate::recent::Recent;
use crate::skew::Skew;
use crate::stream::Stream;
use hashbrown::HashMap;
use model::{Millis, from_seconds, limits};
use std::sync::Arc;

/// One who speaks; without a name all those who name none.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) name: Arc<str>,
    pub(crate) first: Millis,
    pub(crate) last: Millis,
    pub(crate) messages: Rate,
    pub(crate) bytes: Rate,
    /// Messages that came a second time.
    pub(crate) duplicates: u64,
    /// Those that came when they were of no use any more.
    pub(crate) expired: u64,
    /// Those that were handed on more often than they may be.
    pub(crate) strays: u64,
    /// Those that say that something failed.
    pub(crate) errors: u64,
    pub(crate) skew: Skew,
    /// Received less sent, in milliseconds, whatever the clock.
    pub(crate) delays: Recent,
    pub(crate) outcomes: Outcomes,
    /// How long its answers took, in milliseconds.
    pub(crate) responses: Recent,
    /// By the hash of topic and type.
    pub(crate) streams: HashMap<u64, Stream>,
    /// Said goodbye, and nothing since.
    pub(crate) is_gone: bool,
    pub(crate) is_told: bool,
}

impl Sender {
    pub(crate) fn new(name: Arc<str>, now: Millis) -> Self {
        Self {
            name,
            first: now,
            last: now,
            messages: Rate::default(),
            bytes: Rate::default(),
            duplicates: 0,
            expired: 0,
            strays: 0,
            errors: 0,
            skew: Skew::default(),
            delays: Recent::default(),
            outcomes: Outcomes::default(),
            responses: Recent::default(),
            streams: HashMap::new(),
            is_gone: false,
            is_told: false,
        }
    }

    /// A message came that was sent at `sent`, by the sender's clock, in Unix seconds. Gives that time, if it is one.
    pub(crate) fn timed(&mut self, sent: Option<f64>, ttl: Option<f64>, now: Millis) -> Option<Millis> {
        // Some write how long they have been running, or a date that no clock shows.
        let sent = sent.and_then(from_seconds).filter(|sent| (now - sent).abs() < limits::TRAFFIC_SKEW)?;
        self.skew.came(sent, now);
        self.delays.push(now, now.saturating_sub(sent));
        let delay = now - sent + self.skew.ahead().unwrap_or(0);
        if ttl.is_some_and(|ttl| ttl >= 0.0 && model::to_seconds(delay) > ttl) {
            self.expired += 1;
        }
        Some(sent)
    }

    /// `alive`, `overdue` where something regular is, `gone` after a goodbye.
    pub(crate) fn state(&self) -> &'static str {
        match self.is_gone {
            true => "gone",
            false if self.streams.values().any(|stream| stream.overdue.is_some()) => "overdue",
            false => "alive",
        }
    }

    /// How its messages were under way lately: the median and the 99 % quantile in seconds, as far as its clock is known.
    pub(crate) fn delay(&self, now: Millis) -> Option<[f64; 2]> {
        // Received less sent is the delay less what the clock is ahead.
        self.delays.quantiles(now, -self.skew.ahead().unwrap_or(0), [0.5, 0.99])
    }
}
