//! Section 7: what is not a message of the protocol at all, and what is one in an odd way.

use crate::said::{check, enveloped, meaning, with_decoded};
use model::{Report, limits};

const TOPIC: &str = "alicia/metrics/s";

#[test]
fn what_is_not_json_or_no_object() {
    for (payload, expect) in [
        ("", "nothing: not_json"),
        ("   ", "nothing: not_json"),
        ("healthy", "nothing: not_json"),
        ("{", "nothing: not_json"),
        (r#"{"metrics":[{"name":"a","value":1}"#, "nothing: not_json"),
        (r#"{"metrics":[]}]"#, "nothing: not_json"),
        (r#"{"metrics":[]} {"#, "nothing: not_json"),
        ("{'metrics':[]}", "nothing: not_json"),
        (r#"{"metrics":[],}"#, "nothing: not_json"),
        ("NaN", "nothing: not_an_object"),
        ("[]", "nothing: not_an_object"),
        (r#"[{"metrics":[]}]"#, "nothing: not_an_object"),
        ("5", "nothing: not_an_object"),
        ("\"text\"", "nothing: not_an_object"),
        ("null", "nothing: not_an_object"),
        ("true", "nothing: not_an_object"),
    ] {
        check(TOPIC, payload, expect);
    }
    for bytes in [&b"\xff\xfe{}"[..], b"\x80", b"{\"metrics\":[{\"name\":\"\xc3\",\"value\":1}]}"] {
        check(TOPIC, bytes, "nothing: not_utf8");
    }
}

#[test]
fn a_byte_order_mark_is_no_obstacle() {
    check(TOPIC, "\u{feff}{\"metrics\":[]}", "measured s/s_unknown: ");
}

#[test]
fn python_words_cost_only_the_entry_that_holds_them() {
    let entries = r#"{"name":"a","value":NaN},{"name":"b","value":1},{"name":"c","value":-Infinity},{"name":"NaN","value":2},{"name":"d","value":3,"labels":{"x":Infinity}},{"name":"say \"NaN\" Infinity","value":4}"#;
    let expect = r#"measured s/s_unknown: b=1.0 gauge, NaN=2.0 gauge, say "NaN" Infinity=4.0 gauge; rejected bad_value(a), bad_value(c), bad_labels(d)"#;
    check(TOPIC, format!(r#"{{"metrics":[{entries}]}}"#), expect);
    check(TOPIC, enveloped("agent", &format!(r#"{{"metrics":[{entries}],"extra":NaN}}"#)), expect);
    // Words that Python does not write are no JSON either way.
    check(TOPIC, r#"{"metrics":[{"name":"a","value":nan}]}"#, "nothing: not_json");
    check(TOPIC, r#"{"metrics":[{"name":"a","value":NaN]}"#, "nothing: not_json");
}

#[test]
fn numbers_too_large_for_a_double_cost_only_themselves() {
    check(
        TOPIC,
        r#"{"service_name":1e999,"ttl":1e999,"metrics":[{"name":"a","value":1}]}"#,
        "measured s/s_unknown: a=1.0 gauge",
    );
}

#[test]
fn thousands_of_brackets_are_counted_and_do_no_harm() {
    for count in [200, 5_000, 100_000] {
        let (open, close) = ("[".repeat(count), "]".repeat(count));
        check(TOPIC, format!("{open}{close}"), "nothing: too_deep");
        check(TOPIC, &open, "nothing: too_deep");
        check(TOPIC, r#"{"payload":"#.repeat(count), "nothing: too_deep");
        let objects = format!("{}1{}", r#"{"message_id":"m","payload":"#.repeat(count), "}".repeat(count));
        check(TOPIC, objects, "nothing: too_deep");
        // Where nobody looks, depth does not matter.
        check(
            TOPIC,
            format!(r#"{{"extra":{open}{close},"metrics":[{open}{close},{{"name":"a","value":1}}]}}"#),
            "measured s/s_unknown: a=1.0 gauge; rejected entry_not_an_object(entry 0)",
        );
    }
}

#[test]
fn a_message_may_be_large_but_not_too_large() {
    let entries: Vec<String> = (0..1000).map(|i| format!(r#"{{"name":"m{i}","value":{i}}}"#)).collect();
    let said = meaning(TOPIC, format!(r#"{{"metrics":[{}]}}"#, entries.join(",")));
    assert_eq!(said.matches("gauge").count(), 1000);

    let long = "x".repeat(1 << 20);
    check(
        TOPIC,
        format!(r#"{{"metrics":[{{"name":"a","value":1,"labels":{{"l":"{long}"}}}}]}}"#),
        &format!("measured s/s_unknown: a=1.0 gauge{{l={long}}}"),
    );
    let labels: Vec<String> = (0..64).map(|i| format!(r#""l{i}":"{}""#, "v".repeat(10_000))).collect();
    let said = meaning(
        TOPIC,
        format!(r#"{{"metrics":[{{"name":"a","value":1,"labels":{{{}}}}}]}}"#, labels.join(",")),
    );
    assert_eq!(said.matches("=vvv").count(), 64);

    let padded = |size: usize| format!(r#"{{"metrics":[]{}}}"#, " ".repeat(size - r#"{"metrics":[]}"#.len()));
    check(TOPIC, padded(limits::PAYLOAD_BYTES), "measured s/s_unknown: ");
    check(TOPIC, padded(limits::PAYLOAD_BYTES + 1), "nothing: too_large");
}

#[test]
fn a_message_of_nothing_but_bad_entries_is_counted_to_the_last() {
    let payload = format!(r#"{{"metrics":[{}1]}}"#, "1,".repeat(99_999));
    with_decoded(TOPIC, payload.as_bytes(), |decoded| {
        let Report::Measurements(measured) = decoded.report else { panic!("measurements") };
        assert_eq!((measured.entries.len(), measured.rejected.len()), (0, 100_000));
        assert_eq!(measured.rejected[0].what, "entry 0");
        assert_eq!(measured.rejected[99_999].what, "");
    });
}

#[test]
fn duplicate_keys_mean_the_last_one() {
    check(
        TOPIC,
        r#"{"metrics":[],"metrics":[{"name":"a","name":"b","value":1,"value":2}]}"#,
        "measured s/s_unknown: b=2.0 gauge",
    );
}

#[test]
fn what_holds_nothing_is_shown_by_its_first_bytes() {
    let payload = "x".repeat(1_000);
    with_decoded(TOPIC, payload.as_bytes(), |decoded| {
        let Report::Nothing(nothing) = decoded.report else { panic!("nothing") };
        assert_eq!(nothing.example.len(), limits::EXAMPLE_BYTES);
        assert!(!nothing.detail.is_empty());
    });
}
