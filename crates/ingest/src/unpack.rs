//! Unpacking the body of a request, within a limit that is checked before there is room made.

use model::limits;
use ruzstd::decoding::StreamingDecoder;
use std::io::Read as _;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// Snappy's block format, as remote write has it.
    Snappy,
    /// Zstandard.
    Zstd,
    /// Gzip.
    Gzip,
}

/// Why a body cannot be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// It is, or says that it is, too long.
    #[error("the body has more than {0} bytes when it is unpacked")]
    TooLarge(usize),
    /// It is not packed as it says.
    #[error("the body cannot be unpacked: {0}")]
    Broken(String),
}

/// Unpacks `body` into `to`, in the place of what is there.
///
/// # Errors
/// [`UnpackError`]; what is in `to` then means nothing.
pub fn unpack(packing: Packing, body: &[u8], to: &mut Vec<u8>) -> Result<(), UnpackError> {
    unpack_at_most(packing, body, limits::UNPACKED_BYTES, to)
}

/// Unpacks `body`, if it comes to no more than `most` bytes, into `to`, in the place of what is there.
///
/// # Errors
/// [`UnpackError`]; what is in `to` then means nothing.
pub fn unpack_at_most(
    packing: Packing,
    body: &[u8],
    most: usize,
    to: &mut Vec<u8>,
) -> Result<(), UnpackError> {
    to.clear();
    let too_large = UnpackError::TooLarge(most);
    // One more byte shows that there is too much.
    let enough = (most as u64).saturating_add(1);
    match packing {
        Packing::Plain if body.len() > most => return Err(too_large),
        Packing::Plain => to.extend_from_slice(body),
        Packing::Snappy => {
            let length = snap::raw::decompress_len(body).map_err(broken)?;
            if length > most {
                return Err(too_large);
            }
            to.resize(length, 0);
            let written = snap::raw::Decoder::new().decompress(body, to).map_err(broken)?;
            to.truncate(written);
        }
        Packing::Gzip => {
            flate2::read::MultiGzDecoder::new(body).take(enough).read_to_end(to).map_err(broken)?;
        }
        Packing::Zstd => {
            let window = most as u64;
            let decoder = StreamingDecoder::new_with_max_window_size(body, window).map_err(broken)?;
            decoder.take(enough).read_to_end(to).map_err(broken)?;
        }
    }
    if to.len() > most { Err(too_large) } else { Ok(()) }
}

fn broken(error: impl std::fmt::Display) -> UnpackError {
    UnpackError::Broken(error.to_string())
}
