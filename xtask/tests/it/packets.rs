//! The packets, byte by byte as MQTT 3.1.1 writes them, and read back.

use xtask::bench::packet::{self, Incoming};

#[test]
fn packets_are_written_as_the_standard_says() {
    assert_eq!(packet::connect("ab"), b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02ab");
    assert_eq!(packet::subscribe("a/+", 1), b"\x82\x08\x00\x01\x00\x03a/+\x01");
    assert_eq!(packet::acknowledge(258), b"\x40\x02\x01\x02");
    assert_eq!(packet::disconnect(), b"\xe0\x00");
    let mut out = Vec::new();
    packet::publish(&mut out, "t", None, b"hi");
    assert_eq!(out, b"\x30\x05\x00\x01thi");
    out.clear();
    packet::publish(&mut out, "t", Some(10), b"hi");
    assert_eq!(out, b"\x32\x07\x00\x01t\x00\x0ahi");
}

#[test]
fn every_message_that_is_written_can_be_read() {
    // The lengths at which the length field grows by a byte.
    for length in [0, 1, 120, 127, 128, 16_383, 16_384, 2_097_152] {
        for id in [None, Some(7)] {
            let payload = vec![b'x'; length];
            let mut out = Vec::new();
            packet::publish(&mut out, "a/b", id, &payload);
            let read = packet::read(&mut out.as_slice()).unwrap();
            assert_eq!(read, Incoming::Message { topic: "a/b".to_owned(), id, payload }, "{length} bytes");
        }
    }
}

#[test]
fn what_a_broker_answers_is_understood() {
    let read = |mut bytes: &[u8]| packet::read(&mut bytes).unwrap();
    assert_eq!(read(b"\x20\x02\x00\x05"), Incoming::Connected(5));
    assert_eq!(read(b"\x90\x03\x00\x01\x80"), Incoming::Subscribed(128));
    assert_eq!(read(b"\x40\x02\x00\x01"), Incoming::Acknowledged);
    assert_eq!(read(b"\xd0\x00"), Incoming::Other(0xd0));
}

#[test]
fn a_packet_cut_short_is_an_error() {
    for mut bytes in
        [&b"\x30\x05\x00\x01t"[..], b"\x30\x02\x00\x09", b"\x32\x03\x00\x01t", b"\x30\xff\xff\xff\xff\xff"]
    {
        assert!(packet::read(&mut bytes).is_err(), "{bytes:?}");
    }
}
