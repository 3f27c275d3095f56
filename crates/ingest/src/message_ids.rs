//! Which messages were taken already: the ids of the newest [`limits::REMEMBERED_MESSAGE_IDS`] messages, as
//! 64-bit hashes. Two of 64 k ids share a hash by chance once in 10^14 messages.

use hashbrown::HashTable;
use model::limits;
use std::collections::VecDeque;
use xxhash_rust::xxh3::xxh3_64;

/// A bounded memory, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct MessageIds {
    known: HashTable<u64>,
    oldest_first: VecDeque<u64>,
}

impl MessageIds {
    /// The hash by which `id` is remembered.
    pub(crate) fn hash(id: &str) -> u64 {
        xxh3_64(id.as_bytes())
    }

    pub(crate) fn contains(&self, hash: u64) -> bool {
        self.known.find(hash, |known| *known == hash).is_some()
    }

    /// Remembers a message, and forgets the oldest one when there are too many.
    pub(crate) fn remember(&mut self, hash: u64) {
        if self.contains(hash) {
            return;
        }
        if self.oldest_first.len() >= limits::REMEMBERED_MESSAGE_IDS
            && let Some(oldest) = self.oldest_first.pop_front()
            && let Ok(found) = self.known.find_entry(oldest, |known| *known == oldest)
        {
            found.remove();
        }
        self.known.insert_unique(hash, hash, |known| *known);
        self.oldest_first.push_back(hash);
    }
}

#[cfg(test)]
mod tests {
    use super::MessageIds;
    use model::limits::REMEMBERED_MESSAGE_IDS;

    #[test]
    fn the_newest_ids_are_known_and_older_ones_are_forgotten() {
        let mut ids = MessageIds::default();
        let hash = |i: usize| MessageIds::hash(&format!("message-{i}"));
        for i in 0..REMEMBERED_MESSAGE_IDS + 10 {
            assert!(!ids.contains(hash(i)));
            ids.remember(hash(i));
            ids.remember(hash(i));
        }
        assert_eq!(ids.known.len(), REMEMBERED_MESSAGE_IDS);
        assert_eq!(ids.oldest_first.len(), REMEMBERED_MESSAGE_IDS);
        for i in 0..10 {
            assert!(!ids.contains(hash(i)), "{i} is forgotten");
        }
        for i in 10..REMEMBERED_MESSAGE_IDS + 10 {
            assert!(ids.contains(hash(i)), "{i} is known");
        }
    }
}
