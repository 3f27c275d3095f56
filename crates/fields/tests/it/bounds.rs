//! Whatever comes, memory is bounded, and what finds no room is counted.

use crate::rig::Rig;
use model::limits;

#[test]
fn a_million_topics_are_bounded() {
    let rig = Rig::new();
    for n in 0..1_000_000 {
        rig.say(&format!("plant/line{}x/meter{n}x/power", n % 1_000), "5");
    }
    let view = rig.fields.view(None, None);
    assert!(view.metrics + view.others <= limits::FIELDS, "{} and {}", view.metrics, view.others);
    let refused = rig.left("too_many_fields") + rig.left("too_many_of_topic");
    assert_eq!((view.messages, view.values + refused), (1_000_000, 1_000_000));
    assert_eq!(view.fields.len(), limits::FIELDS_SHOWN);
}

#[test]
fn ten_million_values_where_a_label_stands_are_bounded() {
    let rig = Rig::new();
    // Each message has many; the bound of one sender is met long before the end.
    for n in 0..10_000 {
        let all: Vec<String> = (0..16).map(|m| format!(r#"{{"name":"n{}","v":1}}"#, n * 16 + m)).collect();
        let body = format!(
            r#"{{"message_id":"{n}","source":"evil","payload":{{"device_id":"d{n}","all":[{}]}}}}"#,
            all.join(",")
        );
        rig.say("alicia/x/y", body);
    }
    let view = rig.fields.view(None, None);
    assert_eq!(view.metrics + view.others, limits::FIELDS_PER_SENDER);
    assert!(rig.left("too_many_of_sender") > 100_000);
    // Nobody else pays for it.
    rig.say("alicia/x/z", r#"{"message_id":"1","source":"good","payload":{"power":1}}"#);
    assert_eq!(rig.told().iter().filter(|told| told.contains("good")).count(), 1);
}

#[test]
fn payloads_that_mean_harm_cost_themselves_only() {
    let rig = Rig::new();
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
    rig.say("a", "x".repeat(10 << 20));
    rig.say("b", deep("[", "]"));
    rig.say("c", deep(r#"{"a":"#, "}"));
    rig.say("d", format!("[{}1]", "1,".repeat(30_000)));
    rig.say("e", "[".repeat(60_000));
    rig.say("f", r#"{"a":1e999,"b":NaN,"c":"\udc80","d":5}"#);
    rig.say(&"t/".repeat(30_000), r#"{"a":1}"#);
    rig.say("g", [0u8, 159, 146, 150]);
    rig.say("", "1");
    rig.say("°/°", "1");
    rig.say("h", "");
    let told = rig.told();
    assert!(told.iter().any(|told| told == r#"d{topic="f"} 5"#), "{told:?}");
    assert_eq!((rig.left("too_large"), rig.left("binary")), (1, 1));
    assert!(rig.left("bounds") >= 2 && rig.left("array") == 1 && rig.left("broken_json") == 1);
    assert!(rig.left("unnamed") >= 2);
    let (entries, _) = rig.fields.inbox();
    assert!(entries.iter().all(|entry| entry.example.len() <= limits::INBOX_EXAMPLE_BYTES));
}

#[test]
fn an_inbox_that_is_full_counts() {
    let rig = Rig::new();
    let letter = |n: u32| char::from_digit(10 + n % 20, 36).expect("a letter");
    for n in 0..1_000 {
        rig.say(&format!("{}/{}", letter(n), letter(n / 20)), "no words of a state");
    }
    let (entries, left_out) = rig.fields.inbox();
    assert_eq!(entries.len(), limits::INBOX_ENTRIES);
    assert!(left_out > 0);
}
