//! Coming up, staying up, coming back.

use crate::mosquitto::{Listener, Mosquitto, publish};
use crate::rig::{Rig, embedded, external};
use crate::wait::free_port;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn hello(port: u16, name: &str) {
    publish(port, &format!("alicia/metrics/{name}"), r#"{"metrics":[{"name":"a","value":1}]}"#, &[]);
}

fn heard(name: &str) -> String {
    format!("measured {name}/{name}_unknown: a=1.0 gauge")
}

#[test]
fn live_defect_27_a_bus_without_a_broker_starts_and_connects_when_it_comes() {
    let mut broker = Mosquitto::prepared("", &[]);
    let rig = Rig::start(external(broker.port));
    let status = rig.wait_status("the failure is told", |status| status.last_error.is_some());
    assert!(!status.connected && status.connects == 0, "{status:?}");
    broker.launch();
    let status = rig.wait_connected(1);
    assert_eq!((status.last_error, status.address), (None, format!("127.0.0.1:{}", broker.port)));
    hello(broker.port, "first");
    rig.wait_for(&heard("first"));
}

#[test]
fn live_after_kill_9_of_the_broker_it_is_subscribed_and_registered_again() {
    // It keeps nothing on disk, so it has forgotten the session.
    let mut broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    for round in 1..=2_u32 {
        broker.kill();
        let status = rig.wait_status("the loss is noticed", |status| !status.connected);
        assert!(status.last_error.is_some(), "{status:?}");
        broker.launch();
        let listener = Listener::start(broker.port, "alicia/system/discovery/register", &[]);
        rig.wait_connected(u64::from(round) + 1);
        let name = format!("round{round}");
        hello(broker.port, &name);
        rig.wait_for(&heard(&name));
        // It may have been quicker than the listener.
        let published = rig.status().messages_published;
        assert!(published >= 2, "register and event on each connection: {published}");
        drop(listener);
    }
}

#[test]
fn live_each_connection_begins_with_register_and_an_event_of_the_same_start() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, "alicia/#", &[]);
    let rig = Rig::connect(external(broker.port));
    listener.wait_for("alicia/metrics/events", 1);
    kick(broker.port);
    rig.wait_connected(2);
    let registers = listener.wait_for("alicia/system/discovery/register", 2);
    assert_eq!(registers[0]["source"], "metrics_collector");
    assert_eq!(registers[0]["payload"]["capabilities"].as_array().map(Vec::len), Some(5));
    assert_eq!(registers[0]["payload"]["timestamp"], registers[1]["payload"]["timestamp"]);
    assert_ne!(registers[0]["message_id"], registers[1]["message_id"]);
    let events = listener.wait_for("alicia/metrics/events", 2);
    assert_eq!(events[1]["payload"]["event_type"], "collector_connected");
}

/// Connects under the rig's client id, so that the broker closes the rig's connection.
fn kick(port: u16) {
    publish(port, "test/kick", "x", &["-i", "metrics_collector_test", "-V", "mqttv5"]);
}

#[test]
fn live_a_client_id_used_twice_is_said_in_words() {
    let rig = Rig::connect(embedded("127.0.0.1", 0));
    let port = rig.status().address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    kick(port);
    let status = rig.wait_connected(2);
    assert!(status.warnings.iter().any(|warning| warning.contains("client id of its own")), "{status:?}");

    // Mosquitto 2.0 closes the connection without a word, so it takes a while to become suspicious.
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    for nth in 1..=4 {
        rig.wait_connected(nth);
        kick(broker.port);
    }
    let status = rig.wait_connected(5);
    assert!(status.warnings.iter().any(|warning| warning.contains("metrics_collector_test")), "{status:?}");
}

#[test]
fn live_a_stop_does_not_wait_for_a_broker_that_never_answers() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let rig = Rig::start(external(silent.local_addr().expect("bound").port()));
    let (_held, _) = silent.accept().expect("the bus connects");
    let begin = Instant::now();
    rig.stop();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    // A second stop has nothing to do.
    rig.stop();
}

/// A broker that speaks MQTT 3.1.1 only: a door before mosquitto that refuses MQTT 5 as old brokers do.
fn old_broker(behind: u16) -> u16 {
    let door = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = door.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for mut client in door.incoming().map_while(Result::ok) {
            let mut packet = vec![0; 4096];
            let length = client.read(&mut packet).expect("a CONNECT");
            let at = packet.windows(4).position(|four| four == b"MQTT").expect("a protocol name");
            if packet[at + 4] != 4 {
                client.write_all(&[0x20, 2, 0, 1]).expect("refused");
                continue;
            }
            let mut broker = TcpStream::connect(("127.0.0.1", behind)).expect("mosquitto");
            broker.write_all(&packet[..length]).expect("forwarded");
            let (mut from, mut to) =
                (broker.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
            std::thread::spawn(move || std::io::copy(&mut client, &mut broker));
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        }
    });
    port
}

#[test]
fn live_a_broker_that_knows_only_mqtt_3_is_used_and_keeps_what_could_not_be_taken() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(old_broker(broker.port)));
    hello(broker.port, "old");
    rig.wait_for(&heard("old"));
    rig.refuse(true);
    hello(broker.port, "kept");
    rig.wait_status("the refusal ends the connection", |status| status.last_error.is_some());
    rig.refuse(false);
    rig.wait_for(&heard("kept"));
    let listener = Listener::start(broker.port, "alicia/#", &[]);
    rig.stop();
    listener.wait_for("alicia/system/discovery/unregister", 1);
}

#[test]
fn live_a_refused_connection_says_why() {
    let broker = Mosquitto::with(
        "password_file DIR/users\nallow_anonymous false\nlistener PORT 127.0.0.1",
        &[("users", "")],
    );
    let mut settings = external(broker.port);
    settings.username = Some("metrics_collector".to_owned());
    settings.password = Some(model::Secret::new("wrong"));
    let rig = Rig::start(settings);
    let status = rig.wait_status("refused", |status| status.last_error.is_some());
    let error = status.last_error.expect("an error");
    assert!(error.contains("Authorized") || error.contains("Password"), "{error}");
}

#[test]
fn live_without_a_broker_asked_for_events_go_nowhere_and_nothing_is_wrong() {
    use model::Announce;
    let mut settings = external(free_port());
    settings.broker = bus::Broker::None;
    let rig = Rig::start(settings);
    rig.outbox.announce(model::Event::AlertRecovery { timestamp: 0 });
    rig.bus.ask_health();
    let status = rig.status();
    assert_eq!((status.broker, status.connected), (model::BrokerKind::None, false));
    assert!(status.warnings.is_empty() && status.last_error.is_none());
    rig.stop();
}
