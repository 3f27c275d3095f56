//! What an import refused: counted by reason, the first of each reason shown with its line.

use super::fault::Fault;
use std::collections::BTreeMap;
use std::fmt;

/// Examples shown of one reason.
const EXAMPLES: usize = 3;

/// What was refused so far.
#[derive(Debug, Default)]
pub(crate) struct Refusals(BTreeMap<&'static str, Refused>);

#[derive(Debug, Default)]
struct Refused {
    lines: u64,
    samples: u64,
    /// The line, and one sentence.
    examples: Vec<(u64, String)>,
}

impl Refusals {
    /// A whole line.
    pub(crate) fn line(&mut self, number: u64, fault: Fault) {
        let refused = self.0.entry(fault.word).or_default();
        refused.lines += 1;
        refused.show(number, fault.text);
    }

    /// A sample of a line that was understood.
    pub(crate) fn sample(&mut self, number: u64, reason: model::Reason, t: model::Millis) {
        let refused = self.0.entry(reason.as_str()).or_default();
        refused.samples += 1;
        refused.show(number, format!("{} Timestamp: {t}", reason.explain()));
    }

    /// Whether nothing was.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Refused {
    /// One line is shown once: it may hold thousands of samples.
    fn show(&mut self, number: u64, text: String) {
        let is_new = self.examples.last().is_none_or(|(last, _)| *last != number);
        if is_new && self.examples.len() < EXAMPLES {
            self.examples.push((number, text));
        }
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, refused) in &self.0 {
            write!(f, "\nrefused, {word}:")?;
            if refused.lines > 0 {
                write!(f, " {} lines", refused.lines)?;
            }
            if refused.samples > 0 {
                write!(f, " {} samples", refused.samples)?;
            }
            for (number, text) in &refused.examples {
                write!(f, "\n  line {number}: {text}")?;
            }
        }
        Ok(())
    }
}
