//! Tells one who looks what changes, as server-sent events. Nothing is queued: who reads slowly is told less often, and gets
//! then all that changed since.

use super::board::Board;
use super::difference::difference;
use super::shape::{AlertsChange, Overview};
use crate::events::{body, event};
use crate::parts::Parts;
use axum::body::{Body, Bytes};
use model::{Millis, limits};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{MissedTickBehavior, interval};

/// Events for one who has a place, until they leave or the house closes.
pub(crate) fn events(
    parts: Arc<Parts>,
    board: Arc<Board>,
    length: Millis,
    place: OwnedSemaphorePermit,
) -> Body {
    // One that is under way; the next is made when it was taken.
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        tell(parts, board, length, sender).await;
        drop(place);
    });
    body(receiver)
}

async fn tell(parts: Arc<Parts>, board: Arc<Board>, length: Millis, to: mpsc::Sender<Bytes>) {
    let mut told: Option<(Arc<Overview>, u64)> = None;
    let mut ticks = interval(limits::OVERVIEW_PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // A place in the channel first: what is told then is the newest.
        let Ok(room) = to.reserve().await else { return };
        tokio::select! {
            _ = ticks.tick() => {}
            () = to.closed() => return,
        }
        if !parts.ready.load(Ordering::Acquire) {
            return;
        }
        let (rooms, snapshots) = (Arc::clone(&parts), Arc::clone(&board));
        let taken = tokio::task::spawn_blocking(move || {
            let version = rooms.desk.version();
            (snapshots.snapshot(&rooms, length), version)
        });
        let Ok((now, version)) = taken.await else { return };
        let mut text = String::new();
        match &told {
            None => event(&mut text, "overview", &*now),
            Some((before, _)) => event(&mut text, "change", &difference(before, &now)),
        }
        if told.as_ref().is_some_and(|(_, before)| *before != version) {
            event(&mut text, "alerts", &AlertsChange { version });
        }
        told = Some((now, version));
        room.send(text.into());
    }
}
