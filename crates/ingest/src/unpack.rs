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
    #[error("the body has more than {} bytes when it is unpacked", limits::UNPACKED_BYTES)]
    TooLarge,
    /// It is not packed as it says.
    #[error("the body cannot be unpacked: {0}")]
    Broken(String),
}

/// Unpacks `body` into `to`, in the place of what is there.
///
/// # Errors
/// [`UnpackError`]; what is in `to` then means nothing.
pub fn unpack(packing: Packing, body: &[u8], to: &mut Vec<u8>) -> Result<(), UnpackError> {
    to.clear();
    match packing {
        Packing::Plain if body.len() > limits::UNPACKED_BYTES => return Err(UnpackError::TooLarge),
        Packing::Plain => to.extend_from_slice(body),
        Packing::Snappy => {
            let length = snap::raw::decompress_len(body).map_err(broken)?;
            if length > limits::UNPACKED_BYTES {
                return Err(UnpackError::TooLarge);
            }
            to.resize(length, 0);
            let written = snap::raw::Decoder::new().decompress(body, to).map_err(broken)?;
            to.truncate(written);
        }
        Packing::Gzip => {
            let most = limits::UNPACKED_BYTES as u64;
            flate2::read::MultiGzDecoder::new(body).take(most + 1).read_to_end(to).map_err(broken)?;
            if to.len() > limits::UNPACKED_BYTES {
                return Err(UnpackError::TooLarge);
            }
        }
        Packing::Zstd => {
            let most = limits::UNPACKED_BYTES as u64;
            let decoder = StreamingDecoder::new_with_max_window_size(body, most).map_err(broken)?;
            decoder.take(most + 1).read_to_end(to).map_err(broken)?;
            if to.len() > limits::UNPACKED_BYTES {
                return Err(UnpackError::TooLarge);
            }
        }
    }
    Ok(())
}

fn broken(error: impl std::fmt::Display) -> UnpackError {
    UnpackError::Broken(error.to_string())
}
