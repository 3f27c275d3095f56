//! How often the socket is read.
//!
//! A broker that writes each message by itself wakes its reader for each; a wake-up costs more than a small
//! message does. So when reads follow each other closely and bring little, the reader rests for a moment before
//! the next, which then brings many. A message waits for that a quarter of a millisecond at most, and on a bus
//! with less than a thousand messages a second not at all.

use std::time::Duration;
use tokio::time::Instant;

/// Reads that are further apart are no flood.
const CLOSE: Duration = Duration::from_millis(1);
/// A read of so many bytes was worth its wake-up.
const PLENTY: usize = 32 << 10;
/// The rest. Short against every deadline, long against the time between two messages of a flood.
const REST: Duration = Duration::from_micros(250);

/// When was read last, and whether there is a flood.
#[derive(Debug)]
pub(crate) struct Pace {
    last: Instant,
    is_flood: bool,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { last: Instant::now(), is_flood: false }
    }

    /// A read brought `bytes`.
    pub(crate) fn read(&mut self, bytes: usize) {
        let now = Instant::now();
        self.is_flood = bytes < PLENTY && now.duration_since(self.last) < CLOSE;
        self.last = now;
    }

    /// Rests, if there is a flood. Blocks the thread, which is the bus's own: a timer of the runtime knows no
    /// time below a millisecond.
    #[expect(
        clippy::disallowed_methods,
        reason = "a bounded moment, on a thread that has nothing else to do"
    )]
    pub(crate) fn rest(&self) {
        if self.is_flood {
            std::thread::sleep(REST);
        }
    }
}
