//! A target that is being scraped: one task, which wakes at the target's own place in each interval.

use super::fetch::fetch;
use super::target::{ClientOf, Spec};
use super::view::{Last, TargetView};
use crate::outgoing::Outgoing;
use ingest::{Dialect, Fetched, Gate, ScrapeMemory};
use model::{Millis, limits};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use world::Clock;

/// What all targets have in common.
pub(super) struct Common {
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Arc<dyn Clock>,
    /// Fetches at a time.
    pub(super) room: Semaphore,
    /// The same of targets that the bus names: however many of them do not answer, they hold up only each other.
    pub(super) room_of_bus: Semaphore,
    pub(super) scrapes: AtomicU64,
    pub(super) failures: AtomicU64,
}

/// A target under way.
pub(super) struct Running {
    pub(super) spec: Arc<Spec>,
    state: Arc<Mutex<State>>,
    last: Arc<Mutex<Last>>,
    task: AbortHandle,
}

/// What its scrapes leave behind.
#[derive(Default)]
struct State {
    memory: ScrapeMemory,
    /// Nothing comes behind the end.
    is_over: bool,
}

impl Running {
    /// Starts scraping. `before` is the same target with other settings, which goes on in this one.
    pub(super) fn start(
        common: &Arc<Common>,
        spec: Arc<Spec>,
        client: Result<Outgoing, String>,
        before: Option<&Self>,
        tasks: &mut tokio::task::JoinSet<()>,
    ) -> Self {
        let (state, last) = match before {
            Some(before) => {
                before.task.abort();
                (Arc::clone(&before.state), Arc::clone(&before.last))
            }
            None => <(Arc<Mutex<State>>, Arc<Mutex<Last>>)>::default(),
        };
        let round = Rounds {
            common: Arc::clone(common),
            spec: Arc::clone(&spec),
            client,
            state: Arc::clone(&state),
            last: Arc::clone(&last),
        };
        let task = tasks.spawn(round.go());
        Self { spec, state, last, task }
    }

    pub(super) fn view(&self) -> TargetView {
        TargetView::new(&self.spec, &self.last.lock())
    }

    /// Ends the task; then everything of the target ends, which may wait for the disk.
    pub(super) fn end(self, common: &Arc<Common>) {
        self.task.abort();
        let common = Arc::clone(common);
        tokio::task::spawn_blocking(move || {
            let mut state = self.state.lock();
            state.is_over = true;
            let now = common.clock.now();
            if let Err(error) = common.gate.end_scrape(&self.spec.target, &mut state.memory, now) {
                tracing::warn!("{}: its series have no end: {error}", self.spec.target.source);
            }
        });
    }
}

/// The task.
struct Rounds {
    common: Arc<Common>,
    spec: Arc<Spec>,
    client: Result<Outgoing, String>,
    state: Arc<Mutex<State>>,
    last: Arc<Mutex<Last>>,
}

impl Rounds {
    async fn go(self) {
        let (interval, offset) = (self.spec.interval, self.spec.offset());
        let mut due = None;
        loop {
            let now = self.common.clock.now();
            let next = next_due(now, interval, offset, due);
            tokio::time::sleep(Duration::from_millis(next.saturating_sub(now).unsigned_abs())).await;
            due = Some(next);
            self.once(next).await;
        }
    }

    /// One scrape, which was due at that time.
    async fn once(&self, due: Millis) {
        let room = match self.spec.client {
            ClientOf::Settings => &self.common.room,
            ClientOf::Bus(_) => &self.common.room_of_bus,
        };
        // Nobody closes the semaphores.
        let Ok(_place) = room.acquire().await else { return };
        let (woke, begun) = (self.common.clock.now(), self.common.clock.monotonic());
        let at = time_of(due, woke, self.spec.interval);
        let fetched = match &self.client {
            Ok(client) => fetch(client, &self.spec).await,
            Err(error) => Err(error.clone()),
        };
        let took = self.common.clock.monotonic().saturating_sub(begun);
        let (common, spec, state) =
            (Arc::clone(&self.common), Arc::clone(&self.spec), Arc::clone(&self.state));
        let taking = tokio::task::spawn_blocking(move || take(&common, &spec, &state, &fetched, at, took));
        let error = taking.await.unwrap_or_else(|error| Some(error.to_string()));
        self.common.scrapes.fetch_add(1, Ordering::Relaxed);
        self.common.failures.fetch_add(u64::from(error.is_some()), Ordering::Relaxed);
        *self.last.lock() = Last { at: Some(at), took, error: error.unwrap_or_default() };
    }
}

/// Hands over what was fetched, and says what was wrong.
fn take(
    common: &Common,
    spec: &Spec,
    state: &Mutex<State>,
    fetched: &Result<(Vec<u8>, Dialect), String>,
    at: Millis,
    took: Duration,
) -> Option<String> {
    let fetched = match fetched {
        Ok((body, dialect)) => Fetched::Page(body, *dialect),
        Err(error) => Fetched::Failed(error),
    };
    let mut state = state.lock();
    if state.is_over {
        return None;
    }
    match common.gate.scrape(&spec.target, &mut state.memory, fetched, at, took) {
        Ok(scraped) => scraped.error,
        Err(error) => Some(error.to_string()),
    }
}

/// The next time that a target is due: at `offset` in an interval, later than now, and than it was `last`. A clock that was
/// set back a long way begins anew.
fn next_due(now: Millis, interval: Millis, offset: Millis, last: Option<Millis>) -> Millis {
    let after = last.filter(|last| *last <= now.saturating_add(interval)).map_or(now, |last| last.max(now));
    let into = after.saturating_sub(offset).rem_euclid(interval.max(1));
    after.saturating_sub(into).saturating_add(interval)
}

/// The time of a scrape: when it was due, so that times are steady, unless it came so late that this would not be true.
fn time_of(due: Millis, woke: Millis, interval: Millis) -> Millis {
    let tolerance = limits::SCRAPE_TOLERANCE.min(interval / 100);
    if woke.abs_diff(due) <= tolerance.unsigned_abs() { due } else { woke }
}

#[cfg(test)]
mod tests {
    use super::{next_due, time_of};

    #[test]
    fn a_target_is_due_at_its_place_in_each_interval() {
        for (now, last, expect) in [
            (0, None, 3),
            (2, None, 3),
            (3, None, 13),
            (4, Some(3), 13),
            // It woke a moment too early, by the clock.
            (12, Some(13), 23),
            (27, Some(3), 33),
            // The clock was set back by a hundred.
            (0, Some(103), 3),
        ] {
            assert_eq!(next_due(now, 10, 3, last), expect, "{now} {last:?}");
        }
    }

    #[test]
    fn times_are_steady_unless_a_scrape_is_late() {
        assert_eq!(time_of(15_000, 15_003, 15_000), 15_000);
        assert_eq!(time_of(15_000, 15_200, 15_000), 15_200);
        assert_eq!(time_of(1_000, 1_011, 1_000), 1_011);
    }
}
