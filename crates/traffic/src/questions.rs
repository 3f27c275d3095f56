//! Which message answers which.
//!
//! A message is an answer if it says so by the last word of its topic that is no name, or by its type. Its question is found, the surest
//! way first: the answer repeats the question's body; both carry the same id, and of several the one on the most alike topic is
//! meant; or the question came on `…/request` beside the answer's `…/response`, from whom the answer is for.

use hashbrown::HashMap;
use model::{Envelope, Millis, limits};
use std::collections::VecDeque;
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Words by which an answer says that it is one.
const ANSWERS: [&str; 9] =
    ["response", "responses", "reply", "result", "results", "answer", "error", "ack", "transcription"];
/// Words by which it says that something failed.
const ERROR: &str = "error";
/// Words of a question that carries no id.
const QUESTIONS: [&str; 4] = ["request", "query", "get", "command"];
/// Questions that one key may lead to.
const ALIKE: usize = 8;

/// A question whose answer is awaited.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) asker: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) at: Millis,
    pub(crate) is_answered: bool,
}

/// The questions of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// The oldest in front; the first has the number `first`.
    open: VecDeque<Question>,
    first: u64,
    /// Numbers of questions, by what may lead to them.
    keys: HashMap<u64, Vec<u64>>,
}

/// What a message is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Question,
    Answer { is_error: bool },
    Neither,
}

/// What a message on `topic` is.
pub(crate) fn part(topic: &str, envelope: &Envelope<'_>) -> Part {
    let word = last_word(topic);
    let kind = envelope.message_type.as_deref().unwrap_or("");
    let by_kind = || kind.rsplit('_').next().filter(|word| ANSWERS.contains(word)).is_some();
    if word == ERROR || kind == ERROR {
        Part::Answer { is_error: true }
    } else if ANSWERS.contains(&word) || envelope.answers.is_some() || by_kind() {
        Part::Answer { is_error: false }
    } else if !envelope.threads.is_empty() || QUESTIONS.contains(&word) {
        Part::Question
    } else {
        Part::Neither
    }
}

/// The last level that is no name.
fn last_word(topic: &str) -> &str {
    topic.rsplit('/').find(|level| !matches!(*level, "+" | "#")).unwrap_or("")
}

/// What stands before that.
fn parent(topic: &str) -> &str {
    let topic = topic.trim_end_matches(['+', '/', '#']);
    topic.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn alike(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count()
}

/// Keys by which a question is found, each of its own kind.
fn of_body(body: u64) -> u64 {
    xxh3_64_with_seed(&body.to_le_bytes(), 1)
}

fn of_thread(thread: &str) -> u64 {
    xxh3_64_with_seed(thread.as_bytes(), 2)
}

fn of_place(topic: &str, asker: &str) -> u64 {
    xxh3_64_with_seed(asker.as_bytes(), xxh3_64(parent(topic).as_bytes()))
}

impl Questions {
    /// Awaits the answer to a question.
    pub(crate) fn ask(&mut self, question: Question, envelope: &Envelope<'_>) {
        let number = self.first + self.open.len() as u64;
        let threads = envelope.threads.iter().map(|thread| of_thread(thread));
        let keys = threads.chain([of_body(envelope.body), of_place(&question.topic, &question.asker)]);
        for key in keys {
            let numbers = self.keys.entry(key).or_default();
            if numbers.len() >= ALIKE {
                numbers.remove(0);
            }
            numbers.push(number);
        }
        self.open.push_back(question);
    }

    /// The question that a message of `responder` on `topic` answers.
    pub(crate) fn answered(
        &mut self,
        responder: &str,
        topic: &str,
        envelope: &Envelope<'_>,
    ) -> Option<&mut Question> {
        let number = self.find(responder, topic, envelope)?;
        let question = self.get_mut(number)?;
        question.is_answered = true;
        Some(question)
    }

    fn find(&self, responder: &str, topic: &str, envelope: &Envelope<'_>) -> Option<u64> {
        let of = |key: u64| {
            let numbers = self.keys.get(&key).into_iter().flatten().copied();
            numbers.filter(|number| self.get(*number).is_some_and(|one| &*one.asker != responder))
        };
        let by_body = envelope.answers.and_then(|body| of(of_body(body)).next_back());
        by_body
            .or_else(|| {
                let threads = envelope.threads.iter().flat_map(|thread| of(of_thread(thread)));
                threads.max_by_key(|number| {
                    (self.get(*number).map_or(0, |one| alike(&one.topic, topic)), *number)
                })
            })
            .or_else(|| {
                let askers = envelope.destination.iter().chain(&envelope.names);
                askers.flat_map(|asker| of(of_place(topic, asker))).max()
            })
    }

    fn get(&self, number: u64) -> Option<&Question> {
        self.open.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Question> {
        self.open.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Takes out a question whose time is over, or that has no room.
    pub(crate) fn expire(&mut self, now: Millis) -> Option<Question> {
        let oldest = self.open.front()?;
        let is_over = !(0..limits::TRAFFIC_ANSWER).contains(&(now - oldest.at));
        if !is_over && self.open.len() <= limits::TRAFFIC_QUESTIONS {
            return None;
        }
        self.first += 1;
        self.open.pop_front()
    }

    /// Forgets keys that lead to nothing any more.
    pub(crate) fn tidy(&mut self) {
        let first = self.first;
        self.keys.retain(|_, numbers| {
            numbers.retain(|number| *number >= first);
            !numbers.is_empty()
        });
    }
}
