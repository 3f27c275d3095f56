//! Why a line, or a sample of it, is not taken.

use model::Reason;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What it is counted under, `snake_case`.
    pub(crate) word: &'static str,
    /// One sentence for people.
    pub(crate) text: String,
    /// Whether no later line can be understood either.
    pub(crate) is_final: bool,
}

impl Fault {
    /// The line is not of its format.
    pub(crate) fn syntax(text: impl Into<String>) -> Self {
        Self { word: "bad_syntax", text: text.into(), is_final: false }
    }

    /// A timestamp is missing or none.
    pub(crate) fn time(text: impl Into<String>) -> Self {
        Self { word: "bad_time", text: text.into(), is_final: false }
    }

    /// The first line of a table does not say what its columns are.
    pub(crate) fn header(text: impl Into<String>) -> Self {
        Self { word: "bad_header", text: text.into(), is_final: true }
    }

    /// One of the reasons of the house, said of a line.
    pub(crate) fn reason(reason: Reason, text: impl Into<String>) -> Self {
        Self { word: reason.as_str(), text: text.into(), is_final: false }
    }

    /// `found` is no value.
    pub(crate) fn value(found: &str) -> Self {
        Self::reason(Reason::BadValue, format!("{} is no number", shortened(found)))
    }

    /// `found` is no kind of a metric.
    pub(crate) fn kind(found: &str) -> Self {
        Self::reason(Reason::BadType, format!("{} is no type of a metric", shortened(found)))
    }
}

/// The first characters of `text`, as a literal: examples are for people, and stay on one line.
pub(crate) fn shortened(text: &str) -> String {
    const CHARS: usize = 60;
    let mut start: String = text.chars().take(CHARS).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
