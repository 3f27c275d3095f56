//! Times that a reader has decoded: series that were sampled together have the same ones, and in the order of labels they
//! stand far from each other.

use hashbrown::HashMap;
use model::{Millis, limits};

/// Times by the numbers of their chunks, not more than so many.
#[derive(Debug)]
pub(crate) struct KnownTimes {
    all: HashMap<usize, Vec<Millis>>,
    count: usize,
    most: usize,
}

impl Default for KnownTimes {
    fn default() -> Self {
        Self { all: HashMap::new(), count: 0, most: limits::KNOWN_TIMES }
    }
}

impl KnownTimes {
    /// One of `readers` that read side by side has its share of the room.
    pub(crate) fn share(&mut self, readers: usize) {
        self.most = limits::KNOWN_TIMES / readers.max(1);
    }

    /// The times of this chunk, if they are known.
    pub(crate) fn get(&self, number: usize) -> Option<&[Millis]> {
        self.all.get(&number).map(Vec::as_slice)
    }

    /// Remembers the times of a chunk; if there is no more room, those alone.
    pub(crate) fn keep(&mut self, number: usize, times: Vec<Millis>) {
        if self.count + times.len() > self.most {
            self.clear();
        }
        self.count += times.len();
        if let Some(before) = self.all.insert(number, times) {
            self.count -= before.len();
        }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        (self.all, self.count) = (HashMap::new(), 0);
    }
}
