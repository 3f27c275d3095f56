//! `alicia/metrics/{service}`: every rule of the protocol, a row each.

use crate::meaning::{check, meaning};

const TOPIC: &str = "alicia/metrics/stt";

#[test]
fn services_and_instances_come_from_the_payload_or_else_from_the_topic() {
    check(
        TOPIC,
        &[
            (r#"{"service_name":"ai","instance_id":"ai-1","metrics":[]}"#, "ai/ai-1 [] rejected []"),
            (r#"{"metrics":[]}"#, "stt/stt_unknown [] rejected []"),
            (r#"{"service_name":"","instance_id":"","metrics":[]}"#, "stt/stt_unknown [] rejected []"),
            (r#"{"service_name":7,"instance_id":null,"metrics":[]}"#, "stt/stt_unknown [] rejected []"),
            (
                r#"{"service_name":{"a":[1]},"instance_id":["x"],"metrics":[]}"#,
                "stt/stt_unknown [] rejected []",
            ),
            (r#"{"service_name":"ai","metrics":[]}"#, "ai/ai_unknown [] rejected []"),
            (
                r#"{"service_name":"caf\u00e9","instance_id":"küche","metrics":[]}"#,
                "café/küche [] rejected []",
            ),
        ],
    );
}

#[test]
fn a_complete_entry_is_taken_as_it_is() {
    let payload = r#"{"metrics":[{"name":"response_time","value":120.5,"type":"histogram","timestamp":1795394307.68,"labels":{"endpoint":"/health","code":"200"}}]}"#;
    check(
        TOPIC,
        &[(
            payload,
            "stt/stt_unknown [response_time{endpoint=/health,code=200}=120.5:histogram@1795394307.68] rejected []",
        )],
    );
}

#[test]
fn missing_members_have_defaults_and_unknown_ones_cost_nothing() {
    check(
        TOPIC,
        &[
            (r#"{"metrics":[{"name":"a","value":1}]}"#, "stt/stt_unknown [a=1:gauge] rejected []"),
            (
                r#"{"extra":{"deep":[[[{}]]]},"metrics":[{"unit":"s","name":"a","value":1,"more":[1,{"x":2}]}]}"#,
                "stt/stt_unknown [a=1:gauge] rejected []",
            ),
            (
                r#"{"metrics":[{"name":"a","value":1,"timestamp":null},{"name":"b","value":2,"timestamp":"now"},{"name":"c","value":3,"timestamp":[]}]}"#,
                "stt/stt_unknown [a=1:gauge b=2:gauge c=3:gauge] rejected []",
            ),
            (
                r#"{"metrics":[{"name":"a","value":1,"labels":{}}]}"#,
                "stt/stt_unknown [a=1:gauge] rejected []",
            ),
            (
                r#"{"metrics":[{"name":"a","value":1,"name":"b","value":2}]}"#,
                "stt/stt_unknown [b=2:gauge] rejected []",
            ),
        ],
    );
}

#[test]
fn defect_19_a_bad_entry_is_rejected_alone() {
    let rows = [
        (r#"7"#, "entry_not_an_object:entry 1"),
        (r#"null"#, "entry_not_an_object:entry 1"),
        (r#""text""#, "entry_not_an_object:entry 1"),
        (r#"[1,[2]]"#, "entry_not_an_object:entry 1"),
        (r#"{"value":1}"#, "bad_name:entry 1"),
        (r#"{"name":"","value":1}"#, "bad_name:entry 1"),
        (r#"{"name":5,"value":1}"#, "bad_name:entry 1"),
        (r#"{"name":"x"}"#, "bad_value:x"),
        (r#"{"name":"x","value":null}"#, "bad_value:x"),
        (r#"{"name":"x","value":"text"}"#, "bad_value:x"),
        (r#"{"name":"x","value":"12"}"#, "bad_value:x"),
        (r#"{"name":"x","value":true}"#, "bad_value:x"),
        (r#"{"name":"x","value":{"a":1}}"#, "bad_value:x"),
        (r#"{"name":"x","value":NaN}"#, "bad_value:x"),
        (r#"{"name":"x","value":Infinity}"#, "bad_value:x"),
        (r#"{"name":"x","value":-Infinity}"#, "bad_value:x"),
        (r#"{"name":"x","value":1e999}"#, "bad_value:x"),
        (r#"{"name":"x","value":1,"type":"weird"}"#, "bad_type:x"),
        (r#"{"name":"x","value":1,"type":3}"#, "bad_type:x"),
        (r#"{"name":"x","value":1,"labels":[]}"#, "bad_labels:x"),
        (r#"{"name":"x","value":1,"labels":"a"}"#, "bad_labels:x"),
        (r#"{"name":"x","value":1,"labels":{"a":null}}"#, "bad_labels:x"),
        (r#"{"name":"x","value":1,"labels":{"a":{"b":1}}}"#, "bad_labels:x"),
    ];
    for (bad, rejected) in rows {
        let payload = format!(
            r#"{{"metrics":[{{"name":"first","value":1}},{bad},{{"name":"NaN in a name","value":2}}]}}"#
        );
        let expect = format!("stt/stt_unknown [first=1:gauge NaN in a name=2:gauge] rejected [{rejected}]");
        assert_eq!(meaning(TOPIC, payload.as_bytes()), expect, "{bad}");
    }
}

#[test]
fn numbers_and_booleans_in_labels_become_their_text() {
    let payload = r#"{"metrics":[{"name":"a","value":1,"labels":{"code":200,"ok":true,"share":0.5,"one":1.0,"esc":"a\"b\n"}}]}"#;
    check(
        TOPIC,
        &[(
            payload,
            "stt/stt_unknown [a{code=200,ok=true,share=0.5,one=1.0,esc=a\"b\n}=1:gauge] rejected []",
        )],
    );
}

#[test]
fn integers_beyond_the_doubles_precision_neither_wrap_nor_fail() {
    for (text, value) in [
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("18446744073709551615", 1.844_674_407_370_955_2e19),
        ("-9223372036854775808", -9.223_372_036_854_776e18),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
    ] {
        let payload = format!(r#"{{"metrics":[{{"name":"a","value":{text}}}]}}"#);
        assert_eq!(
            meaning(TOPIC, payload.as_bytes()),
            format!("stt/stt_unknown [a={value}:gauge] rejected []"),
            "{text}"
        );
    }
}

#[test]
fn a_message_without_a_metrics_array_measures_nothing() {
    check(
        TOPIC,
        &[
            ("{}", "no_metrics"),
            (r#"{"service_name":"ai"}"#, "no_metrics"),
            (r#"{"metrics":{}}"#, "no_metrics"),
            (r#"{"metrics":"[]"}"#, "no_metrics"),
            (r#"{"metrics":null}"#, "no_metrics"),
            (r#"{"metrics":7}"#, "no_metrics"),
        ],
    );
}

#[test]
fn defect_24_what_cannot_be_read_is_told_by_its_reason() {
    check(
        TOPIC,
        &[
            ("", "not_json"),
            ("healthy", "not_json"),
            (r#"{"metrics":[{"name":"#, "not_json"),
            (r#"{"metrics":[]} trailing"#, "not_json"),
            ("[1]", "not_an_object"),
            ("7", "not_an_object"),
            ("null", "not_an_object"),
            (r#""text""#, "not_an_object"),
            ("[1", "not_json"),
        ],
    );
    assert_eq!(meaning(TOPIC, b"{\"metrics\":[]\xff}"), "not_utf8");
    assert_eq!(meaning(TOPIC, &vec![b' '; model::limits::PAYLOAD_BYTES + 1]), "too_large");
}

#[test]
fn any_nesting_is_survived() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let deep = open.repeat(100_000);
        assert_ne!(meaning(TOPIC, deep.as_bytes()), "", "an answer, not an overflow");
        let inside = format!(r#"{{"metrics":[{{"name":"a","value":1}}],"x":{deep}"#);
        assert_ne!(meaning(TOPIC, inside.as_bytes()), "");
    }
    let closed = format!(r#"{{"x":{}{},"metrics":[]}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(
        meaning(TOPIC, closed.as_bytes()),
        "stt/stt_unknown [] rejected []",
        "what nobody reads may be deep"
    );
    let envelopes = r#"{"message_id":"x","payload":"#.repeat(5_000);
    assert_ne!(meaning(TOPIC, envelopes.as_bytes()), "");
}

#[test]
fn a_byte_order_mark_is_skipped_and_python_spacing_is_read() {
    check(
        TOPIC,
        &[
            ("\u{feff}{\"metrics\":[]}", "stt/stt_unknown [] rejected []"),
            (
                "{\"metrics\" : [ {\"name\" : \"a\" , \"value\" : 1} ] }",
                "stt/stt_unknown [a=1:gauge] rejected []",
            ),
        ],
    );
}

#[test]
fn large_messages_are_read_whole() {
    let entries: Vec<String> = (0..1000).map(|i| format!(r#"{{"name":"m{i}","value":{i}}}"#)).collect();
    let text = meaning(TOPIC, format!(r#"{{"metrics":[{}]}}"#, entries.join(",")).as_bytes());
    assert!(text.contains("m0=0:gauge") && text.contains("m999=999:gauge"));
    let label = "x".repeat(10_000);
    let one = format!(r#"{{"metrics":[{{"name":"a","value":1,"labels":{{"l":"{label}"}}}}]}}"#);
    assert!(meaning(TOPIC, one.as_bytes()).contains(&label));
}
