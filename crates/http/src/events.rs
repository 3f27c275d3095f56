//! Server-sent events.

use axum::body::{Body, Bytes};
use futures_core::Stream;
use serde::Serialize;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// What keeps a connection from looking idle, and says nothing.
pub(crate) const NOTHING: &str = ":\n\n";

/// Writes an event to the end of `text`.
pub(crate) fn event(text: &mut String, kind: &str, data: &impl Serialize) {
    // JSON has no line breaks of its own.
    if let Ok(data) = serde_json::to_string(data) {
        text.push_str("event: ");
        text.push_str(kind);
        text.push_str("\ndata: ");
        text.push_str(&data);
        text.push_str("\n\n");
    }
}

/// A body of what comes out of a channel. It ends with the channel.
pub(crate) fn body(pieces: mpsc::Receiver<Bytes>) -> Body {
    Body::from_stream(Pieces(pieces))
}

struct Pieces(mpsc::Receiver<Bytes>);

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
