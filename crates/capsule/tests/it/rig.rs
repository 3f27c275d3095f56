//! Messages to record, and files to read.

use capsule::{Block, Capsule, CapsuleError, Gap, Piece, Preface, Sealed, Writer};
use model::{Millis, Passage};
use std::ops::ControlFlow;
use world::{Disk, SimDisk};

pub(crate) const START: Millis = 1_795_394_400_000;

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) topic: String,
    pub(crate) at: Millis,
    pub(crate) bytes: usize,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: u8,
    pub(crate) retained: bool,
    pub(crate) properties: Vec<u8>,
    pub(crate) is_taken: bool,
}

impl Kept {
    /// One of the size of Alicia's messages.
    pub(crate) fn number(n: usize) -> Self {
        let payload =
            format!(r#"{{"service_name": "s{}", "metrics": [{{"name": "m", "value": {n}}}]}}"#, n % 7);
        let payload = payload.into_bytes();
        Self {
            topic: format!("home/{}", n % 7),
            at: START + Millis::try_from(n).expect("few") * 10,
            bytes: payload.len(),
            payload,
            qos: u8::try_from(n % 3).expect("small"),
            retained: n.is_multiple_of(5),
            properties: if n.is_multiple_of(4) { vec![0x01, 0x01] } else { Vec::new() },
            is_taken: n.is_multiple_of(2),
        }
    }

    pub(crate) fn passage(&self) -> Passage<'_> {
        Passage {
            topic: &self.topic,
            received_at: self.at,
            bytes: self.bytes,
            payload: &self.payload,
            qos: self.qos,
            retained: self.retained,
            properties: &self.properties,
            is_taken: self.is_taken,
        }
    }

    fn of(passage: &Passage<'_>) -> Self {
        Self {
            topic: passage.topic.to_owned(),
            at: passage.received_at,
            bytes: passage.bytes,
            payload: passage.payload.to_vec(),
            qos: passage.qos,
            retained: passage.retained,
            properties: passage.properties.to_vec(),
            is_taken: passage.is_taken,
        }
    }
}

/// What a file has.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Read {
    pub(crate) messages: Vec<Kept>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) is_whole: bool,
}

/// Blocks of messages, each of at most so many.
pub(crate) fn sealed(messages: &[Kept], each: usize) -> Vec<Sealed> {
    let mut blocks = Vec::new();
    for part in messages.chunks(each) {
        let mut block = Block::default();
        part.iter().for_each(|message| block.push(&message.passage()));
        blocks.extend(block.seal());
    }
    blocks
}

/// The bytes of a file.
pub(crate) fn file<'a>(blocks: impl IntoIterator<Item = &'a Sealed>) -> Vec<u8> {
    let preface = Preface { collector: "test".to_owned(), made_at: START, ..Preface::default() };
    let (mut writer, mut bytes) = Writer::begin(&preface).expect("a short preface");
    for block in blocks {
        bytes.extend(writer.block(block).expect("few blocks"));
    }
    bytes.extend(writer.end());
    bytes
}

/// What can be read of a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Read, CapsuleError> {
    let disk = SimDisk::new(1);
    disk.append("file", bytes).expect("the disk has room");
    let open = disk.open("file").expect("it is there");
    let capsule = Capsule::open(&*open, bytes.len() as u64)?;
    let mut read = Read { is_whole: capsule.is_whole(), ..Read::default() };
    capsule.each(&mut |piece| {
        match piece {
            Piece::Message(message) => read.messages.push(Kept::of(&message)),
            Piece::Gap(gap) => read.gaps.push(gap),
        }
        ControlFlow::Continue(())
    })?;
    Ok(read)
}
