//! What a bystander sees of a message.

use bus::decode::glance;
use model::Envelope;

fn see(payload: &str, check: impl FnOnce(Envelope<'_>)) {
    let mut patch = String::new();
    check(glance(payload.as_bytes(), &mut patch).expect("an object"));
}

const QUESTION: &str = r#"{"message_id": "a", "timestamp": 5.5, "source": "operator", "destination": "broadcast",
    "message_type": "event", "ttl": 300, "payload": {"text": "hi", "session_id": "s1"}, "routing": {"hops": 0, "max_hops": 10}}"#;
const ANSWER: &str = r#"{"message_id": "b", "timestamp": 6.5, "source": "tts", "destination": "broadcast",
    "message_type": "event", "ttl": 300, "payload": {"message_id": "tts_error_1", "timestamp": 6.4, "source": "tts_inner",
    "destination": "operator", "message_type": "error", "payload": {"error": "no", "original_request": {"text": "hi", "session_id": "s1"}}},
    "routing": {"hops": 0, "max_hops": 10}}"#;

#[test]
fn the_innermost_envelope_says_who_and_whom_and_the_outermost_when() {
    see(ANSWER, |envelope| {
        assert_eq!(
            (&*envelope.source, envelope.destination.as_deref(), envelope.message_type.as_deref()),
            ("tts_inner", Some("operator"), Some("error"))
        );
        assert_eq!((envelope.message_id.as_deref(), envelope.sent_at), (Some("b"), Some(6.5)));
        assert_eq!((envelope.ttl, envelope.hops), (Some(300.0), Some((0.0, 10.0))));
    });
}

#[test]
fn an_answer_that_repeats_its_question_is_known_by_it() {
    see(QUESTION, |question| {
        assert_eq!((question.threads.as_slice(), question.answers), (&["s1".into()][..], None));
        see(ANSWER, |answer| {
            assert_eq!(
                (answer.answers, answer.threads.as_slice()),
                (Some(question.body), &["s1".into()][..])
            );
        });
    });
}

#[test]
fn names_in_the_body_are_seen() {
    see(
        r#"{"service_name": "stt", "instance_id": "stt-1", "device_id": 7, "requester": "me"}"#,
        |envelope| {
            assert_eq!(envelope.names, ["stt", "stt-1", "me"], "a number is no name");
            assert_eq!((&*envelope.source, envelope.message_id), ("", None));
        },
    );
}

#[test]
fn pythons_words_for_no_number_hide_nobody() {
    see(r#"{"message_id": "a", "source": "x", "payload": {"value": NaN, "session_id": "s"}}"#, |envelope| {
        assert_eq!((&*envelope.source, envelope.threads.as_slice()), ("x", &["s".into()][..]));
    });
}

#[test]
fn members_of_a_wrong_type_are_not_there() {
    see(
        r#"{"message_id": 1, "timestamp": "now", "source": [], "ttl": {}, "routing": 3, "payload": {"a": 1}}"#,
        |envelope| {
            assert_eq!(
                envelope,
                Envelope { text: envelope.text, body: envelope.body, ..Envelope::default() }
            );
        },
    );
}

#[test]
fn what_is_no_object_or_too_long_has_no_envelope() {
    let long = format!(r#"{{"message_id":"a","payload":{{"audio":"{}"}}}}"#, "A".repeat(100_000));
    for payload in ["healthy", "21.5", "[1]", "null", "", "{", r#"{"a":}"#, &long, &"{\"a\":".repeat(20_000)]
    {
        assert_eq!(glance(payload.as_bytes(), &mut String::new()), None, "{payload:.40}");
    }
    assert_eq!(glance(b"{\"a\": \xff}", &mut String::new()), None);
}
