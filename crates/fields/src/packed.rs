//! Objects that are packed in bytes: CBOR and `MessagePack`, known by their first byte.

/// Bytes that look like a packed object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Packed<'a> {
    pub(crate) packing: Packing,
    pub(crate) bytes: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Cbor,
    MessagePack,
}

/// What CBOR may begin with to say what it is.
const SELF_DESCRIBED: &[u8] = &[0xd9, 0xd9, 0xf7];

impl<'a> Packed<'a> {
    /// What bytes look like that are no text. No object of one packing begins as one of the other does.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(SELF_DESCRIBED).unwrap_or(bytes);
        let packing = match bytes.first()? {
            0xa0..=0xbf => Packing::Cbor,
            0x80..=0x8f | 0xde | 0xdf => Packing::MessagePack,
            _ => return None,
        };
        Some(Self { packing, bytes })
    }
}
