//! One that speaks: an instance, or a service for itself as a whole. When it spoke, how often it does, what
//! it said of its health, and which series are alive through it.

use crate::live::LiveSeries;
use crate::settings::GateSettings;
use crate::view::InstanceView;
use model::{Millis, Rhythm, Series, limits};
use std::sync::Arc;

/// Silence of so many rhythms makes stale: two messages may be lost.
const RHYTHMS: Millis = 3;

/// How far stamps may run ahead of the clock in a flood of messages without times.
const STAMP_LEAD: Millis = limits::MINUTE;

/// What is remembered of one speaker.
#[derive(Debug)]
pub(crate) struct Voice {
    pub(crate) first_seen: Millis,
    pub(crate) last_seen: Millis,
    pub(crate) last_updated: Millis,
    pub(crate) stale: bool,
    pub(crate) word: Option<Word>,
    pub(crate) live: LiveSeries,
    rhythm: Rhythm,
    messages: u64,
    /// It spoke before a restart, and had not ended.
    is_recalled: bool,
    samples: u64,
    /// The newest stamp that was given.
    stamped: Millis,
}

/// A health word that holds.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: Box<str>,
    /// The time of the newest sample with this word.
    pub(crate) at: Millis,
    /// The `health_status` series of this word.
    pub(crate) series: Arc<Series>,
    /// Whether the message named no instance, so that it spoke for the service as a whole.
    pub(crate) for_service: bool,
}

impl Voice {
    pub(crate) fn new(now: Millis) -> Self {
        Self {
            first_seen: now,
            last_seen: now,
            last_updated: now,
            stale: false,
            word: None,
            live: LiveSeries::default(),
            rhythm: Rhythm::default(),
            messages: 0,
            is_recalled: false,
            samples: 0,
            stamped: Millis::MIN,
        }
    }

    /// Was heard from `oldest` to `newest`, before a restart, and counts as silent until it is heard.
    pub(crate) fn restore(&mut self, oldest: Millis, newest: Millis) {
        self.first_seen = self.first_seen.min(oldest);
        self.last_seen = self.last_seen.max(newest);
        self.last_updated = self.last_updated.max(newest);
        self.stamped = self.stamped.max(newest);
        self.stale = true;
    }

    /// Spoke at these times before a restart, oldest first. What was heard since is not forgotten: rhythms have no order.
    pub(crate) fn recall(&mut self, times: &[Millis]) {
        self.is_recalled = true;
        times.windows(2).for_each(|pair| self.rhythm.heard(pair[1] - pair[0]));
    }

    /// A time of arrival that no other message of this voice has: messages that come within one millisecond
    /// get times one after the other.
    pub(crate) fn stamp(&mut self, now: Millis) -> Millis {
        let next = self.stamped.saturating_add(1).max(now);
        self.stamped = if next - now > STAMP_LEAD { now } else { next };
        self.stamped
    }

    /// A message came. Returns whether it was thought silent.
    pub(crate) fn heard(&mut self, now: Millis) -> bool {
        self.rhythm.heard(now - self.last_seen);
        self.last_seen = now;
        self.messages += 1;
        std::mem::take(&mut self.stale)
    }

    /// The message brought samples.
    pub(crate) fn brought(&mut self, new: usize, now: Millis) {
        self.samples += new as u64;
        self.last_updated = now;
    }

    /// Whether it is silent for longer than its rhythm allows.
    pub(crate) fn is_silent(&self, now: Millis, settings: &GateSettings) -> bool {
        let silence = now - self.last_seen;
        // Nearly all voices spoke just now; the rhythm need not be looked at.
        silence > settings.shortest_silence && silence > self.allowed_silence(settings)
    }

    pub(crate) fn rhythm(&self) -> Option<Millis> {
        self.rhythm.estimate()
    }

    /// The silence that its rhythm allows, if that is known and regular.
    pub(crate) fn regular_silence(&self, shortest: Millis) -> Option<Millis> {
        let rhythm = self.rhythm().filter(|_| self.rhythm.is_regular())?;
        Some(rhythm.saturating_mul(RHYTHMS).max(shortest))
    }

    /// Messages heard since the start.
    pub(crate) fn messages(&self) -> u64 {
        self.messages
    }

    /// Whether it goes on: it was heard more than once, before a restart or since.
    pub(crate) fn goes_on(&self) -> bool {
        self.messages > 1 || self.is_recalled
    }

    pub(crate) fn view(&self, id: String) -> InstanceView {
        InstanceView {
            id,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            last_updated: self.last_updated,
            health: self.health(),
            stale: self.stale,
            rhythm: self.rhythm(),
            messages: self.messages,
            samples: self.samples,
        }
    }

    pub(crate) fn health(&self) -> Option<String> {
        self.word.as_ref().map(|word| word.text.to_string())
    }

    fn allowed_silence(&self, settings: &GateSettings) -> Millis {
        match self.rhythm() {
            Some(rhythm) => rhythm.saturating_mul(RHYTHMS).max(settings.shortest_silence),
            None => settings.collection_interval.saturating_mul(RHYTHMS).max(settings.unknown_silence),
        }
    }
}
