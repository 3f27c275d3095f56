//! The series that are alive: those that get a staleness marker when their sender falls silent.

use hashbrown::HashTable;
use model::{Millis, Series};
use std::sync::Arc;

/// A set of series, each with the time it was last heard.
#[derive(Debug, Default)]
pub(crate) struct LiveSeries(HashTable<Live>);

#[derive(Debug)]
struct Live {
    series: Arc<Series>,
    heard: Millis,
}

impl LiveSeries {
    /// Notes that `series` got a sample. A series that is new here is taken only while `room` is above zero.
    /// Returns whether it is new and was taken.
    pub(crate) fn heard(&mut self, series: &Arc<Series>, now: Millis, room: usize) -> bool {
        let hash = series.fingerprint();
        if let Some(known) = self.0.find_mut(hash, |live| same(&live.series, series)) {
            known.heard = now;
            return false;
        }
        if room > 0 {
            let live = Live { series: Arc::clone(series), heard: now };
            self.0.insert_unique(hash, live, |live| live.series.fingerprint());
        }
        room > 0
    }

    pub(crate) fn contains(&self, series: &Arc<Series>) -> bool {
        self.0.find(series.fingerprint(), |live| same(&live.series, series)).is_some()
    }

    /// Takes one series out. Returns whether it was in.
    pub(crate) fn end(&mut self, series: &Arc<Series>) -> bool {
        match self.0.find_entry(series.fingerprint(), |live| same(&live.series, series)) {
            Ok(found) => {
                found.remove();
                true
            }
            Err(_) => false,
        }
    }

    /// Takes all series out.
    pub(crate) fn end_all(&mut self) -> impl Iterator<Item = Arc<Series>> {
        self.0.drain().map(|live| live.series)
    }

    /// Takes out what was last heard before `t`.
    pub(crate) fn forget_before(&mut self, t: Millis) {
        self.0.retain(|live| live.heard >= t);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

fn same(a: &Arc<Series>, b: &Arc<Series>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}
