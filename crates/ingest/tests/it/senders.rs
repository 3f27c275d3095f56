//! Who speaks, and after which silence they are missed.

use crate::house::{House, entry, goodbye, health, measured};

/// All senders in a line each: silence in seconds, messages, the silence that is allowed, whether they are gone.
fn senders(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    house.gate.each_sender(&mut |sender| {
        found.push(format!(
            "{}/{} {} {} {:?}{}",
            sender.service,
            sender.instance.unwrap_or("-"),
            (house.now() - sender.last_seen) / 1_000,
            sender.messages,
            sender.regular_silence.map(|allowed| allowed / 1_000),
            if sender.is_gone { " gone" } else { "" },
        ));
    });
    found.sort();
    found
}

#[test]
fn a_regular_sender_is_missed_after_three_of_its_rhythms() {
    let house = House::new();
    for round in 0..9 {
        house.send(measured("a", "a-1", vec![entry("m", f64::from(round))]));
        house.send(health("whole", None, "healthy"));
        house.pass(20);
    }
    house.send(measured("once", "o", vec![]));
    assert_eq!(senders(&house), ["a/a-1 20 9 Some(60)", "once/o 0 1 None", "whole/- 20 9 Some(60)"]);
}

#[test]
fn a_goodbye_stands_until_somebody_is_heard() {
    let house = House::new();
    for _ in 0..2 {
        house.send(measured("a", "a-1", vec![]));
        house.send(measured("a", "a-2", vec![]));
        house.pass(1);
    }
    house.send(goodbye("a"));
    house.pass(1);
    assert_eq!(senders(&house), ["a/a-1 2 2 None gone", "a/a-2 2 2 None gone"]);
    house.send(measured("a", "a-2", vec![]));
    assert_eq!(senders(&house), ["a/a-1 2 2 None gone", "a/a-2 0 3 None"]);
}
