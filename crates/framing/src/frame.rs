//! Numbered files of records: a header of 24 bytes, then each record behind nine bytes of its own.
//!
//! | offset in the file | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic |
//! | 8 | 4 | version |
//! | 12 | 8 | the number in the file's name |
//! | 20 | 4 | CRC-32C of bytes 0–19 |
//!
//! | offset in the record | bytes | what |
//! |---|---|---|
//! | 0 | 4 | length of the payload |
//! | 4 | 1 | type |
//! | 5 | 4 | CRC-32C of: number of the file (8 bytes), offset of the record in the file (8 bytes), length (4), type (1), payload |
//! | 9 | length | payload |
//!
//! Number and offset are part of the checksum: bytes of an older file, or bytes that strayed, never validate. All numbers
//! are little-endian. Pure.

use std::ops::RangeInclusive;

/// Bytes of the header.
pub const HEADER_BYTES: usize = 24;
/// Bytes of a record before its payload.
pub const PREFIX_BYTES: usize = 9;

/// One kind of file.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The first bytes of every file.
    pub magic: [u8; 8],
    /// The versions that are read; the last is written.
    pub versions: RangeInclusive<u32>,
    /// The longest payload, in bytes.
    pub payload_bytes: usize,
}

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// What it should.
    Good,
    /// A header of a version that this program does not know.
    Other(u32),
    /// Something else.
    Damaged,
}

impl Frame {
    /// The header of a new file.
    #[must_use]
    pub fn header(&self, number: u64) -> Vec<u8> {
        let version = *self.versions.end();
        let mut bytes = [&self.magic[..], &version.to_le_bytes(), &number.to_le_bytes()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// Judges the header of the file with this number.
    #[must_use]
    pub fn judge_header(&self, file: &[u8], number: u64) -> Header {
        let read = || {
            let signed = file.get(..20)?;
            let is_sound = signed.starts_with(&self.magic) && long(file, 20)? == crc32c::crc32c(signed);
            Some((is_sound, long(file, 8)?, file.get(12..20)? == number.to_le_bytes()))
        };
        match read() {
            Some((true, other, _)) if !self.versions.contains(&other) => Header::Other(other),
            Some((true, _, true)) => Header::Good,
            _ => Header::Damaged,
        }
    }

    /// Appends the record of `payload` to `out`, to stand at `offset` of the file with this number.
    pub fn put(&self, out: &mut Vec<u8>, (number, offset): (u64, u64), kind: u8, payload: &[u8]) {
        debug_assert!(
            (1..=self.payload_bytes).contains(&payload.len()),
            "a record of {} bytes",
            payload.len()
        );
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        out.extend(length.to_le_bytes());
        out.push(kind);
        out.extend(checksum((number, offset), length, kind, payload).to_le_bytes());
        out.extend(payload);
    }

    /// The type and payload of the record at `at` of `bytes`, which stand at `base` of the file with this number, and the
    /// place behind it in `bytes`; `None` if there is no good record.
    #[must_use]
    pub fn read<'a>(
        &self,
        bytes: &'a [u8],
        (number, base): (u64, u64),
        at: usize,
    ) -> Option<(u8, &'a [u8], usize)> {
        let length = long(bytes, at)?;
        let kind = *bytes.get(at.checked_add(4)?)?;
        let crc = long(bytes, at.checked_add(5)?)?;
        let start = at.checked_add(PREFIX_BYTES)?;
        let count = usize::try_from(length).ok().filter(|count| (1..=self.payload_bytes).contains(count))?;
        let payload = bytes.get(start..start.checked_add(count)?)?;
        let offset = base.checked_add(at as u64)?;
        (checksum((number, offset), length, kind, payload) == crc).then_some((kind, payload, start + count))
    }
}

fn checksum((number, offset): (u64, u64), length: u32, kind: u8, payload: &[u8]) -> u32 {
    let mut place = [0; 21];
    place[..8].copy_from_slice(&number.to_le_bytes());
    place[8..16].copy_from_slice(&offset.to_le_bytes());
    place[16..20].copy_from_slice(&length.to_le_bytes());
    place[20] = kind;
    crc32c::crc32c_append(crc32c::crc32c(&place), payload)
}

fn long(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Frame, Header};

    const FRAME: Frame = Frame { magic: *b"AMTST001", versions: 2..=3, payload_bytes: 100 };

    #[test]
    fn a_record_is_good_in_its_place_alone() {
        let mut bytes = Vec::new();
        FRAME.put(&mut bytes, (7, 100), 5, b"payload");
        assert_eq!(FRAME.read(&bytes, (7, 100), 0), Some((5, &b"payload"[..], bytes.len())));
        assert_eq!(FRAME.read(&bytes, (8, 100), 0), None);
        assert_eq!(FRAME.read(&bytes, (7, 101), 0), None);
        let shorter = Frame { payload_bytes: 6, ..FRAME };
        assert_eq!(shorter.read(&bytes, (7, 100), 0), None);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(FRAME.read(&damaged, (7, 100), 0), None, "byte {at}");
            assert_eq!(FRAME.read(&bytes[..at], (7, 100), 0), None, "cut at {at}");
        }
    }

    #[test]
    fn a_header_says_number_and_version() {
        let of = |version: u32| Frame { versions: version..=version, ..FRAME }.header(7);
        assert_eq!(FRAME.header(7), of(3));
        for (version, expected) in
            [(1, Header::Other(1)), (2, Header::Good), (3, Header::Good), (4, Header::Other(4))]
        {
            assert_eq!(FRAME.judge_header(&of(version), 7), expected, "{version}");
        }
        assert_eq!(FRAME.judge_header(&of(2), 8), Header::Damaged);
        assert_eq!(FRAME.judge_header(&[], 7), Header::Damaged);
        let mut damaged = of(2);
        damaged[8] = 9;
        assert_eq!(FRAME.judge_header(&damaged, 7), Header::Damaged);
    }
}
