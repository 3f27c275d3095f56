//! Events on their way to the bus: a bounded queue that never makes its senders wait.

use model::{Announce, Event};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Where events are put.
#[derive(Clone)]
pub struct Outbox {
    queue: Sender<Event>,
    dropped: Arc<AtomicU64>,
}

/// Where the bus takes them from.
pub struct Inbox {
    pub(crate) queue: Receiver<Event>,
    pub(crate) dropped: Arc<AtomicU64>,
}

/// A queue for at most `capacity` events.
#[must_use]
pub fn outbox(capacity: usize) -> (Outbox, Inbox) {
    let (sender, receiver) = channel(capacity.max(1));
    let dropped = Arc::<AtomicU64>::default();
    (Outbox { queue: sender, dropped: Arc::clone(&dropped) }, Inbox { queue: receiver, dropped })
}

impl Outbox {
    /// Events that the bus has not looked at yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Events that found no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl Announce for Outbox {
    fn announce(&self, event: Event) {
        // No message is made of it, and there may be one for each alert in each round.
        if matches!(event, Event::AlertRetold(_)) {
            return;
        }
        if self.queue.try_send(event).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
