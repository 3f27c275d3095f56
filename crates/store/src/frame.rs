//! The bytes of a journal: header and records, as `docs/format/journal.md` has them. Pure.

/// The first bytes of every journal.
const MAGIC: &[u8; 8] = b"AMJRNL01";
/// The version that is written, and the only one that is read.
pub(crate) const VERSION: u32 = 1;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 16;
/// Bytes of a record before its payload.
const PREFIX_BYTES: usize = 8;
/// The longest payload: a rule or an alert is a kilobyte, so this is for damage, not for use.
pub(crate) const PAYLOAD_BYTES: usize = 16 << 20;

/// What a file begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Good,
    /// Of a version that this program does not know.
    Other(u32),
    Damaged,
}

/// The header of a new file.
pub(crate) fn header() -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

/// Judges the header of `file`.
pub(crate) fn judge_header(file: &[u8]) -> Header {
    let (Some(signed), Some(version), Some(crc)) = (file.get(..12), number(file, 8), number(file, 12)) else {
        return Header::Damaged;
    };
    match (signed.starts_with(MAGIC), crc == crc32c::crc32c(signed), version) {
        (true, true, VERSION) => Header::Good,
        (true, true, other) => Header::Other(other),
        _ => Header::Damaged,
    }
}

/// The record of `payload` at `offset`; `None` if the payload is empty or too long.
pub(crate) fn record(offset: u64, payload: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok()?;
    if payload.is_empty() || payload.len() > PAYLOAD_BYTES {
        return None;
    }
    let mut bytes = Vec::with_capacity(PREFIX_BYTES + payload.len());
    bytes.extend(length.to_le_bytes());
    bytes.extend(checksum(offset, length, payload).to_le_bytes());
    bytes.extend(payload);
    Some(bytes)
}

/// The payload of the record at `offset` and the offset behind it, if the record is good.
pub(crate) fn read(file: &[u8], offset: usize) -> Option<(&[u8], usize)> {
    let length = number(file, offset)?;
    let crc = number(file, offset + 4)?;
    let start = offset + PREFIX_BYTES;
    let bytes = usize::try_from(length).ok().filter(|bytes| (1..=PAYLOAD_BYTES).contains(bytes))?;
    let payload = file.get(start..start.checked_add(bytes)?)?;
    (checksum(offset as u64, length, payload) == crc).then_some((payload, start + bytes))
}

fn checksum(offset: u64, length: u32, payload: &[u8]) -> u32 {
    let place = crc32c::crc32c_append(crc32c::crc32c(&offset.to_le_bytes()), &length.to_le_bytes());
    crc32c::crc32c_append(place, payload)
}

fn number(file: &[u8], at: usize) -> Option<u32> {
    let bytes = file.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
