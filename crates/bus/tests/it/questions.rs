//! Questions over the bus, with a scripted broker and one who knows the answers when a test says so.

use crate::rig::Rig;
use crate::said::enveloped;
use crate::scripted::{Peer, WELCOME_V5, WELCOME_V311, door};
use crate::wait::until;
use model::limits;
use serde_json::{Value, json};
use std::net::TcpListener;

const QUERY: &[u8] = b"alicia/metrics/query";
const REPLY: &str = "alicia/metrics/query/reply/a";

fn connected(welcome: &[u8]) -> (TcpListener, Rig, Peer) {
    let (door, rig) = door();
    let peer = Peer::welcome(&door, welcome);
    rig.wait_connected(1);
    (door, rig, peer)
}

/// A property of bytes with their length before them.
fn property(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    [&[kind], &length.to_be_bytes()[..], bytes].concat()
}

fn response_topic(topic: &str) -> Vec<u8> {
    property(8, topic.as_bytes())
}

/// An answer: quality of service, topic, properties, and the payload as JSON.
#[derive(Debug, PartialEq)]
struct Reply {
    qos: u8,
    topic: String,
    properties: Vec<u8>,
    payload: Value,
}

impl Peer {
    /// The next PUBLISH on a topic of answers; acknowledges it.
    fn reply(&mut self, is_v5: bool) -> Reply {
        loop {
            let (kind, body) = self.packet();
            if kind >> 4 != 3 {
                continue;
            }
            let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
            let topic = String::from_utf8_lossy(&body[2..2 + length]).into_owned();
            if !topic.starts_with("alicia/metrics/query/") {
                continue;
            }
            let (qos, mut rest) = (kind >> 1 & 3, &body[2 + length..]);
            if qos > 0 {
                self.say(&[0x40, 2, rest[0], rest[1]]);
                rest = &rest[2..];
            }
            let mut properties = Vec::new();
            if is_v5 {
                let (mut length, mut bytes) = (0, 0);
                loop {
                    length |= usize::from(rest[bytes] & 0x7f) << (7 * bytes);
                    bytes += 1;
                    if rest[bytes - 1] & 0x80 == 0 {
                        break;
                    }
                }
                properties = rest[bytes..bytes + length].to_vec();
                rest = &rest[bytes + length..];
            }
            let payload = serde_json::from_slice(rest).expect("JSON");
            return Reply { qos, topic, properties, payload };
        }
    }
}

#[test]
fn live_an_answer_goes_where_the_question_says_with_its_correlation_data() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    for (qos, data) in [(0, b"\0\xff".to_vec()), (1, vec![7; 65_535]), (2, Vec::new())] {
        let properties = [response_topic(REPLY), property(9, &data)].concat();
        peer.say(&peer.publish_with(qos << 1, QUERY, 5, &properties, b"sum(up)"));
        let (question, reply) = rig.oracle.question();
        assert_eq!(question.parameters, [("query", "sum(up)".to_owned())]);
        assert!((question.is_wanted)());
        reply(br#"{"status":"success"}"#.to_vec());
        let expect = Reply {
            qos: qos.min(1),
            topic: REPLY.to_owned(),
            properties: property(9, &data),
            payload: json!({"status": "success"}),
        };
        assert_eq!(peer.reply(true), expect);
    }
    assert_eq!(rig.on("alicia/metrics/query"), ["question", "question", "question"]);
    assert_eq!((rig.status().questions, rig.status().questions_refused), (3, 0));
}

#[test]
fn live_small_devices_ask_in_json_alone() {
    for welcome in [WELCOME_V311, WELCOME_V5] {
        let is_v5 = welcome == WELCOME_V5;
        let (_door, rig, mut peer) = connected(welcome);
        let asked = r#"{"id":"lamp-1","query":"up","time":7}"#;
        let there = r#"{"id":8,"query":"up","reply_to":"alicia/metrics/query/reply/hall/lamp"}"#;
        for (payload, topic, id) in [
            (asked.to_owned(), "alicia/metrics/query/reply/lamp-1", "lamp-1"),
            (enveloped("lamp", asked), "alicia/metrics/query/reply/lamp-1", "lamp-1"),
            (there.to_owned(), "alicia/metrics/query/reply/hall/lamp", "8"),
        ] {
            peer.say(&peer.publish(0, QUERY, 0, payload.as_bytes()));
            let (question, reply) = rig.oracle.question();
            assert_eq!(question.parameter("query"), Some("up"));
            reply(br#"{"status":"success"}"#.to_vec());
            let answer = peer.reply(is_v5);
            assert_eq!((answer.qos, &*answer.topic), (0, topic));
            assert_eq!(answer.payload.to_string(), format!(r#"{{"id":"{id}","status":"success"}}"#));
            assert!(answer.properties.is_empty());
        }
    }
}

#[test]
fn live_nobody_makes_the_collector_publish_anywhere_else() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    let long = format!("{REPLY}{}", "x".repeat(limits::REPLY_TOPIC_BYTES));
    let topics = [
        "alicia/system/discovery/unregister",
        "alicia/metrics/query",
        "alicia/metrics/query/reply",
        "alicia/metrics/query/reply/",
        "alicia/metrics/query/reply/+",
        "alicia/metrics/query/reply/a/#",
        "alicia/metrics/query/reply/a\0b",
        "alicia/metrics/query/reply/a\nb",
        "$SYS/alicia/metrics/query/reply/a",
        "#",
        "",
        &long,
    ];
    for topic in topics {
        peer.say(&peer.publish_with(0, QUERY, 0, &response_topic(topic), b"up"));
        let asked = json!({"id": "a", "query": "up", "reply_to": topic});
        peer.say(&peer.publish(0, QUERY, 0, asked.to_string().as_bytes()));
    }
    for id in ["a/b", "+", "#", "", "\0"] {
        let asked = json!({"id": id, "query": "up"});
        peer.say(&peer.publish(0, QUERY, 0, asked.to_string().as_bytes()));
    }
    peer.say(&peer.publish_with(0, QUERY, 0, &response_topic(REPLY), br#"{"query":["up"]}"#));
    let told = peer.reply(true);
    assert_eq!(told.topic, REPLY, "the first and only one that has somewhere to be answered");
    assert_eq!(told.payload["errorType"], "bad_data");
    assert_eq!(rig.oracle.waiting(), 0);
    let seen = rig.on("alicia/metrics/query");
    let count = |what: &str| seen.iter().filter(|one| *one == what).count();
    assert_eq!(count("nothing: bad_reply_topic"), 2 * topics.len(), "{seen:?}");
    assert_eq!(count("nothing: bad_question"), 6, "{seen:?}");
    assert_eq!(rig.status().questions_refused, rig.status().questions);
}

#[test]
fn live_properties_that_lie_cost_the_question_alone() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    let good = response_topic(REPLY);
    let hostile: [&[u8]; 7] = [
        b"\x08\xff\xffa",
        b"\x09\xff\xff",
        b"\x08",
        b"\x0b\xff\xff\xff\xff",
        b"\xee",
        &[&good[..], &good[..]].concat(),
        b"\x08\0\x02\xff\xfe",
    ];
    for (id, properties) in (1..).zip(hostile) {
        peer.say(&peer.publish_with(2, QUERY, id, properties, b"up"));
        assert_eq!(peer.answer(), (0x40, id.to_be_bytes().to_vec()), "acknowledged");
    }
    // Elsewhere nobody looks at them.
    let sample = br#"{"metrics":[{"name":"n","value":1}]}"#;
    peer.say(&peer.publish_with(2, b"alicia/metrics/s", 9, hostile[0], sample));
    rig.wait_for("measured s/s_unknown: n=1.0 gauge");
    assert_eq!(rig.on("alicia/metrics/query"), ["nothing: bad_question"; 7]);
    assert_eq!(rig.status().connects, 1);
}

#[test]
fn live_an_acknowledgement_does_not_wait_for_the_answer() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    peer.say(&peer.publish_with(2, QUERY, 3, &response_topic(REPLY), b"up"));
    assert_eq!(peer.answer(), (0x40, vec![0, 3]));
    let (question, reply) = rig.oracle.question();
    rig.stop();
    assert!(!(question.is_wanted)(), "nobody waits for what a stopped bus was asked");
    reply(b"{}".to_vec());
}

#[test]
fn live_retained_questions_and_our_own_words_are_no_questions() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    let asked = r#"{"id":"a","query":"up"}"#;
    peer.say(&peer.publish(1, QUERY, 0, asked.as_bytes()));
    peer.say(&peer.publish(0, QUERY, 0, enveloped("metrics_collector", asked).as_bytes()));
    peer.say(&peer.publish(0, QUERY, 0, asked.as_bytes()));
    rig.wait_for("question");
    assert_eq!(rig.on("alicia/metrics/query"), ["nothing: nothing_to_read", "question"]);
    assert_eq!(rig.oracle.waiting(), 1);
    assert_eq!(rig.status().questions, 1);
}

#[test]
fn live_a_flood_of_questions_costs_the_samples_nothing() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    let mut flood = Vec::new();
    for n in 0..2_000_u16 {
        flood.extend(peer.publish_with(0, QUERY, 0, &response_topic(REPLY), b"up"));
        let sample = format!(r#"{{"metrics":[{{"name":"n","value":{n}}}]}}"#);
        flood.extend(peer.publish(0, b"alicia/metrics/s", 0, sample.as_bytes()));
    }
    peer.say(&flood);
    rig.wait_for("measured s/s_unknown: n=1999.0 gauge");
    assert_eq!(rig.on("alicia/metrics/s").len(), 2_000);
    let status = rig.status();
    assert_eq!(status.questions, 2_000);
    let taken = rig.oracle.waiting();
    assert_eq!(status.questions_refused, 2_000 - taken as u64);
    let burst = limits::QUESTION_BURST as usize;
    assert!((burst..=limits::QUESTIONS).contains(&taken), "{taken}");
    let told = peer.reply(true);
    assert_eq!(
        (told.payload["status"].as_str(), told.payload["errorType"].as_str()),
        (Some("error"), Some("unavailable"))
    );
    // Who was taken is answered all the same.
    let (_, reply) = rig.oracle.question();
    reply(br#"{"status":"success"}"#.to_vec());
    let mut told = 1;
    while peer.reply(true).payload["status"] == "error" {
        told += 1;
    }
    assert!(told <= 2 * burst, "{told} refusals were told");
}

#[test]
fn live_only_so_many_questions_are_under_way() {
    let (_door, rig, mut peer) = connected(WELCOME_V5);
    let ask = |peer: &mut Peer| {
        let question = peer.publish_with(0, QUERY, 0, &response_topic(REPLY), b"up");
        peer.say(&question);
    };
    until("every place is taken", || {
        ask(&mut peer);
        if rig.oracle.waiting() == limits::QUESTIONS { Ok(()) } else { Err(rig.oracle.waiting()) }
    });
    let begun = std::time::Instant::now();
    while begun.elapsed() < std::time::Duration::from_millis(500) {
        let before = rig.status().questions;
        ask(&mut peer);
        until("asked", || if rig.status().questions > before { Ok(()) } else { Err(before) });
    }
    assert_eq!(rig.oracle.waiting(), limits::QUESTIONS);
    // A question that is answered, or never will be, leaves its place to another.
    drop(rig.oracle.question());
    until("the place is taken", || {
        ask(&mut peer);
        if rig.oracle.waiting() == limits::QUESTIONS { Ok(()) } else { Err(rig.oracle.waiting()) }
    });
}

#[test]
fn live_an_answer_longer_than_the_broker_takes_says_so() {
    // Maximum Packet Size 300.
    let (_door, rig, mut peer) = connected(&[0x20, 8, 0, 0, 5, 0x27, 0, 0, 1, 0x2c]);
    peer.say(&peer.publish_with(2, QUERY, 3, &response_topic(REPLY), br#"{"id":"x","query":"up"}"#));
    let (_, reply) = rig.oracle.question();
    reply(json!({"status": "success", "data": "x".repeat(1000)}).to_string().into_bytes());
    let told = peer.reply(true);
    assert_eq!(told.qos, 1);
    assert_eq!(
        (told.payload["id"].as_str(), told.payload["errorType"].as_str()),
        (Some("x"), Some("execution"))
    );
}
