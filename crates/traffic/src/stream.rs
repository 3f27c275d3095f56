//! What one sender says on one kind of topic with one type of message.

use crate::rate::Rate;
use model::{Millis, Rhythm, limits};
use std::sync::Arc;

/// A stream that is regular is overdue after so much of its rhythm, in hundredths: before the second message in a row is
/// missed, and later than a jitter of a third makes one late.
const OVERDUE: Millis = 175;
/// Shorter silences mean nothing.
const SHORTEST: Millis = 2 * limits::SECOND;

/// A stream of messages.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) topic: Arc<str>,
    /// The type that its messages have, empty where they name none.
    pub(crate) kind: Arc<str>,
    pub(crate) messages: Rate,
    pub(crate) bytes: u64,
    rhythm: Rhythm,
    pub(crate) last: Millis,
    /// Since when it has been overdue, and that was told.
    pub(crate) overdue: Option<Millis>,
    /// Its counts were told as they are.
    pub(crate) is_told: bool,
}

impl Stream {
    pub(crate) fn new(topic: Arc<str>, kind: Arc<str>, now: Millis) -> Self {
        Self {
            topic,
            kind,
            messages: Rate::default(),
            bytes: 0,
            rhythm: Rhythm::default(),
            last: now,
            overdue: None,
            is_told: false,
        }
    }

    /// One more message. Gives how long it had been silent, if it was overdue.
    pub(crate) fn heard(&mut self, bytes: usize, now: Millis) -> Option<Millis> {
        let silence = now - self.last;
        if self.messages.total() > 0 {
            self.rhythm.heard(silence);
        }
        self.messages.count(1);
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.last = now;
        self.is_told = false;
        self.overdue.take().map(|_| silence)
    }

    /// Its usual pause, where it has a regular one.
    pub(crate) fn every(&self) -> Option<Millis> {
        self.rhythm.estimate().filter(|_| self.rhythm.is_steady())
    }

    /// Nobody could be heard until now.
    pub(crate) fn forgive(&mut self, now: Millis) {
        if self.overdue.is_none() {
            self.last = now;
        }
    }

    /// Whether it is overdue now and was not before.
    pub(crate) fn is_missed(&mut self, now: Millis) -> bool {
        // Cheap first: this is asked of every stream each second.
        if self.overdue.is_some() || now - self.last <= SHORTEST {
            return false;
        }
        let is_late = self.every().is_some_and(|every| now - self.last > every * OVERDUE / 100);
        if is_late {
            self.overdue = Some(now);
            self.is_told = false;
        }
        is_late
    }
}
