//! What happens to each message that arrives, in the order of arrival: decode it, hand it to the intake.

use crate::decode::{Decoded, decode};
use crate::inbound::Publish;
use crate::link::Link;
use crate::questions::Questions;
use crate::topics;
use model::{Intake, Origin, Passage, Report, Watch};
use std::sync::Arc;
use tokio::sync::Notify;
use world::Clock;

/// Takes messages off the bus, over all connections.
pub(crate) struct Reception {
    own_name: String,
    clock: Arc<dyn Clock>,
    intake: Arc<dyn Intake>,
    link: Arc<Link>,
    questions: Questions,
    watch: Arc<dyn Watch>,
    /// Somebody asked all services for their health.
    pub(crate) asked: Notify,
}

impl Reception {
    pub(crate) fn new(
        own_name: String,
        clock: Arc<dyn Clock>,
        intake: Arc<dyn Intake>,
        link: Arc<Link>,
        questions: Questions,
        watch: Arc<dyn Watch>,
    ) -> Self {
        Self { own_name, clock, intake, link, questions, watch, asked: Notify::new() }
    }

    /// Hands one message to the intake. Gives why it could not be taken; what is not worth keeping is taken too,
    /// since the same bytes will not be better the next time.
    pub(crate) fn take(&self, message: &Publish<'_>) -> Result<(), String> {
        self.link.message_received();
        let received_at = self.clock.now();
        let mut patch = String::new();
        let decoded = if message.bytes > message.payload.len() {
            Decoded::too_large(message.bytes)
        } else if message.topic == topics::QUERY {
            self.questions.take(message)
        } else {
            decode(&message.topic, message.payload, &self.own_name, &mut patch)
        };
        if decoded.report == Report::HealthCheck {
            self.asked.notify_one();
        }
        let origin = Origin {
            topic: &message.topic,
            source: decoded.source,
            message_id: decoded.message_id,
            sent_at: decoded.sent_at,
            received_at,
            bytes: message.bytes,
            retained: message.retained,
        };
        self.intake.take(&origin, decoded.report).map_err(|error| error.to_string())?;
        // What could not be taken comes again.
        self.watch.pass(&Passage {
            topic: &message.topic,
            received_at,
            bytes: message.bytes,
            payload: message.payload,
            qos: message.qos,
            retained: message.retained,
            properties: message.properties,
            is_taken: true,
        });
        Ok(())
    }

    /// Makes what was taken durable. Gives why it is not.
    pub(crate) fn commit(&self) -> Result<(), String> {
        self.intake.commit().map_err(|error| error.to_string())
    }
}
