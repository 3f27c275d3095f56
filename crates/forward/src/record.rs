//! The frame of a segment: its name, header and records, as `docs/format/queue.md` has them. Pure.

/// The first bytes of every segment.
const MAGIC: &[u8; 8] = b"AMQUE001";
/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: u64 = 24;
/// Bytes of a record before its payload.
pub(crate) const PREFIX_BYTES: usize = 9;
/// The longest payload: a record ends at a sixteenth of it, and one series with all its labels has room behind that.
pub(crate) const PAYLOAD_BYTES: usize = 4 << 20;
/// Bytes of the record that ends a segment.
pub(crate) const END_BYTES: usize = PREFIX_BYTES + 8;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Batch = 1,
    End = 2,
}

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    Good,
    /// Of a version that this program does not know.
    Other(u32),
    Damaged,
}

/// What a segment is called.
pub(crate) fn name(number: u64) -> String {
    format!("{number:08}.segment")
}

/// The number of the segment that is called so; `None` for files that are none.
pub(crate) fn number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".segment")?;
    digits.parse().ok().filter(|number| self::name(*number) == name)
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
        Some((true, VERSION, true)) => Header::Good,
        Some((true, other, _)) if other != VERSION => Header::Other(other),
        _ => Header::Damaged,
    }
}

/// Appends the record of `payload` to `out`, to stand at `offset` of the file with this number.
pub(crate) fn put(out: &mut Vec<u8>, number: u64, offset: u64, kind: Kind, payload: &[u8]) {
    debug_assert!((1..=PAYLOAD_BYTES).contains(&payload.len()), "a record of {} bytes", payload.len());
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend(length.to_le_bytes());
    out.push(kind as u8);
    out.extend(checksum(number, offset, length, kind as u8, payload).to_le_bytes());
    out.extend(payload);
}

/// The record at `at` of `bytes`, which stand at `base` of the file with this number, and the place behind it, if the record
/// is good.
pub(crate) fn read(bytes: &[u8], number: u64, base: u64, at: usize) -> Option<(Kind, &[u8], usize)> {
    let length = long(bytes, at)?;
    let kind = *bytes.get(at.checked_add(4)?)?;
    let crc = long(bytes, at.checked_add(5)?)?;
    let start = at.checked_add(PREFIX_BYTES)?;
    let count = usize::try_from(length).ok().filter(|count| (1..=PAYLOAD_BYTES).contains(count))?;
    let payload = bytes.get(start..start.checked_add(count)?)?;
    let known = match kind {
        1 => Kind::Batch,
        2 => Kind::End,
        _ => return None,
    };
    let offset = base.checked_add(at as u64)?;
    (checksum(number, offset, length, kind, payload) == crc).then_some((known, payload, start + count))
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
    use super::{Header, Kind, header, judge_header, name, number, put, read};

    #[test]
    fn a_record_is_good_in_its_place_alone() {
        let mut bytes = Vec::new();
        put(&mut bytes, 7, 100, Kind::Batch, b"payload");
        assert_eq!(read(&bytes, 7, 100, 0), Some((Kind::Batch, &b"payload"[..], bytes.len())));
        assert_eq!(read(&bytes, 8, 100, 0), None);
        assert_eq!(read(&bytes, 7, 101, 0), None);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(read(&damaged, 7, 100, 0), None, "byte {at}");
            assert_eq!(read(&bytes[..at], 7, 100, 0), None, "cut at {at}");
        }
    }

    #[test]
    fn a_header_says_number_and_version() {
        assert_eq!(judge_header(&header(7), 7), Header::Good);
        assert_eq!(judge_header(&header(7), 8), Header::Damaged);
        assert_eq!(judge_header(&[], 7), Header::Damaged);
        let mut other = header(7);
        other[8] = 2;
        let crc = crc32c::crc32c(&other[..20]);
        other[20..].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(judge_header(&other, 7), Header::Other(2));
    }

    #[test]
    fn names_have_numbers_and_others_are_none_of_ours() {
        for good in [0, 7, 99_999_999, 100_000_000] {
            assert_eq!(number(&name(good)), Some(good));
        }
        for other in ["cursor", "7.segment", "x.segment", "+0000007.segment", "00000007.segment.damaged-1"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
