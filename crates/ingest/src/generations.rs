//! A bounded memory of what was seen, by a hash of the bytes that it was written with.
//!
//! The hash has 128 bits and a seed that is another in each run: among ten million shapes the chance that any two have
//! the same is 10⁻²⁵, and nobody outside can choose two that do.
//!
//! There are two generations. New and used entries are in the young one; when that is full it becomes the old one, and
//! what was in the old one is forgotten unless it was used meanwhile.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The hash of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// The half by which the table is ordered.
    low: u64,
    high: u64,
}

impl Key {
    /// The key of these bytes.
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    pub(crate) fn of(bytes: &[u8], seed: u64) -> Self {
        let hash = xxh3_128_with_seed(bytes, seed);
        Self { low: hash as u64, high: (hash >> 64) as u64 }
    }

    /// Its bytes, to make keys of keys.
    pub(crate) fn bytes(self) -> [u8; 16] {
        (u128::from(self.high) << 64 | u128::from(self.low)).to_le_bytes()
    }

    /// The key with these bytes.
    #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_le_bytes(bytes);
        Self { low: both as u64, high: (both >> 64) as u64 }
    }

    /// Half of it.
    pub(crate) fn short(self) -> u64 {
        self.low
    }
}

/// What was seen, by its key.
#[derive(Debug)]
pub(crate) struct Generations<V> {
    young: HashTable<(Key, V)>,
    old: HashTable<(Key, V)>,
    /// How many one generation has.
    size: usize,
}

impl<V> Generations<V> {
    /// A memory of twice `size` entries.
    pub(crate) fn new(size: usize) -> Self {
        Self { young: HashTable::new(), old: HashTable::new(), size }
    }

    /// What is remembered by `key`. It counts as used.
    pub(crate) fn get(&mut self, key: Key) -> Option<&mut V> {
        if self.young.find(key.low, |known| known.0 == key).is_none() {
            let (known, _) = self.old.find_entry(key.low, |known| known.0 == key).ok()?.remove();
            self.insert(known);
        }
        self.young.find_mut(key.low, |known| known.0 == key).map(|(_, value)| value)
    }

    /// Remembers `value`, unless there is one by that key.
    pub(crate) fn keep(&mut self, key: Key, value: V) {
        if self.young.find(key.low, |known| known.0 == key).is_none() {
            self.insert((key, value));
        }
    }

    fn insert(&mut self, known: (Key, V)) {
        if self.young.len() >= self.size {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert_unique(known.0.low, known, |known| known.0.low);
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
