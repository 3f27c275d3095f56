//! What became of the samples, counted and told.

use model::limits;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Samples that the destination has acknowledged.
    pub sent: u64,
    /// Samples that the destination did not want.
    pub failed: u64,
    /// Samples that were given up: the queue was full, could not be written, or was damaged.
    pub dropped: u64,
    /// Parts of native histograms that are not handed on.
    pub left_out: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Bytes of the queue on disk.
    pub queue_bytes: u64,
    /// Samples in the queue.
    pub queue_samples: u64,
    /// How long ago the oldest sample came that waits for an answer, in milliseconds.
    pub lag: i64,
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) sent: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) left_out: AtomicU64,
    pub(crate) retries: AtomicU64,
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

/// The value of a counter.
pub(crate) fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// What is to be said, until somebody says it.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<String>>);

impl Told {
    /// Keeps a line, if there are not too many.
    pub(crate) fn tell(&self, line: String) {
        let mut lines = self.0.lock();
        if lines.len() < limits::FORWARD_TOLD {
            lines.push(line);
        }
    }

    /// The lines so far.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }
}
