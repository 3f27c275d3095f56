//! Any text for an expression: read, printed, read again, and evaluated over a few series at odd times.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{
    Columns, Labels, MetricKind, NAME, Select, SelectError, Selection, Series, TakeSeries, stale_marker,
};
use query::syntax::parse;
use query::{Engine, Options, Stop};
use std::cell::Cell;
use std::sync::Arc;

/// Four series of forty samples.
struct Few(Vec<(Arc<Series>, Vec<i64>, Vec<f64>)>);

impl Few {
    fn new() -> Self {
        let one = |number: u32| {
            let (name, shard) = (["a", "b_total"][number as usize % 2], number.to_string());
            let labels = Labels::new([(NAME, name), ("shard", shard.as_str()), ("le", "1")]);
            let times: Vec<i64> = (0..40).map(|at| 10_000 * at + i64::from(number)).collect();
            let value = |at: u32| if at % 13 == 12 { stale_marker() } else { f64::from(at * number % 17) };
            (Arc::new(Series::new(labels, MetricKind::Gauge)), times, (0..40).map(value).collect())
        };
        Self((0..4).map(one).collect())
    }
}

impl Select for Few {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        for (series, times, values) in &self.0 {
            let is_wanted = selection.all_matchers().iter().all(|matcher| matcher.matches(series));
            let start = times.partition_point(|t| *t < selection.range.start);
            let end = times.partition_point(|t| *t <= selection.range.end).max(start);
            let start = start.max(end.saturating_sub(selection.newest.unwrap_or(usize::MAX)));
            if is_wanted && start < end {
                let columns = Columns { times: &times[start..end], values: &values[start..end] };
                if take(series, columns).is_break() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.0.len()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(expr) = parse(text) else { return };
    let printed = expr.to_string();
    let again = parse(&printed).unwrap_or_else(|error| panic!("{text:?} became {printed:?}: {error}"));
    assert_eq!(again.to_string(), printed);
    let few = Few::new();
    // A question of death is ended, as its deadline would.
    let asked = Cell::new(0_u32);
    let stop = || {
        asked.set(asked.get() + 1);
        (asked.get() > 2_000).then_some(Stop::Timeout)
    };
    let options = Options { most_samples: 20_000, ..Options::default() };
    let engine = Engine::new(&few, options, &stop);
    drop(engine.instant(text, 200_000));
    drop(engine.range(text, 100_000, 300_000, 17_000));
});
