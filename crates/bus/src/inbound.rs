//! The bytes that the broker sent, and the packets in them.
//!
//! A PUBLISH is read in place: topic and payload are borrowed from the buffer, for there may be a hundred
//! thousand of them in a second. All other packets are rare and are left to the codec.

use model::limits;
use mqtt5::transport::TransportType;
use mqtt5::{FixedHeader, MqttError, Packet, PacketType, ProtocolVersion, Transport};
use std::borrow::Cow;

/// Bytes read at once. Behind a busy broker it fills, and one read brings hundreds of messages.
const READ_BYTES: usize = 64 << 10;
/// The longest fixed header: a type, and a length of up to four bytes.
const HEADER_BYTES: usize = 5;

/// A packet from the broker.
#[derive(Debug)]
pub(crate) enum Incoming<'a> {
    Publish(Publish<'a>),
    Other(Packet),
}

/// A message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Publish<'a> {
    pub(crate) topic: Cow<'a, str>,
    /// Not looked at; none in MQTT 3.1.1.
    pub(crate) properties: &'a [u8],
    /// Empty if it is longer than may be kept in memory ([`limits::PACKET_BYTES`]).
    pub(crate) payload: &'a [u8],
    /// Bytes of the payload as it was sent.
    pub(crate) bytes: usize,
    pub(crate) qos: u8,
    pub(crate) retained: bool,
    /// 0 where the quality of service needs none.
    pub(crate) packet_id: u16,
}

/// What was read and not yet looked at.
#[derive(Debug)]
pub(crate) struct Inbound {
    version: ProtocolVersion,
    buffer: Vec<u8>,
    /// Where the next packet begins.
    start: usize,
    /// Where the bytes that were read end.
    end: usize,
    /// Bytes still to come of a message that is too long to be kept.
    to_skip: usize,
    /// Length of the packet at `start`, if it is known and not all there.
    awaited: usize,
}

impl Inbound {
    pub(crate) fn new(version: ProtocolVersion) -> Self {
        Self { version, buffer: vec![0; READ_BYTES], start: 0, end: 0, to_skip: 0, awaited: 0 }
    }

    /// Reads what is there, or waits for it; gives how many bytes. Nothing is lost when this is dropped half-way.
    pub(crate) async fn fill(&mut self, transport: &mut TransportType) -> mqtt5::Result<usize> {
        self.make_room();
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = transport.read(room).await?;
        self.end += count;
        Ok(count)
    }

    /// Moves what is left to the front, and makes the buffer long enough for the packet that is under way.
    fn make_room(&mut self) {
        let left = self.end - self.start;
        if self.start > 0 && (left == 0 || self.awaited > self.buffer.len() - self.start) {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, left);
        }
        let wanted = self.awaited.max(READ_BYTES);
        if wanted > self.buffer.len() || (left == 0 && self.buffer.len() > READ_BYTES) {
            self.buffer.resize(wanted, 0);
            self.buffer.shrink_to_fit();
        }
    }

    /// The next packet that is there as a whole.
    ///
    /// # Errors
    /// The bytes are no packets; nothing more can be read then.
    pub(crate) fn next(&mut self) -> mqtt5::Result<Option<Incoming<'_>>> {
        self.skip();
        let there = self.start..self.end;
        let Some(header) = header(self.buffer.get(there.clone()).unwrap_or_default())? else {
            self.awaited = HEADER_BYTES;
            return Ok(None);
        };
        let (head, length) = (header.encoded_len(), header.remaining_length as usize);
        if head + length > limits::PACKET_BYTES as usize {
            return self.begin_skipping(header, head, length);
        }
        if head + length > there.len() {
            self.awaited = head + length;
            return Ok(None);
        }
        self.start += head + length;
        self.awaited = 0;
        let mut body = self.buffer.get(there.start + head..self.start).unwrap_or_default();
        if header.packet_type == PacketType::Publish {
            return publish(header.flags, body, body.len(), self.version).map(Incoming::Publish).map(Some);
        }
        let version = self.version.as_u8();
        Packet::decode_from_body_with_version(header.packet_type, &header, &mut body, version)
            .map(|packet| Some(Incoming::Other(packet)))
    }

    /// A packet that is too long to be kept: of a message its head is given, and the rest thrown away as it
    /// comes. (MQTT 5 brokers were told and do not send such; MQTT 3.1.1 knows no means to tell.)
    fn begin_skipping(
        &mut self,
        header: FixedHeader,
        head: usize,
        length: usize,
    ) -> mqtt5::Result<Option<Incoming<'_>>> {
        if header.packet_type != PacketType::Publish || self.version == ProtocolVersion::V5 {
            return Err(malformed("a packet longer than may be"));
        }
        let body = self.buffer.get(self.start + head..self.end).unwrap_or_default();
        let names =
            2 + body.first_chunk().map_or(usize::MAX / 2, |length| usize::from(u16::from_be_bytes(*length)));
        let front = names + if header.flags & QOS == 0 { 0 } else { 2 };
        let Some(front) = body.get(..front) else {
            self.awaited = READ_BYTES * 2;
            return Ok(None);
        };
        self.to_skip = head + length;
        self.awaited = 0;
        publish(header.flags, front, length, self.version).map(Incoming::Publish).map(Some)
    }

    /// Passes over what is to be thrown away.
    fn skip(&mut self) {
        let skipped = self.to_skip.min(self.end - self.start);
        self.to_skip -= skipped;
        self.start += skipped;
    }
}

/// The bits of a PUBLISH's flags that hold its quality of service.
const QOS: u8 = 0b0110;

/// The fixed header, if it is there as a whole.
fn header(bytes: &[u8]) -> mqtt5::Result<Option<FixedHeader>> {
    let is_whole = bytes.iter().skip(1).take(HEADER_BYTES - 1).any(|byte| byte & 0x80 == 0);
    if !is_whole && bytes.len() < HEADER_BYTES {
        return Ok(None);
    }
    FixedHeader::decode(&mut &*bytes).map(Some)
}

/// Reads the body of a PUBLISH, whose length as sent is `length`.
fn publish(flags: u8, body: &[u8], length: usize, version: ProtocolVersion) -> mqtt5::Result<Publish<'_>> {
    let mut rest = body;
    let topic_length = usize::from(number(&mut rest)?);
    let topic = take(&mut rest, topic_length)?;
    let qos = (flags & QOS) >> 1;
    let packet_id = if qos == 0 { 0 } else { number(&mut rest)? };
    let mut properties: &[u8] = &[];
    if version == ProtocolVersion::V5 {
        let length = variable_length(&mut rest)?;
        properties = take(&mut rest, length)?;
    }
    Ok(Publish {
        // A topic that is no text is nobody's; it is counted like any other that nobody knows.
        topic: String::from_utf8_lossy(topic),
        properties,
        payload: if body.len() == length { rest } else { &[] },
        bytes: length - (body.len() - rest.len()),
        qos,
        retained: flags & 1 != 0,
        packet_id,
    })
}

/// The next `count` bytes of `rest`.
pub(crate) fn take<'a>(rest: &mut &'a [u8], count: usize) -> mqtt5::Result<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count).ok_or_else(|| malformed("a message ends too soon"))?;
    *rest = left;
    Ok(taken)
}

/// A number of two bytes.
pub(crate) fn number(rest: &mut &[u8]) -> mqtt5::Result<u16> {
    let (number, left) = rest.split_first_chunk().ok_or_else(|| malformed("a message ends too soon"))?;
    *rest = left;
    Ok(u16::from_be_bytes(*number))
}

/// A number of up to four bytes, seven bits in each.
pub(crate) fn variable_length(rest: &mut &[u8]) -> mqtt5::Result<usize> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let (byte, left) = rest.split_first().ok_or_else(|| malformed("a message ends too soon"))?;
        *rest = left;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(length);
        }
    }
    Err(malformed("a length that never ends"))
}

fn malformed(what: &str) -> MqttError {
    MqttError::MalformedPacket(what.to_owned())
}
