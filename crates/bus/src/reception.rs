//! What happens to each message that arrives, in the order of arrival: decode, take, acknowledge.

use crate::decode::decode;
use crate::link::Link;
use model::{Intake, Origin, Report};
use mqtt5::AckToken;
use mqtt5::packet::publish::PublishPacket;
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::Notify;
use world::Clock;

/// Takes messages off the bus.
pub(crate) struct Reception {
    pub(crate) own_name: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) intake: Arc<dyn Intake>,
    pub(crate) link: Arc<Link>,
    /// Somebody asked all services for their health.
    pub(crate) asked: Notify,
    /// A message could not be taken: the connection must end, so that the broker sends it again.
    pub(crate) unavailable: Notify,
    /// Messages that could not be taken. A token that is dropped acknowledges, so these are held until the
    /// connection is gone.
    held: Mutex<Vec<AckToken>>,
}

impl Reception {
    pub(crate) fn new(
        own_name: String,
        clock: Arc<dyn Clock>,
        intake: Arc<dyn Intake>,
        link: Arc<Link>,
    ) -> Self {
        Self {
            own_name,
            clock,
            intake,
            link,
            asked: Notify::new(),
            unavailable: Notify::new(),
            held: Mutex::new(Vec::new()),
        }
    }

    /// Takes one message. It is acknowledged when the intake has it; also if it is not worth keeping, since
    /// the same bytes will not be better the next time.
    pub(crate) fn take(&self, packet: &PublishPacket, token: AckToken) {
        self.link.message_received();
        // Acknowledgements must leave in the order of arrival: behind one that is held, all wait.
        if !self.held.lock().is_empty() {
            self.held.lock().push(token);
            return;
        }
        let mut patch = String::new();
        let decoded = decode(&packet.topic_name, &packet.payload, &self.own_name, &mut patch);
        let asked = decoded.report == Report::HealthCheck;
        let origin = Origin {
            topic: &packet.topic_name,
            source: decoded.source,
            message_id: decoded.message_id,
            sent_at: decoded.sent_at,
            received_at: self.clock.now(),
            bytes: packet.payload.len(),
            retained: packet.retain,
        };
        match self.intake.take(&origin, decoded.report) {
            Ok(()) => token.ack(),
            Err(error) => {
                tracing::error!("messages are not acknowledged: {error}");
                self.held.lock().push(token);
                self.unavailable.notify_one();
            }
        }
        if asked {
            self.asked.notify_one();
        }
    }

    /// The connection is gone: what was held will come again.
    pub(crate) fn release(&self) {
        self.held.lock().clear();
    }
}
