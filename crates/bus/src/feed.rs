//! Recorded messages take the way of those that come from a broker, without one: each is decoded and handed to the intake, or
//! shown to who listens, as it was when it came.

use crate::decode::{Decoded, decode};
use crate::sight::sight;
use model::{Intake, IntakeError, Origin, Passage, Watch, meets_filter};
use std::sync::Arc;

/// Takes recorded messages.
pub struct Feed {
    own_name: String,
    listens: Vec<String>,
    intake: Arc<dyn Intake>,
    watch: Arc<dyn Watch>,
}

impl Feed {
    /// A feed of what somebody recorded who spoke as `own_name` and listened to the filters `listens`.
    #[must_use]
    pub fn new(
        own_name: String,
        listens: Vec<String>,
        intake: Arc<dyn Intake>,
        watch: Arc<dyn Watch>,
    ) -> Self {
        Self { own_name, listens, intake, watch }
    }

    /// Takes one message, and makes durable what it held. Questions to the collector are counted and not answered.
    ///
    /// # Errors
    /// Those of the intake: nothing of the message was kept.
    pub fn take(&self, passage: &Passage<'_>) -> Result<(), IntakeError> {
        if passage.is_taken {
            self.hand_in(passage)?;
        }
        if !passage.is_taken || self.listens.iter().any(|filter| meets_filter(filter, passage.topic)) {
            self.watch.see(&sight(passage, &self.own_name, &mut String::new()));
        }
        Ok(())
    }

    fn hand_in(&self, passage: &Passage<'_>) -> Result<(), IntakeError> {
        let mut patch = String::new();
        let decoded = if passage.bytes > passage.payload.len() {
            Decoded::too_large(passage.bytes)
        } else {
            decode(passage.topic, passage.payload, &self.own_name, &mut patch)
        };
        let origin = Origin {
            topic: passage.topic,
            source: decoded.source,
            message_id: decoded.message_id,
            sent_at: decoded.sent_at,
            received_at: passage.received_at,
            bytes: passage.bytes,
            retained: passage.retained,
        };
        self.intake.take(&origin, decoded.report)?;
        self.intake.commit()
    }
}
