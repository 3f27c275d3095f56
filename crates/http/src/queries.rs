//! How many queries are computed at a time, and how many wait.

use model::limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Places for queries.
#[derive(Debug)]
pub struct Queries {
    room: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    time: Duration,
}

impl Default for Queries {
    fn default() -> Self {
        Self::new(limits::QUERIES, limits::WAITING_QUERIES, limits::QUERY_TIME)
    }
}

impl Queries {
    /// So many at a time, so many that wait, and how long each may take.
    #[must_use]
    pub fn new(at_a_time: usize, most_waiting: usize, time: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(at_a_time)), waiting: AtomicUsize::new(0), most_waiting, time }
    }

    /// How long a query may take.
    pub(crate) fn time(&self) -> Duration {
        self.time
    }

    /// Waits for a place.
    pub(crate) async fn enter(&self, until: Instant) -> Result<OwnedSemaphorePermit, NoPlace> {
        if let Ok(place) = Arc::clone(&self.room).try_acquire_owned() {
            return Ok(place);
        }
        let waiting = Waiting(&self.waiting);
        if waiting.0.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            return Err(NoPlace::TooMany);
        }
        let place = timeout_at(until, Arc::clone(&self.room).acquire_owned()).await;
        // Nobody closes the semaphore.
        place.ok().and_then(Result::ok).ok_or(NoPlace::TooLate)
    }
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// Too many wait already.
    TooMany,
    /// None was free in time.
    TooLate,
}

/// One that waits, until it has a place or its client is gone.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
