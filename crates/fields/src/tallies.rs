//! How many fields there are of whom, and how many were left out for which reason.

use crate::left::Left;
use hashbrown::HashMap;
use model::limits;
use std::sync::Arc;

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    left: [u64; Left::ALL.len()],
    /// The newest example of each, now and then.
    examples: [String; Left::ALL.len()],
    senders: HashMap<u64, usize>,
    kinds: HashMap<Arc<str>, usize>,
    /// Words of states, which are series as well.
    pub(crate) words: usize,
}

impl Tallies {
    /// Something was left out: on which topic, at which path.
    pub(crate) fn leave(&mut self, left: Left, topic: &str, path: &str) {
        let Some(count) = self.left.get_mut(left.place()) else { return };
        *count += 1;
        // A flood writes no examples.
        if count.is_power_of_two()
            && let Some(example) = self.examples.get_mut(left.place())
        {
            example.clear();
            let mut end = topic.len().min(limits::EXAMPLE_BYTES);
            while !topic.is_char_boundary(end) {
                end -= 1;
            }
            example.push_str(topic.get(..end).unwrap_or_default());
            if !path.is_empty() {
                example.push(' ');
                example.push_str(path);
            }
        }
    }

    /// Whether there may be one field more, beside those that are.
    pub(crate) fn admit(
        &self,
        fields: usize,
        sender: u64,
        is_named: bool,
        kind: &Arc<str>,
    ) -> Result<(), Left> {
        let of_sender = || self.senders.get(&sender).copied().unwrap_or_default();
        if fields + self.words >= limits::FIELDS {
            Err(Left::TooManyFields)
        } else if is_named && of_sender() >= limits::FIELDS_PER_SENDER {
            Err(Left::TooManyOfSender)
        } else if self.kinds.get(kind).is_some_and(|count| *count >= limits::FIELDS_PER_KIND) {
            Err(Left::TooManyOfTopic)
        } else {
            Ok(())
        }
    }

    /// There is one field more.
    pub(crate) fn add(&mut self, sender: u64, kind: &Arc<str>) {
        *self.senders.entry(sender).or_default() += 1;
        *self.kinds.entry(Arc::clone(kind)).or_default() += 1;
    }

    /// Counts the fields again, after some went.
    pub(crate) fn recount<'a>(&mut self, fields: impl Iterator<Item = (u64, &'a Arc<str>, usize)>) {
        self.senders.clear();
        self.kinds.clear();
        self.words = 0;
        for (sender, kind, words) in fields {
            self.add(sender, kind);
            self.words += words;
        }
    }

    /// The reasons that there were, how often, with an example.
    pub(crate) fn left(&self) -> impl Iterator<Item = (Left, u64, &str)> {
        let all = Left::ALL.iter().zip(&self.left).zip(&self.examples);
        all.filter(|((_, count), _)| **count > 0).map(|((left, count), example)| (*left, *count, &**example))
    }
}
