//! Statistics, trends, insights.

use crate::counter::{Counter, runtime};
use model::MetricKind;

#[test]
fn an_aggregate_has_the_seeds_fields_and_counters_their_increase() {
    let counter = Counter::new();
    counter.gauge("s", "i", "g", &[(30, 1.0), (20, 2.0), (10, 6.0)]);
    counter.metric("s", "i", "c_total", MetricKind::Counter, &[], &[(30, 5.0), (20, 9.0), (10, 2.0)]);
    let fields = r#""count":3,"min":1.0,"max":6.0,"mean":3.0,"median":2.0,"std_dev":2.6457513110645907,"percentile_95":5.6,"percentile_99":5.92,"time_range":3600.0,"timestamp":1795394400.0"#;
    let total = runtime().block_on(counter.get("/metrics/s/c_total/aggregate")).json();
    assert_eq!((&total["increase"], &total["count"]), (&6.0.into(), &3.into()));
    counter.check(&[
        ("/metrics/s/g/aggregate", 200, &format!("{{{fields}}}")),
        ("/metrics/s/g/aggregate?start=1&end=2", 200, "{}"),
        ("/metrics/s/g/aggregate?start=2&end=1", 200, "{}"),
        ("/metrics/s/none/aggregate", 200, "{}"),
        ("/metrics/s/g/aggregate?instance_id=j", 404, r#"{"detail":"Instance not found"}"#),
    ]);
    let short = runtime().block_on(counter.get("/metrics/s/g/aggregate?range=25")).json();
    assert_eq!((&short["count"], &short["time_range"]), (&2.into(), &25.0.into()));
}

#[test]
fn a_trend_has_the_seeds_fields_a_test_and_each_series_by_itself() {
    let counter = Counter::new();
    let rising: Vec<(i64, f64)> = (0..20).map(|i| (200 - i * 10, 5.0 * i as f64)).collect();
    counter.gauge("s", "i", "g", &rising);
    let trend = runtime().block_on(counter.get("/metrics/s/g/trend")).json();
    assert_eq!(
        (&trend["trend"], &trend["slope"], &trend["strength"], &trend["data_points"]),
        (&"increasing".into(), &0.5.into(), &0.5.into(), &20.into())
    );
    assert_eq!(
        (&trend["significance"]["direction"], &trend["significance"]["slope_per_hour"]),
        (&"increasing".into(), &1800.0.into())
    );
    assert!(trend.get("series").is_none());
    counter.gauge("s", "j", "g", &[(5, 1.0)]);
    let both = runtime().block_on(counter.get("/metrics/s/g/trend")).json();
    assert_eq!(
        (&both["series"][0]["instance_id"], &both["series"][1]["trend"]),
        (&"i".into(), &"insufficient_data".into())
    );
    counter.check(&[
        ("/metrics/s/none/trend", 200, r#"{"trend":"insufficient_data"}"#),
        ("/metrics/s/g/trend?range=12", 200, concat!(
            r#"{"trend":"decreasing","strength":18.8,"slope":-18.8,"data_points":2,"time_range":12.0,"series":["#,
            r#"{"instance_id":"i","labels":{},"trend":"insufficient_data"},"#,
            r#"{"instance_id":"j","labels":{},"trend":"insufficient_data"}]}"#
        )),
    ]);
}

#[test]
fn defect_31_a_test_sees_the_trends_that_the_seeds_threshold_does_not() {
    let counter = Counter::new();
    let slow: Vec<(i64, f64)> = (0..40).map(|i| (3_500 - i * 80, 0.02 * (i * 80) as f64)).collect();
    counter.gauge("s", "i", "cpu_percent", &slow);
    let trend = runtime().block_on(counter.get("/metrics/s/cpu_percent/trend")).json();
    assert_eq!(
        (&trend["trend"], &trend["significance"]["direction"], &trend["significance"]["significant"]),
        (&"stable".into(), &"increasing".into(), &true.into())
    );
    let text = runtime().block_on(counter.get("/metrics/s/cpu_percent/trend")).text;
    let order =
        ["trend", "strength", "slope", "data_points", "time_range", "significance", "direction", "p_value"];
    let places: Vec<Option<usize>> = order.iter().map(|name| text.find(&format!("\"{name}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
}

#[test]
fn defect_41_statistics_are_those_of_a_sample_and_percentiles_those_of_type_7() {
    let counter = Counter::new();
    // In R: sd(x) = 3.02765…, quantile(x, .95, type = 7) = 9.55, quantile(x, .99, type = 7) = 9.91.
    let ten: Vec<(i64, f64)> = (1..=10).map(|i| (i, i as f64)).collect();
    counter.gauge("s", "i", "g", &ten);
    counter.gauge("s", "i", "one", &[(1, 4.5)]);
    let all = runtime().block_on(counter.get("/metrics/s/g/aggregate")).json();
    for (name, expect) in [
        ("count", 10.0),
        ("mean", 5.5),
        ("median", 5.5),
        ("std_dev", 3.027_650_354_097_491_7),
        ("percentile_95", 9.55),
        ("percentile_99", 9.91),
    ] {
        let found = all[name].as_f64().expect("a number");
        assert!((found - expect).abs() < 1e-12, "{name}: {found}");
    }
    counter.check(&[
        ("/metrics/s/one/aggregate", 200, r#"{"count":1,"min":4.5,"max":4.5,"mean":4.5,"median":4.5,"std_dev":0.0,"percentile_95":4.5,"percentile_99":4.5,"time_range":3600.0,"timestamp":1795394400.0}"#),
        ("/analytics/s", 200, r#"{"service_name":"s","analytics":{"g":{"count":10,"min":1.0,"max":10.0,"avg":5.5,"median":5.5,"std_dev":3.0276503540974917},"one":{"count":1,"value":4.5}}}"#),
    ]);
}

#[test]
fn defect_22_analytics_read_the_whole_history() {
    let counter = Counter::new();
    let many: Vec<(i64, f64)> = (0..500).map(|i| (500 - i, i as f64)).collect();
    counter.gauge("s", "i", "many", &many);
    counter.gauge("s", "i", "one", &[(7_000, 4.5)]);
    let answer = runtime().block_on(counter.get("/analytics/s?hours=24")).json();
    assert_eq!(answer["service_name"], "s");
    assert_eq!(answer["analytics"]["one"], serde_json::json!({"count": 1, "value": 4.5}));
    let many = &answer["analytics"]["many"];
    assert_eq!(
        (&many["count"], &many["min"], &many["max"], &many["avg"], &many["median"]),
        (&500.into(), &0.0.into(), &499.0.into(), &249.5.into(), &249.5.into())
    );
    assert!(runtime().block_on(counter.get("/analytics/s?hours=1")).json()["analytics"].get("one").is_none());
    counter.gauge("old", "i", "m", &[(90_000, 1.0)]);
    counter.check(&[(
        "/analytics/old",
        200,
        r#"{"message":"No metrics available for the specified time period"}"#,
    )]);
}

#[test]
fn defect_20_a_value_that_is_no_number_breaks_nothing() {
    let counter = Counter::new();
    counter.gauge("s", "i", "g", &[(3, f64::NAN), (2, 1.0)]);
    for path in [
        "/metrics",
        "/metrics/s",
        "/metrics/s/g",
        "/analytics/s",
        "/metrics/s/g/aggregate",
        "/metrics/s/g/trend",
        "/insights/s",
    ] {
        let answer = runtime().block_on(counter.get(path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json();
    }
}

#[test]
fn insights_are_words_with_numbers() {
    let counter = Counter::new();
    counter.gauge("s", "i", "cpu_percent", &[(1, 95.25)]);
    counter.check(&[(
        "/insights/s",
        200,
        r#"{"service_name":"s","timestamp":1795394400.0,"insights":[{"type":"high_cpu_usage","message":"CPU usage is 95.2%","severity":"warning","metric":"cpu_percent","instance_id":"i","value":95.25}]}"#,
    )]);
}
