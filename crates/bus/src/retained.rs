//! What is to stand on the broker, topic by topic, and what of that is not there yet.
//!
//! It is no queue: whoever changes a state ten times while the broker is slow has the last one published. A paper is up once
//! the broker has acknowledged it, and is gone once it has acknowledged the empty one that takes it down.

use crate::discovery_topics::DiscoveryTopics;
use crate::encode::Outgoing;
use model::limits;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::Notify;

/// Documents are taken down before anything is put up, and states behind all: who reads both is not to see the state of
/// something go that it still knows.
const DOCUMENTS_DOWN: u8 = 0;
const STATES_DOWN: u8 = u8::MAX;

/// What is to stand on the broker.
#[derive(Debug)]
pub(crate) struct Retained {
    topics: DiscoveryTopics,
    state: Mutex<State>,
    /// Something is due.
    pub(crate) changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    papers: BTreeMap<String, Paper>,
    /// By rank and topic: what is to be published.
    due: BTreeSet<(u8, String)>,
    taken_down: Vec<String>,
}

/// What is to stand on a topic.
#[derive(Debug)]
struct Paper {
    rank: u8,
    /// Nothing is to stand there if it is empty.
    payload: Vec<u8>,
}

impl Retained {
    pub(crate) fn new(topics: DiscoveryTopics) -> Self {
        Self { topics, state: Mutex::default(), changed: Notify::new() }
    }

    /// Puts something up; what has a lower `rank` goes first. Gives whether that may stand there, and has room.
    pub(crate) fn put_up(&self, rank: u8, topic: &str, payload: Vec<u8>) -> bool {
        !payload.is_empty() && self.topics.may_stand(topic) && self.set(topic, Paper { rank, payload })
    }

    /// Takes something down. Gives whether it may be taken down, and there is room to remember it.
    pub(crate) fn take_down(&self, topic: &str) -> bool {
        let rank = if topic.ends_with("/config") { DOCUMENTS_DOWN } else { STATES_DOWN };
        DiscoveryTopics::may_be_taken_down(topic) && self.set(topic, Paper { rank, payload: Vec::new() })
    }

    fn set(&self, topic: &str, paper: Paper) -> bool {
        let mut state = self.state.lock();
        let before = state.papers.get(topic).map(|before| (before.rank, topic.to_owned()));
        if before.is_none() && state.papers.len() >= limits::HOME_ASSISTANT_TOPICS {
            return false;
        }
        if let Some(before) = before {
            state.due.remove(&before);
        }
        state.due.insert((paper.rank, topic.to_owned()));
        state.papers.insert(topic.to_owned(), paper);
        drop(state);
        self.changed.notify_one();
        true
    }

    /// What has been taken down since the last time.
    pub(crate) fn taken_down(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().taken_down)
    }

    /// All is to be published again: the broker, or who reads, may have forgotten it.
    pub(crate) fn again(&self) {
        let mut state = self.state.lock();
        state.due = state.papers.iter().map(|(topic, paper)| (paper.rank, topic.clone())).collect();
        drop(state);
        self.changed.notify_one();
    }

    /// What is to be published next.
    pub(crate) fn next(&self) -> Option<Outgoing> {
        let mut state = self.state.lock();
        let (_, topic) = state.due.pop_first()?;
        let payload = state.papers.get(&topic)?.payload.clone();
        Some(Outgoing { topic, payload })
    }

    /// The broker has acknowledged a message.
    pub(crate) fn acknowledged(&self, message: &Outgoing) {
        let mut state = self.state.lock();
        let Some(paper) = state.papers.get(&message.topic).filter(|paper| paper.payload.is_empty()) else {
            return;
        };
        let is_due = state.due.contains(&(paper.rank, message.topic.clone()));
        if message.payload.is_empty() && !is_due {
            state.papers.remove(&message.topic);
            state.taken_down.push(message.topic.clone());
        }
    }

    /// How much is to stand there, and how much of that is not yet published.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.papers.len(), state.due.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Retained;
    use crate::discovery_topics::DiscoveryTopics;
    use crate::encode::Outgoing;
    use crate::topics::ALERTS;
    use model::limits;

    fn board() -> (Retained, DiscoveryTopics) {
        let topics = DiscoveryTopics::new("homeassistant", "me").expect("good");
        (Retained::new(topics.clone()), topics)
    }

    fn all(board: &Retained) -> Vec<Outgoing> {
        std::iter::from_fn(|| board.next()).collect()
    }

    #[test]
    fn the_newest_of_each_topic_is_published_once_documents_first() {
        let (board, topics) = board();
        let (state, config) = (topics.state("a"), topics.config("sensor", "a"));
        for n in 0..10 {
            assert!(board.put_up(2, &state, vec![n]));
        }
        assert!(board.put_up(1, &config, vec![1]));
        let published: Vec<_> = all(&board).into_iter().map(|one| (one.topic, one.payload)).collect();
        assert_eq!(published, [(config.clone(), vec![1]), (state.clone(), vec![9])]);
        assert!(board.next().is_none());
        board.again();
        assert_eq!(all(&board).len(), 2);
        // A document goes before, a state behind all others.
        assert!(
            board.take_down(&state)
                && board.take_down(&config)
                && board.put_up(1, &topics.state("b"), vec![1])
        );
        let order: Vec<_> = all(&board).into_iter().map(|one| one.topic).collect();
        assert_eq!(order, [config, topics.state("b"), state]);
    }

    #[test]
    fn what_is_taken_down_is_gone_once_the_broker_says_so() {
        let (board, topics) = board();
        let state = topics.state("a");
        assert!(board.put_up(2, &state, vec![1]));
        let up = board.next().expect("due");
        assert!(board.take_down(&state));
        board.acknowledged(&up);
        assert!(board.taken_down().is_empty(), "that was the one before");
        let down = board.next().expect("due");
        // Put up again before the broker said anything.
        assert!(board.put_up(2, &state, vec![2]));
        board.acknowledged(&down);
        assert!(board.taken_down().is_empty());
        assert_eq!(board.next().map(|one| one.payload), Some(vec![2]));
        assert!(board.take_down(&state));
        // Of a connection before, while the next has not sent it yet.
        board.acknowledged(&down);
        assert!(board.taken_down().is_empty());
        let down = board.next().expect("due");
        board.acknowledged(&down);
        assert_eq!((board.taken_down(), board.counts()), (vec![state], (0, 0)));
        assert!(board.taken_down().is_empty());
    }

    #[test]
    fn nothing_is_put_up_elsewhere_and_not_without_end() {
        let (board, topics) = board();
        for topic in [ALERTS, "homeassistant/sensor/you/a/config", &topics.command("a")] {
            assert!(!board.put_up(0, topic, vec![1]), "{topic}");
        }
        assert!(!board.take_down(ALERTS) && !board.put_up(0, &topics.state("a"), Vec::new()));
        for n in 0..limits::HOME_ASSISTANT_TOPICS {
            assert!(board.put_up(2, &topics.state(&n.to_string()), vec![1]));
        }
        assert!(!board.put_up(2, &topics.state("more"), vec![1]) && !board.take_down("h/sensor/n/o/config"));
        assert!(board.put_up(2, &topics.state("0"), vec![2]), "what is there may change");
    }
}
