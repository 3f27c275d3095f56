//! A message of the bus as a bystander sees it, whoever it is for: who says something, when, where and in answer to what.
//! What it means to whom it is for is nobody's business here; that is [`crate::Report`]'s.

use crate::time::Millis;
use std::borrow::Cow;

/// A message that came by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sighting<'a> {
    /// Where it was said.
    pub topic: &'a str,
    /// When it came by.
    pub received_at: Millis,
    /// Length of the payload.
    pub bytes: usize,
    /// The payload; empty if it was too long to be kept.
    pub payload: &'a [u8],
    /// The collector reads it on its own connection, or said it itself: what it means is known already.
    pub is_taken: bool,
    /// A copy that the broker kept: nobody says that now.
    pub retained: bool,
    /// What the sender wrote around it; `None` where there is no envelope, or it was too long to be looked at.
    pub envelope: Option<Envelope<'a>>,
}

/// What an envelope says, of the innermost where there are several; the id, the time and the way are the outermost's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Envelope<'a> {
    /// Who says it; empty if nobody is named.
    pub source: Cow<'a, str>,
    /// Whom it is for, where one is named.
    pub destination: Option<Cow<'a, str>>,
    /// What kind of message it is, where that is said.
    pub message_type: Option<Cow<'a, str>>,
    /// The message's id.
    pub message_id: Option<Cow<'a, str>>,
    /// When it was sent by the sender's clock, Unix seconds.
    pub sent_at: Option<f64>,
    /// For how many seconds it is of use.
    pub ttl: Option<f64>,
    /// How often it was handed on, and how often it may be.
    pub hops: Option<(f64, f64)>,
    /// What ties a question and its answers together: `request_id`, `session_id`, `correlation_id`, each with its value.
    pub threads: Vec<Cow<'a, str>>,
    /// The body as it is written: an object of JSON.
    pub text: &'a str,
    /// A hash of the body as it is written, which who answers may repeat.
    pub body: u64,
    /// The hash of the question's body, where it is repeated in the answer.
    pub answers: Option<u64>,
    /// Names that stand in the body: of a service, an instance, a device, whoever asks. Where one of them is a level of the topic,
    /// that level is no kind of topic.
    pub names: Vec<Cow<'a, str>>,
}
