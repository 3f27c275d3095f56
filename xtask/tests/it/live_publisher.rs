//! The publisher and the reader against a real mosquitto.

use std::process::{Command, Stdio};
use xtask::bench::broker::Broker;
use xtask::bench::client::Client;
use xtask::bench::message::Sender;
use xtask::bench::packet::{self, Incoming};
use xtask::bench::publisher::{Flood, Shape};

const UNTIL: u64 = 1_795_394_248_000_000;

#[test]
fn live_every_message_of_a_flood_reaches_mosquitto_sub() {
    for qos in [0, 1] {
        let mut broker = Broker::start().unwrap();
        let mut command = Command::new("mosquitto_sub");
        command.args([
            "-h",
            "127.0.0.1",
            "-i",
            "counting",
            "-t",
            "alicia/metrics/+",
            "-C",
            "2000",
            "-W",
            "60",
        ]);
        command.args(["-p", &broker.port.to_string(), "-q", &qos.to_string()]);
        let subscriber = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        broker.wait_for_subscription("alicia/metrics/", |client| client == "counting").unwrap();
        let flood = Flood::prepare(Shape { messages: 2_000, senders: 100, metrics: 10, qos }, UNTIL);
        let mut client = Client::connect(broker.port, "flooding").unwrap();
        // A window that is no divisor of the flood.
        flood.send(&mut client, 77).unwrap();
        let heard = subscriber.wait_with_output().unwrap();
        assert!(heard.status.success(), "mosquitto_sub gave up waiting at quality of service {qos}");
        assert_eq!(heard.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), 2_000);
    }
}

#[test]
fn live_a_subscriber_reads_what_was_published() {
    let broker = Broker::start().unwrap();
    let mut listening = Client::connect(broker.port, "listening").unwrap();
    listening.subscribe("alicia/metrics/a", 1).unwrap();
    let mut speaking = Client::connect(broker.port, "speaking").unwrap();
    let mut sender = Sender::new("a", "a-1", 1);
    let body = sender.fill(1, UNTIL).to_vec();
    let mut bytes = Vec::new();
    packet::publish(&mut bytes, sender.topic(), Some(9), &body);
    speaking.write(&bytes).unwrap();
    assert_eq!(speaking.read().unwrap(), Incoming::Acknowledged);
    let Incoming::Message { topic, id: Some(id), payload } = listening.read().unwrap() else {
        panic!("a message of quality of service 1 was expected")
    };
    assert_eq!((topic.as_str(), payload), ("alicia/metrics/a", body));
    listening.write(&packet::acknowledge(id)).unwrap();
}
