//! What time it is: the real clock, and one that tests set.

use parking_lot::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time of day and time passed. They are two: the first may be set back, the second never goes back.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> i64;

    /// Time passed since some fixed moment.
    fn monotonic(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            // A machine without a battery may start before 1970.
            Err(before) => -millis(before.duration()),
        }
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that stands still until it is told.
#[derive(Debug)]
pub struct SimClock {
    state: Mutex<SimState>,
}

#[derive(Debug)]
struct SimState {
    now: i64,
    passed: Duration,
}

impl SimClock {
    /// A clock that stands at `now` milliseconds since the epoch.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self { state: Mutex::new(SimState { now, passed: Duration::ZERO }) }
    }

    /// Sets the time of day, as an operator or NTP does; no time passes.
    pub fn set(&self, now: i64) {
        self.state.lock().now = now;
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state.lock();
        state.now = state.now.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
        state.passed = state.passed.saturating_add(by);
    }
}

impl Clock for SimClock {
    fn now(&self) -> i64 {
        self.state.lock().now
    }

    fn monotonic(&self) -> Duration {
        self.state.lock().passed
    }
}
