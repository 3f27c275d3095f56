//! Whatever comes, there is an answer.

use crate::meaning::meaning;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::string::string_regex;

const TOPICS: [&str; 6] = [
    "alicia/metrics/a",
    "alicia/system/health/a",
    "alicia/system/health/broker",
    "alicia/system/status/a",
    "alicia/system/discovery/register",
    "alicia/system/discovery/unregister",
];

/// Text that looks like a message, with every member the protocol knows, in any place, of any type.
fn almost_a_message() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        Just("message_id"),
        Just("payload"),
        Just("metrics"),
        Just("name"),
        Just("value"),
        Just("labels"),
        Just("timestamp"),
        Just("type"),
        Just("service_name"),
        Just("instance_id"),
        Just("status"),
        Just("capabilities"),
        Just("cpu_percent"),
    ];
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("-0.5e3".to_owned()),
        Just("1e999".to_owned()),
        Just("NaN".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"text\"".to_owned()),
        Just("\"\\ud83d\"".to_owned()),
        Just("gauge".to_owned()),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec((key.clone(), inner.clone()), 0..6).prop_map(|pairs| {
                let members: Vec<String> = pairs.into_iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", members.join(","))
            }),
            proptest::collection::vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_have_a_meaning(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for topic in TOPICS {
            assert_ne!(meaning(topic, &bytes), "");
        }
    }

    #[test]
    fn messages_of_wrong_types_have_a_meaning(text in almost_a_message()) {
        for topic in TOPICS {
            assert_ne!(meaning(topic, text.as_bytes()), "");
        }
    }

    #[test]
    fn any_topic_has_a_meaning(topic in string_regex("alicia/(metrics|system)?/?[a-z/+#]{0,12}").expect("a pattern")) {
        assert_ne!(meaning(&topic, br#"{"metrics":[]}"#), "");
    }
}
