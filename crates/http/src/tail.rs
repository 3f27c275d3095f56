//! What passes on the bus, for those who look on. Nobody waits for them: who reads slowly misses messages, and is told how many.

use crate::events::{NOTHING, body, event};
use axum::body::{Body, Bytes};
use model::{Sighting, Watch, limits, meets_filter, to_seconds};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Shows what passes to those who look on. While nobody does it costs nothing.
pub struct Tail {
    heard: broadcast::Sender<Arc<Passing>>,
    places: Arc<Semaphore>,
}

/// A message that passed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PassingMessage)]
pub(crate) struct Passing {
    /// Unix seconds.
    at: f64,
    topic: String,
    /// The sender; empty if the message names nobody.
    service: String,
    #[serde(rename = "type")]
    kind: String,
    bytes: usize,
    retained: bool,
    /// The beginning of the payload, as text.
    payload: String,
}

/// Which messages somebody wants to see.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wish {
    /// A filter of topics, as MQTT has them; none is all.
    pub(crate) topic: Option<String>,
    /// The sender.
    pub(crate) service: Option<String>,
    /// What stands in the topic or the payload.
    pub(crate) text: Option<String>,
}

impl Tail {
    /// One whom nobody looks at.
    #[must_use]
    pub fn new() -> Self {
        let places = Arc::new(Semaphore::new(limits::TAIL_STREAMS));
        Self { heard: broadcast::Sender::new(limits::TAIL_BEHIND), places }
    }

    /// What passes from now on and is wanted, as events, until the client leaves or `open` is over; none if too many look on.
    pub(crate) fn follow(&self, wish: Wish, open: Arc<AtomicBool>) -> Option<Body> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let heard = self.heard.subscribe();
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(tell(heard, wish, open, sender, place));
        Some(body(receiver))
    }
}

impl Default for Tail {
    fn default() -> Self {
        Self::new()
    }
}

impl Watch for Tail {
    fn see(&self, sighting: &Sighting<'_>) {
        if self.heard.receiver_count() == 0 {
            return;
        }
        let shown = sighting.payload.get(..limits::TAIL_PAYLOAD).unwrap_or(sighting.payload);
        let envelope = sighting.envelope.as_ref();
        let passing = Passing {
            at: to_seconds(sighting.received_at),
            topic: sighting.topic.to_owned(),
            service: envelope.map(|envelope| envelope.source.to_string()).unwrap_or_default(),
            kind: envelope
                .and_then(|envelope| envelope.message_type.as_deref())
                .unwrap_or_default()
                .to_owned(),
            bytes: sighting.bytes,
            retained: sighting.retained,
            payload: String::from_utf8_lossy(shown).into_owned(),
        };
        // Whoever looked on may have left just now.
        let _ = self.heard.send(Arc::new(passing));
    }
}

/// What is told at once.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PassingMessages)]
pub(crate) struct Told {
    #[schema(value_type = Vec<Passing>)]
    messages: Vec<PassingRef>,
    /// Messages since the last time that were wanted, or may have been, and are not shown.
    left_out: u64,
}

/// Shared with all others who look on.
struct PassingRef(Arc<Passing>);

impl Serialize for PassingRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

async fn tell(
    mut heard: broadcast::Receiver<Arc<Passing>>,
    wish: Wish,
    open: Arc<AtomicBool>,
    to: mpsc::Sender<Bytes>,
    _place: OwnedSemaphorePermit,
) {
    let mut ticks = interval(limits::TAIL_PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = Instant::now();
    // The client learns at once that it is connected.
    let mut text = NOTHING.to_owned();
    loop {
        let Ok(room) = to.reserve().await else { return };
        if !text.is_empty() {
            room.send(std::mem::take(&mut text).into());
            said = Instant::now();
        }
        tokio::select! {
            _ = ticks.tick() => {}
            () = to.closed() => return,
        }
        if !open.load(Ordering::Acquire) {
            return;
        }
        let Some(told) = gather(&mut heard, &wish) else { return };
        if !told.messages.is_empty() || told.left_out > 0 {
            event(&mut text, "messages", &told);
        } else if said.elapsed() >= limits::TAIL_QUIET {
            text.push_str(NOTHING);
        }
    }
}

/// What passed since the last time; none if nothing will pass any more.
fn gather(heard: &mut broadcast::Receiver<Arc<Passing>>, wish: &Wish) -> Option<Told> {
    let mut told = Told { messages: Vec::new(), left_out: 0 };
    loop {
        match heard.try_recv() {
            Ok(passing) if !wish.meets(&passing) => {}
            Ok(_) if told.messages.len() >= limits::TAIL_MESSAGES => told.left_out += 1,
            Ok(passing) => told.messages.push(PassingRef(passing)),
            Err(TryRecvError::Lagged(count)) => told.left_out += count,
            Err(TryRecvError::Empty) => return Some(told),
            Err(TryRecvError::Closed) => return None,
        }
    }
}

impl Wish {
    fn meets(&self, passing: &Passing) -> bool {
        self.topic.as_deref().is_none_or(|filter| meets_filter(filter, &passing.topic))
            && self.service.as_deref().is_none_or(|service| service == passing.service)
            && self
                .text
                .as_deref()
                .is_none_or(|text| passing.topic.contains(text) || passing.payload.contains(text))
    }
}
