//! The body of a request that writes: large, and packed.
//!
//! Of all such bodies only so many bytes are in memory at a time. Who comes when there is no room waits for it, and as
//! long for its body as for any answer.

use crate::written::plain;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ingest::{Packing, UnpackError, unpack};
use model::limits;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is counted in pieces of so many bytes.
const PIECE: usize = 1 << 10;

/// Room for bodies.
pub(crate) struct Room {
    /// For what comes in.
    bodies: Arc<Semaphore>,
    /// For what is unpacked.
    unpacking: Arc<Semaphore>,
}

impl Room {
    pub(crate) fn new() -> Self {
        let half = limits::WRITES_BYTES / 2;
        Self {
            bodies: Arc::new(Semaphore::new(half / PIECE)),
            unpacking: Arc::new(Semaphore::new(half / limits::UNPACKED_BYTES)),
        }
    }
}

/// A body as it came.
pub(crate) struct Packed {
    pub(crate) headers: HeaderMap,
    /// How it is packed, if that is said.
    packing: Option<Packing>,
    body: Bytes,
    _room: [Option<OwnedSemaphorePermit>; 2],
}

impl<S: Send + Sync> FromRequest<S> for Packed {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let Ok(packing) = packing(&headers) else {
            let text = "expected Content-Encoding snappy, zstd, gzip or identity";
            return Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        };
        let room = request.extensions().get::<Arc<Room>>().cloned();
        let said = headers.get(header::CONTENT_LENGTH).and_then(|said| said.to_str().ok()?.parse().ok());
        let length = said.unwrap_or(limits::WRITE_BYTES);
        if length > limits::WRITE_BYTES {
            return Err(too_large());
        }
        let pieces = u32::try_from(length / PIECE + 1).unwrap_or(u32::MAX);
        // Nobody closes the semaphores.
        let bodies = match &room {
            Some(room) => Arc::clone(&room.bodies).acquire_many_owned(pieces).await.ok(),
            None => None,
        };
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => plain(StatusCode::BAD_REQUEST, "the body did not come whole"),
            }
        })?;
        let unpacking = match &room {
            Some(room) => Arc::clone(&room.unpacking).acquire_owned().await.ok(),
            None => None,
        };
        Ok(Self { headers, packing, body, _room: [bodies, unpacking] })
    }
}

impl Packed {
    /// How the body is packed; `unsaid` is how it is where nothing is said.
    pub(crate) fn packing(&self, unsaid: Packing) -> Packing {
        self.packing.unwrap_or(unsaid)
    }

    /// The body unpacked.
    ///
    /// # Errors
    /// [`UnpackError`].
    pub(crate) fn unpack(&self, unsaid: Packing) -> Result<Vec<u8>, UnpackError> {
        let mut unpacked = Vec::new();
        unpack(self.packing(unsaid), &self.body, &mut unpacked)?;
        Ok(unpacked)
    }
}

fn too_large() -> Response {
    plain(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body has more than {} bytes", limits::WRITE_BYTES))
}

/// How the body is packed, if its headers say so; `Err` if they say what nobody here can unpack.
fn packing(headers: &HeaderMap) -> Result<Option<Packing>, ()> {
    let Some(said) = headers.get(header::CONTENT_ENCODING) else { return Ok(None) };
    match said.to_str().map_err(|_| ())?.trim().to_ascii_lowercase().as_str() {
        "snappy" => Ok(Some(Packing::Snappy)),
        "zstd" => Ok(Some(Packing::Zstd)),
        "gzip" => Ok(Some(Packing::Gzip)),
        "identity" | "" => Ok(Some(Packing::Plain)),
        _ => Err(()),
    }
}
