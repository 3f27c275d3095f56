//! Hears what a collector would say on the bus, and writes it down without what makes each message another: ids and envelopes.

use super::outputs::{Outputs, To};
use bus::encode::Encoder;
use model::{Announce, Event};
use serde_json::{Value, json};
use std::sync::Arc;
use world::Clock;

/// Writes down what is said.
pub(super) struct Heard {
    encoder: Encoder,
    clock: Arc<dyn Clock>,
    outputs: Arc<Outputs>,
}

impl Heard {
    /// What `own_name` says.
    pub(super) fn new(own_name: &str, clock: Arc<dyn Clock>, outputs: Arc<Outputs>) -> Self {
        let encoder = Encoder { source: own_name.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        Self { encoder, clock, outputs }
    }
}

impl Announce for Heard {
    fn announce(&self, event: Event) {
        let now = self.clock.now();
        // An event may go to several topics; the first says it all.
        let messages = self.encoder.event(&event, now).unwrap_or_default();
        let Some(message) = messages.into_iter().next() else { return };
        let mut envelope: Value = serde_json::from_slice(&message.payload).unwrap_or_default();
        let payload = envelope.get_mut("payload").map(Value::take).unwrap_or_default();
        let line = json!({"at": now, "topic": message.topic, "payload": payload});
        self.outputs.write(To::Events, &format!("{line}\n"));
        self.outputs.count(None);
    }
}
