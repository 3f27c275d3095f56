//! What a query may cost, and whether it should go on.

use crate::eval::failure::QueryError;
use std::cell::Cell;

/// Why a query should not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Its time is up.
    Timeout,
    /// Nobody waits for it.
    Canceled,
}

/// What is left of what a query may look at and hold.
pub(crate) struct Budget<'a> {
    most: usize,
    used: Cell<usize>,
    held: Cell<usize>,
    peak: Cell<usize>,
    stop: &'a dyn Fn() -> Option<Stop>,
}

/// What a query cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Samples that it looked at.
    pub samples: usize,
    /// The most samples that it held at a time.
    pub peak: usize,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(most: usize, stop: &'a dyn Fn() -> Option<Stop>) -> Self {
        Self { most, used: Cell::new(0), held: Cell::new(0), peak: Cell::new(0), stop }
    }

    /// Whether the query should go on. To be asked once a series.
    ///
    /// # Errors
    /// It should not.
    pub(crate) fn go_on(&self) -> Result<(), QueryError> {
        match (self.stop)() {
            None => Ok(()),
            Some(Stop::Timeout) => Err(QueryError::Timeout),
            Some(Stop::Canceled) => Err(QueryError::Canceled),
        }
    }

    /// So many samples are looked at, which costs time and no memory.
    ///
    /// # Errors
    /// The query should not go on.
    pub(crate) fn read(&self, samples: usize) -> Result<(), QueryError> {
        self.used.set(self.used.get().saturating_add(samples));
        self.go_on()
    }

    /// So many samples are held from now on.
    ///
    /// # Errors
    /// They are too many.
    pub(crate) fn hold(&self, samples: usize) -> Result<(), QueryError> {
        let held = self.held.get().saturating_add(samples);
        self.held.set(held);
        self.peak.set(self.peak.get().max(held));
        if held > self.most { Err(QueryError::TooManySamples) } else { Ok(()) }
    }

    pub(crate) fn cost(&self) -> Cost {
        Cost { samples: self.used.get(), peak: self.peak.get() }
    }
}
