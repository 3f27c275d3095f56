//! Alerts that wait to be explained.

use model::{Alert, Announce, Event, limits};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Hears which alerts begin.
pub(crate) struct Listener {
    queue: Sender<Alert>,
    missed: AtomicU64,
}

/// Where they wait.
pub(crate) type Waiting = Receiver<Alert>;

/// A listener, and what it hears.
pub(crate) fn listener() -> (Arc<Listener>, Waiting) {
    let (queue, waiting) = channel(limits::EXPLAIN_QUEUE);
    (Arc::new(Listener { queue, missed: AtomicU64::new(0) }), waiting)
}

impl Listener {
    /// Alerts that were not explained because too many waited.
    pub(crate) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

impl Announce for Listener {
    fn announce(&self, event: Event) {
        if let Event::AlertStarted(alert) = event
            && self.queue.try_send(alert).is_err()
        {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}
