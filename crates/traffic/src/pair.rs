//! Who asks whom, and how that goes.

use crate::recent::Recent;
use model::{Millis, limits};
use std::sync::Arc;

/// Minutes of which answers and failures are counted.
const MINUTES: usize = 5;
const SPAN: i64 = 5;

/// Somebody who answers somebody's questions of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) asker: Arc<str>,
    pub(crate) responder: Arc<str>,
    /// The kind of topic of the questions.
    pub(crate) topic: Arc<str>,
    pub(crate) answers: u64,
    pub(crate) errors: u64,
    /// How long they took, in milliseconds.
    pub(crate) times: Recent,
    pub(crate) sum: Millis,
    pub(crate) last: Millis,
    pub(crate) is_told: bool,
}

impl Pair {
    pub(crate) fn new(asker: Arc<str>, responder: Arc<str>, topic: Arc<str>) -> Self {
        let times = Recent::default();
        Self { asker, responder, topic, answers: 0, errors: 0, times, sum: 0, last: 0, is_told: false }
    }

    /// An answer came after `took` milliseconds.
    pub(crate) fn answered(&mut self, took: Millis, is_error: bool, now: Millis) {
        self.answers += 1;
        self.errors += u64::from(is_error);
        self.sum = self.sum.saturating_add(took);
        self.times.push(now, took);
        self.last = now;
        self.is_told = false;
    }
}

/// Questions of one kind, of one who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) asker: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) questions: u64,
    pub(crate) unanswered: u64,
    /// Whether there ever was an answer: before, it is no question as far as one knows.
    pub(crate) is_question: bool,
    pub(crate) last: Millis,
}

/// Answers, and failures among them, of the last [`MINUTES`] minutes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcomes {
    counts: [(u32, u32); MINUTES],
    minute: i64,
}

impl Outcomes {
    pub(crate) fn count(&mut self, is_error: bool, now: Millis) {
        self.turn(now);
        if let Some((answers, errors)) = self.counts.get_mut(slot(self.minute)) {
            *answers = answers.saturating_add(1);
            *errors = errors.saturating_add(u32::from(is_error));
        }
    }

    /// The percentage that failed; `None` if there was nothing.
    pub(crate) fn error_rate(&mut self, now: Millis) -> Option<f64> {
        self.turn(now);
        let sum = |(a, b): (u64, u64), (c, d): &(u32, u32)| (a + u64::from(*c), b + u64::from(*d));
        let (answers, errors) = self.counts.iter().fold((0, 0), sum);
        #[expect(clippy::cast_precision_loss, reason = "answers of five minutes")]
        (answers > 0).then(|| 100.0 * errors as f64 / answers as f64)
    }

    fn turn(&mut self, now: Millis) {
        let minute = now.div_euclid(limits::MINUTE);
        if !(0..=SPAN).contains(&(minute - self.minute)) {
            self.counts = Default::default();
        } else {
            (self.minute + 1..=minute).for_each(|minute| self.counts[slot(minute)] = (0, 0));
        }
        self.minute = minute;
    }
}

fn slot(minute: i64) -> usize {
    usize::try_from(minute.rem_euclid(SPAN)).unwrap_or(0)
}
