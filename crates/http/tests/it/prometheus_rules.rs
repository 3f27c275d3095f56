//! The groups of rule files, in Prometheus' shapes, beside Alicia's rules.

use crate::counter::{Counter, NOW, runtime};
use model::Labels;
use rules::groups::{
    ActiveAlert, AlertState, Alerting, GroupRule, GroupView, Health, Judged, RuleKind, RuleView, RuleViewKind,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

fn data(counter: &Counter, path: &str) -> Value {
    let answer = runtime().block_on(counter.get(path));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()["data"].take()
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn rule(name: &str, labels: &[(&str, &str)], kind: RuleKind) -> GroupRule {
    GroupRule { name: name.to_owned(), expr: "m > 1".to_owned(), labels: texts(labels), kind }
}

pub(crate) fn view() -> GroupView {
    let alert = ActiveAlert {
        labels: Labels::new([("alertname", "Many"), ("instance", "i")]),
        annotations: texts(&[("summary", "many")]),
        value: 12.0,
        state: AlertState::Firing,
        active_at: NOW,
        fired_at: Some(NOW),
        keep_firing_since: Some(NOW + 1_500),
    };
    let alerting = RuleView {
        rule: rule("Many", &[("severity", "page")], RuleKind::Alerting(Alerting::default())),
        judged: Judged::AtArrival,
        health: Health::Good,
        last_error: None,
        took: Duration::from_millis(2),
        last: Some(NOW),
        kind: RuleViewKind::Alerting {
            hold: 90_000,
            keep_firing_for: 60_000,
            annotations: texts(&[("summary", "{{ x }}")]),
            alerts: vec![alert],
        },
    };
    let recording = RuleView {
        rule: rule("m:one", &[], RuleKind::Recording),
        judged: Judged::InRounds("it records".to_owned()),
        health: Health::Bad,
        last_error: Some("why".to_owned()),
        took: Duration::ZERO,
        last: None,
        kind: RuleViewKind::Recording,
    };
    GroupView {
        file: "f.yml".to_owned(),
        name: "g".to_owned(),
        interval: 15_000,
        limit: 7,
        took: Duration::from_millis(2),
        last: Some(NOW),
        rules: vec![alerting, recording],
    }
}

#[test]
fn groups_of_files_are_shown_with_their_alerts_and_errors() {
    let counter = Counter::new();
    counter.groups.show(view());
    let alert = json!({
        "labels": {"alertname": "Many", "instance": "i"}, "annotations": {"summary": "many"}, "state": "firing",
        "activeAt": "2026-11-23T00:40:00Z", "keepFiringSince": "2026-11-23T00:40:01.5Z", "value": "1.2e+01",
    });
    let alerting = json!({
        "state": "firing", "name": "Many", "query": "m > 1", "duration": 90.0, "keepFiringFor": 60.0, "judged": "at arrival",
        "labels": {"severity": "page"}, "annotations": {"summary": "{{ x }}"}, "alerts": [alert], "health": "ok",
        "evaluationTime": 0.002, "lastEvaluation": "2026-11-23T00:40:00Z", "type": "alerting",
    });
    let recording = json!({
        "name": "m:one", "query": "m > 1", "health": "err", "lastError": "why", "evaluationTime": 0.0,
        "lastEvaluation": "0001-01-01T00:00:00Z", "type": "recording",
    });
    let group = |rules: &[&Value]| {
        json!({"groups": [{"name": "g", "file": "f.yml", "rules": rules, "interval": 15.0, "limit": 7,
            "evaluationTime": 0.002, "lastEvaluation": "2026-11-23T00:40:00Z"}]})
    };
    for (parameters, expected) in [
        ("rule_group[]=g", group(&[&alerting, &recording])),
        ("file[]=f.yml", group(&[&alerting, &recording])),
        ("type=record", group(&[&recording])),
        ("type=alert&file[]=f.yml", group(&[&alerting])),
        ("rule_name[]=Many", group(&[&alerting])),
        ("match[]={severity=\"page\"}", group(&[&alerting])),
        ("match[]={severity=\"x\"}&match[]={severity=~\"p.+\"}", group(&[&alerting])),
        ("rule_group[]=g&file[]=other", json!({"groups": []})),
    ] {
        let parameters =
            parameters.replace("+", "%2B").replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
        assert_eq!(data(&counter, &format!("/api/v1/rules?{parameters}")), expected, "{parameters}");
    }
    assert_eq!(data(&counter, "/api/v1/alerts"), json!({"alerts": [alert]}));
    let both = data(&counter, "/api/v1/rules?exclude_alerts=true");
    assert_eq!(
        (&both["groups"][0]["name"], &both["groups"][1]["name"]),
        (&"alicia-metrics".into(), &"g".into())
    );
    assert!(both["groups"][1]["rules"][0]["alerts"].is_null());
    counter.groups.remove(&("f.yml".to_owned(), "g".to_owned()));
    assert_eq!(data(&counter, "/api/v1/rules?type=record"), json!({"groups": []}));
}
