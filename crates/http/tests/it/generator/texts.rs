//! Labels and annotations of alerts.

use super::house::{House, Judged, URL, both};
use serde_json::{Value, json};

/// Labels and annotations of the one alert that is sent.
fn said(sent: &[Value]) -> (Value, Value) {
    assert_eq!(sent.len(), 1, "{sent:?}");
    (sent[0]["labels"].clone(), sent[0]["annotations"].clone())
}

#[test]
fn texts_are_templates_of_the_series_and_its_value() {
    let rules = "  - alert: Hot
    expr: m > 5
    labels: {room: 'of {{ $labels.instance }}'}
    annotations:
      value: '{{ $value }} {{ humanize $value }} {{ .Value | humanizePercentage }}'
      outside: '[{{ $externalLabels.region }}] {{ $externalURL }} {{ .ExternalLabels.region }}'
      asked: '{{ with query \"m\" }}{{ . | first | value }}{{ end }}'
      name: '{{ $labels.__name__ }}{{ .Labels.none }}'
      broken: '{{ humanize $labels.instance }}'";
    both("30s", rules, |mut house| {
        let (labels, annotations) = said(&house.step("a", Some(1_500.0)));
        assert_eq!(labels, json!({"alertname": "Hot", "instance": "a", "room": "of a"}));
        let broken = annotations["broken"].as_str().expect("text").to_owned();
        assert!(broken.starts_with("<error expanding template: "), "{broken}");
        assert_eq!(
            annotations,
            json!({
                "value": "1500 1.5k 1.5e+05%", "outside": format!("[] {URL} "), "asked": "1500", "name": "m", "broken": broken,
            })
        );
    });
}

#[test]
fn annotations_are_said_anew_in_each_round_and_sent_so() {
    let rules = "  - {alert: Hot, expr: m > 5, for: 30s, annotations: {summary: 'at {{ $value }}'}}";
    both("30s", rules, |mut house| {
        let shown =
            |house: &House| house.api("/api/v1/alerts")["alerts"][0]["annotations"]["summary"].clone();
        house.step("a", Some(6.0));
        assert_eq!(shown(&house), "at 6", "while it is pending");
        let sent = house.step("a", Some(7.0));
        assert_eq!((shown(&house), said(&sent).1), ("at 7".into(), json!({"summary": "at 7"})));
        house.step("a", Some(8.0));
        assert_eq!(shown(&house), "at 8");
        let sent = house.step("a", Some(9.0));
        assert_eq!(said(&sent).1, json!({"summary": "at 9"}), "what is sent again is what it says now");
        assert_eq!(house.counter.desk.alerts(true)[0].annotations["summary"], "at 9");
        let sent = house.step("a", None);
        assert_eq!(said(&sent).1, json!({"summary": "at 9"}), "its end says what was said last");
    });
}

#[test]
fn what_the_rule_says_overrides_the_series_and_empty_labels_are_none() {
    let rules = "  - alert: Hot
    expr: m > 5
    labels: {instance: other, room: '{{ $labels.nothing }}', floor: '', alertname: Cold, alertstate: very}";
    both("30s", rules, |mut house| {
        house.pass(30);
        let series: &[(&str, &str)] =
            &[("instance", "a"), ("room", "attic"), ("floor", "2"), ("alertname", "Old"), ("job", "j")];
        house.samples(&[(series, Some(6.0))]);
        house.round();
        let (labels, annotations) = said(&house.sent());
        assert_eq!(
            labels,
            json!({"alertname": "Hot", "alertstate": "very", "instance": "other", "job": "j"})
        );
        assert_eq!(annotations, json!({}));
        let firing = r#"ALERTS{alertname="Hot",alertstate="firing",instance="other",job="j"}"#;
        assert_eq!(house.ask("ALERTS").into_keys().collect::<Vec<_>>(), [firing]);
    });
}

#[test]
fn two_series_that_become_one_alert_are_an_error_and_nothing_changes() {
    let rules = "  - {alert: Hot, expr: m > 5, labels: {instance: all}}";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.step("a", Some(6.0));
    assert_eq!(house.states(), ["all firing"]);
    let before = house.api("/api/v1/alerts");
    house.sample("a", Some(9.0));
    assert_eq!(house.step("b", Some(6.0)).len(), 0);
    let rule = house.rule(0);
    assert_eq!(rule["health"], "err");
    assert!(rule["lastError"].as_str().is_some_and(|why| why.contains("same labelset")), "{rule}");
    assert_eq!(house.api("/api/v1/alerts"), before);
    house.step("b", None);
    assert_eq!((&house.rule(0)["health"], &house.rule(0)["lastError"]), (&"ok".into(), &Value::Null));
}
