//! An answer that goes to the client while it is written, unless it is short.

use super::failure::Failure;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use model::limits;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// Nobody reads it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// Where an answer is written, on a thread that may wait.
pub(crate) struct Output {
    /// What is written and has not gone yet.
    pub(crate) text: Vec<u8>,
    content_type: &'static str,
    /// None where all of it is kept.
    runtime: Option<Handle>,
    head: Option<oneshot::Sender<Response>>,
    pieces: Option<(mpsc::Sender<Bytes>, Instant)>,
    /// Bytes that may be kept where all of it is.
    most: usize,
}

impl Output {
    /// One whose beginning goes to `head`.
    pub(super) fn new(head: oneshot::Sender<Response>, runtime: Handle) -> Self {
        Self { runtime: Some(runtime), head: Some(head), ..Self::kept() }
    }

    /// One that goes nowhere.
    pub(crate) fn kept() -> Self {
        Self::kept_within(usize::MAX)
    }

    /// One that goes nowhere and ends when it becomes longer than `most` bytes.
    pub(super) fn kept_within(most: usize) -> Self {
        let text = Vec::new();
        Self { text, content_type: "application/json", runtime: None, head: None, pieces: None, most }
    }

    /// Says that it is no JSON. To be said first.
    pub(crate) fn set_content_type(&mut self, content_type: &'static str) {
        self.content_type = content_type;
    }

    /// To be called now and then: lets go what is written, if that is much.
    ///
    /// # Errors
    /// Nobody reads it any more, or too slowly; or it is longer than may be.
    pub(crate) fn pass(&mut self) -> Result<(), Gone> {
        if self.runtime.is_none() {
            return if self.text.len() > self.most { Err(Gone) } else { Ok(()) };
        }
        if self.text.len() < limits::ANSWER_PIECE {
            return Ok(());
        }
        if let Some(head) = self.head.take() {
            let (sender, receiver) = mpsc::channel(limits::ANSWER_PIECES);
            self.pieces = Some((sender, Instant::now() + limits::ANSWER_READ_TIME));
            let body = Body::from_stream(Pieces(receiver));
            head.send(([(header::CONTENT_TYPE, self.content_type)], body).into_response())
                .map_err(|_| Gone)?;
        }
        self.send()
    }

    /// It is whole.
    pub(super) fn finish(mut self) {
        match self.head.take() {
            None => {
                // Who does not read the end has what it wanted.
                let _nobody_reads = self.send();
            }
            Some(head) => {
                let text = std::mem::take(&mut self.text);
                let _nobody_waits =
                    head.send(([(header::CONTENT_TYPE, self.content_type)], text).into_response());
            }
        }
    }

    /// There is none; what has gone already ends in the middle, which no reader of JSON takes for whole.
    pub(super) fn fail(mut self, failure: Failure) {
        if let Some(head) = self.head.take() {
            let _nobody_waits = head.send(failure.into_response());
        }
    }

    fn send(&mut self) -> Result<(), Gone> {
        let (Some((pieces, until)), Some(runtime)) = (&self.pieces, &self.runtime) else { return Err(Gone) };
        let piece = Bytes::from(std::mem::replace(&mut self.text, Vec::with_capacity(limits::ANSWER_PIECE)));
        match runtime.block_on(timeout_at(*until, pieces.send(piece))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

/// The pieces as they come.
struct Pieces(mpsc::Receiver<Bytes>);

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|piece| piece.map(Ok))
    }
}
