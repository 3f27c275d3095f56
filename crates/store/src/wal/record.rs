//! The frame of the log: header and records, as `docs/format/wal.md` has them. Pure.

/// The first bytes of every file.
const MAGIC: &[u8; 8] = b"AMWAL001";
/// The version that is written.
pub(crate) const VERSION: u32 = 2;
/// The oldest version that is read: its chunks are packed in fewer ways.
const OLDEST_VERSION: u32 = 1;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 24;
/// Bytes of a record before its payload.
const PREFIX_BYTES: usize = 9;
/// The longest payload.
const PAYLOAD_BYTES: usize = 16 << 20;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordType {
    Batch = 1,
    End = 2,
    Chunks = 3,
}

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    Good,
    /// Of a version that this program does not know.
    Other(u32),
    Damaged,
}

/// The header of a new file.
pub(crate) fn header(number: u64) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &number.to_le_bytes()].concat();
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

/// Judges the header of a file with this number.
pub(crate) fn judge_header(file: &[u8], number: u64) -> Header {
    let read = || {
        let signed = file.get(..20)?;
        let is_sound = signed.starts_with(MAGIC) && long(file, 20)? == crc32c::crc32c(signed);
        Some((is_sound, long(file, 8)?, file.get(12..20)? == number.to_le_bytes()))
    };
    match read() {
        Some((true, other, _)) if !(OLDEST_VERSION..=VERSION).contains(&other) => Header::Other(other),
        Some((true, _, true)) => Header::Good,
        _ => Header::Damaged,
    }
}

/// Appends the record of `payload` to `out`, to stand at `offset` of the file with this number.
pub(crate) fn put(out: &mut Vec<u8>, number: u64, offset: u64, kind: RecordType, payload: &[u8]) {
    debug_assert!((1..=PAYLOAD_BYTES).contains(&payload.len()), "a record of {} bytes", payload.len());
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend(length.to_le_bytes());
    out.push(kind as u8);
    out.extend(checksum(number, offset, length, kind as u8, payload).to_le_bytes());
    out.extend(payload);
}

/// The record at `offset` of the file with this number, and the offset behind it, if the record is good.
pub(crate) fn read(file: &[u8], number: u64, offset: usize) -> Option<(RecordType, &[u8], usize)> {
    let length = long(file, offset)?;
    let kind = *file.get(offset.checked_add(4)?)?;
    let crc = long(file, offset.checked_add(5)?)?;
    let start = offset.checked_add(PREFIX_BYTES)?;
    let bytes = usize::try_from(length).ok().filter(|bytes| (1..=PAYLOAD_BYTES).contains(bytes))?;
    let payload = file.get(start..start.checked_add(bytes)?)?;
    let known = match kind {
        1 => RecordType::Batch,
        2 => RecordType::End,
        3 => RecordType::Chunks,
        _ => return None,
    };
    (checksum(number, offset as u64, length, kind, payload) == crc).then_some((known, payload, start + bytes))
}

fn checksum(number: u64, offset: u64, length: u32, kind: u8, payload: &[u8]) -> u32 {
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
    use super::{Header, MAGIC, VERSION, header, judge_header};

    fn header_of(version: u32) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], &version.to_le_bytes(), &7_u64.to_le_bytes()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    #[test]
    fn files_of_the_version_before_are_read_and_later_ones_are_not() {
        assert_eq!(header(7), header_of(VERSION));
        assert_eq!(judge_header(&header_of(1), 7), Header::Good);
        assert_eq!(judge_header(&header_of(VERSION), 7), Header::Good);
        assert_eq!(judge_header(&header_of(0), 7), Header::Other(0));
        assert_eq!(judge_header(&header_of(VERSION + 1), 7), Header::Other(VERSION + 1));
        assert_eq!(judge_header(&header_of(1), 8), Header::Damaged);
    }
}
