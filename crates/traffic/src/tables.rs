//! Everything that is known of the traffic, and how one message more changes it.

use crate::graph::{Answered, Graph, Said};
use crate::pair::{Asked, Pair};
use crate::questions::{Part, Question, Questions, part};
use crate::sender::Sender;
use crate::stream::Stream;
use hashbrown::HashMap;
use model::{Envelope, MessageIds, Millis, Sighting, TopicKinds, limits};
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// How a service says goodbye.
const GOODBYE: &str = "unregister";

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    kinds: TopicKinds,
    ids: MessageIds,
    questions: Questions,
    pub(crate) graph: Graph,
    /// By the hash of their name.
    pub(crate) senders: HashMap<u64, Sender>,
    pub(crate) streams: usize,
    pub(crate) pairs: HashMap<u64, Pair>,
    pub(crate) asked: HashMap<u64, Asked>,
    /// Messages that no sender, stream or pair could be made of, because there are too many.
    pub(crate) left_out: u64,
    /// Copies that the broker had kept, which nobody sent now.
    pub(crate) retained: u64,
    pub(crate) messages: u64,
}

/// The key of somebody's questions of one kind.
pub(crate) fn asked_key(asker: &str, topic: &str) -> u64 {
    xxh3_64_with_seed(asker.as_bytes(), xxh3_64(topic.as_bytes()))
}

/// Something that was overdue came after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) sender: Arc<str>,
    pub(crate) topic: Arc<str>,
    /// After so long a silence.
    pub(crate) silence: Millis,
}

impl Tables {
    /// A message passes.
    pub(crate) fn see(&mut self, sighting: &Sighting<'_>) -> Option<Returned> {
        let now = sighting.received_at;
        self.messages += 1;
        if sighting.retained {
            self.retained += 1;
            return None;
        }
        let nobody = Envelope::default();
        let envelope = sighting.envelope.as_ref().unwrap_or(&nobody);
        let names = [Some(&*envelope.source), envelope.destination.as_deref()].into_iter().flatten();
        let names = names.chain(envelope.names.iter().map(|name| &**name)).filter(|name| !name.is_empty());
        let topic = self.kinds.of(sighting.topic, &names);
        let kind = envelope.message_type.as_deref().unwrap_or("");
        let place = xxh3_64(envelope.source.as_bytes());
        let is_new = self.is_new_message(envelope);
        let Some(sender) = self.sender(place, &envelope.source, now) else {
            self.left_out += 1;
            return None;
        };
        sender.last = now;
        sender.is_told = false;
        sender.messages.count(1);
        sender.bytes.count(sighting.bytes as u64);
        sender.is_gone = topic.ends_with(GOODBYE);
        if !is_new {
            sender.duplicates += 1;
            return None;
        }
        let sent = sender.timed(envelope.sent_at, envelope.ttl, now);
        sender.strays += u64::from(envelope.hops.is_some_and(|(hops, most)| hops > most));
        let name = Arc::clone(&sender.name);
        let returned = self.heard(place, &topic, kind, sighting.bytes, now);
        let answer = self.converse(place, &topic, envelope, sent, now);
        let (is_taken, answer) = (sighting.is_taken, answer.as_ref());
        self.graph.see(&Said { sender: &name, place, topic: &topic, envelope, is_taken, answer, now });
        returned.map(|silence| Returned { sender: name, topic, silence })
    }

    fn is_new_message(&mut self, envelope: &Envelope<'_>) -> bool {
        let Some(id) = envelope.message_id.as_deref() else { return true };
        let hash = MessageIds::hash(id);
        if self.ids.contains(hash) {
            return false;
        }
        self.ids.remember(hash);
        true
    }

    fn sender(&mut self, place: u64, name: &str, now: Millis) -> Option<&mut Sender> {
        let has_room =
            self.senders.len() < limits::TRAFFIC_SENDERS && name.len() <= limits::TRAFFIC_NAME_BYTES;
        if !has_room && !self.senders.contains_key(&place) {
            return None;
        }
        Some(self.senders.entry(place).or_insert_with(|| Sender::new(Arc::from(name), now)))
    }

    /// Counts the message in its stream. Gives how long that had been silent, if it was overdue.
    fn heard(
        &mut self,
        place: u64,
        topic: &Arc<str>,
        kind: &str,
        bytes: usize,
        now: Millis,
    ) -> Option<Millis> {
        let sender = self.senders.get_mut(&place)?;
        let kind = if kind.len() <= limits::TRAFFIC_NAME_BYTES { kind } else { "" };
        let key = xxh3_64_with_seed(kind.as_bytes(), xxh3_64(topic.as_bytes()));
        if !sender.streams.contains_key(&key) {
            if self.streams >= limits::TRAFFIC_STREAMS {
                self.left_out += 1;
                return None;
            }
            self.streams += 1;
        }
        let new = || Stream::new(Arc::clone(topic), Arc::from(kind), now);
        sender.streams.entry(key).or_insert_with(new).heard(bytes, now)
    }

    /// Looks whether the message asks something, or answers, and what.
    fn converse(
        &mut self,
        place: u64,
        topic: &Arc<str>,
        envelope: &Envelope<'_>,
        sent: Option<Millis>,
        now: Millis,
    ) -> Option<Answered> {
        self.expire(now);
        match part(topic, envelope) {
            Part::Neither => None,
            Part::Question => {
                let sender = self.senders.get(&place)?;
                let asker = Arc::clone(&sender.name);
                let question = Question { asker, topic: Arc::clone(topic), at: now, is_answered: false };
                self.asked(&question.asker, topic, now, |asked| asked.questions += 1);
                self.questions.ask(question, envelope);
                None
            }
            Part::Answer { is_error } => self.answer(place, topic, envelope, is_error, sent, now),
        }
    }

    fn answer(
        &mut self,
        place: u64,
        topic: &str,
        envelope: &Envelope<'_>,
        is_error: bool,
        sent: Option<Millis>,
        now: Millis,
    ) -> Option<Answered> {
        let found = self.questions.answered(&envelope.source, topic, envelope).cloned();
        let sender = self.senders.get_mut(&place)?;
        sender.errors += u64::from(is_error);
        if is_error || found.is_some() {
            sender.outcomes.count(is_error, now);
        }
        let question = found?;
        let took = now - question.at;
        sender.responses.push(now, took);
        if let Some(sent) = sent {
            sender.skew.answered(sent, question.at, now);
        }
        let responder = Arc::clone(&sender.name);
        self.asked(&question.asker, &question.topic, now, |asked| asked.is_question = true);
        let key = [&*question.asker, &*responder, &*question.topic]
            .iter()
            .fold(0, |seed, part| xxh3_64_with_seed(part.as_bytes(), seed));
        if self.pairs.len() >= limits::TRAFFIC_PAIRS && !self.pairs.contains_key(&key) {
            self.left_out += 1;
        } else {
            let new = || Pair::new(Arc::clone(&question.asker), responder, Arc::clone(&question.topic));
            self.pairs.entry(key).or_insert_with(new).answered(took, is_error, now);
        }
        Some(Answered { asker: question.asker, topic: question.topic, took, is_error })
    }

    /// Changes what is known of somebody's questions, if there is room for it.
    fn asked(&mut self, asker: &Arc<str>, topic: &Arc<str>, now: Millis, change: impl FnOnce(&mut Asked)) {
        let key = asked_key(asker, topic);
        if self.asked.len() >= limits::TRAFFIC_PAIRS && !self.asked.contains_key(&key) {
            return;
        }
        let (asker, topic) = (Arc::clone(asker), Arc::clone(topic));
        let new = || Asked { asker, topic, questions: 0, unanswered: 0, is_question: false, last: now };
        let asked = self.asked.entry(key).or_insert_with(new);
        asked.last = now;
        change(asked);
    }

    /// Counts the questions that nobody answered in time.
    pub(crate) fn expire(&mut self, now: Millis) {
        while let Some(question) = self.questions.expire(now) {
            if !question.is_answered {
                self.asked(&question.asker, &question.topic, question.at, |asked| asked.unanswered += 1);
            }
        }
    }

    /// Gives `take` the streams that became overdue, with their senders.
    pub(crate) fn each_missed(&mut self, now: Millis, mut take: impl FnMut(&Arc<str>, &Stream)) {
        for sender in self.senders.values_mut().filter(|sender| !sender.is_gone) {
            for stream in sender.streams.values_mut() {
                if stream.is_missed(now) {
                    take(&sender.name, stream);
                }
            }
        }
    }

    /// Nobody could be heard until now: no silence so far means anything.
    pub(crate) fn forgive(&mut self, now: Millis) {
        let streams = self.senders.values_mut().flat_map(|sender| sender.streams.values_mut());
        streams.for_each(|stream| stream.forgive(now));
    }

    /// Forgets what was not heard for long.
    pub(crate) fn forget(&mut self, now: Millis) {
        let is_known = |last: Millis| (now - last).abs() < limits::TRAFFIC_KEPT;
        for sender in self.senders.values_mut() {
            sender.streams.retain(|_, stream| is_known(stream.last));
        }
        self.senders.retain(|_, sender| is_known(sender.last));
        self.streams = self.senders.values().map(|sender| sender.streams.len()).sum();
        self.pairs.retain(|_, pair| is_known(pair.last));
        self.asked.retain(|_, asked| is_known(asked.last));
        self.questions.tidy();
        self.graph.forget(is_known);
    }
}
