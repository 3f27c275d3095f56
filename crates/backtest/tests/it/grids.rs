//! What a grid of thresholds and lengths comes to, and what cannot be tried.

use crate::rig::{Hasty, Kept, START, group, rule, short, trial};
use backtest::{Subject, Trial, TrialError, run};
use model::{Labels, MetricKind, Point, Rule, RuleKind, Sample, Series, TimeRange};
use query::Stop;
use std::cell::Cell;
use std::sync::Arc;

const VALUES: &[f64] = &[20.0, 85.0, 95.0, 95.0, 85.0, 20.0, 20.0, 91.0, 20.0, 99.0, 99.0, 99.0, 99.0];

/// A variant: threshold and `for`; how often it fires, how long, and how long at most.
type Came = (Option<f64>, Option<f64>, usize, f64, f64);

fn grid(subject: Subject) -> Vec<Came> {
    let kept = Kept::new();
    kept.each_ten_seconds("a", VALUES);
    let trial = Trial { thresholds: vec![80.0, 90.0], holds: vec![0, 20_000], ..trial(subject, 130) };
    let outcome = kept.try_it(&trial).expect("it is tried");
    assert_eq!((outcome.samples, outcome.series), (13, 1));
    let cells = outcome.cells.iter();
    cells
        .map(|cell| (cell.threshold, cell.hold, cell.count, cell.firing_seconds, cell.longest_seconds))
        .collect()
}

#[test]
fn every_threshold_is_tried_with_every_length_at_once() {
    let expected = [
        (Some(80.0), Some(0.0), 3, 40.0 + 10.0 + 40.0, 40.0),
        (Some(80.0), Some(20.0), 2, 20.0 + 20.0, 20.0),
        (Some(90.0), Some(0.0), 3, 20.0 + 10.0 + 40.0, 40.0),
        (Some(90.0), Some(20.0), 1, 20.0, 20.0),
    ];
    assert_eq!(grid(Subject::Condition(Box::new(rule("value > 50", None)))), expected);
    assert_eq!(grid(Subject::Group(group("temp > 50", "", ""))), expected);
}

#[test]
fn an_alert_that_fires_at_the_ends_of_the_range_is_told_so() {
    let kept = Kept::new();
    kept.each_ten_seconds("a", &[95.0; 40]);
    for subject in
        [Subject::Condition(Box::new(rule("value > 90", None))), Subject::Group(group("temp > 90", "", ""))]
    {
        let mut trial = trial(subject, 300);
        trial.range.start += 100_000;
        let outcome = kept.try_it(&trial).expect("it is tried");
        let [cell] = outcome.cells.as_slice() else { panic!("one variant: {outcome:?}") };
        assert_eq!((cell.count, cell.firing_seconds), (1, 200.0), "{cell:?}");
        assert_eq!(cell.firings.first().expect("one").end, None);
        assert!(cell.per_week > 1.0);
    }
}

#[test]
fn windows_look_back_before_the_range() {
    let kept = Kept::new();
    let mut values = vec![100.0; 30];
    values.extend([0.0; 30]);
    kept.each_ten_seconds("a", &values);
    for subject in [
        Subject::Condition(Box::new(rule("avg(5m) > 50", None))),
        Subject::Group(group("avg_over_time(temp[5m]) > 50", "", "")),
    ] {
        let mut trial = trial(subject, 600);
        trial.range.start += 300_000;
        let outcome = kept.try_it(&trial).expect("it is tried");
        let firings = short(&outcome.cells.first().expect("one").firings);
        assert!(matches!(firings.as_slice(), [one] if one.ends_with("-440")), "{firings:?}");
    }
}

#[test]
fn what_cannot_be_tried_says_why() {
    let kept = Kept::new();
    kept.each_ten_seconds("a", VALUES);
    let said = |trial: &Trial| kept.try_it(trial).expect_err("it cannot be tried").to_string();
    let of_rule = |rule| trial(Subject::Condition(Box::new(rule)), 100);
    let dead_man = Rule { kind: RuleKind::DeadMan, ..rule("", None) };
    assert!(said(&of_rule(dead_man)).contains("only samples are kept"));
    assert!(said(&of_rule(rule("value >", None))).contains("condition"));
    let varied = Trial { thresholds: vec![1.0], ..of_rule(rule("value == 'ok'", None)) };
    assert!(said(&varied).contains("compares nothing"), "{}", said(&varied));
    let varied = Trial { thresholds: vec![f64::NAN], ..of_rule(rule("value > 1", None)) };
    assert!(said(&varied).contains("must be a number"));
    let many = Trial { thresholds: vec![1.0; 1_000], ..of_rule(rule("value > 1", None)) };
    assert!(said(&many).contains("1000 variants"));
    let backwards = Trial { range: TimeRange { start: 2, end: 1 }, ..of_rule(rule("value > 1", None)) };
    assert!(said(&backwards).contains("ends before it begins"));
}

#[test]
fn a_rule_of_words_is_tried_though_each_word_is_a_series() {
    let kept = Kept::new();
    for (at, word) in
        [(0, "healthy"), (10, "unhealthy"), (20, "unhealthy"), (30, "healthy"), (40, "unhealthy")]
    {
        let labels =
            [("__name__", "health_status"), ("service", "oven"), ("instance", "a"), ("status", word)];
        let series = Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge));
        kept.take(&[Sample { series: &series, point: Point { t: START + at * 1_000, v: 1.0 } }]);
    }
    let words = Rule { metric_name: "health_status".to_owned(), ..rule("value == 'unhealthy'", None) };
    let outcome = kept.try_it(&trial(Subject::Condition(Box::new(words)), 60)).expect("it is tried");
    assert_eq!(short(&outcome.cells.first().expect("one").firings), ["a 10-30", "a 40-…"]);
}

#[test]
fn the_conditions_on_series_are_those_of_the_rule() {
    let kept = Kept::new();
    kept.each_ten_seconds("a", VALUES);
    kept.each_ten_seconds("b", VALUES);
    for matching in ["instance!=\"b\"", "{instance!=\"b\"}", "instance=~\"a|c\""] {
        let some = Rule { matching: Some(matching.to_owned()), ..rule("value > 90", None) };
        let outcome = kept.try_it(&trial(Subject::Condition(Box::new(some)), 130)).expect("it is tried");
        assert_eq!(outcome.series, 1, "{matching}");
        assert_eq!(
            short(&outcome.cells.first().expect("one").firings),
            ["a 20-40", "a 70-80", "a 90-…"],
            "{matching}"
        );
    }
}

#[test]
fn years_without_a_sample_end_when_nobody_waits() {
    let kept = Kept::new();
    for subject in
        [Subject::Condition(Box::new(rule("value > 90", None))), Subject::Group(group("temp > 90", "", ""))]
    {
        let mut trial = trial(subject, 100);
        // So long that it is asked more often between two samples than while they are read.
        trial.range.start = START - 30 * 86_400_000;
        let stopped = run(&trial, &kept.0, &Hasty(Cell::new(2_000)));
        assert_eq!(stopped, Err(TrialError::Stopped(Stop::Canceled)));
    }
}

#[test]
fn whoever_no_longer_waits_ends_it() {
    let kept = Kept::new();
    kept.each_ten_seconds("a", VALUES);
    let trial = trial(Subject::Group(group("absent(temp)", "", "")), 86_400);
    let stopped = run(&trial, &kept.0, &Hasty(Cell::new(5)));
    assert_eq!(stopped, Err(TrialError::Stopped(Stop::Canceled)));
}

#[test]
fn what_is_judged_in_rounds_is_tried_in_rounds() {
    let kept = Kept::new();
    kept.each_ten_seconds("a", VALUES);
    let outcome =
        kept.try_it(&trial(Subject::Group(group("absent(temp)", "", "")), 1_200)).expect("it is tried");
    assert!(outcome.notes.iter().any(|note| note.contains("absent")), "{:?}", outcome.notes);
    let cell = outcome.cells.first().expect("one");
    assert_eq!(cell.count, 1);
    assert!((700.0..=780.0).contains(&cell.firing_seconds), "{cell:?}");
}
