//! Writing protobuf, as far as remote write needs it: numbered fields one behind the other.

use framing::varint;

/// Writes a field that is a number of variable length.
pub(crate) fn put_varint(out: &mut Vec<u8>, field: u32, number: u64) {
    varint::put(out, u64::from(field) << 3);
    varint::put(out, number);
}

/// Writes a field that is a double.
pub(crate) fn put_double(out: &mut Vec<u8>, field: u32, number: f64) {
    varint::put(out, u64::from(field) << 3 | 1);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Writes a field that is a text or a message.
pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u32, content: &[u8]) {
    varint::put(out, u64::from(field) << 3 | 2);
    varint::put(out, content.len() as u64);
    out.extend_from_slice(content);
}
