//! Somebody consumes what somebody else says, as single messages show it.

use crate::rate::Rate;
use model::Millis;
use std::sync::Arc;

/// How a single message shows that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It names whom it is for.
    Destination,
    /// It is a question, and was answered.
    Answer,
    /// It is the answer to what somebody asked.
    Asked,
    /// Somebody else repeated an id of it.
    RepeatsId,
    /// The collector itself reads it.
    Reads,
}

impl Evidence {
    pub(crate) const ALL: [Self; 5] =
        [Self::Destination, Self::Answer, Self::Asked, Self::RepeatsId, Self::Reads];

    /// As it is called in answers.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Destination => "destination",
            Self::Answer => "answer",
            Self::Asked => "asked",
            Self::RepeatsId => "repeats_id",
            Self::Reads => "reads",
        }
    }
}

/// Lags that are remembered of one edge.
const LAGS: usize = 32;

/// What one says on one kind of topic, and another one consumes.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) from: Arc<str>,
    pub(crate) to: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) messages: Rate,
    /// Of them, by each evidence; one message may have several.
    pub(crate) by: [u64; Evidence::ALL.len()],
    pub(crate) errors: u64,
    pub(crate) first: Millis,
    pub(crate) last: Millis,
    /// Milliseconds until the reaction, a ring, and how many there were.
    lags: [u32; LAGS],
    lagged: usize,
}

impl Edge {
    pub(crate) fn new(from: Arc<str>, to: Arc<str>, topic: Arc<str>, now: Millis) -> Self {
        let (messages, by, lags) = (Rate::default(), [0; Evidence::ALL.len()], [0; LAGS]);
        Self { from, to, topic, messages, by, errors: 0, first: now, last: now, lags, lagged: 0 }
    }

    /// One more message shows it, and a reaction came `lag` milliseconds after it.
    pub(crate) fn seen(&mut self, evidence: &[Evidence], lag: Option<Millis>, is_error: bool, now: Millis) {
        self.messages.count(1);
        self.errors += u64::from(is_error);
        self.last = now;
        for evidence in evidence {
            self.by[*evidence as usize] += 1;
        }
        if let Some(lag) = lag {
            self.lags[self.lagged % LAGS] = u32::try_from(lag.max(0)).unwrap_or(u32::MAX);
            self.lagged += 1;
        }
    }

    /// Messages that answer a question.
    pub(crate) fn answers(&self) -> u64 {
        self.by[Evidence::Asked as usize]
    }

    /// Median of the newest lags, in seconds.
    pub(crate) fn delay(&self) -> Option<f64> {
        let mut lags = self.lags;
        let known = lags.get_mut(..self.lagged.min(LAGS))?;
        known.sort_unstable();
        known.get(known.len() / 2).map(|lag| f64::from(*lag) / 1e3)
    }
}
