//! What a condition is told of a series at a time.

use crate::window::{Function, Windows};
use model::Millis;

/// A series at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// The newest value.
    pub(crate) value: f64,
    /// The text that belongs to it (the health word), if any.
    pub(crate) word: Option<&'a str>,
    /// How long ago the newest sample is.
    pub(crate) silence: Millis,
    /// The windows, brought to `at`; of a sample alone there are none.
    pub(crate) windows: Option<&'a Windows>,
    /// The time.
    pub(crate) at: Millis,
}

impl<'a> Seen<'a> {
    /// A sample alone.
    pub(crate) fn plain(value: f64, word: Option<&'a str>) -> Self {
        Self { value, word, silence: 0, windows: None, at: 0 }
    }

    /// What a question comes to.
    pub(super) fn answer(&self, function: Function) -> Option<f64> {
        self.windows?.answer(function, self.at)
    }
}
