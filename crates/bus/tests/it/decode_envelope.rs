//! Section 2 of the protocol: the envelope.

use crate::said::{check, enveloped, meaning, with_decoded};

const TOPIC: &str = "alicia/metrics/stt_service";
const PAYLOAD: &str = r#"{"service_name":"stt_service","instance_id":"stt_service-1","metrics":[{"name":"response_time","value":120.5,"type":"histogram","timestamp":1795394307.68,"labels":{"endpoint":"/health"}}]}"#;
const MEANING: &str =
    "measured stt_service/stt_service-1: response_time=120.5 histogram{endpoint=/health} @1795394307.68";

/// An envelope as services build it themselves, before the publishing helper wraps it again.
fn own_envelope(payload: &str) -> String {
    format!(
        r#"{{"message_id":"ai_error_04a89580","timestamp":1.5,"source":"inner","destination":"health_monitor","message_type":"error","payload":{payload}}}"#
    )
}

#[test]
fn defect_02_the_payload_is_read_inside_the_envelope() {
    check(TOPIC, enveloped("stt_service", PAYLOAD), MEANING);
}

#[test]
fn a_bare_payload_is_read_as_it_is() {
    check(TOPIC, PAYLOAD, MEANING);
    // One of the two alone does not make an envelope.
    check(TOPIC, r#"{"message_id":"a","metrics":[]}"#, "measured stt_service/stt_service_unknown: ");
    check(TOPIC, r#"{"payload":{"metrics":[1]},"metrics":[]}"#, "measured stt_service/stt_service_unknown: ");
    check(
        TOPIC,
        r#"{"message_id":"a","payload":"text","metrics":[]}"#,
        "measured stt_service/stt_service_unknown: ",
    );
}

#[test]
fn envelopes_in_envelopes_are_opened_up_to_four() {
    let mut message = PAYLOAD.to_owned();
    for _ in 0..4 {
        message = own_envelope(&message);
        check(TOPIC, &message, MEANING);
    }
    check(TOPIC, own_envelope(&message), "nothing: too_deep");
}

#[test]
fn the_outermost_envelope_says_who_sent_it_when_and_under_which_id() {
    let message = enveloped("agent", &own_envelope(PAYLOAD));
    with_decoded(TOPIC, message.as_bytes(), |decoded| {
        assert_eq!(decoded.source.as_deref(), Some("agent"));
        assert_eq!(decoded.message_id.as_deref(), Some("c6250331-8d65-4b00-8e7f-9ffd4b3fa80a"));
        assert_eq!(decoded.sent_at, Some(1_795_394_248.926_959));
    });
    with_decoded(TOPIC, PAYLOAD.as_bytes(), |decoded| {
        assert_eq!((decoded.source, decoded.message_id, decoded.sent_at), (None, None, None));
    });
    // Members of the wrong type cost themselves only.
    let odd = format!(r#"{{"message_id":7,"timestamp":"now","source":["x"],"payload":{PAYLOAD}}}"#);
    with_decoded(TOPIC, odd.as_bytes(), |decoded| {
        assert_eq!((decoded.source, decoded.message_id, decoded.sent_at), (None, None, None));
    });
    check(TOPIC, &odd, MEANING);
}

#[test]
fn the_order_of_members_and_unknown_ones_do_not_matter() {
    check(
        TOPIC,
        format!(
            r#"{{"payload":{PAYLOAD},"x":{{"y":[1,{{}}]}},"ttl":-5,"routing":{{"hops":99}},"message_id":"m"}}"#
        ),
        MEANING,
    );
}

#[test]
fn defect_23_own_messages_are_recognised_by_the_source_of_the_envelope() {
    for topic in [
        "alicia/metrics/system",
        "alicia/metrics/summary",
        "alicia/metrics/anything",
        "alicia/system/discovery/register",
    ] {
        check(topic, enveloped("metrics_collector", PAYLOAD), "nothing: own");
    }
    check("alicia/system/health/check", enveloped("metrics_collector", "{}"), "nothing: own");
    // An agent that reports for the collector is not the collector.
    check(
        "alicia/metrics/metrics_collector",
        enveloped("agent", r#"{"service_name":"metrics_collector","metrics":[{"name":"a","value":1}]}"#),
        "measured metrics_collector/metrics_collector_unknown: a=1.0 gauge",
    );
    // The `source` inside of a payload is no envelope's.
    check(
        TOPIC,
        r#"{"source":"metrics_collector","metrics":[]}"#,
        "measured stt_service/stt_service_unknown: ",
    );
}

#[test]
fn text_is_borrowed_unless_it_is_escaped() {
    use std::borrow::Cow;
    let payload = r#"{"metrics":[{"name":"plain","value":1,"labels":{"a":"b","c":"\u00e4"}}]}"#;
    with_decoded(TOPIC, payload.as_bytes(), |decoded| {
        let model::Report::Measurements(measured) = decoded.report else { panic!("measurements") };
        let entry = &measured.entries[0];
        assert!(matches!(entry.name, Cow::Borrowed("plain")));
        assert!(matches!(entry.labels[0], (Cow::Borrowed("a"), Cow::Borrowed("b"))));
        assert_eq!(entry.labels[1].1, "ä");
    });
    assert_eq!(
        meaning(TOPIC, r#"{"metrics":[{"n\u0061me":"x","value":1}]}"#),
        "measured stt_service/stt_service_unknown: x=1.0 gauge"
    );
}
