//! The newest snapshot of each span, and who looks at it.

use super::gather::{Memory, overview};
use super::shape::Overview;
use crate::parts::Parts;
use model::{Millis, limits};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Snapshots for all who look.
pub(crate) struct Board {
    inner: Mutex<Inner>,
    places: Arc<Semaphore>,
}

#[derive(Default)]
struct Inner {
    memory: Memory,
    /// The newest snapshots, by the span of their strips, with their times.
    newest: Vec<(Millis, Millis, Arc<Overview>)>,
}

impl Board {
    pub(crate) fn new() -> Self {
        Self { inner: Mutex::default(), places: Arc::new(Semaphore::new(limits::OVERVIEW_STREAMS)) }
    }

    /// A place for one who wants to be told of changes; none if there are too many.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// How everything is, not older than a second. Takes its time the first time in each second.
    pub(crate) fn snapshot(&self, parts: &Parts, length: Millis) -> Arc<Overview> {
        let now = parts.clock.now();
        let mut inner = self.inner.lock();
        let is_fresh = |at: Millis| (0..limits::OVERVIEW_FRESH).contains(&(now - at));
        if let Some((_, _, known)) =
            inner.newest.iter().find(|(span, at, _)| *span == length && is_fresh(*at))
        {
            return Arc::clone(known);
        }
        let Inner { memory, newest } = &mut *inner;
        let fresh = Arc::new(overview(parts, memory, length, now));
        newest.retain(|(span, at, _)| *span != length && is_fresh(*at));
        newest.push((length, now, Arc::clone(&fresh)));
        fresh
    }
}
