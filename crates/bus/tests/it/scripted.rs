//! A broker that does just what a test says, byte by byte: what real brokers do rarely, or never should.

use crate::rig::{Rig, external};
use crate::wait::until;
use model::limits;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

pub(crate) const WELCOME_V5: &[u8] = &[0x20, 3, 0, 0, 0];
pub(crate) const WELCOME_V311: &[u8] = &[0x20, 2, 0, 0];

/// The collector's end of the wire, welcomed and subscribed.
pub(crate) struct Peer {
    stream: TcpStream,
    is_v5: bool,
}

impl Peer {
    /// Waits for the next connection, lets it in as `welcome` says and grants its subscriptions.
    pub(crate) fn welcome(door: &TcpListener, welcome: &[u8]) -> Self {
        if welcome == WELCOME_V311 {
            let (stream, _) = door.accept().expect("the bus connects");
            let mut old = Self { stream, is_v5: false };
            assert_eq!(old.packet().1[6], 5, "MQTT 5 is tried first");
            old.say(&[0x20, 2, 0, 1]);
        }
        let (stream, _) = door.accept().expect("the bus connects");
        stream.set_nodelay(true).expect("set");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let mut peer = Self { stream, is_v5: welcome.len() > 4 };
        assert_eq!(peer.packet().0, 0x10, "CONNECT");
        peer.say(welcome);
        let (kind, subscribe) = peer.packet();
        assert_eq!(kind, 0x82, "SUBSCRIBE");
        let body = if peer.is_v5 { vec![subscribe[0], subscribe[1], 0] } else { subscribe[..2].to_vec() };
        let granted = [body, vec![1; 4]].concat();
        peer.say(&[&[0x90, u8::try_from(granted.len()).expect("short")], &granted[..]].concat());
        peer
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the bus reads");
    }

    /// The next packet: its first byte and its body.
    pub(crate) fn packet(&mut self) -> (u8, Vec<u8>) {
        let mut kind = [0];
        self.stream.read_exact(&mut kind).expect("a packet");
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let mut byte = [0];
            self.stream.read_exact(&mut byte).expect("a length");
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("a body");
        (kind[0], body)
    }

    /// The next packet that is no PUBLISH: the collector's own words do not matter here.
    pub(crate) fn answer(&mut self) -> (u8, Vec<u8>) {
        loop {
            let (kind, body) = self.packet();
            if kind >> 4 != 3 {
                return (kind, body);
            }
        }
    }

    /// A PUBLISH with the flags of its first byte.
    pub(crate) fn publish(&self, flags: u8, topic: &[u8], packet_id: u16, payload: &[u8]) -> Vec<u8> {
        // A user property, as any sender may add.
        self.publish_with(flags, topic, packet_id, &[0x26, 0, 1, b'k', 0, 1, b'v'], payload)
    }

    /// The same with other properties, which MQTT 3.1.1 does not have.
    pub(crate) fn publish_with(
        &self,
        flags: u8,
        topic: &[u8],
        packet_id: u16,
        properties: &[u8],
        payload: &[u8],
    ) -> Vec<u8> {
        let mut body = u16::try_from(topic.len()).expect("short").to_be_bytes().to_vec();
        body.extend_from_slice(topic);
        if flags & 6 != 0 {
            body.extend_from_slice(&packet_id.to_be_bytes());
        }
        if self.is_v5 {
            length(properties.len(), &mut body);
            body.extend_from_slice(properties);
        }
        body.extend_from_slice(payload);
        let mut packet = vec![0x30 | flags];
        length(body.len(), &mut packet);
        packet.extend_from_slice(&body);
        packet
    }
}

/// A length, seven bits in each byte.
fn length(mut length: usize, out: &mut Vec<u8>) {
    loop {
        let more = length >> 7;
        out.push(u8::try_from(length & 0x7f).expect("7 bits") | if more > 0 { 0x80 } else { 0 });
        length = more;
        if length == 0 {
            break;
        }
    }
}

pub(crate) fn door() -> (TcpListener, Rig) {
    let door = TcpListener::bind("127.0.0.1:0").expect("a port");
    let rig = Rig::start(external(door.local_addr().expect("bound").port()));
    (door, rig)
}

fn number(n: usize) -> Vec<u8> {
    format!(r#"{{"metrics":[{{"name":"n","value":{n}}}],"pad":"{}"}}"#, "x".repeat(n)).into_bytes()
}

#[test]
fn live_packets_may_come_in_any_pieces() {
    for welcome in [WELCOME_V5, WELCOME_V311] {
        let (door, rig) = door();
        let mut peer = Peer::welcome(&door, welcome);
        // Around the lengths where the length itself takes one byte more, and the read buffer ends.
        let sizes = [0, 30, 31, 60, 61, 62, 63, 64, 65, 16_300, 16_320, 16_340, 65_400, 65_500, 131_072];
        let flood: Vec<u8> = (0..)
            .zip(sizes)
            .flat_map(|(id, size)| peer.publish(2, b"alicia/metrics/s", id + 1, &number(size)))
            .collect();
        for (at, piece) in flood.chunks(997).enumerate() {
            peer.say(piece);
            if at % 7 == 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        for id in 1..=u8::try_from(sizes.len()).expect("few") {
            assert_eq!(peer.answer(), (0x40, vec![0, id]), "acknowledged in order");
        }
        let measured = |n: &usize| format!("measured s/s_unknown: n={n}.0 gauge");
        assert_eq!(rig.on("alicia/metrics/s"), sizes.iter().map(measured).collect::<Vec<_>>());
        // A packet in the smallest pieces.
        for byte in peer.publish(2, b"alicia/metrics/t", 99, &number(5)) {
            peer.say(&[byte]);
        }
        assert_eq!(peer.answer(), (0x40, vec![0, 99]));
        rig.wait_for("measured t/t_unknown: n=5.0 gauge");
    }
}

#[test]
fn live_a_message_too_long_for_memory_is_counted_and_passed_over() {
    let (door, rig) = door();
    let mut peer = Peer::welcome(&door, WELCOME_V311);
    let giant = vec![b' '; 2 * limits::PACKET_BYTES as usize];
    peer.say(&peer.publish(2, b"alicia/metrics/giant", 1, &giant));
    assert_eq!(peer.answer(), (0x40, vec![0, 1]));
    peer.say(&peer.publish(0, b"alicia/metrics/giant", 0, &giant));
    peer.say(&peer.publish(2, b"alicia/metrics/s", 2, &number(1)));
    assert_eq!(peer.answer(), (0x40, vec![0, 2]));
    assert_eq!(rig.on("alicia/metrics/giant"), ["nothing: too_large", "nothing: too_large"]);
    rig.wait_for("measured s/s_unknown: n=1.0 gauge");
    assert_eq!(rig.status().connects, 1);
}

#[test]
fn live_quality_of_service_2_and_a_topic_that_is_no_text_are_answered() {
    let (door, rig) = door();
    let mut peer = Peer::welcome(&door, WELCOME_V5);
    peer.say(&peer.publish(4, b"alicia/metrics/s", 7, &number(1)));
    assert_eq!(peer.answer(), (0x50, vec![0, 7]), "PUBREC");
    peer.say(&[0x62, 2, 0, 7]);
    assert_eq!(peer.answer(), (0x70, vec![0, 7]), "PUBCOMP");
    peer.say(&peer.publish(2, b"alicia/metrics/\xff", 8, &number(2)));
    assert_eq!(peer.answer(), (0x40, vec![0, 8]));
    assert_eq!(rig.seen().len(), 2);
}

#[test]
fn live_a_broker_that_breaks_the_protocol_is_left_and_tried_again() {
    let hostile: [(&[u8], &str); 6] = [
        (&[0x30, 0xff, 0xff, 0xff, 0xff, 1], "protocol"),
        (&[0x32, 5, 0, 9, b'a', b'b', b'c'], "ends too soon"),
        (&[0x32, 4, 0, 0, 0, 1], "ends too soon"),
        (&[0x00, 0], "protocol"),
        (&[0x10, 0], "protocol"),
        (&[0xe0, 1, 0x89], "ServerBusy"),
    ];
    for (bytes, words) in hostile {
        let (door, rig) = door();
        let mut peer = Peer::welcome(&door, WELCOME_V5);
        peer.say(bytes);
        let status = rig.wait_status("told", |status| status.last_error.is_some());
        assert!(
            status.last_error.as_ref().is_some_and(|error| error.contains(words)),
            "{bytes:?}: {status:?}"
        );
        let mut peer = Peer::welcome(&door, WELCOME_V5);
        peer.say(&peer.publish(2, b"alicia/metrics/s", 1, &number(1)));
        assert_eq!(peer.answer(), (0x40, vec![0, 1]));
    }
}

#[test]
fn live_only_as_many_messages_are_under_way_as_the_broker_allows() {
    use model::{Announce, Event};
    let (door, rig) = door();
    // Receive Maximum 3.
    let mut peer = Peer::welcome(&door, &[0x20, 6, 0, 0, 3, 0x21, 0, 3]);
    for timestamp in 0..20 {
        rig.outbox.announce(Event::AlertRecovery { timestamp });
    }
    let mut under_way: Vec<[u8; 2]> = Vec::new();
    for _ in 0..20 {
        while under_way.len() < 3 {
            let (kind, body) = peer.packet();
            assert_eq!(kind, 0x32, "a PUBLISH of quality of service 1");
            let topic = usize::from(u16::from_be_bytes([body[0], body[1]]));
            under_way.push([body[2 + topic], body[3 + topic]]);
        }
        peer.stream.set_read_timeout(Some(Duration::from_millis(5))).expect("set");
        assert!(peer.stream.peek(&mut [0]).is_err(), "a fourth");
        peer.stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let [high, low] = under_way.remove(0);
        peer.say(&[0x40, 2, high, low]);
    }
    until("counted", || match rig.status().messages_published {
        20.. => Ok(()),
        few => Err(few),
    });
}

#[test]
fn live_a_broker_that_hangs_is_noticed() {
    let (door, rig) = door();
    let mut peer = Peer::welcome(&door, WELCOME_V5);
    assert_eq!(peer.answer(), (0xc0, vec![]), "PINGREQ");
    let status = rig.wait_status("the silence is noticed", |status| status.last_error.is_some());
    assert!(status.last_error.is_some_and(|error| error.contains("does not answer")));
}

#[test]
fn live_what_was_not_acknowledged_goes_out_again() {
    use model::{Announce, Event};
    let (door, rig) = door();
    let mut peer = Peer::welcome(&door, WELCOME_V5);
    rig.outbox.announce(Event::AlertRecovery { timestamp: 7_000 });
    let is_the_event = |(kind, body): &(u8, Vec<u8>)| {
        *kind == 0x32 && body.windows(14).any(|window| window == b"alert_recovery")
    };
    while !is_the_event(&peer.packet()) {}
    drop(peer);
    let mut peer = Peer::welcome(&door, WELCOME_V5);
    let words: Vec<_> = (0..3).map(|_| peer.packet()).collect();
    assert!(is_the_event(&words[2]), "after register and greeting");
}
