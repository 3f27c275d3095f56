//! How far long work is, on one line of a terminal; nothing where nobody looks.

use crate::machine::now;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Between two looks.
const PACE: Duration = Duration::from_millis(200);
/// Characters of the bar.
const WIDTH: u64 = 30;

/// A bar of so many things.
#[derive(Debug)]
pub struct Progress {
    unit: &'static str,
    length: u64,
    begun: Instant,
    /// When it was last drawn; `None` where there is no terminal.
    drawn: Option<Instant>,
}

impl Progress {
    /// A bar of `length` things called `unit`.
    pub fn new(unit: &'static str, length: u64) -> Self {
        let begun = now();
        Self { unit, length, begun, drawn: stderr().is_terminal().then_some(begun) }
    }

    /// `done` things are done.
    pub fn set(&mut self, done: u64) {
        if self.drawn.is_none_or(|drawn| drawn.elapsed() < PACE && done < self.length) {
            return;
        }
        self.drawn = Some(now());
        let text = line(self.unit, done, self.length, self.begun.elapsed());
        // A terminal that is gone is no reason to stop.
        let _ = write!(stderr(), "\r{text}\x1b[K");
    }

    /// Leaves the line empty.
    pub fn end(self) {
        if self.drawn.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

/// The line after `passed`: bar, count, and the time that is left at this pace.
pub fn line(unit: &str, done: u64, length: u64, passed: Duration) -> String {
    let length = length.max(1);
    let full = WIDTH * done.min(length) / length;
    let bar: String = (0..WIDTH).map(|at| if at < full { '█' } else { '░' }).collect();
    let left = passed.as_secs() * length.saturating_sub(done) / done.max(1);
    format!("{bar} {done}/{length} {unit}  {}:{:02} left", left / 60, left % 60)
}
