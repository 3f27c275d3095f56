//! How things stand with one receiver: one message is under way at a time, so that the order is kept.

use crate::group::GroupKey;
use crate::verdict::back_off;
use std::time::Duration;
use world::BackOff;

/// A receiver's lane.
#[derive(Debug)]
pub(crate) struct Lane {
    /// The message that is under way, or waits to be sent again.
    pub(crate) hand: Option<Hand>,
    /// Attempts that failed, one after the other, and how long is waited for that.
    pub(crate) back_off: BackOff,
    /// Nothing is sent before.
    pub(crate) resting_until: Duration,
    /// Changes that wait.
    pub(crate) waiting: usize,
    /// Messages that were taken.
    pub(crate) sent: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// Changes that were given up.
    pub(crate) dropped: u64,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            hand: None,
            back_off: back_off(),
            resting_until: Duration::ZERO,
            waiting: 0,
            sent: 0,
            failed: 0,
            dropped: 0,
        }
    }
}

/// A message under way.
#[derive(Debug)]
pub(crate) struct Hand {
    pub(crate) group: GroupKey,
    /// The changes that it tells; of a repetition none.
    pub(crate) numbers: Vec<u64>,
    pub(crate) attempts: u32,
    /// Its place in the log of deliveries.
    pub(crate) logged: Option<u64>,
    /// How many alerts it told of when it was last made.
    pub(crate) alerts: usize,
}
