//! Everything as Prometheus text.

use crate::counter::{Counter, runtime};
use model::MetricKind;

fn text(counter: &Counter) -> String {
    runtime().block_on(counter.ask("GET", "/metrics", &[("Accept", "text/plain")], "")).text
}

#[test]
fn the_text_has_every_live_series_and_the_collectors_own() {
    let counter = Counter::new();
    counter.gauge("stt", "stt-1", "temp", &[(30, 1.0), (20, 2.0), (10, 3.0)]);
    counter.gauge("stt", "stt-2", "temp", &[(15, 9.5)]);
    counter.metric("stt", "stt-1", "done_total", MetricKind::Counter, &[("kind", "a\"b\n\\")], &[(5, 42.0)]);
    counter.metric("stt", "stt-1", "took", MetricKind::Histogram, &[], &[(9, 7.0), (5, 120.5)]);
    counter.gauge("tts", "tts-1", "temp", &[(1, 4.0)]);
    counter.goodbye("tts");
    let expect = r#"# HELP alicia_metrics_messages_total Of the collector itself.
# TYPE alicia_metrics_messages_total counter
alicia_metrics_messages_total 3
# HELP alicia_metrics_queue Of the collector itself.
# TYPE alicia_metrics_queue gauge
alicia_metrics_queue{destination="far"} 0.5
# TYPE done_total counter
done_total{instance="stt-1",kind="a\"b\n\\",service="stt"} 42
# TYPE temp gauge
temp{instance="stt-1",service="stt"} 3
temp{instance="stt-2",service="stt"} 9.5
# HELP took The newest observation of a distribution.
# TYPE took gauge
took{instance="stt-1",service="stt"} 120.5
"#;
    assert_eq!(text(&counter), expect);
}

#[test]
fn names_are_brought_to_the_legacy_characters_and_nothing_is_said_twice() {
    let counter = Counter::new();
    counter.gauge("s", "i", "9 odd-name:x", &[(1, 1.0)]);
    counter.gauge("s", "i", "9.odd-name:x", &[(1, 2.0)]);
    counter.metric("s", "i", "g", MetricKind::Gauge, &[("a-b", "1"), ("a.b", "2"), ("ä:", "3")], &[(1, 5.0)]);
    counter.metric("s", "i", "mixed", MetricKind::Counter, &[("n", "1")], &[(1, 6.0)]);
    counter.metric("s", "j", "mixed", MetricKind::Gauge, &[], &[(1, 7.0)]);
    counter.gauge("s", "i", "alicia_metrics_messages_total", &[(1, 8.0)]);
    let expect = r#"# TYPE _9_odd_name:x gauge
_9_odd_name:x{instance="i",service="s"} 1
# 1 more series would have one of the lines above: not shown.
# HELP alicia_metrics_messages_total Of the collector itself.
# TYPE alicia_metrics_messages_total gauge
alicia_metrics_messages_total 3
alicia_metrics_messages_total{instance="i",service="s"} 8
# HELP alicia_metrics_queue Of the collector itself.
# TYPE alicia_metrics_queue gauge
alicia_metrics_queue{destination="far"} 0.5
# TYPE g gauge
g{a_b="1",a_b_="2",instance="i",service="s",__="3"} 5
# TYPE mixed gauge
mixed{instance="i",n="1",service="s"} 6
mixed{instance="j",service="s"} 7
"#;
    assert_eq!(text(&counter), expect);
}
