//! Who said which id: whoever repeats it, must have heard it.
//!
//! Only the first time that somebody says an id counts: later on it only goes on about the same.

use hashbrown::HashMap;
use model::{Millis, limits};
use std::collections::VecDeque;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Somebody said an id.
#[derive(Debug, Clone)]
pub(crate) struct Mention {
    pub(crate) sender: Arc<str>,
    pub(crate) topic: Arc<str>,
    pub(crate) at: Millis,
}

/// The ids of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// By the hash of the id.
    mentions: HashMap<u64, Vec<Mention>>,
    /// The ids with the time of their first mention, the oldest in front.
    ages: VecDeque<(Millis, u64)>,
}

impl Ids {
    /// `sender` says `id`. Gives from whom it has it, if it says it for the first time: who said it last, of several such messages
    /// that on the most alike topic.
    pub(crate) fn say(
        &mut self,
        id: &str,
        sender: &Arc<str>,
        topic: &Arc<str>,
        now: Millis,
    ) -> Option<Mention> {
        self.expire(now);
        let hash = xxh3_64(id.as_bytes());
        let ages = &mut self.ages;
        let mentions = self.mentions.entry(hash).or_insert_with(|| {
            ages.push_back((now, hash));
            Vec::new()
        });
        let is_first = mentions.iter().all(|mention| mention.sender != *sender);
        let newest = mentions.last().filter(|_| is_first).map(|mention| Arc::clone(&mention.sender));
        let heard = newest.and_then(|newest| {
            let of_newest = mentions.iter().filter(|mention| mention.sender == newest);
            of_newest.max_by_key(|mention| alike(&mention.topic, topic)).cloned()
        });
        if mentions.len() < limits::GRAPH_ID_MENTIONS {
            mentions.push(Mention { sender: Arc::clone(sender), topic: Arc::clone(topic), at: now });
        }
        heard
    }

    fn expire(&mut self, now: Millis) {
        while let Some((at, id)) = self.ages.front()
            && (self.ages.len() >= limits::GRAPH_IDS || !(0..limits::GRAPH_ID_AGE).contains(&(now - at)))
        {
            self.mentions.remove(id);
            self.ages.pop_front();
        }
    }
}

/// Levels that two topics have in common from the beginning.
pub(crate) fn alike(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b).count()
}
