//! What a bystander sees of a message.

use crate::decode::glance;
use crate::topics;
use model::{Passage, Sighting};

/// What a bystander sees of a message; `own` is the name under which the collector speaks. `patch` holds the mended text of a payload
/// that Python's `NaN` made unreadable.
pub(crate) fn sight<'a>(passage: &Passage<'a>, own: &str, patch: &'a mut String) -> Sighting<'a> {
    let envelope = glance(passage.payload, patch);
    let is_own = envelope.as_ref().is_some_and(|envelope| envelope.source == own);
    Sighting {
        topic: passage.topic,
        received_at: passage.received_at,
        bytes: passage.bytes,
        payload: passage.payload,
        is_taken: is_own || topics::is_taken(passage.topic),
        retained: passage.retained,
        envelope,
    }
}
