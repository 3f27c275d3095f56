//! Header and footer. Pure.

/// The first bytes of every block.
const MAGIC: &[u8; 8] = b"AMBLK001";
/// The last.
const END: &[u8; 8] = b"AMBLKEND";
/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 16;
/// Bytes of the footer.
pub(crate) const FOOTER_BYTES: usize = 32;

/// Where the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

/// The header.
pub(crate) fn header() -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes
}

/// Whether `bytes` are the header.
pub(crate) fn is_header(bytes: &[u8]) -> bool {
    bytes == header()
}

impl Footer {
    /// The footer as it is written.
    pub(crate) fn write(self) -> Vec<u8> {
        let mut bytes =
            [&self.offset.to_le_bytes()[..], &self.length.to_le_bytes(), &self.crc.to_le_bytes()].concat();
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes.extend(END);
        bytes
    }

    /// The footer that `bytes` are; `None` if they are not good.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (signed, rest) = bytes.split_at_checked(20)?;
        let (crc, end) = rest.split_at_checked(4)?;
        if end != END || u32::from_le_bytes(crc.try_into().ok()?) != crc32c::crc32c(signed) {
            return None;
        }
        Some(Self {
            offset: u64::from_le_bytes(signed.get(..8)?.try_into().ok()?),
            length: u64::from_le_bytes(signed.get(8..16)?.try_into().ok()?),
            crc: u32::from_le_bytes(signed.get(16..)?.try_into().ok()?),
        })
    }
}
