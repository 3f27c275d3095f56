//! Messages on their way in: every quality of service, acknowledged when taken, and only then.

use crate::mosquitto::{Mosquitto, publish, publish_lines};
use crate::rig::{Rig, external};
use crate::wait::until;
use model::limits;

fn number(n: u32) -> String {
    format!(r#"{{"metrics":[{{"name":"n","value":{n}}}]}}"#)
}

/// The numbers that arrived, in order of arrival.
fn numbers(rig: &Rig) -> Vec<u32> {
    let of = |meaning: &String| meaning.split('=').nth(1)?.split('.').next()?.parse().ok();
    rig.on("alicia/metrics/counter").iter().filter_map(of).collect()
}

#[track_caller]
fn wait_for_last(rig: &Rig, last: u32) {
    until("the last number", || match numbers(rig).last() {
        Some(seen) if *seen == last => Ok(()),
        seen => Err(seen.copied()),
    });
}

#[test]
fn live_messages_of_every_quality_of_service_arrive() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    for (version, qos, n) in
        [("311", "0", 0), ("311", "1", 1), ("311", "2", 2), ("5", "0", 3), ("5", "1", 4), ("5", "2", 5)]
    {
        let version = format!("mqttv{version}");
        publish(broker.port, "alicia/metrics/counter", &number(n), &["-V", &version, "-q", qos]);
        wait_for_last(&rig, n);
    }
    assert_eq!(numbers(&rig), [0, 1, 2, 3, 4, 5]);
    for (topic, payload, meaning) in [
        ("alicia/system/health/s", r#"{"status":"healthy"}"#, "health s/-: healthy []"),
        ("alicia/system/status/s", r#"{"cpu_percent":1}"#, "status s/s_unknown: - [cpu_percent=1.0]"),
        ("alicia/system/discovery/register", r#"{"service_name":"s"}"#, "registered s version - []"),
        ("alicia/system/discovery/unregister", r#"{"service_name":"s"}"#, "unregistered s"),
        ("alicia/system/health/broker", "healthy", "nothing: broker_probe"),
    ] {
        publish(broker.port, topic, payload, &[]);
        rig.wait_for(meaning);
    }
    assert!(rig.status().messages_received >= 11);
}

#[test]
fn live_what_was_acknowledged_does_not_come_again() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    publish_lines(broker.port, "alicia/metrics/counter", (0..500).map(number));
    wait_for_last(&rig, 499);
    assert_eq!(numbers(&rig), (0..500).collect::<Vec<_>>());
    rig.stop();
    let rig = Rig::connect(external(broker.port));
    publish(broker.port, "alicia/metrics/counter", &number(1000), &[]);
    wait_for_last(&rig, 1000);
    assert_eq!(numbers(&rig), [1000]);
}

#[test]
fn live_defect_25_what_is_published_while_the_collector_is_away_is_delivered_when_it_is_back() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    rig.stop();
    publish_lines(broker.port, "alicia/metrics/counter", (0..300).map(number));
    let rig = Rig::connect(external(broker.port));
    wait_for_last(&rig, 299);
    assert_eq!(numbers(&rig), (0..300).collect::<Vec<_>>());
    // The same after a death without a goodbye.
    rig.die();
    publish_lines(broker.port, "alicia/metrics/counter", (300..600).map(number));
    let rig = Rig::connect(external(broker.port));
    wait_for_last(&rig, 599);
    assert_eq!(numbers(&rig), (300..600).collect::<Vec<_>>());
}

#[test]
fn live_what_cannot_be_taken_is_not_acknowledged_and_comes_again_until_it_can() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    publish_lines(broker.port, "alicia/metrics/counter", (0..10).map(number));
    wait_for_last(&rig, 9);
    rig.refuse(true);
    publish_lines(broker.port, "alicia/metrics/counter", (10..200).map(number));
    let status = rig.wait_status("the refusal ends the connection", |status| {
        status.last_error.as_ref().is_some_and(|error| error.contains("the disk is full"))
    });
    assert!(!status.connected);
    // It tries again, later and later, and does not hammer.
    rig.wait_status("another attempt", |status| status.connects >= 3);
    rig.refuse(false);
    wait_for_last(&rig, 199);
    assert_eq!(numbers(&rig), (0..200).collect::<Vec<_>>(), "each once, in order");
    let status = rig.wait_status("calm", |status| status.connected);
    assert!(status.connects <= 10, "{status:?}");
    // And nothing is left to come.
    rig.stop();
    let rig = Rig::connect(external(broker.port));
    publish(broker.port, "alicia/metrics/counter", &number(1000), &[]);
    wait_for_last(&rig, 1000);
    assert_eq!(numbers(&rig), [1000]);
}

#[test]
fn live_two_deliveries_of_one_message_bear_one_id_and_a_retained_copy_is_marked() {
    let broker = Mosquitto::start();
    let payload = crate::said::enveloped("agent", &number(7));
    publish(broker.port, "alicia/metrics/counter", &payload, &["-r"]);
    let rig = Rig::connect(external(broker.port));
    wait_for_last(&rig, 7);
    publish(broker.port, "alicia/metrics/counter", &payload, &[]);
    until("both", || if rig.seen().len() == 2 { Ok(()) } else { Err(rig.seen()) });
    let seen = rig.seen();
    assert_eq!((seen[0].retained, seen[1].retained), (true, false));
    assert_eq!(seen[0].message_id, seen[1].message_id);
    assert_eq!(seen[0].message_id.as_deref(), Some("c6250331-8d65-4b00-8e7f-9ffd4b3fa80a"));
}

#[test]
fn live_hostile_messages_are_acknowledged_and_the_flow_goes_on() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    let too_large = " ".repeat(limits::PAYLOAD_BYTES + 1);
    let deep = "[".repeat(100_000);
    for (payload, meaning) in [
        ("{", "nothing: not_json"),
        ("[]", "nothing: not_an_object"),
        ("{}", "nothing: no_metrics"),
        (deep.as_str(), "nothing: too_deep"),
        (too_large.as_str(), "nothing: too_large"),
    ] {
        publish(broker.port, "alicia/metrics/counter", payload, &[]);
        rig.wait_for(meaning);
    }
    publish(broker.port, "alicia/metrics/counter", &number(1), &[]);
    wait_for_last(&rig, 1);
    assert_eq!(rig.status().connects, 1, "none of them ends the connection");
    rig.stop();
    let rig = Rig::connect(external(broker.port));
    publish(broker.port, "alicia/metrics/counter", &number(2), &[]);
    wait_for_last(&rig, 2);
    assert_eq!(rig.seen().len(), 1, "none of them comes again");
}
