//! What the files of the log are made of: frames, and the types of their records (`docs/format/wal.md`). Pure.

use framing::Frame;

pub(crate) use framing::{HEADER_BYTES, Header};

/// The version that is written. Chunks of version 1, which is read too, are packed in fewer ways.
pub(crate) const VERSION: u32 = 2;

const FRAME: Frame = Frame { magic: *b"AMWAL001", versions: 1..=VERSION, payload_bytes: 16 << 20 };

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordType {
    Batch = 1,
    End = 2,
    Chunks = 3,
}

/// The header of a new file.
pub(crate) fn header(number: u64) -> Vec<u8> {
    FRAME.header(number)
}

/// Judges the header of a file with this number.
pub(crate) fn judge_header(file: &[u8], number: u64) -> Header {
    FRAME.judge_header(file, number)
}

/// Appends the record of `payload` to `out`, to stand at `offset` of the file with this number.
pub(crate) fn put(out: &mut Vec<u8>, number: u64, offset: u64, kind: RecordType, payload: &[u8]) {
    FRAME.put(out, (number, offset), kind as u8, payload);
}

/// The record at `offset` of the file with this number, and the offset behind it, if the record is good.
pub(crate) fn read(file: &[u8], number: u64, offset: usize) -> Option<(RecordType, &[u8], usize)> {
    let (kind, payload, behind) = FRAME.read(file, (number, 0), offset)?;
    let kind = match kind {
        1 => RecordType::Batch,
        2 => RecordType::End,
        3 => RecordType::Chunks,
        _ => return None,
    };
    Some((kind, payload, behind))
}
