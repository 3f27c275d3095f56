//! What leaves in an envelope.

use serde_json::{Value, json};

#[test]
fn the_envelope_has_the_members_of_the_original_in_their_order() {
    let message =
        bus::envelope("metrics_collector", 1_795_394_248_927, &json!({"a": 1})).expect("it is JSON");
    let text = String::from_utf8(message).expect("it is text");
    let value: Value = serde_json::from_str(&text).expect("it is JSON");
    let id = value["message_id"].as_str().expect("a text");
    assert_eq!((id.len(), id.as_bytes()[14]), (36, b'4'), "a random UUID: {id}");
    let expect = format!(
        r#"{{"message_id":"{id}","timestamp":1795394248.927,"source":"metrics_collector","destination":"broadcast","message_type":"event","priority":"normal","ttl":300,"payload":{{"a":1}},"routing":{{"hops":0,"max_hops":10}}}}"#
    );
    assert_eq!(text, expect);
}

#[test]
fn every_message_has_an_id_of_its_own() {
    let id = || -> Value {
        serde_json::from_slice::<Value>(&bus::envelope("x", 0, &json!({})).expect("JSON")).expect("JSON")["message_id"].clone()
    };
    assert_ne!(id(), id());
}

#[test]
fn a_full_outbox_drops_counts_and_never_waits() {
    use model::{Announce, Event};
    let (outbox, inbox) = bus::outbox(2);
    for timestamp in 0..5 {
        outbox.announce(Event::AlertRecovery { timestamp });
    }
    assert_eq!(outbox.dropped(), 3);
    drop(inbox);
    outbox.announce(Event::AlertRecovery { timestamp: 5 });
    assert_eq!(outbox.dropped(), 4);
}
