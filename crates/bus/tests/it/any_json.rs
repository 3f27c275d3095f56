//! No bytes on any topic do harm.

use crate::said::{OWN, meaning, with_decoded};
use proptest::prelude::*;

const TOPICS: [&str; 8] = [
    "alicia/metrics/s",
    "alicia/metrics/summary",
    "alicia/system/health/s",
    "alicia/system/health/broker",
    "alicia/system/health/check",
    "alicia/system/status/s",
    "alicia/system/discovery/register",
    "alicia/system/discovery/unregister",
];

/// Any JSON value in which the protocol's words are frequent.
fn json() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "message_id",
        "payload",
        "metrics",
        "name",
        "value",
        "type",
        "timestamp",
        "labels",
        "status",
        "source",
        "service_name",
        "instance_id",
        "capabilities",
        "device_id",
        "cpu_percent",
        "gauge",
        "healthy",
        OWN,
        "x\\ud800",
        "\\u00e4",
        "",
    ]);
    let text = words.prop_map(|word| format!("\"{word}\""));
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("NaN".to_owned()),
        Just("-Infinity".to_owned()),
        Just("1e999".to_owned()),
        any::<f64>().prop_map(|v| if v.is_finite() { format!("{v:e}") } else { "0".to_owned() }),
        any::<i64>().prop_map(|v| v.to_string()),
        text.clone(),
    ];
    leaf.prop_recursive(6, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec((text.clone(), inner), 0..8).prop_map(|all| {
                let members: Vec<String> =
                    all.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_have_a_meaning(topic in prop::sample::select(&TOPICS[..]), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        meaning(topic, bytes);
    }

    #[test]
    fn any_json_has_a_meaning(topic in prop::sample::select(&TOPICS[..]), json in json()) {
        let said = meaning(topic, &json);
        prop_assert!(!said.contains("not_json"), "{} of {}", said, json);
    }

    #[test]
    fn json_cut_anywhere_has_a_meaning(topic in prop::sample::select(&TOPICS[..]), json in json(), at in any::<prop::sample::Index>()) {
        let bytes = json.as_bytes();
        meaning(topic, &bytes[..at.index(bytes.len() + 1)]);
    }

    #[test]
    fn any_entry_beside_a_good_one_leaves_it_alone(entry in json()) {
        let payload = format!(r#"{{"metrics":[{{"name":"good","value":1}},{entry}]}}"#);
        let said = meaning("alicia/metrics/s", &payload);
        prop_assert!(said.starts_with("measured s/s_unknown: good=1.0 gauge"), "{} of {}", said, payload);
    }

    #[test]
    fn values_come_through_bit_for_bit(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
        let payload = format!(r#"{{"metrics":[{{"name":"a","value":{value:e}}}]}}"#);
        with_decoded("alicia/metrics/s", payload.as_bytes(), |decoded| {
            let model::Report::Measurements(measured) = decoded.report else { panic!("measurements") };
            assert_eq!(measured.entries[0].value.to_bits(), value.to_bits());
        });
    }
}
