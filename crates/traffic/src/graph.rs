//! Who consumes what whom says. A broker does not tell; it is seen of what passes.
//!
//! A message shows an edge if it names whom it is for, if it is answered, if somebody repeats its id, or if the collector itself reads
//! it. That is counted here. What is only seen by times is in `follows` and `causes`.

use crate::edge::{Edge, Evidence};
use crate::follows::Follows;
use crate::ids::Ids;
use hashbrown::HashMap;
use model::{Envelope, Millis, limits};
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Words that stand for everybody.
const EVERYBODY: [&str; 6] = ["broadcast", "all", "any", "everyone", "everybody", "*"];

/// A message, as far as it matters who heard it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) sender: &'a Arc<str>,
    /// The hash of its name.
    pub(crate) place: u64,
    pub(crate) topic: &'a Arc<str>,
    pub(crate) envelope: &'a Envelope<'a>,
    /// The collector reads it itself.
    pub(crate) is_taken: bool,
    /// What it answers.
    pub(crate) answer: Option<&'a Answered>,
    pub(crate) now: Millis,
}

/// A question, and how it was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) asker: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) took: Millis,
    pub(crate) is_error: bool,
}

/// The edges.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// What the collector is called on the bus; empty if it does not say anything there.
    pub(crate) own: Arc<str>,
    pub(crate) edges: HashMap<u64, Edge>,
    ids: Ids,
    pub(crate) follows: Follows,
    /// Messages whose edges found no room.
    pub(crate) left_out: u64,
}

impl Graph {
    /// A message passes.
    pub(crate) fn see(&mut self, said: &Said<'_>) {
        let Said { sender, topic, envelope, answer, now, .. } = *said;
        if sender.is_empty() {
            return;
        }
        if let Some(answer) = answer {
            let (evidence, took) = (&[Evidence::Answer], Some(answer.took));
            self.link(&answer.asker, sender, &answer.topic, evidence, (took, answer.is_error), now);
        }
        let named = envelope.destination.as_deref().filter(|name| !EVERYBODY.contains(name));
        let asker = answer.map(|answer| &answer.asker);
        match (named, asker) {
            (Some(named), Some(asker)) if named == &**asker => {
                self.link(
                    sender,
                    asker,
                    topic,
                    &[Evidence::Destination, Evidence::Asked],
                    (None, false),
                    now,
                );
            }
            _ => {
                if let Some(named) = named.filter(|name| name.len() <= limits::TRAFFIC_NAME_BYTES) {
                    self.link(sender, named, topic, &[Evidence::Destination], (None, false), now);
                }
                if let Some(asker) = asker {
                    self.link(sender, asker, topic, &[Evidence::Asked], (None, false), now);
                }
            }
        }
        if said.is_taken && !self.own.is_empty() {
            let own = Arc::clone(&self.own);
            self.link(sender, &own, topic, &[Evidence::Reads], (None, false), now);
        }
        let mut heard = None;
        for id in &envelope.threads {
            heard = self.ids.say(id, sender, topic, now).or(heard);
        }
        let is_explained = answer.is_some() || heard.is_some();
        if let Some(heard) = heard.filter(|_| answer.is_none()) {
            let lag = Some(now - heard.at);
            self.link(&heard.sender, sender, &heard.topic, &[Evidence::RepeatsId], (lag, false), now);
        }
        let voice = xxh3_64_with_seed(topic.as_bytes(), said.place);
        self.follows.hear(voice, sender, topic, is_explained, now);
    }

    fn link(
        &mut self,
        from: &Arc<str>,
        to: &str,
        topic: &Arc<str>,
        evidence: &[Evidence],
        (lag, is_error): (Option<Millis>, bool),
        now: Millis,
    ) {
        if **from == *to || to.is_empty() || from.is_empty() {
            return;
        }
        let key = [&**from, to]
            .iter()
            .fold(xxh3_64(topic.as_bytes()), |seed, part| xxh3_64_with_seed(part.as_bytes(), seed));
        if self.edges.len() >= limits::GRAPH_EDGES && !self.edges.contains_key(&key) {
            self.left_out += 1;
            return;
        }
        let new = || Edge::new(Arc::clone(from), Arc::from(to), Arc::clone(topic), now);
        self.edges.entry(key).or_insert_with(new).seen(evidence, lag, is_error, now);
    }

    /// A round of [`limits::TRAFFIC_EVERY`] is over.
    pub(crate) fn round(&mut self) {
        self.edges.values_mut().for_each(|edge| edge.messages.round());
        self.follows.round();
    }

    /// Forgets what was not seen for long.
    pub(crate) fn forget(&mut self, is_known: impl Fn(Millis) -> bool) {
        self.edges.retain(|_, edge| is_known(edge.last));
        self.follows.forget(is_known);
    }
}
