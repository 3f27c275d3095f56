//! Scans of a store, and what comes of them in the table.

use crate::fleet::{Fleet, HOUR, MINUTE, NOW};
use crate::noise::Noise;
use insights::{Bound, News, Table};
use model::{LastingInsight, MetricKind, Millis};

const GAUGE: MetricKind = MetricKind::Gauge;
const STEP: Millis = 3 * MINUTE;

fn kinds(fleet: &Fleet) -> Vec<&'static str> {
    fleet.table.insights(false).iter().map(|one| one.kind).collect()
}

fn only(fleet: &Fleet, kind: &str) -> LastingInsight {
    let mut all = fleet.table.insights(false);
    all.retain(|one| one.kind == kind);
    assert_eq!(all.len(), 1, "{kind}: {:?}", fleet.table.insights(false));
    all.remove(0)
}

#[test]
fn a_disk_that_fills_is_told_with_its_time_in_the_third_scan_and_is_over_when_it_is_emptied() {
    let mut fleet = Fleet::new();
    let mut noise = Noise::new(21);
    // Half a gibibyte an hour; at NOW there are ten left.
    let gib = f64::from(1 << 30);
    let of = ("system_disk_free", "a", GAUGE);
    let mut free = |t: Millis| gib * (10.0 - (t - NOW) as f64 / HOUR as f64 * 0.5 + 0.02 * noise.normal());
    fleet.fill(of, (NOW - 6 * HOUR, NOW, MINUTE), &mut free);
    assert!(fleet.look(NOW, false).is_empty());
    fleet.fill(of, (NOW, NOW + STEP, MINUTE), &mut free);
    assert!(fleet.look(NOW + STEP, false).is_empty());
    // Without new data a scan says nothing new.
    assert!(fleet.look(NOW + STEP + 1, false).is_empty());
    fleet.fill(of, (NOW + STEP, NOW + 2 * STEP, MINUTE), &mut free);
    let news = fleet.look(NOW + 2 * STEP, false);
    assert_eq!(news.len(), 2, "{news:?}");
    let trend = only(&fleet, "trend");
    assert_eq!((trend.unit.as_str(), trend.first_seen), ("bytes/h", NOW));
    let (low, high) = (trend.low.expect("low"), trend.high.expect("high"));
    assert!(low <= -0.5 * gib && -0.5 * gib <= high && high < -0.4 * gib, "{trend:?}");
    assert!(
        trend.message.starts_with("system_disk_free falls by 5") && trend.message.contains("MiB/h"),
        "{trend:?}"
    );
    assert_eq!(trend.query, r#"deriv({__name__="system_disk_free",instance="a",service="s"}[6h]) * 3600"#);
    let limit = only(&fleet, "limit_ahead");
    let left = 20.0 * 3600.0 - 360.0;
    assert!(limit.low.expect("low") <= left && left <= limit.high.expect("high"), "{limit:?}");
    assert!((limit.value - left).abs() < 3600.0 && limit.severity.as_str() == "error", "{limit:?}");
    // Emptied: after six hours of that there is neither trend nor limit.
    let start = NOW + 2 * STEP;
    let mut noise = Noise::new(22);
    fleet.fill(of, (start, start + 7 * HOUR, MINUTE), &mut |_| gib * (50.0 + 0.02 * noise.normal()));
    let end = start + 7 * HOUR;
    assert!(fleet.look(end, false).is_empty(), "one scan without it does not end it");
    assert!(fleet.look(end + 1, false).is_empty());
    let news = fleet.look(end + 2, false);
    assert!(
        news.len() == 2 && news.iter().all(|one| matches!(one, News::Resolved(one) if one.resolved)),
        "{news:?}"
    );
    assert!(fleet.table.insights(false).is_empty());
    assert_eq!(fleet.table.insights(true)[0].resolved_at, Some(end + 2));
}

#[test]
fn of_a_thousand_series_of_noise_hardly_anything_is_told() {
    let mut told = 0;
    for seed in 0..5 {
        let mut fleet = Fleet::new();
        let mut noise = Noise::new(100 + seed);
        for metric in 0..40 {
            for instance in ["a", "b", "c", "d", "e"] {
                let mut values = noise.series(140, 0.5, 0.0).into_iter();
                let name = format!("noise_{metric}");
                let range = (NOW - 7 * HOUR, NOW, STEP);
                fleet.fill((&name, instance, GAUGE), range, &mut |_| 10.0 + values.next().unwrap_or(0.0));
            }
        }
        for round in 0..4 {
            fleet.look(NOW - (4 - round) * STEP, false);
        }
        let (_, tests, left_out) = fleet.table.scans();
        assert_eq!((tests, left_out), (400, 0));
        told += usize::from(!kinds(&fleet).is_empty());
    }
    // In each world at most one in twenty is false; five worlds with two false ones are rarer than one in forty.
    assert!(told <= 1, "{told} of 5 worlds");
}

#[test]
fn an_instance_unlike_its_peers_is_told() {
    let mut fleet = Fleet::new();
    let mut noise = Noise::new(23);
    for instance in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"] {
        let level = if instance == "c" { 400.0 } else { 100.0 + 3.0 * noise.normal() };
        let range = (NOW - HOUR, NOW, MINUTE);
        fleet.fill(("response_time", instance, GAUGE), range, &mut |_| level + noise.normal());
    }
    for round in 0..3 {
        fleet.look(NOW - (2 - round) * STEP, false);
    }
    let found = only(&fleet, "outlier");
    assert_eq!(found.instance_id.as_deref(), Some("c"));
    assert!(found.message.contains("of the 11 others") && found.message.contains("ms"), "{}", found.message);
}

#[test]
fn fullness_and_failures_are_told_with_their_numbers_and_end_below_another_line() {
    let mut fleet = Fleet::new();
    let range = (NOW - HOUR, NOW, MINUTE);
    let line = |level: f64| move |_: Millis| level;
    fleet.fill(("memory_percent", "a", GAUGE), range, &mut line(96.0));
    fleet.fill(("battery_percent", "a", GAUGE), range, &mut line(96.0));
    let total = |rate: f64| move |t: Millis| rate * (t - NOW + HOUR) as f64 / 1000.0;
    fleet.fill(("errors_total", "a", MetricKind::Counter), range, &mut total(1.0));
    fleet.fill(("messages_processed_total", "a", MetricKind::Counter), range, &mut total(10.0));
    for round in 0..3 {
        fleet.look(NOW - (2 - round) * STEP, false);
    }
    let full = only(&fleet, "saturation");
    assert_eq!(
        (full.metric.as_str(), full.severity.as_str(), full.value),
        ("memory_percent", "critical", 96.0)
    );
    let failing = only(&fleet, "error_rate");
    assert!((failing.value - 10.0).abs() < 0.1, "{failing:?}");
    assert!(failing.low.expect("low") > 9.0 && failing.high.expect("high") < 11.0, "{failing:?}");
    // 77 % would begin nothing, and does not end it either; 60 % does.
    fleet.fill(("memory_percent", "a", GAUGE), (NOW, NOW + HOUR, MINUTE), &mut line(77.0));
    (0..4).for_each(|round| drop(fleet.look(NOW + HOUR + round, false)));
    assert!(kinds(&fleet).contains(&"saturation"));
    fleet.fill(("memory_percent", "a", GAUGE), (NOW + HOUR, NOW + 2 * HOUR, MINUTE), &mut line(60.0));
    (0..3).for_each(|round| drop(fleet.look(NOW + 2 * HOUR + round, false)));
    assert!(!kinds(&fleet).contains(&"saturation"));
}

#[test]
fn an_odd_hour_is_told_when_the_next_one_is_odd_too() {
    let mut fleet = Fleet::new();
    let mut noise = Noise::new(24);
    let wave = |t: Millis| 100.0 + 30.0 * ((t / HOUR % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
    let of = ("requests", "a", GAUGE);
    fleet.fill(of, (NOW - 12 * 24 * HOUR, NOW, 10 * MINUTE), &mut |t| wave(t) + noise.normal());
    for hours in 0..3 {
        let (from, to) = (NOW + hours * HOUR, NOW + (hours + 1) * HOUR);
        fleet.fill(of, (from, to, 10 * MINUTE), &mut |t| wave(t) + 40.0 + noise.normal());
        fleet.look(to, true);
        // Scans in between do not look at hours, and end nothing.
        fleet.look(to + MINUTE, false);
        assert_eq!(
            kinds(&fleet).contains(&"anomaly"),
            hours > 0,
            "hour {hours}: {:?}",
            fleet.table.insights(false)
        );
    }
    assert!(only(&fleet, "anomaly").message.contains("days before"));
}

#[test]
fn a_rules_threshold_is_a_limit() {
    let mut fleet = Fleet::new();
    fleet.bounds = vec![Bound {
        metric: "queue".to_owned(),
        value: 1000.0,
        is_above: true,
        name: "the threshold of rule long_queue".to_owned(),
    }];
    let mut noise = Noise::new(25);
    let mut queue = |t: Millis| 500.0 + 50.0 * (t - NOW) as f64 / HOUR as f64 + noise.normal();
    fleet.fill(("queue", "a", GAUGE), (NOW - 7 * HOUR, NOW, MINUTE), &mut queue);
    (0..3).for_each(|round| drop(fleet.look(NOW - (2 - round) * STEP, false)));
    let found = only(&fleet, "limit_ahead");
    assert!(found.message.contains("the threshold of rule long_queue) in 10.0"), "{}", found.message);
}

#[test]
fn a_restart_forgets_no_insight_that_was_told() {
    let mut fleet = Fleet::new();
    fleet.fill(("memory_percent", "a", GAUGE), (NOW - 2 * HOUR, NOW, MINUTE), &mut |_| 96.0);
    fleet.fill(("cpu_percent", "a", GAUGE), (NOW - 2 * HOUR, NOW, MINUTE), &mut |_| 96.0);
    (0..3).for_each(|round| drop(fleet.look(NOW - (2 - round) * STEP, false)));
    fleet.fill(("cpu_percent", "a", GAUGE), (NOW, NOW + HOUR, MINUTE), &mut |_| 10.0);
    fleet.fill(("memory_percent", "a", GAUGE), (NOW, NOW + HOUR, MINUTE), &mut |_| 96.0);
    (0..3).for_each(|round| drop(fleet.look(NOW + HOUR + round, false)));
    let before = fleet.table.insights(true);
    assert_eq!(before.iter().map(|one| (one.id, one.resolved)).collect::<Vec<_>>().len(), 2, "{before:?}");
    let text = serde_json::to_string(&fleet.table.memory()).expect("text");
    fleet.table = Table::restored(serde_json::from_str(&text).expect("a memory"));
    assert_eq!(fleet.table.insights(true), before);
    // It goes on with its id, is told no second time, and ends as ever.
    assert_eq!(fleet.look(NOW + HOUR + MINUTE, false), []);
    fleet.fill(("memory_percent", "a", GAUGE), (NOW + HOUR, NOW + 2 * HOUR, MINUTE), &mut |_| 10.0);
    let news: Vec<News> = (0..3).flat_map(|round| fleet.look(NOW + 2 * HOUR + round, false)).collect();
    let [News::Resolved(over)] = &news[..] else { panic!("{news:?}") };
    assert_eq!((over.first_seen, over.metric.as_str()), (before[0].first_seen, "memory_percent"));
}
