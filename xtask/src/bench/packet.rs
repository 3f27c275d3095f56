//! MQTT 3.1.1 packets, the few that a benchmark needs, written and read by hand.
//!
//! A client library would bring a runtime and its own queues into the measurement; here a packet is bytes
//! that can be made before the clock starts. The version is the one the bus's services speak.

use std::io::{self, Read};

/// First bytes of the packets: type and flags.
const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x30;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;
const DISCONNECT: u8 = 0xe0;
/// In a CONNECT: protocol name `MQTT`, level 4 (3.1.1), clean session, keep-alive off.
const PROTOCOL: [u8; 10] = [0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0];
/// The quality of service 1 in the flags of a PUBLISH.
const QOS_1: u8 = 0x02;

/// A packet that came from the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// The connection stands, or does not: the return code.
    Connected(u8),
    /// A subscription stands: the granted quality of service, 128 for a refusal.
    Subscribed(u8),
    /// A message of ours has been taken over.
    Acknowledged,
    /// A message for us.
    Message {
        /// Its topic.
        topic: String,
        /// Its packet id, when it wants to be acknowledged.
        id: Option<u16>,
        /// Its body.
        payload: Vec<u8>,
    },
    /// Anything else.
    Other(u8),
}

/// The packet that opens a connection.
pub fn connect(client_id: &str) -> Vec<u8> {
    let mut body = PROTOCOL.to_vec();
    push_text(&mut body, client_id);
    packet(CONNECT, &body)
}

/// The packet that asks for `filter`.
pub fn subscribe(filter: &str, qos: u8) -> Vec<u8> {
    let mut body = vec![0, 1];
    push_text(&mut body, filter);
    body.push(qos);
    packet(SUBSCRIBE, &body)
}

/// The packet that closes a connection in order.
pub fn disconnect() -> Vec<u8> {
    packet(DISCONNECT, &[])
}

/// The packet that acknowledges a message of ours.
pub fn acknowledge(id: u16) -> Vec<u8> {
    packet(PUBACK, &id.to_be_bytes())
}

/// Appends a message to `out`; with an `id` it has quality of service 1, without 0.
pub fn publish(out: &mut Vec<u8>, topic: &str, id: Option<u16>, payload: &[u8]) {
    let id_bytes = if id.is_some() { 2 } else { 0 };
    out.push(PUBLISH | if id.is_some() { QOS_1 } else { 0 });
    push_length(out, 2 + topic.len() + id_bytes + payload.len());
    push_text(out, topic);
    if let Some(id) = id {
        out.extend_from_slice(&id.to_be_bytes());
    }
    out.extend_from_slice(payload);
}

/// Reads one packet.
///
/// # Errors
/// When the connection ends or the bytes are no packet.
pub fn read(from: &mut impl Read) -> io::Result<Incoming> {
    let mut first = [0];
    from.read_exact(&mut first)?;
    let mut body = vec![0; read_length(from)?];
    from.read_exact(&mut body)?;
    let last = body.last().copied().unwrap_or_default();
    Ok(match first[0] & 0xf0 {
        CONNACK => Incoming::Connected(last),
        SUBACK => Incoming::Subscribed(last),
        PUBACK => Incoming::Acknowledged,
        PUBLISH => message(first[0], &body)?,
        other => Incoming::Other(other),
    })
}

fn message(first: u8, body: &[u8]) -> io::Result<Incoming> {
    let cut = || io::Error::new(io::ErrorKind::InvalidData, "a PUBLISH is cut short");
    let (length, rest) = body.split_first_chunk::<2>().ok_or_else(cut)?;
    let (topic, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or_else(cut)?;
    let topic = String::from_utf8_lossy(topic).into_owned();
    if first & 0x06 == 0 {
        return Ok(Incoming::Message { topic, id: None, payload: rest.to_vec() });
    }
    let (id, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    Ok(Incoming::Message { topic, id: Some(u16::from_be_bytes(*id)), payload: rest.to_vec() })
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    push_length(&mut out, body.len());
    out.extend_from_slice(body);
    out
}

/// The remaining length: seven bits a byte, lowest first, the eighth says that more follow.
fn push_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        out.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
}

fn read_length(from: &mut impl Read) -> io::Result<usize> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        if byte[0] & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "a packet's length has more than four bytes"))
}

/// Text with its length in front. Topics and names of a benchmark are short; a longer one is cut.
fn push_text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
}
