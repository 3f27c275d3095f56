//! Section 3.1 and the rows of section 7 that speak of entries.

use crate::said::{check, enveloped, meaning};

/// What one entry means, alone on the topic of service `s`.
#[track_caller]
fn entry(entry: &str, expect: &str) {
    let payload = format!(r#"{{"instance_id":"i","metrics":[{entry}]}}"#);
    check("alicia/metrics/s", &payload, &format!("measured s/i: {expect}"));
    // The same between two good ones: it costs them nothing.
    let good = r#"{"name":"good","value":1}"#;
    let payload = format!(r#"{{"instance_id":"i","metrics":[{good},{entry},{good}]}}"#);
    let said = meaning("alicia/metrics/s", enveloped("agent", &payload));
    assert_eq!(said.matches("good=1.0 gauge").count(), 2, "{said}");
}

#[test]
fn every_field_of_an_entry() {
    for (input, expect) in [
        (r#"{"name":"a","value":1}"#, "a=1.0 gauge"),
        (r#"{"name":"a","value":-0.5,"type":"counter"}"#, "a=-0.5 counter"),
        (r#"{"name":"a","value":1,"type":"gauge"}"#, "a=1.0 gauge"),
        (r#"{"name":"a","value":1,"type":"histogram"}"#, "a=1.0 histogram"),
        (r#"{"name":"a","value":1,"type":"summary"}"#, "a=1.0 summary"),
        (r#"{"name":"a","value":1,"timestamp":1795394307.68}"#, "a=1.0 gauge @1795394307.68"),
        (r#"{"name":"a","value":1,"timestamp":1795394307}"#, "a=1.0 gauge @1795394307.0"),
        (r#"{"name":"a","value":1,"labels":{}}"#, "a=1.0 gauge"),
        (r#"{"name":"a","value":1,"labels":{"x":"y","b":"c"}}"#, "a=1.0 gauge{x=y, b=c}"),
        (r#"{"name":"Größe 温度","value":1,"labels":{"räum":"küche"}}"#, "Größe 温度=1.0 gauge{räum=küche}"),
        (r#"{"unit":"ms","name":"a","value":1,"help":{"x":[]}}"#, "a=1.0 gauge"),
    ] {
        entry(input, expect);
    }
}

#[test]
fn numbers_are_kept_to_the_last_bit() {
    for (input, expect) in [
        ("1e3", 1000.0),
        ("-0", -0.0),
        ("0.1", 0.1),
        ("1795394248.926959", 1_795_394_248.926_959),
        ("2.2250738585072011e-308", 2.225_073_858_507_201e-308),
        ("7.2057594037927933e16", 72_057_594_037_927_936.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
        ("5e-324", 5e-324),
        ("1e-400", 0.0),
        ("1.7976931348623157e308", f64::MAX),
    ] {
        let value: f64 = expect;
        entry(&format!(r#"{{"name":"a","value":{input}}}"#), &format!("a={value:?} gauge"));
    }
}

#[test]
fn defect_20_what_is_no_number_is_rejected_and_stays_out() {
    for value in [
        r#""12""#,
        r#""high""#,
        "null",
        "true",
        "false",
        "[1]",
        r#"{"v":1}"#,
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
    ] {
        entry(&format!(r#"{{"name":"a","value":{value}}}"#), "; rejected bad_value(a)");
    }
    entry(r#"{"name":"a"}"#, "; rejected bad_value(a)");
}

#[test]
fn defect_19_a_bad_entry_costs_the_others_nothing() {
    for (input, expect) in [
        (r#"{"value":1}"#, "; rejected bad_name(entry 0)"),
        (r#"{"name":"","value":1}"#, "; rejected bad_name(entry 0)"),
        (r#"{"name":5,"value":1}"#, "; rejected bad_name(entry 0)"),
        (r#"{"name":null,"value":1}"#, "; rejected bad_name(entry 0)"),
        (r#"{"name":"a","value":1,"type":"weird"}"#, "; rejected bad_type(a)"),
        (r#"{"name":"a","value":1,"type":"Gauge"}"#, "; rejected bad_type(a)"),
        (r#"{"name":"a","value":1,"type":7}"#, "; rejected bad_type(a)"),
        (r#"{"name":"a","value":1,"labels":["x"]}"#, "; rejected bad_labels(a)"),
        (r#"{"name":"a","value":1,"labels":"x"}"#, "; rejected bad_labels(a)"),
        (r#"{"name":"a","value":1,"labels":{"x":["y"]}}"#, "; rejected bad_labels(a)"),
        (r#"{"name":"a","value":1,"labels":{"x":{}}}"#, "; rejected bad_labels(a)"),
        ("5", "; rejected entry_not_an_object(entry 0)"),
        (r#""a""#, "; rejected entry_not_an_object(entry 0)"),
        ("null", "; rejected entry_not_an_object(entry 0)"),
        ("[]", "; rejected entry_not_an_object(entry 0)"),
        ("{}", "; rejected bad_name(entry 0)"),
    ] {
        entry(input, expect);
    }
}

#[test]
fn a_time_that_is_none_is_the_time_of_arrival() {
    for timestamp in ["null", r#""2026-11-23""#, "true", "[]", "{}", "NaN", "Infinity"] {
        entry(&format!(r#"{{"name":"a","value":1,"timestamp":{timestamp}}}"#), "a=1.0 gauge");
    }
    // Whether a time makes sense is for the gate to say.
    entry(r#"{"name":"a","value":1,"timestamp":1795394307680}"#, "a=1.0 gauge @1795394307680.0");
    entry(r#"{"name":"a","value":1,"timestamp":-1}"#, "a=1.0 gauge @-1.0");
}

#[test]
fn labels_take_the_text_of_numbers_and_booleans() {
    for (value, expect) in [
        ("5", "5"),
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("1e5", "1e5"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("true", "true"),
        ("false", "false"),
        (r#""a\"b\\c""#, r#"a"b\c"#),
        (r#""\u00e4\ud83d\ude00""#, "ä😀"),
        (r#""""#, ""),
    ] {
        entry(
            &format!(r#"{{"name":"a","value":1,"labels":{{"l":{value}}}}}"#),
            &format!("a=1.0 gauge{{l={expect}}}"),
        );
    }
}

#[test]
fn half_a_surrogate_pair_becomes_the_replacement_character() {
    for (text, expect) in [
        (r"\ud800", "\u{fffd}"),
        (r"\udc80x", "\u{fffd}x"),
        (r"x\ud83dy", "x\u{fffd}y"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}😀"),
        (r"\\ud800 \udfff", "\\ud800 \u{fffd}"),
    ] {
        entry(
            &format!(r#"{{"name":"a","value":1,"labels":{{"file":"{text}"}}}}"#),
            &format!("a=1.0 gauge{{file={expect}}}"),
        );
        entry(&format!(r#"{{"name":"n{text}","value":1}}"#), &format!("n{expect}=1.0 gauge"));
    }
}

#[test]
fn labels_that_look_like_own_ones_stay_the_entrys() {
    check(
        "alicia/metrics/s",
        r#"{"service_name":"s","instance_id":"i","metrics":[{"name":"a","value":1,"labels":{"service_name":"x","instance_id":"y","__name__":"z"}}]}"#,
        "measured s/i: a=1.0 gauge{service_name=x, instance_id=y, __name__=z}",
    );
}

#[test]
fn service_and_instance() {
    for (members, expect) in [
        (r#""service_name":"other","instance_id":"o-1","#, "other/o-1"),
        (r#""service_name":"other","#, "other/other_unknown"),
        (r#""instance_id":"o-1","#, "topic/o-1"),
        ("", "topic/topic_unknown"),
        (r#""service_name":"","instance_id":"","#, "topic/topic_unknown"),
        (r#""service_name":5,"instance_id":7,"#, "topic/topic_unknown"),
        (r#""service_name":null,"instance_id":null,"#, "topic/topic_unknown"),
        (r#""service_name":["x"],"instance_id":{"a":1},"#, "topic/topic_unknown"),
        (r#""service_name":"first","service_name":"last","#, "last/last_unknown"),
    ] {
        check(
            "alicia/metrics/topic",
            format!(r#"{{{members}"metrics":[]}}"#),
            &format!("measured {expect}: "),
        );
    }
    // The envelope's source is not the measured service.
    check("alicia/metrics/topic", enveloped("agent", r#"{"metrics":[]}"#), "measured topic/topic_unknown: ");
}

#[test]
fn an_empty_array_and_a_hopeless_one_still_name_a_service() {
    check("alicia/metrics/s", r#"{"metrics":[]}"#, "measured s/s_unknown: ");
    check(
        "alicia/metrics/s",
        r#"{"metrics":[1,{}]}"#,
        "measured s/s_unknown: ; rejected entry_not_an_object(entry 0), bad_name(entry 1)",
    );
}

#[test]
fn a_message_without_an_array_is_no_measurement() {
    for payload in [
        "{}",
        r#"{"metrics":null}"#,
        r#"{"metrics":{}}"#,
        r#"{"metrics":"x"}"#,
        r#"{"metrics":5}"#,
        r#"{"service_name":"s"}"#,
    ] {
        check("alicia/metrics/s", payload, "nothing: no_metrics");
        check("alicia/metrics/s", enveloped("s", payload), "nothing: no_metrics");
    }
}

#[test]
fn several_entries_of_one_name_and_time_are_all_there_in_order() {
    check(
        "alicia/metrics/s",
        r#"{"metrics":[{"name":"a","value":1,"timestamp":9,"labels":{"l":"1"}},{"name":"a","value":2,"timestamp":8,"labels":{"l":"2"}},{"name":"a","value":3,"timestamp":9}]}"#,
        "measured s/s_unknown: a=1.0 gauge{l=1} @9.0, a=2.0 gauge{l=2} @8.0, a=3.0 gauge @9.0",
    );
}

#[test]
fn defect_23_reserved_topics_never_become_services() {
    for last in ["summary", "events", "collection_errors", "alert_recovery"] {
        let topic = format!("alicia/metrics/{last}");
        for payload in
            [r#"{"total_services":1}"#, r#"{"service_name":"x","metrics":[{"name":"a","value":1}]}"#]
        {
            check(&topic, payload, "nothing: nothing_to_read");
            check(&topic, enveloped("other", payload), "nothing: nothing_to_read");
            check(&topic, enveloped("metrics_collector", payload), "nothing: own");
        }
    }
    // Any other event type has no array, and so is none either.
    check(
        "alicia/metrics/alert_triggered",
        r#"{"event_type":"alert_triggered","event_data":{},"timestamp":1.0,"source":"metrics_collector"}"#,
        "nothing: no_metrics",
    );
    // The host's own gauges come back once too often.
    check(
        "alicia/metrics/system",
        enveloped("metrics_collector", r#"{"service_name":"system","instance_id":"host","metrics":[]}"#),
        "nothing: own",
    );
}
