//! The gate in front of the real store.

use crate::house::{Ears, START, entry, goodbye, labelled, measured, timed};
use ingest::{Gate, GateSettings};
use model::{
    Append, Entry, HistogramColumns, Intake, Labels, Matcher, MetricKind, NAME, Origin, Reason, Report,
    Select, Selection, is_stale_marker, limits,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

fn house(limits: MemoryLimits) -> (Gate, Arc<MemoryStore>) {
    let clock = Arc::new(SimClock::at(START));
    let store = Arc::new(MemoryStore::new(limits, clock.clone()));
    let appends: Vec<Arc<dyn Append>> = vec![store.clone()];
    (Gate::new(GateSettings::default(), clock, appends, Arc::new(Ears::default())), store)
}

fn send(gate: &Gate, id: Option<&str>, received_at: i64, report: Report<'_>) {
    let origin = Origin {
        topic: "test/topic",
        source: None,
        message_id: id.map(Into::into),
        sent_at: None,
        received_at,
        bytes: 0,
        retained: false,
    };
    assert_eq!(gate.take(&origin, report), Ok(()));
}

/// The points of a metric over all its series, as (milliseconds since the start, value; `None` for a marker).
fn points(store: &MemoryStore, name: &str) -> Vec<(i64, Option<f64>)> {
    let selected = store.select(&Selection::all(vec![Matcher::equal(NAME, name)]));
    let points = selected.into_iter().flatten().flat_map(|series| series.points);
    points.map(|point| (point.t - START, (!is_stale_marker(point.v)).then_some(point.v))).collect()
}

#[test]
fn what_was_sent_is_read_in_order_of_time_and_once() {
    let (gate, store) = house(MemoryLimits::default());
    let report = || measured("a", "a-1", vec![timed("m", 3.0, 30), timed("m", 1.0, 10), timed("m", 2.0, 20)]);
    send(&gate, Some("1"), START, report());
    send(&gate, Some("1"), START, report());
    send(&gate, None, START + 40, measured("a", "a-1", vec![entry("m", 4.0)]));
    send(&gate, None, START + 50, goodbye("a"));
    assert_eq!(
        points(&store, "m"),
        [(10, Some(1.0)), (20, Some(2.0)), (30, Some(3.0)), (40, Some(4.0)), (50, None)]
    );
    assert_eq!((gate.tally().samples(), gate.tally().replaced()), (4, 0));
}

#[test]
fn what_the_store_refuses_is_counted_by_reason_and_costs_nothing_else() {
    let (gate, store) = house(MemoryLimits { series: 3, ..MemoryLimits::default() });
    let old = Entry { timestamp: Some(1.0), ..entry("old", 1.0) };
    let labels: Vec<String> = (0..10).map(|i| i.to_string()).collect();
    let mut entries = vec![old, entry("m", 1.0)];
    entries.extend(labels.iter().map(|label| labelled("n", 1.0, &[("l", label)])));
    send(&gate, None, START, measured("a", "a-1", entries));
    assert_eq!(store.series_count(), 3);
    assert_eq!(gate.tally().total(Reason::TooOld), 1);
    assert_eq!(gate.tally().total(Reason::TooManySeries), 8);
    assert_eq!(gate.tally().samples(), 3);
    send(&gate, None, START + 1, measured("a", "a-1", vec![entry("m", 2.0)]));
    assert_eq!(points(&store, "m"), [(0, Some(1.0)), (1, Some(2.0))], "what was there lives on");
}

#[test]
fn a_silent_instance_ends_in_the_store_and_goes_on_when_it_returns() {
    let (gate, store) = house(MemoryLimits::default());
    send(&gate, None, START, measured("a", "a-1", vec![entry("m", 1.0)]));
    gate.tick(START + 2 * limits::MINUTE);
    send(&gate, None, START + 3 * limits::MINUTE, measured("a", "a-1", vec![entry("m", 2.0)]));
    assert_eq!(points(&store, "m"), [(0, Some(1.0)), (120_000, None), (180_000, Some(2.0))]);
    assert_eq!(points(&store, "up"), [(120_000, Some(0.0))]);
}

/// The histograms of `m`: milliseconds since the start, count, sum; of a series' end no more than that.
fn histograms(store: &MemoryStore) -> Vec<(i64, Option<(f64, f64)>)> {
    let mut found = Vec::new();
    let name = Matcher::equal(NAME, "m_histogram");
    let mut take = |labels: &Labels, columns: &HistogramColumns| {
        assert_eq!(labels.to_string(), r#"m_histogram{instance="a-1",service="a"}"#);
        for (at, t) in columns.times.iter().enumerate() {
            let one = columns.get(at).unwrap_or_default();
            found.push((t - START, (!one.is_stale()).then_some((one.count, one.sum))));
        }
        ControlFlow::Continue(())
    };
    assert_eq!(store.each_histogram(&Selection::all(vec![name]), &mut take), Ok(()));
    found
}

#[test]
fn observations_become_a_distribution_beside_them() {
    let (gate, store) = house(MemoryLimits::default());
    let observed = |value| Entry { kind: MetricKind::Histogram, ..entry("m", value) };
    let second = |n: i64| START + n * limits::SECOND;
    for n in 1..=40 {
        let value = n as f64 / 10.0;
        send(&gate, None, second(n), measured("a", "a-1", vec![observed(value), entry("other", 1.0)]));
        gate.tick(second(n));
    }
    let sums = |n: i64| (n as f64, (1..=n).map(|n| n as f64 / 10.0).sum::<f64>());
    let expected = [(1_000, Some(sums(1))), (16_000, Some(sums(16))), (31_000, Some(sums(31)))];
    assert_eq!(histograms(&store), expected);
    assert_eq!(points(&store, "m").len(), 40, "the observations themselves");
    assert_eq!(
        points(&store, "m_histogram"),
        [],
        "who asks for numbers does not see the parts of histograms"
    );
    assert_eq!(gate.tally().samples(), 80 + 1, "what the sender sent, and `up`");
    send(&gate, None, second(41), goodbye("a"));
    let end = [(40_999, Some(sums(40))), (41_000, None)];
    assert_eq!(histograms(&store)[3..], end, "what was not written yet, and the end");
    send(&gate, None, second(42), measured("a", "a-1", vec![observed(7.0)]));
    gate.tick(second(47));
    assert_eq!(histograms(&store).last(), Some(&(47_000, Some((1.0, 7.0)))), "begun anew");
}
