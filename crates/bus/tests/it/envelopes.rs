//! Envelopes: one, several, none.

use crate::meaning::{OWN, check, in_words, meaning};
use bus::decode::decode;

const TOPIC: &str = "alicia/metrics/stt";
const INSIDE: &str = r#"{"service_name":"stt","instance_id":"stt-1","metrics":[{"name":"a","value":1}]}"#;
const MEANS: &str = "stt/stt-1 [a=1:gauge] rejected []";

fn envelope(id: &str, source: &str, payload: &str) -> String {
    format!(
        r#"{{"message_id": "{id}", "timestamp": 1795394248.926959, "source": "{source}", "destination": "broadcast", "message_type": "event", "priority": "normal", "ttl": 300, "payload": {payload}, "routing": {{"hops": 0, "max_hops": 10}}}}"#
    )
}

#[test]
fn defect_02_the_payload_is_read_from_inside_any_number_of_envelopes() {
    let once = envelope("c6250331", "agent", INSIDE);
    let twice = envelope("outer", "agent", &envelope("ai_error_04a89580", "ai", INSIDE));
    let thrice = envelope("outermost", "agent", &twice);
    for message in [INSIDE, &once, &twice, &thrice] {
        assert_eq!(meaning(TOPIC, message.as_bytes()), MEANS, "{message}");
    }
}

#[test]
fn the_outermost_envelope_says_who_sent_what_and_when() {
    let twice = envelope("outer", "agent", &envelope("inner", "ai", INSIDE));
    let mut patch = String::new();
    let decoded = decode(TOPIC, twice.as_bytes(), OWN, &mut patch);
    assert_eq!(decoded.source.as_deref(), Some("agent"));
    assert_eq!(decoded.message_id.as_deref(), Some("outer"));
    assert_eq!(decoded.sent_at, Some(1_795_394_248.926_959));
    assert_eq!(in_words(&decoded.report), MEANS);
}

#[test]
fn members_of_an_envelope_may_stand_in_any_order_and_hold_anything() {
    check(
        TOPIC,
        &[
            (&format!(r#"{{"payload":{INSIDE},"message_id":"x","source":"a"}}"#), MEANS),
            (&format!(r#"{{"message_id":7,"payload":{INSIDE}}}"#), MEANS),
            (&format!(r#"{{"message_id":"x","timestamp":"soon","source":[],"payload":{INSIDE}}}"#), MEANS),
            (r#"{"message_id":"x","payload":"text","metrics":[]}"#, "stt/stt_unknown [] rejected []"),
            (
                r#"{"payload":{"metrics":[]},"metrics":[{"name":"a","value":1}]}"#,
                "stt/stt_unknown [a=1:gauge] rejected []",
            ),
        ],
    );
}

#[test]
fn defect_20_a_bare_nan_inside_an_envelope_costs_its_entry_alone() {
    let inside = r#"{"instance_id":"i","metrics":[{"name":"a","value":NaN},{"name":"b","value":2,"labels":{"say":"NaN, \"Infinity\""}}]}"#;
    let message = envelope("x", "agent", inside);
    let expect = "stt/i [b{say=NaN, \"Infinity\"}=2:gauge] rejected [bad_value:a]";
    assert_eq!(meaning(TOPIC, message.as_bytes()), expect);
}

#[test]
fn defect_23_own_messages_are_recognised_by_their_source_and_agents_may_report_for_us() {
    for topic in [
        "alicia/metrics/summary",
        "alicia/metrics/system",
        "alicia/metrics/stt",
        "alicia/system/health/check",
        "alicia/system/discovery/register",
    ] {
        assert_eq!(meaning(topic, envelope("x", OWN, INSIDE).as_bytes()), "own", "{topic}");
    }
    let about_us = r#"{"service_name":"metrics_collector","instance_id":"metrics_collector-1","metrics":[]}"#;
    let message = envelope("x", "metrics_agent", about_us);
    assert_eq!(
        meaning("alicia/metrics/metrics_collector", message.as_bytes()),
        "metrics_collector/metrics_collector-1 [] rejected []"
    );
}

#[test]
fn reserved_topics_and_others_never_make_services() {
    for last in ["summary", "events", "collection_errors", "alert_recovery"] {
        assert_eq!(
            meaning(&format!("alicia/metrics/{last}"), INSIDE.as_bytes()),
            "nothing_to_read",
            "{last}"
        );
    }
    let event =
        envelope("x", "other", r#"{"event_type":"e","event_data":{},"timestamp":1.0,"source":"other"}"#);
    assert_eq!(meaning("alicia/metrics/alert_triggered", event.as_bytes()), "no_metrics");
    for topic in [
        "alicia/metrics/a/b",
        "alicia/metrics/",
        "alicia/voice/tts/request",
        "other",
        "alicia/system/health/monitor/status",
    ] {
        assert_eq!(meaning(topic, INSIDE.as_bytes()), "unknown_topic", "{topic}");
    }
}
