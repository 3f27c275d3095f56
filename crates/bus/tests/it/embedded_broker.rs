//! The bus's own broker, and who may use it.

use crate::mosquitto::{Listener, publish, try_publish};
use crate::rig::{Rig, embedded};
use crate::wait::until;
use bus::BusError;
use model::BrokerKind;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn port_of(rig: &Rig) -> u16 {
    let address = rig.status().address;
    address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

#[test]
fn live_mosquittos_clients_speak_both_versions_to_it() {
    let rig = Rig::connect(embedded("127.0.0.1", 0));
    let port = port_of(&rig);
    assert!(rig.status().warnings.is_empty(), "{:?}", rig.status());
    assert_eq!(rig.status().broker, BrokerKind::Embedded);
    for version in ["mqttv311", "mqttv5"] {
        let listener = Listener::start(port, "alicia/#", &["-V", version]);
        for (count, qos) in ["0", "1", "2"].into_iter().enumerate() {
            let topic = format!("alicia/metrics/{version}_{qos}");
            publish(port, &topic, r#"{"metrics":[{"name":"a","value":1}]}"#, &["-V", version, "-q", qos]);
            listener.wait_for(&topic, 1);
            rig.wait_for(&format!("measured {version}_{qos}/{version}_{qos}_unknown: a=1.0 gauge"));
            assert!(count < 3);
        }
    }
    // A message of 5 MiB passes; paho of version 5 asks for the limit to be stated below 256 MiB.
    publish(port, "alicia/metrics/large", &" ".repeat(5 << 20), &["-V", "mqttv5"]);
    rig.wait_for("nothing: too_large");
    rig.stop();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "it ends with the bus");
}

#[test]
fn live_retained_messages_and_sessions_are_kept_while_it_runs() {
    let rig = Rig::connect(embedded("127.0.0.1", 0));
    let port = port_of(&rig);
    publish(port, "home/state", r#""kept""#, &["-r"]);
    let listener = Listener::start(port, "home/#", &[]);
    assert_eq!(listener.wait_for("home/state", 1), ["kept"]);
    // A session with a name keeps what came while its client was away.
    let session = ["-c", "-i", "sleeper", "-V", "mqttv311"];
    drop(Listener::start(port, "home/night", &session));
    publish(port, "home/night", r#""while you slept""#, &[]);
    let listener = Listener::start(port, "home/night", &session);
    assert_eq!(listener.wait_for("home/night", 1)[0], "while you slept");
}

#[test]
fn live_a_taken_port_means_the_next_free_one_and_it_is_said() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let rig = Rig::connect(embedded("127.0.0.1", port));
    let status = rig.status();
    assert_ne!(port_of(&rig), port);
    assert!(status.warnings[0].contains(&port.to_string()), "{status:?}");
    assert!(status.warnings[0].contains(&status.address), "{status:?}");
}

#[test]
fn live_an_address_that_is_not_ours_is_an_error() {
    let mut settings = embedded("192.0.2.1", 1883);
    settings.username = Some("u".to_owned());
    settings.password = Some(model::Secret::new("p"));
    let error = Rig::try_start(settings).err().expect("no broker there");
    assert!(matches!(error, BusError::Listen { first: 1883, .. }), "{error}");
}

#[test]
fn live_beyond_this_machine_it_lets_in_who_knows_the_password() {
    let error = Rig::try_start(embedded("0.0.0.0", 0)).err().expect("refused");
    assert!(matches!(error, BusError::Unprotected { .. }), "{error}");

    let mut settings = embedded("0.0.0.0", 0);
    settings.username = Some("home".to_owned());
    settings.password = Some(model::Secret::new("sweet home"));
    let rig = Rig::connect(settings);
    let port = port_of(&rig);
    let payload = r#"{"metrics":[{"name":"a","value":1}]}"#;
    let door = |words: &[&str]| try_publish(port, "alicia/metrics/s", payload, words);
    assert!(!door(&[]), "without a name");
    assert!(!door(&["-u", "home", "-P", "wrong"]), "with a wrong password");
    assert!(door(&["-u", "home", "-P", "sweet home"]), "with the right one");
    rig.wait_for("measured s/s_unknown: a=1.0 gauge");
    assert_eq!(rig.seen().len(), 1);
}

#[test]
fn live_a_keep_alive_of_zero_is_accepted() {
    let rig = Rig::connect(embedded("127.0.0.1", 0));
    let mut socket = TcpStream::connect(("127.0.0.1", port_of(&rig))).expect("it listens");
    // CONNECT of MQTT 3.1.1, clean session, keep-alive 0, client id "dev".
    socket.write_all(b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03dev").expect("sent");
    let mut answer = [0; 4];
    socket.read_exact(&mut answer).expect("an answer");
    assert_eq!(answer, [0x20, 2, 0, 0]);
    // PUBLISH at QoS 0.
    let (topic, payload) = ("alicia/metrics/dev", r#"{"metrics":[{"name":"a","value":1}]}"#);
    let length = u8::try_from(2 + topic.len() + payload.len()).expect("short");
    let head = [0x30, length, 0, u8::try_from(topic.len()).expect("short")];
    socket.write_all(&[&head, topic.as_bytes(), payload.as_bytes()].concat()).expect("sent");
    until("it is heard", || if rig.on(topic).is_empty() { Err(Box::new(rig.status())) } else { Ok(()) });
}
