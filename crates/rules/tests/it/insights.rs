//! What is said about a service, and what is not.

use model::{
    Columns, INSTANCE, Labels, MetricKind, NAME, Point, SERVICE, Select, SelectError, Selection, Series,
    SeriesPoints, TakeSeries, TimeRange,
};
use rules::{InsightWatch, insights};
use std::sync::Arc;

/// Series given as they are.
struct Shelf(Vec<SeriesPoints>);

impl Select for Shelf {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        let is_wanted = |one: &&SeriesPoints| selection.matchers.iter().all(|m| m.matches(&one.series));
        for one in self.0.iter().filter(is_wanted) {
            let (times, values): (Vec<_>, Vec<_>) = one.points.iter().map(|point| (point.t, point.v)).unzip();
            if take(&one.series, Columns { times: &times, values: &values }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.0.len()
    }
}

fn series(metric: &str, instance: &str, values: impl IntoIterator<Item = f64>) -> SeriesPoints {
    let labels = Labels::new([(NAME, metric), (SERVICE, "s"), (INSTANCE, instance)]);
    let points = (0..).zip(values).map(|(i, v)| Point { t: i * 10_000, v }).collect();
    SeriesPoints { series: Arc::new(Series::new(labels, MetricKind::Gauge)), points }
}

/// Kind, metric and instance of what is said.
fn said(all: Vec<SeriesPoints>) -> Vec<String> {
    let found = insights::find(&Shelf(all), "s", TimeRange::ALL, 0).expect("readable");
    let line =
        |one: model::Insight| format!("{} {} {}", one.kind, one.metric, one.instance_id.unwrap_or_default());
    found.insights.into_iter().map(line).collect()
}

#[test]
fn a_service_that_is_well_gives_nothing_to_say() {
    let steady = (0..60).map(|i| 50.0 + f64::from(i * 7 % 5));
    assert_eq!(
        said(vec![
            series("response_time", "i", steady),
            series("error_rate", "i", [0.1]),
            series("cpu_percent", "i", [40.0])
        ]),
        [""; 0]
    );
    assert_eq!(said(vec![]), [""; 0]);
}

#[test]
fn the_three_insights_of_the_seed() {
    let rising = (0..60).map(|i| 50.0 + 2.0 * f64::from(i));
    let all = vec![
        series("response_time", "i", rising),
        series("error_rate", "i", [9.0, 5.1]),
        series("cpu_usage", "i", [80.5]),
    ];
    assert_eq!(
        said(all),
        [
            "high_error_rate error_rate i",
            "high_cpu_usage cpu_usage i",
            "performance_degradation response_time i"
        ]
    );
}

#[test]
fn defect_31_a_slow_but_steady_rise_is_told_and_noise_of_a_large_unit_is_not() {
    // +36 ms an hour on 100 ms: a slope of 0.01 per second is "stable" by the seed's threshold.
    let slow = (0..120).map(|i| 100.0 + 0.1 * f64::from(i) + f64::from(i * 13 % 7) * 0.1);
    assert_eq!(said(vec![series("response_time", "i", slow)]), ["performance_degradation response_time i"]);
}

#[test]
fn noise_is_no_rise_however_steep_its_first_points_are() {
    for length in [2, 3, 5, 8, 30] {
        let noise = (0..length).map(|i| 300.0 + f64::from(i * 37 % 11) * 5.0);
        assert_eq!(said(vec![series("response_time", "i", noise)]), [""; 0], "{length} points");
    }
}

#[test]
fn the_newest_value_counts_and_each_instance_by_itself() {
    let all = vec![series("cpu_percent", "i", [95.0, 20.0]), series("cpu_percent", "j", [20.0, 95.0])];
    assert_eq!(said(all), ["high_cpu_usage cpu_percent j"]);
}

#[test]
fn defect_13_without_an_error_rate_the_counters_give_one() {
    let totals = |errors: f64| {
        vec![
            series("errors_total", "i", [0.0, errors]),
            series("messages_processed_total", "i", [100.0, 200.0]),
        ]
    };
    assert_eq!(said(totals(6.0)), ["high_error_rate error_rate i"]);
    assert_eq!(said(totals(5.0)), [""; 0]);
}

#[test]
fn the_counters_of_each_instance_give_its_own_rate_and_survive_a_restart_of_it() {
    let all = vec![
        series("errors_total", "i", [100.0, 0.0, 7.0]),
        series("messages_processed_total", "i", [9_000.0, 0.0, 100.0]),
        series("errors_total", "j", [50.0, 51.0]),
        series("messages_processed_total", "j", [100.0, 200.0]),
        series("errors_total", "k", [0.0, 9.0]),
        series("messages_processed_total", "l", [0.0, 9.0]),
        series("errors_total", "m", [0.0, 0.0]),
        series("messages_processed_total", "m", [5.0, 5.0]),
    ];
    let found = insights::find(&Shelf(all), "s", TimeRange::ALL, 42).expect("readable");
    assert_eq!((found.service_name.as_str(), found.timestamp, found.insights.len()), ("s", 42, 1));
    let only = &found.insights[0];
    assert_eq!((only.instance_id.as_deref(), only.value), (Some("i"), 7.0));
    assert_eq!(only.message, "Error rate is 7.00%");
}

#[test]
fn a_series_that_ended_and_a_series_of_another_service_say_nothing() {
    let ended = series("cpu_percent", "i", [95.0, model::stale_marker()]);
    let labels = Labels::new([(NAME, "cpu_percent"), (SERVICE, "other"), (INSTANCE, "i")]);
    let points = vec![Point { t: 0, v: 99.0 }];
    let other = SeriesPoints { series: Arc::new(Series::new(labels, MetricKind::Gauge)), points };
    assert_eq!(said(vec![ended, other]), [""; 0]);
}

#[test]
fn the_edge_belongs_to_what_is_well() {
    assert_eq!(said(vec![series("error_rate", "i", [5.0]), series("cpu_usage", "i", [80.0])]), [""; 0]);
    let both = vec![series("cpu_usage", "i", [10.0]), series("cpu_percent", "i", [99.0])];
    assert_eq!(said(both), [""; 0], "cpu_percent is asked only where there is no cpu_usage");
}

#[test]
fn what_is_said_is_remembered_for_each_service_and_instance() {
    let found = |service: &str, instances: &[&str]| {
        let insights = instances.iter().map(|instance| model::Insight {
            kind: "high_cpu_usage",
            message: String::new(),
            severity: model::Severity::Warning,
            metric: "cpu_percent".to_owned(),
            instance_id: Some((*instance).to_owned()),
            value: 90.0,
        });
        model::ServiceInsights {
            service_name: service.to_owned(),
            timestamp: 0,
            insights: insights.collect(),
        }
    };
    let mut watch = InsightWatch::default();
    let rows: [(&str, &[&str], bool); 7] = [
        ("a", &["i"], true),
        ("b", &["i"], true),
        ("a", &["i", "j"], true),
        ("a", &["j", "i"], false),
        ("b", &["i"], false),
        ("a", &["j"], true),
        ("b", &[], true),
    ];
    for (service, instances, is_news) in rows {
        assert_eq!(watch.changed(&found(service, instances)), is_news, "{service} {instances:?}");
    }
}

#[test]
fn the_same_is_not_said_twice() {
    let find = |cpu: f64| {
        insights::find(&Shelf(vec![series("cpu_percent", "i", [cpu])]), "s", TimeRange::ALL, 0)
            .expect("readable")
    };
    let mut watch = InsightWatch::default();
    assert!(!watch.changed(&find(10.0)), "nothing to say is no news");
    assert!(watch.changed(&find(90.0)));
    assert!(!watch.changed(&find(91.0)), "a number that moved is no news");
    assert!(watch.changed(&find(10.0)), "that it is over is");
    assert!(!watch.changed(&find(10.0)));
}
