//! What was taken and what was refused, counted: by reason, by topic, with the newest example of each.
//!
//! Nothing that comes in vanishes unseen: it is a sample, or it is counted here.

use model::{Millis, Reason, limits};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest part of a topic that is kept to count by.
const TOPIC_BYTES: usize = 256;

/// The counts since start. All of them only grow.
#[derive(Debug, Default)]
pub struct Tally {
    messages: AtomicU64,
    samples: AtomicU64,
    replaced: AtomicU64,
    internal: AtomicU64,
    refusals: Mutex<BTreeMap<Reason, Refusals>>,
}

/// One reason for refusing, with its counts.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalView {
    /// Why.
    pub reason: Reason,
    /// How often since start.
    pub count: u64,
    /// How often by topic, most first; the first [`limits::TOPICS_PER_REASON`] topics that were seen.
    pub topics: Vec<(String, u64)>,
    /// How often on all other topics.
    pub other_topics: u64,
    /// The newest one.
    pub example: Option<ExampleView>,
}

/// A refused input, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleView {
    /// Where it came from.
    pub topic: String,
    /// What exactly was wrong.
    pub detail: String,
    /// Its first bytes; what is not UTF-8 shows as U+FFFD. Empty where the input was one entry of a message.
    pub payload: String,
    /// When it came.
    pub at: Millis,
}

impl Tally {
    /// Counts one refused input.
    pub fn count(&self, reason: Reason, topic: &str, detail: &str, example: &[u8], now: Millis) {
        self.count_many(reason, 1, topic, detail, example, now);
    }

    /// Every reason that was counted, in the order of [`Reason::ALL`].
    #[must_use]
    pub fn report(&self) -> Vec<RefusalView> {
        self.refusals.lock().iter().map(|(reason, refusals)| refusals.view(*reason)).collect()
    }

    /// How often something was refused for `reason`.
    #[must_use]
    pub fn total(&self, reason: Reason) -> u64 {
        self.refusals.lock().get(&reason).map_or(0, |refusals| refusals.count)
    }

    /// Messages that could not be read at all.
    #[must_use]
    pub fn undecodable(&self) -> u64 {
        self.sum(Reason::is_undecodable)
    }

    /// Refusals that somebody should mend, and faults of the collector's own.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.sum(Reason::is_error) + self.internal.load(Ordering::Relaxed)
    }

    /// Messages taken, whatever was in them.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// Samples that were new to the store.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples.load(Ordering::Relaxed)
    }

    /// Samples that took the place of one of the same series and time.
    #[must_use]
    pub fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }

    pub(crate) fn count_many(
        &self,
        reason: Reason,
        times: u64,
        topic: &str,
        detail: &str,
        example: &[u8],
        now: Millis,
    ) {
        self.refusals.lock().entry(reason).or_default().add(times, topic, detail, example, now);
    }

    pub(crate) fn count_message(&self) {
        self.messages.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_samples(&self, new: usize, replaced: usize) {
        self.samples.fetch_add(new as u64, Ordering::Relaxed);
        self.replaced.fetch_add(replaced as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_internal(&self) {
        self.internal.fetch_add(1, Ordering::Relaxed);
    }

    fn sum(&self, of: impl Fn(Reason) -> bool) -> u64 {
        self.refusals
            .lock()
            .iter()
            .filter(|(reason, _)| of(**reason))
            .map(|(_, refusals)| refusals.count)
            .sum()
    }
}

/// The refusals for one reason.
#[derive(Debug, Default)]
struct Refusals {
    count: u64,
    topics: BTreeMap<Box<str>, u64>,
    other_topics: u64,
    newest: Example,
}

/// The texts are overwritten in place, so a flood of refusals allocates nothing.
#[derive(Debug, Default)]
struct Example {
    topic: String,
    detail: String,
    payload: Vec<u8>,
    at: Millis,
}

impl Refusals {
    fn add(&mut self, times: u64, topic: &str, detail: &str, payload: &[u8], at: Millis) {
        let topic = start(topic, TOPIC_BYTES);
        self.count += times;
        if let Some(count) = self.topics.get_mut(topic) {
            *count += times;
        } else if self.topics.len() < limits::TOPICS_PER_REASON {
            self.topics.insert(topic.into(), times);
        } else {
            self.other_topics += times;
        }
        let example = &mut self.newest;
        example.at = at;
        overwrite(&mut example.topic, topic);
        overwrite(&mut example.detail, start(detail, limits::EXAMPLE_BYTES));
        example.payload.clear();
        example.payload.extend_from_slice(&payload[..payload.len().min(limits::EXAMPLE_BYTES)]);
    }

    fn view(&self, reason: Reason) -> RefusalView {
        let mut topics: Vec<(String, u64)> =
            self.topics.iter().map(|(topic, count)| (topic.to_string(), *count)).collect();
        topics.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let example = (self.count > 0).then(|| ExampleView {
            topic: self.newest.topic.clone(),
            detail: self.newest.detail.clone(),
            payload: String::from_utf8_lossy(&self.newest.payload).into_owned(),
            at: self.newest.at,
        });
        RefusalView { reason, count: self.count, topics, other_topics: self.other_topics, example }
    }
}

fn overwrite(text: &mut String, with: &str) {
    text.clear();
    text.push_str(with);
}

/// The longest start of `text` that has at most `bytes` bytes and ends between characters.
pub(crate) fn start(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
