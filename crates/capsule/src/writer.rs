//! From blocks to the bytes of a file, piece by piece.

use crate::block::Sealed;
use crate::format::{BLOCK, CapsuleError, END, FRAME, INDEX, PREFACE};
use crate::index::{self, Entry};
use crate::preface::Preface;
use model::limits;

/// Writes one capsule. Each call gives the bytes that come next; who keeps them in that order has the file.
#[derive(Debug)]
pub struct Writer {
    number: u64,
    offset: u64,
    entries: Vec<Entry>,
}

impl Writer {
    /// A writer, and the first bytes.
    ///
    /// # Errors
    /// [`CapsuleError::PrefaceTooLong`] if that is so.
    pub fn begin(preface: &Preface) -> Result<(Self, Vec<u8>), CapsuleError> {
        let text = serde_json::to_vec(preface).map_err(|error| CapsuleError::Preface(error.to_string()))?;
        if text.len() > limits::CAPSULE_RECORD_BYTES {
            return Err(CapsuleError::PrefaceTooLong(text.len()));
        }
        let number = preface.made_at.unsigned_abs();
        let mut bytes = FRAME.header(number);
        let mut writer = Self { number, offset: bytes.len() as u64, entries: Vec::new() };
        writer.put(&mut bytes, PREFACE, &text);
        Ok((writer, bytes))
    }

    /// The bytes of the next block.
    ///
    /// # Errors
    /// [`CapsuleError::TooManyBlocks`]: it does not fit, but the capsule can be ended.
    pub fn block(&mut self, block: &Sealed) -> Result<Vec<u8>, CapsuleError> {
        if self.entries.len() >= limits::CAPSULE_BLOCKS {
            return Err(CapsuleError::TooManyBlocks);
        }
        let Sealed { earliest, latest, messages, .. } = *block;
        self.entries.push(Entry { offset: self.offset, earliest, latest, messages });
        let mut bytes = Vec::with_capacity(framing::PREFIX_BYTES + block.payload.len());
        self.put(&mut bytes, BLOCK, &block.payload);
        Ok(bytes)
    }

    /// The last bytes.
    #[must_use]
    pub fn end(mut self) -> Vec<u8> {
        let (mut bytes, at) = (Vec::new(), self.offset);
        let index = index::write(&self.entries);
        self.put(&mut bytes, INDEX, &index);
        self.put(&mut bytes, END, &at.to_le_bytes());
        bytes
    }

    fn put(&mut self, bytes: &mut Vec<u8>, kind: u8, payload: &[u8]) {
        let before = bytes.len();
        FRAME.put(bytes, (self.number, self.offset), kind, payload);
        self.offset += (bytes.len() - before) as u64;
    }
}
