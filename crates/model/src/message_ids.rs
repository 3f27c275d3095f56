//! Which messages were taken already, by the hashes of their ids. Two of the remembered ids share a 64-bit
//! hash by chance once in 10^14 messages.
//!
//! There are two generations: when the young one is full it becomes the old one, and the old one is
//! forgotten. So at least the newest [`limits::REMEMBERED_MESSAGE_IDS`] ids are known and at most twice as
//! many, and nothing is ever taken out singly: that would be most of what a small message costs.

use crate::limits;
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// A bounded memory of messages.
#[derive(Debug, Default)]
pub struct MessageIds {
    young: HashTable<u64>,
    old: HashTable<u64>,
}

impl MessageIds {
    /// The hash by which `id` is remembered.
    #[must_use]
    pub fn hash(id: &str) -> u64 {
        xxh3_64(id.as_bytes())
    }

    /// Whether a message is known.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        [&self.young, &self.old].iter().any(|ids| ids.find(hash, |known| *known == hash).is_some())
    }

    /// Remembers a message that is not known yet.
    pub fn remember(&mut self, hash: u64) {
        if self.young.len() >= limits::REMEMBERED_MESSAGE_IDS {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert_unique(hash, hash, |known| *known);
    }
}

#[cfg(test)]
mod tests {
    use super::MessageIds;
    use crate::limits::REMEMBERED_MESSAGE_IDS;

    #[test]
    fn the_newest_ids_are_known_and_older_ones_are_forgotten() {
        const MANY: usize = 3 * REMEMBERED_MESSAGE_IDS + 10;
        let mut ids = MessageIds::default();
        let hash = |i: usize| MessageIds::hash(&format!("message-{i}"));
        for i in 0..MANY {
            assert!(!ids.contains(hash(i)));
            ids.remember(hash(i));
            assert!(ids.young.len() + ids.old.len() <= 2 * REMEMBERED_MESSAGE_IDS);
        }
        for i in MANY - REMEMBERED_MESSAGE_IDS..MANY {
            assert!(ids.contains(hash(i)), "{i} is known");
        }
        for i in 0..MANY - 2 * REMEMBERED_MESSAGE_IDS {
            assert!(!ids.contains(hash(i)), "{i} is forgotten");
        }
    }
}
