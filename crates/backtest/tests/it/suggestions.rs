//! Rules that are learnt from kept samples, and what they would have done.

use crate::rig::{Hasty, Kept, Patient, START};
use backtest::suggest::{Asked, Cover, Suggestion, Suggestions, suggest};
use backtest::{Outcome, Subject, Trial, TrialError, run};
use model::{
    Labels, Matcher, MetricKind, Millis, Per, Point, Rule, Sample, Series, TimeRange, from_seconds, limits,
};
use proptest::prelude::*;
use query::Stop;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::sync::Arc;

const MINUTE: Millis = limits::MINUTE;
const DAY: Millis = limits::DAY;

/// Numbers between 0 and 1 that look like chance, and are always the same.
fn chance(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// A day's course around 100 with some noise.
fn usual(t: Millis, noise: f64) -> f64 {
    100.0 + 20.0 * (model::to_seconds(t) / 86_400.0 * TAU).sin() + 10.0 * (noise - 0.5)
}

fn fill(
    kept: &Kept,
    labels: &[(&str, &str)],
    kind: MetricKind,
    points: impl IntoIterator<Item = (Millis, f64)>,
) {
    let series = Arc::new(Series::new(Labels::new(labels.iter().copied()), kind));
    for (t, v) in points {
        kept.take(&[Sample { series: &series, point: Point { t: START + t, v } }]);
    }
}

/// A metric of the oven with a value each five minutes.
fn gauge(kept: &Kept, metric: &str, values: &[f64]) {
    let labels = [("__name__", metric), ("service", "oven"), ("instance", "a")];
    fill(kept, &labels, MetricKind::Gauge, (0..).map(|at| at * 5 * MINUTE).zip(values.iter().copied()));
}

/// Days of the usual course, a value each five minutes.
fn days(count: i64, seed: u64) -> Vec<f64> {
    let times = (0..count * 288).map(|at| at * 5 * MINUTE);
    times.zip(chance(seed)).map(|(t, noise)| usual(t, noise)).collect()
}

fn asked(days: i64) -> Asked {
    let range = TimeRange { start: START, end: START + days * DAY };
    Asked { range, budget: 1.0, service: None, covers: Vec::new(), names: BTreeSet::new() }
}

fn suggested(kept: &Kept, asked: &Asked) -> Suggestions {
    suggest(asked, &kept.0, &Patient).expect("there is an answer")
}

/// What really comes of a suggestion over the history that it was learnt from.
fn tried(kept: &Kept, suggestion: &Suggestion) -> Outcome {
    let time = |seconds: f64| from_seconds(seconds).expect("a time");
    let range = TimeRange { start: time(suggestion.start), end: time(suggestion.end) };
    try_rule(kept, &suggestion.rule, range)
}

fn try_rule(kept: &Kept, rule: &Rule, range: TimeRange) -> Outcome {
    // As it is sent, and comes back.
    let sent = serde_json::to_string(rule).expect("JSON");
    let rule: Rule = serde_json::from_str(&sent).expect("a rule");
    rules::check(&rule).expect("it can be put as it is");
    let subject = Subject::Condition(Box::new(rule));
    let trial = Trial { subject, range, thresholds: Vec::new(), holds: Vec::new() };
    run(&trial, &kept.0, &Patient).expect("it is tried")
}

fn reason(suggestions: &Suggestions, metric: &str) -> String {
    let skipped = suggestions.skipped.iter().find(|one| one.metric == metric);
    skipped.unwrap_or_else(|| panic!("{metric} in {suggestions:?}")).reason.clone()
}

#[test]
fn what_is_learnt_from_quiet_days_catches_the_fault_that_follows() {
    let kept = Kept::new();
    let mut values = days(10, 1);
    // For half an hour of the eleventh day, at an hour at which little happens, it is twice the usual.
    values.extend(days(1, 2));
    let fault = 10 * 288 + 216;
    values.iter_mut().skip(fault).take(6).for_each(|value| *value = 200.0);
    gauge(&kept, "response_time_ms", &values);
    let all = suggested(&kept, &asked(10));
    let [one] = all.suggestions.as_slice() else { panic!("one: {all:?}") };
    assert_eq!((one.rule.name.as_str(), one.service.as_str()), ("oven_response_time_ms_high", "oven"));
    assert_eq!(one.rule.matching.as_deref(), Some("service=\"oven\""));
    assert!(one.per_week <= 1.0 && one.why.contains("in 10 days"), "{one:?}");
    assert!(one.quantiles.p50 < one.quantiles.p95 && one.quantiles.p99 <= one.quantiles.max, "{one:?}");
    let outcome = try_rule(&kept, &one.rule, TimeRange { start: START + 10 * DAY, end: START + 11 * DAY });
    let began = model::to_seconds(START + i64::try_from(fault).expect("small") * 5 * MINUTE);
    let firings = &outcome.cells[0].firings;
    let caught = firings.iter().any(|firing| (began..began + 1_800.0).contains(&firing.start));
    assert!(caught, "{} {firings:?}", one.rule.condition);
    assert_eq!(firings.len(), 1, "and nothing else of that day");
}

#[test]
fn a_larger_budget_gives_a_rule_that_is_nearer_to_what_is_usual() {
    let kept = Kept::new();
    // A hump of its own height twice a day.
    let mut values = days(14, 3);
    for (hump, at) in (0..28).map(|half| (half, half * 144 + 30)) {
        values.iter_mut().skip(at).take(4).for_each(|value| *value = 150.0 + hump as f64 * 5.0);
    }
    gauge(&kept, "queue_length", &values);
    let mut last = 0.0;
    for budget in [0.5, 1.0, 3.0] {
        let all = suggested(&kept, &Asked { budget, ..asked(14) });
        let [one] = all.suggestions.as_slice() else { panic!("one: {all:?}") };
        assert!(one.per_week > last && one.per_week <= budget, "{budget}: {one:?}");
        assert_eq!(tried(&kept, one).cells[0].count, one.count);
        last = one.per_week;
    }
}

#[test]
fn of_counters_the_rates_are_judged_and_of_batteries_what_is_low() {
    let kept = Kept::new();
    let mut sum = 0.0;
    let totals: Vec<f64> = days(4, 5)
        .iter()
        .map(|value| {
            sum += value;
            sum
        })
        .collect();
    let labels = [("__name__", "errors_total"), ("service", "oven"), ("instance", "a")];
    let times = || (0..).map(|at| at * 5 * MINUTE);
    fill(&kept, &labels, MetricKind::Counter, times().zip(totals));
    gauge(&kept, "battery_percent", &days(4, 6).iter().map(|value| value / 2.0).collect::<Vec<_>>());
    let all = suggested(&kept, &asked(4));
    let rules: Vec<&Rule> = all.suggestions.iter().map(|one| &one.rule).collect();
    let [battery, errors] = rules.as_slice() else { panic!("two: {all:?}") };
    assert!(battery.condition.starts_with("value < ") && battery.name.ends_with("_low"), "{battery:?}");
    assert!(battery.recover.as_deref().is_some_and(|text| text.starts_with("value >= ")), "{battery:?}");
    assert!(errors.condition.starts_with("rate(1h) > 0."), "four samples fit into an hour: {errors:?}");
    for one in &all.suggestions {
        assert_eq!(tried(&kept, one).cells[0].per_week, one.per_week, "{one:?}");
    }
}

#[test]
fn an_instance_with_several_series_has_an_alert_for_each() {
    let kept = Kept::new();
    for (mount, seed) in [("/", 7), ("/data", 8)] {
        let labels = [("__name__", "disk_busy"), ("service", "oven"), ("instance", "a"), ("mount", mount)];
        let times = (0..).map(|at| at * 5 * MINUTE);
        fill(&kept, &labels, MetricKind::Gauge, times.zip(days(3, seed)));
    }
    let all = suggested(&kept, &asked(3));
    let [one] = all.suggestions.as_slice() else { panic!("one: {all:?}") };
    assert_eq!((one.rule.per, one.series), (Per::Series, 2));
}

#[test]
fn what_says_nothing_is_left_out_and_told_why() {
    let kept = Kept::new();
    gauge(&kept, "cpu_constant", &vec![5.0; 3 * 288]);
    gauge(&kept, "disk_switch", &(0..3 * 288).map(|at| f64::from(at % 2)).collect::<Vec<_>>());
    gauge(&kept, "memory_new", &days(1, 1));
    gauge(&kept, "start_time_seconds", &days(3, 1));
    let labels = [("__name__", "temp_rare"), ("service", "oven"), ("instance", "a")];
    fill(&kept, &labels, MetricKind::Gauge, (0..30).map(|at| (at * 3 * limits::HOUR, at as f64)));
    // As often as it likes, and each time as far: no threshold keeps the budget but one that it cannot reach.
    let full: Vec<f64> =
        days(3, 1).iter().enumerate().map(|(at, one)| if at % 9 == 0 { 100.0 } else { one / 3.0 }).collect();
    gauge(&kept, "cpu_percent", &full);
    let all = suggested(&kept, &asked(3));
    assert_eq!(all.suggestions, []);
    for (metric, words) in [
        ("cpu_constant", "it is constant"),
        ("disk_switch", "it is a switch"),
        ("memory_new", "too little history: 24 hours"),
        ("temp_rare", "too little history: 25 values"),
        ("cpu_percent", "its limit is among its usual values"),
    ] {
        assert!(reason(&all, metric).contains(words), "{metric}: {}", reason(&all, metric));
    }
    assert!(all.skipped.iter().all(|one| one.metric != "start_time_seconds"), "nobody would compare it");
}

#[test]
fn what_a_rule_judges_already_is_left_out_and_names_are_not_taken_twice() {
    let kept = Kept::new();
    gauge(&kept, "cpu_load", &days(3, 1));
    gauge(&kept, "queue_length", &days(3, 2));
    let name = |metric: &str| Matcher::equal("__name__", metric);
    let covers = vec![
        Cover {
            rule: "busy".to_owned(),
            matchers: vec![name("cpu_load"), Matcher::equal("service", "oven")],
        },
        Cover { rule: "long".to_owned(), matchers: vec![name("queue_length")] },
        Cover {
            rule: "far".to_owned(),
            matchers: vec![name("queue_length"), Matcher::equal("service", "stove")],
        },
    ];
    let names = BTreeSet::from(["oven_queue_length_high".to_owned()]);
    let all = suggested(&kept, &Asked { covers, names, ..asked(3) });
    assert!(reason(&all, "cpu_load").contains("`busy`"), "{all:?}");
    let [one] = all.suggestions.as_slice() else { panic!("one: {all:?}") };
    assert_eq!(one.rule.name, "oven_queue_length_high_2");
    assert_eq!(one.beside, ["long"], "one for all services says nothing of this one's thresholds");
}

#[test]
fn only_the_service_that_is_asked_for_is_looked_at() {
    let kept = Kept::new();
    gauge(&kept, "cpu_load", &days(3, 1));
    let labels = [("__name__", "cpu_load"), ("service", "lamp \"1\""), ("instance", "a")];
    fill(&kept, &labels, MetricKind::Gauge, (0..).map(|at| at * 5 * MINUTE).zip(days(3, 2)));
    let all = suggested(&kept, &Asked { service: Some("lamp \"1\"".to_owned()), ..asked(3) });
    let [one] = all.suggestions.as_slice() else { panic!("one: {all:?}") };
    assert_eq!(one.rule.matching.as_deref(), Some(r#"service="lamp \"1\"""#));
    assert_eq!(tried(&kept, one).series, 1);
}

/// Somebody whose time is over after having been asked so often.
struct Late(Cell<u32>);

impl backtest::Watch for Late {
    fn reached(&self, _t: Millis) {}

    fn stop(&self) -> Option<Stop> {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        (left == 0).then_some(Stop::Timeout)
    }
}

#[test]
fn who_goes_gets_nothing_and_whose_time_is_over_what_was_found() {
    let kept = Kept::new();
    for number in 0..limits::SUGGEST_BATCH + 3 {
        gauge(&kept, &format!("cpu_constant_{number:02}"), &vec![5.0; 3 * 288]);
    }
    let gone = suggest(&asked(3), &kept.0, &Hasty(Cell::new(5)));
    assert_eq!(gone, Err(TrialError::Stopped(Stop::Canceled)));
    let batch = u32::try_from(limits::SUGGEST_BATCH).expect("small");
    let late = suggest(&asked(3), &kept.0, &Late(Cell::new(batch + 1))).expect("the first are there");
    let no_time = late.skipped.iter().filter(|one| one.reason.contains("no time")).count();
    assert_eq!((late.skipped.len(), no_time), (limits::SUGGEST_BATCH + 3, 3));
    for budget in [0.0, -1.0, f64::NAN, 1e9] {
        let refused = suggest(&Asked { budget, ..asked(3) }, &kept.0, &Patient);
        assert!(matches!(refused, Err(TrialError::Unfit(_))), "{budget}: {refused:?}");
    }
}

/// Series of many kinds: noise, steps, humps, spikes, growth, of any size.
fn series() -> impl Strategy<Value = Vec<f64>> {
    let parts = (any::<u64>(), 0..6_u8, -6..7_i32, -2.0..2.0_f64, 1..400_usize);
    parts.prop_map(|(seed, kind, size, level, step)| {
        let size = 10_f64.powi(size);
        let mut walk = 0.0;
        let values = chance(seed).take(3 * 144).enumerate().map(|(at, noise)| {
            walk += noise - 0.5;
            let hump = if at % (step + 20) < 4 { 3.0 } else { 0.0 };
            match kind {
                0 => noise,
                1 => walk,
                2 => (noise * 4.0).floor(),
                3 => hump + noise * 0.1,
                4 => noise.powi(8),
                _ => at as f64 / 100.0 + noise,
            }
        });
        values.map(|value| (value + level) * size).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_suggestion_would_have_fired_more_often_than_the_budget(
        high in series(), low in series(), either in series(), budget in 0.5..20.0_f64,
    ) {
        let kept = Kept::new();
        for (metric, values) in [("cpu_load", high), ("battery_volts", low), ("weight", either)] {
            let labels = [("__name__", metric), ("service", "oven"), ("instance", "a")];
            fill(&kept, &labels, MetricKind::Gauge, (0..).map(|at| at * 10 * MINUTE).zip(values));
        }
        let all = suggested(&kept, &Asked { budget, ..asked(3) });
        for one in &all.suggestions {
            let outcome = tried(&kept, one);
            let cell = &outcome.cells[0];
            prop_assert!(cell.per_week <= budget, "{} > {budget}: {one:?}", cell.per_week);
            prop_assert_eq!((cell.count, cell.per_week), (one.count, one.per_week), "{:?}", one);
            prop_assert_eq!(
                (cell.longest_seconds, cell.firing_seconds), (one.longest_seconds, one.firing_seconds), "{:?}", one
            );
        }
    }
}
