//! What the samples of a sliding window come to, without looking at them again: two stacks, of which the older one knows
//! for each of its samples what all from there on come to. Nothing is ever subtracted, so nothing that left the window,
//! however large, leaves a trace.

use super::part::{Part, part};
use model::{Millis, Point};

/// The two stacks. The samples themselves are kept by who uses it.
#[derive(Debug)]
pub(crate) struct Sliding<P> {
    /// Of the older samples: the last is what all of them come to, the one before what all but the oldest do, …
    older: Vec<P>,
    /// What the newer samples come to.
    newer: Option<P>,
}

impl<P> Default for Sliding<P> {
    fn default() -> Self {
        Self { older: Vec::new(), newer: None }
    }
}

impl<P: Part> Sliding<P> {
    /// A sample came.
    pub(crate) fn push(&mut self, point: Point, origin: Millis) {
        let new = part(point, origin);
        self.newer = Some(self.newer.map_or(new, |newer| newer.join(new)));
    }

    /// The oldest sample goes; `points` are those of the window, from the newest to the oldest, it among them.
    pub(crate) fn pop(&mut self, points: impl Iterator<Item = Point>, origin: Millis) {
        if self.older.is_empty() {
            let mut all: Option<P> = None;
            self.older.extend(points.map(|point| {
                let new: P = part(point, origin);
                let joined = all.map_or(new, |all| new.join(all));
                all = Some(joined);
                joined
            }));
            self.newer = None;
        }
        self.older.pop();
    }

    /// What all come to; nothing if there are none.
    pub(crate) fn all(&self) -> Option<P> {
        match (self.older.last(), self.newer) {
            (Some(older), Some(newer)) => Some(older.join(newer)),
            (Some(older), None) => Some(*older),
            (None, newer) => newer,
        }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.older.capacity() * size_of::<P>()
    }
}
