//! Reading a capsule, whatever became of it.

use crate::block::unpack;
use crate::format::{BLOCK, CapsuleError, END, END_BYTES, FRAME, INDEX, PREFACE};
use crate::index::{self, Entry};
use crate::preface::Preface;
use framing::{HEADER_BYTES, Header, PREFIX_BYTES};
use model::{Millis, Passage, limits};
use std::io;
use std::ops::ControlFlow;
use world::ReadFile;

/// A capsule that is open.
pub struct Capsule<'a> {
    file: &'a dyn ReadFile,
    length: u64,
    number: u64,
    preface: Preface,
    /// Where the first block stands.
    begin: u64,
    index: Option<Vec<Entry>>,
}

/// A part of a capsule.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    /// A message.
    Message(Passage<'a>),
    /// What cannot be read.
    Gap(Gap),
}

/// What cannot be read of a capsule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The byte of the file at which it begins.
    pub offset: u64,
    /// What is missing there: count of messages, and their earliest and latest time; none if nobody knows.
    pub missing: Option<(u64, Millis, Millis)>,
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.missing {
            Some((messages, earliest, latest)) => write!(
                f,
                "the block at byte {} is damaged: {messages} messages of {} ms from {earliest} on are missing",
                self.offset,
                latest.saturating_sub(earliest)
            ),
            None => write!(f, "cut or damaged at byte {}: what came after that cannot be read", self.offset),
        }
    }
}

/// A record that was read.
struct Record {
    kind: u8,
    payload: Vec<u8>,
    /// The place behind it.
    end: u64,
}

impl<'a> Capsule<'a> {
    /// Opens a file of `length` bytes.
    ///
    /// # Errors
    /// [`CapsuleError`] if it cannot be read at all. Damage behind its preface is told when it is read.
    pub fn open(file: &'a dyn ReadFile, length: u64) -> Result<Self, CapsuleError> {
        let mut bytes = Vec::new();
        file.read_at(0, HEADER_BYTES, &mut bytes)?;
        let number = bytes.get(12..20).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        match FRAME.judge_header(&bytes, number) {
            Header::Good => {}
            Header::Other(version) => return Err(CapsuleError::OtherVersion(version)),
            Header::Damaged => return Err(CapsuleError::NotACapsule),
        }
        let preface = record(file, number, HEADER_BYTES as u64)?.filter(|record| record.kind == PREFACE);
        let Some(Record { payload, end: begin, .. }) = preface else {
            return Err(CapsuleError::Preface("its checksum does not agree".to_owned()));
        };
        let preface =
            serde_json::from_slice(&payload).map_err(|error| CapsuleError::Preface(error.to_string()))?;
        let index = read_index(file, length, number, begin)?;
        Ok(Self { file, length, number, preface, begin, index })
    }

    /// What it says of itself.
    #[must_use]
    pub fn preface(&self) -> &Preface {
        &self.preface
    }

    /// Bytes of the file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether its end is there and good.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.index.is_some()
    }

    /// Gives `take` all that can be read, in order, and what cannot. Memory holds one block at a time.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn each(&self, take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>) -> io::Result<()> {
        match &self.index {
            Some(entries) => self.each_indexed(entries, take),
            None => self.each_in_turn(take),
        }
    }

    fn each_indexed(
        &self,
        entries: &[Entry],
        take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>,
    ) -> io::Result<()> {
        for entry in entries {
            let record = record(self.file, self.number, entry.offset)?;
            let payload = record.filter(|record| record.kind == BLOCK).map(|record| record.payload);
            let expected = Some((entry.messages, entry.earliest, entry.latest));
            // A block is given as a whole or not at all.
            let is_good = payload.as_ref().is_some_and(|payload| unpack(payload, |_| {}) == expected);
            let flow = match payload.filter(|_| is_good) {
                Some(payload) => give(&payload, take),
                None => take(Piece::Gap(Gap { offset: entry.offset, missing: expected })),
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn each_in_turn(&self, take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>) -> io::Result<()> {
        let mut offset = self.begin;
        for _ in 0..limits::CAPSULE_BLOCKS {
            let record = record(self.file, self.number, offset)?.filter(|record| record.kind == BLOCK);
            let Some(record) = record.filter(|record| unpack(&record.payload, |_| {}).is_some()) else {
                break;
            };
            if give(&record.payload, take).is_break() {
                return Ok(());
            }
            offset = record.end;
        }
        let _last = take(Piece::Gap(Gap { offset, missing: None }));
        Ok(())
    }
}

/// Gives the messages of a block that is good.
fn give(payload: &[u8], take: &mut dyn FnMut(Piece<'_>) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut flow = ControlFlow::Continue(());
    unpack(payload, |message| {
        if flow.is_continue() {
            flow = take(Piece::Message(*message));
        }
    });
    flow
}

/// The index, if the file has its end.
fn read_index(file: &dyn ReadFile, length: u64, number: u64, begin: u64) -> io::Result<Option<Vec<Entry>>> {
    let Some(end) = length.checked_sub(END_BYTES as u64).filter(|end| *end >= begin) else { return Ok(None) };
    let Some(last) = record(file, number, end)?.filter(|last| last.kind == END && last.end == length) else {
        return Ok(None);
    };
    let Ok(place) = last.payload.as_slice().try_into().map(u64::from_le_bytes) else { return Ok(None) };
    if !(begin..end).contains(&place) {
        return Ok(None);
    }
    let found = record(file, number, place)?.filter(|found| found.kind == INDEX && found.end == end);
    Ok(found.and_then(|found| index::read(&found.payload, begin, place)))
}

/// The record at a place, if there is a good one.
fn record(file: &dyn ReadFile, number: u64, offset: u64) -> io::Result<Option<Record>> {
    let mut bytes = Vec::new();
    file.read_at(offset, PREFIX_BYTES, &mut bytes)?;
    let length = bytes.first_chunk().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
    if !(1..=limits::CAPSULE_RECORD_BYTES).contains(&length) {
        return Ok(None);
    }
    file.read_at(offset, PREFIX_BYTES + length, &mut bytes)?;
    let read = FRAME.read(&bytes, (number, offset), 0);
    Ok(read.map(|(kind, payload, behind)| Record {
        kind,
        payload: payload.to_vec(),
        end: offset.saturating_add(behind as u64),
    }))
}
