//! Blocks: messages side by side, packed when there are enough of them.

use crate::format::LATEST;
use crate::message;
use crate::preface::LeftOut;
use framing::varint::{put, put_signed, take, take_signed};
use model::{Millis, Passage, limits};

/// Messages that are not packed yet, and what was left out beside them.
#[derive(Debug, Clone, Default)]
pub struct Block {
    bytes: Vec<u8>,
    messages: u64,
    begin: Millis,
    newest: Millis,
    earliest: Millis,
    latest: Millis,
    pub(crate) left_out: LeftOut,
}

/// A block that is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The record's payload.
    pub(crate) payload: Vec<u8>,
    pub(crate) messages: u64,
    pub(crate) earliest: Millis,
    pub(crate) latest: Millis,
    pub(crate) left_out: LeftOut,
}

impl Block {
    /// Takes one more message. What of it is too long is left out, and counted; a time that no capsule has becomes the nearest that
    /// one may have.
    pub fn push(&mut self, passage: &Passage<'_>) {
        let mut message = Passage { received_at: passage.received_at.clamp(0, LATEST), ..*passage };
        if message.payload.len() != message.bytes || message.bytes > limits::CAPSULE_PAYLOAD_BYTES {
            self.left_out.too_long.add(message.bytes);
            message.payload = &[];
            // That an empty payload is whole says its length.
            message.bytes = message.bytes.max(1);
        }
        if message.properties.len() > limits::CAPSULE_PROPERTIES_BYTES {
            self.left_out.properties.add(message.properties.len());
            message.properties = &[];
        }
        let time = message.received_at;
        if self.messages == 0 {
            (self.begin, self.newest, self.earliest, self.latest) = (time, time, time, time);
        }
        message::write(&mut self.bytes, &message, self.newest);
        self.messages += 1;
        self.newest = time;
        self.earliest = self.earliest.min(time);
        self.latest = self.latest.max(time);
    }

    /// Whether there are enough messages to be packed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= limits::CAPSULE_BLOCK_BYTES
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages == 0
    }

    /// Bytes of memory that the messages take.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Packs the messages; `None` if there is none. The block is empty then, and keeps its memory.
    pub fn seal(&mut self) -> Option<Sealed> {
        let sealed = self.sealed();
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self { bytes, ..Self::default() };
        sealed
    }

    /// The messages packed, which stay as they are.
    pub(crate) fn sealed(&self) -> Option<Sealed> {
        if self.messages == 0 {
            return None;
        }
        let mut payload = Vec::new();
        put(&mut payload, self.messages);
        put_signed(&mut payload, self.begin);
        let head = payload.len();
        payload.resize(head + snap::raw::max_compress_len(self.bytes.len()), 0);
        let room = payload.get_mut(head..).unwrap_or_default();
        // There is room for the worst, and no block is longer than four gigabytes.
        let packed = snap::raw::Encoder::new().compress(&self.bytes, room).ok()?;
        payload.truncate(head + packed);
        payload.shrink_to_fit();
        let Self { messages, earliest, latest, left_out, .. } = *self;
        Some(Sealed { payload, messages, earliest, latest, left_out })
    }
}

impl Sealed {
    /// The messages from `from` on, packed anew; `None` if none is so late.
    pub(crate) fn since(&self, from: Millis) -> Option<Self> {
        if self.earliest >= from {
            return Some(self.clone());
        }
        let mut block = Block::default();
        unpack(&self.payload, |message| {
            if message.received_at >= from {
                block.push(message);
            }
        });
        // What was left out beside the messages is not told apart by time.
        block.left_out = self.left_out;
        block.seal()
    }
}

/// Gives `take` the messages of a block's payload. Gives how many there are and their earliest and latest time; `None` if the
/// payload is no block, and then some of the messages may have been given.
pub(crate) fn unpack(
    payload: &[u8],
    mut take_message: impl FnMut(&Passage<'_>),
) -> Option<(u64, Millis, Millis)> {
    let mut rest = payload;
    let messages = take(&mut rest)?;
    let begin = take_signed(&mut rest)?;
    let length = snap::raw::decompress_len(rest).ok()?;
    if length > limits::CAPSULE_UNPACKED_BYTES {
        return None;
    }
    let bytes = snap::raw::Decoder::new().decompress_vec(rest).ok()?;
    let (mut rest, mut found, mut before) = (&bytes[..], 0, begin);
    let (mut earliest, mut latest) = (Millis::MAX, Millis::MIN);
    while !rest.is_empty() {
        let message = message::read(&mut rest, before)?;
        before = message.received_at;
        (earliest, latest) = (earliest.min(before), latest.max(before));
        found += 1;
        take_message(&message);
    }
    (found == messages && found > 0).then_some((found, earliest, latest))
}
