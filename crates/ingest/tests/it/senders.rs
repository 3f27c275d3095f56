//! Who speaks, and after which silence they are missed.

use crate::house::{House, START, entry, goodbye, health, measured};
use model::{
    Columns, INSTANCE, Labels, MetricKind, NAME, SERVICE, Select, SelectError, Selection, Series, TakeSeries,
    stale_marker,
};
use std::sync::Arc;

/// Series with their times and values: what is kept from before a restart.
#[derive(Default)]
struct Kept(Vec<(Arc<Series>, Vec<i64>, Vec<f64>)>);

impl Kept {
    fn with(mut self, series: &[(&str, &str)], times: Vec<i64>) -> Self {
        let values = vec![1.0; times.len()];
        self.0.push((
            Arc::new(Series::new(Labels::new(series.iter().copied()), MetricKind::Gauge)),
            times,
            values,
        ));
        self
    }

    /// The newest series ends.
    fn ended(mut self, at: i64) -> Self {
        if let Some((_, times, values)) = self.0.last_mut() {
            times.push(at);
            values.push(stale_marker());
        }
        self
    }

    /// A gate that knows it, after a restart.
    fn house(self) -> House {
        let house = House::new();
        house.gate.restore(
            self.0.iter().map(|(series, times, _)| (Arc::clone(series), times[0], times[times.len() - 1])),
        );
        assert!(house.gate.recall_rhythms(&self, house.now()).is_ok());
        house
    }
}

impl Select for Kept {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        for (series, times, values) in &self.0 {
            if !selection.matchers.iter().all(|matcher| matcher.matches(series)) {
                continue;
            }
            let from = times.partition_point(|t| *t < selection.range.start);
            let from = from.max(times.len() - selection.newest.unwrap_or(times.len()).min(times.len()));
            if take(series, Columns { times: &times[from..], values: &values[from..] }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.0.len()
    }
}

fn every(seconds: i64, count: i64) -> Vec<i64> {
    (0..count).rev().map(|back| START - 1_000 - back * seconds * 1_000).collect()
}

/// All senders in a line each: silence in seconds, messages, the silence that is allowed, whether they are gone.
fn senders(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    house.gate.each_sender(&mut |sender| {
        found.push(format!(
            "{}/{} {} {} {:?}{}{}",
            sender.service,
            sender.instance.unwrap_or("-"),
            (house.now() - sender.last_seen) / 1_000,
            sender.messages,
            sender.regular_silence.map(|allowed| allowed / 1_000),
            if sender.goes_on { "" } else { " new" },
            if sender.is_gone { " gone" } else { "" },
        ));
    });
    found.sort();
    found
}

#[test]
fn a_regular_sender_is_missed_after_three_of_its_rhythms() {
    let house = House::new();
    for round in 0..9 {
        house.send(measured("a", "a-1", vec![entry("m", f64::from(round))]));
        house.send(health("whole", None, "healthy"));
        house.pass(20);
    }
    house.send(measured("once", "o", vec![]));
    assert_eq!(senders(&house), ["a/a-1 20 9 Some(60)", "once/o 0 1 None new", "whole/- 20 9 Some(60)"]);
}

#[test]
fn a_goodbye_stands_until_somebody_is_heard() {
    let house = House::new();
    for _ in 0..2 {
        house.send(measured("a", "a-1", vec![]));
        house.send(measured("a", "a-2", vec![]));
        house.pass(1);
    }
    house.send(goodbye("a"));
    house.pass(1);
    assert_eq!(senders(&house), ["a/a-1 2 2 None gone", "a/a-2 2 2 None gone"]);
    house.send(measured("a", "a-2", vec![]));
    assert_eq!(senders(&house), ["a/a-1 2 2 None gone", "a/a-2 0 3 None"]);
}

#[test]
fn rhythms_are_known_over_a_restart() {
    let own = |service, instance| [(NAME, "m"), (SERVICE, service), (INSTANCE, instance)];
    let house = Kept::default()
        // One that says two things in turn.
        .with(&own("a", "1"), every(120, 9))
        .with(
            &[(NAME, "n"), (SERVICE, "a"), (INSTANCE, "1")],
            every(120, 9).iter().map(|t| t - 60_000).collect(),
        )
        .with(&own("few", "1"), every(60, 5))
        .with(&own("bye", "1"), every(60, 20))
        .ended(START - 500)
        .with(&own("back", "1"), every(60, 20))
        .with(&[(NAME, "old"), (SERVICE, "back"), (INSTANCE, "1")], every(60, 3))
        .ended(START - 100_000)
        // Of a day that is long over.
        .with(&own("past", "1"), every(60, 20).iter().map(|t| t - 2 * 86_400_000).collect())
        // What the collector wrote itself, and of whoever names no instance nobody knows that he speaks.
        .with(&[(NAME, "up"), (SERVICE, "a")], every(15, 20))
        .with(&[(NAME, "m"), (SERVICE, "whole")], every(30, 20))
        .house();
    assert_eq!(
        senders(&house),
        [
            "a/1 1 0 Some(180)",
            "back/1 1 0 Some(180)",
            "bye/1 0 0 None new",
            "few/1 1 0 None",
            "past/1 172801 0 None new",
        ]
    );
    house.send(measured("bye", "1", vec![]));
    house.pass(1);
    house.send(measured("bye", "1", vec![]));
    assert_eq!(senders(&house)[2], "bye/1 0 2 None", "it came back");
}
