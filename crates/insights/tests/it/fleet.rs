//! Made-up services in a store, scanned again and again.

use insights::{Bound, News, Round, Scan, Table};
use model::{Append, Labels, MetricKind, Millis, Point, Sample, Series};
use std::ops::ControlFlow;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

/// When the fleet is looked at first: the beginning of an hour.
pub(crate) const NOW: Millis = 1_795_392_000_000;
pub(crate) const MINUTE: Millis = 60_000;
pub(crate) const HOUR: Millis = 60 * MINUTE;

/// A store, its clock and a table.
pub(crate) struct Fleet {
    store: MemoryStore,
    clock: Arc<SimClock>,
    pub(crate) table: Table,
    pub(crate) bounds: Vec<Bound>,
}

impl Fleet {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SimClock::at(NOW));
        let store = MemoryStore::new(MemoryLimits::default(), clock.clone());
        Self { store, clock, table: Table::default(), bounds: Vec::new() }
    }

    /// A sample each `step` after `from` until `to`.
    pub(crate) fn fill(
        &self,
        (name, instance, kind): (&str, &str, MetricKind),
        (from, to, step): (Millis, Millis, Millis),
        value: &mut dyn FnMut(Millis) -> f64,
    ) {
        let labels = Labels::new([("__name__", name), ("service", "s"), ("instance", instance)]);
        let series = Arc::new(Series::new(labels, kind));
        let mut t = from + step;
        while t <= to {
            self.clock.set(t);
            let point = Point { t, v: value(t) };
            self.store.append(&[Sample { series: &series, point }]).expect("memory takes it");
            t += step;
        }
    }

    pub(crate) fn scan(&self, now: Millis, with_seasons: bool) -> Round {
        let mut scan = Scan::new(vec!["s".to_owned()], self.bounds.clone(), now, with_seasons);
        while scan.step(&self.store).expect("memory can be read") == ControlFlow::Continue(()) {}
        scan.finish()
    }

    /// A scan that the table hears of.
    pub(crate) fn look(&mut self, now: Millis, with_seasons: bool) -> Vec<News> {
        let round = self.scan(now, with_seasons);
        self.table.take(round, now)
    }
}
