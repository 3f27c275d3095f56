//! Recordings of the raw bus: one of the last minutes, and those that were kept because of alerts. They are handed out piece by piece,
//! no faster than they are read.

use axum::body::{Body, Bytes};
use futures_core::Stream;
use model::limits;
use serde::Serialize;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Where recordings come from.
pub trait CapsuleSource: Send + Sync {
    /// What passed in the last `minutes`, or as far back as is remembered.
    ///
    /// # Errors
    /// [`CapsuleFault`].
    fn record(&self, minutes: Option<u64>) -> Result<CapsuleFile, CapsuleFault>;

    /// Those that are kept, newest first.
    ///
    /// # Errors
    /// [`CapsuleFault`].
    fn list(&self) -> Result<Vec<CapsuleEntry>, CapsuleFault>;

    /// One that is kept.
    ///
    /// # Errors
    /// [`CapsuleFault`].
    fn open(&self, name: &str) -> Result<CapsuleFile, CapsuleFault>;
}

/// A recording on its way out.
pub struct CapsuleFile {
    /// What it may be called.
    pub name: String,
    /// Its bytes, piece by piece.
    pub pieces: Box<dyn Iterator<Item = io::Result<Vec<u8>>> + Send>,
}

/// A recording that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CapsuleEntry {
    /// Its name, by which it is asked for.
    pub name: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// When it was made, Unix seconds; none if the file cannot be read.
    #[schema(required)]
    pub made_at: Option<f64>,
    /// The alert that it was made for, with the members of an alert on the bus; none if the file cannot be read.
    #[schema(required)]
    pub alert: Option<CapsuleAlert>,
    /// Why the file cannot be read, if so.
    #[schema(required)]
    pub damage: Option<String>,
}

/// The alert that a recording was made for.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CapsuleAlert {
    /// Its id.
    pub alert_id: String,
    /// Its rule.
    pub rule_name: String,
    /// The service that it is of.
    pub service_name: String,
    /// How bad it was, in a word.
    pub severity: String,
    /// When it began, Unix seconds.
    pub timestamp: f64,
}

/// Why there is no recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapsuleFault {
    /// None has this name.
    NotFound,
    /// Nothing is recorded.
    Off,
    /// It cannot be read or written now, for people.
    Failed(String),
}

/// Hands recordings out, to a few at a time.
pub struct Capsules {
    pub(crate) source: Arc<dyn CapsuleSource>,
    places: Arc<Semaphore>,
}

impl Capsules {
    /// Those of `source`.
    #[must_use]
    pub fn new(source: Arc<dyn CapsuleSource>) -> Self {
        Self { source, places: Arc::new(Semaphore::new(limits::CAPSULE_STREAMS)) }
    }

    /// A place to hand one out, if there is one.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }
}

/// The bytes of `file` as a body, which ends early, and not as a body should, if they cannot be read.
pub(crate) fn body(file: CapsuleFile, place: OwnedSemaphorePermit) -> Body {
    let (to, pieces) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        let _place = place;
        for piece in file.pieces {
            if let Err(error) = &piece {
                tracing::error!("a capsule is handed out in part only: {error}");
            }
            let is_over = piece.is_err();
            if to.blocking_send(piece.map(Bytes::from)).is_err() || is_over {
                return;
            }
        }
    });
    Body::from_stream(Pieces(pieces))
}

struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
