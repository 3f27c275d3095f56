//! What happens to each message that arrives, in the order of arrival: decode, take, acknowledge.

use crate::decode::decode;
use crate::link::Link;
use model::{Intake, Origin, Report};
use mqtt5::types::ReasonCode;
use mqtt5::{AckToken, QoS};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::Notify;
use world::Clock;

/// Takes messages off the bus, over all connections.
pub(crate) struct Reception {
    own_name: String,
    clock: Arc<dyn Clock>,
    intake: Arc<dyn Intake>,
    link: Arc<Link>,
    /// Somebody asked all services for their health.
    pub(crate) asked: Notify,
}

impl Reception {
    pub(crate) fn new(
        own_name: String,
        clock: Arc<dyn Clock>,
        intake: Arc<dyn Intake>,
        link: Arc<Link>,
    ) -> Self {
        Self { own_name, clock, intake, link, asked: Notify::new() }
    }

    /// Hands one message to the intake. Gives why it could not be taken.
    fn take(&self, message: &Message<'_>) -> Result<(), String> {
        self.link.message_received();
        let mut patch = String::new();
        let decoded = decode(message.topic, message.payload, &self.own_name, &mut patch);
        if decoded.report == Report::HealthCheck {
            self.asked.notify_one();
        }
        let origin = Origin {
            topic: message.topic,
            source: decoded.source,
            message_id: decoded.message_id,
            sent_at: decoded.sent_at,
            received_at: self.clock.now(),
            bytes: message.payload.len(),
            retained: message.retained,
        };
        self.intake.take(&origin, decoded.report).map_err(|error| error.to_string())
    }
}

/// A message as it came off the wire.
pub(crate) struct Message<'a> {
    pub(crate) topic: &'a str,
    pub(crate) payload: &'a [u8],
    pub(crate) retained: bool,
}

/// The messages of one connection.
///
/// What the intake has is acknowledged; also what is not worth keeping, since the same bytes will not be better
/// the next time. What the intake could not take is not acknowledged, nor is anything behind it, for
/// acknowledgements must leave in the order of arrival: the connection is to end, and the broker sends it all
/// again on the next, which comes later and later as long as this goes on.
pub(crate) struct Delivery {
    reception: Arc<Reception>,
    /// A message could not be taken: the connection must end.
    pub(crate) refused: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Why no more is taken from this connection, if so.
    refusal: Option<String>,
    /// The connection is gone: what was not acknowledged on it will come again on the next.
    is_over: bool,
    /// Tokens of what was not taken. A token that is dropped acknowledges, so they are kept until the end.
    held: Vec<AckToken>,
}

impl Delivery {
    pub(crate) fn new(reception: Arc<Reception>) -> Self {
        Self { reception, refused: Notify::new(), state: Mutex::default() }
    }

    /// Takes one message. `token` acknowledges it; there is none where the protocol has no means to wait.
    pub(crate) fn take(&self, message: &Message<'_>, token: Option<AckToken>) {
        let comes_again = token.as_ref().is_some_and(|token| token.qos() != QoS::AtMostOnce);
        {
            let mut state = self.state.lock();
            if comes_again && state.is_over {
                return token.into_iter().for_each(leave);
            }
            if comes_again && state.refusal.is_some() {
                return state.held.extend(token);
            }
        }
        match self.reception.take(message) {
            Ok(()) => token.into_iter().for_each(AckToken::ack),
            Err(why) => {
                let mut state = self.state.lock();
                state.held.extend(token);
                if state.refusal.is_none() {
                    state.refusal = Some(why);
                    self.refused.notify_one();
                }
            }
        }
    }

    /// Why the connection must end, if so.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.state.lock().refusal.clone()
    }

    /// The connection is gone.
    pub(crate) fn end(&self) {
        let held = {
            let mut state = self.state.lock();
            state.is_over = true;
            std::mem::take(&mut state.held)
        };
        held.into_iter().for_each(leave);
    }
}

/// Gives up a token of a connection that is gone: nothing is sent any more.
fn leave(token: AckToken) {
    token.reject(ReasonCode::UnspecifiedError);
}
