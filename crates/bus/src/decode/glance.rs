//! What a message says of itself to a bystander: who speaks, to whom, when, in answer to what. Pure and total, as [`decode`] is;
//! but what it means is not looked at, so any message of the bus will do.
//!
//! [`decode`]: super::decode

use super::field::{Number, Text};
use super::patch;
use model::{Envelope, limits};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// An envelope, or a body that stands alone.
#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    message_id: Text<'a>,
    #[serde(borrow, default)]
    source: Text<'a>,
    #[serde(borrow, default)]
    destination: Text<'a>,
    #[serde(borrow, default)]
    message_type: Text<'a>,
    #[serde(default)]
    timestamp: Number,
    #[serde(default)]
    ttl: Number,
    #[serde(borrow)]
    routing: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Routing {
    #[serde(default)]
    hops: Number,
    #[serde(default)]
    max_hops: Number,
}

/// What is looked at inside.
#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, default)]
    request_id: Text<'a>,
    #[serde(borrow, default)]
    session_id: Text<'a>,
    #[serde(borrow, default)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    original_request: Option<&'a RawValue>,
    #[serde(borrow, default)]
    service_name: Text<'a>,
    #[serde(borrow, default)]
    instance_id: Text<'a>,
    #[serde(borrow, default)]
    device_id: Text<'a>,
    #[serde(borrow, default)]
    requester: Text<'a>,
}

/// Glances at a payload. `None` where it is no JSON object, or too long to be looked at. `patch` holds the mended text of one
/// that Python's `NaN` made unreadable.
#[must_use]
pub fn glance<'a>(payload: &'a [u8], patch: &'a mut String) -> Option<Envelope<'a>> {
    if payload.len() > limits::GLANCE_BYTES {
        return None;
    }
    let text = std::str::from_utf8(payload).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A bare number or word is nothing to mend.
    if !text.trim_start().starts_with('{') {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(outer) => Some(open(outer, text)),
        Err(_) => {
            *patch = patch::patched(text)?;
            serde_json::from_str(patch).ok().map(|outer| open(outer, patch))
        }
    }
}

fn open<'a>(outer: Outer<'a>, text: &'a str) -> Envelope<'a> {
    let mut envelope = Envelope {
        message_id: outer.message_id.clone().filled(),
        sent_at: outer.timestamp.value(),
        ttl: outer.ttl.value(),
        hops: outer.routing.and_then(hops),
        ..Envelope::default()
    };
    let (mut layer, mut body) = (outer, text);
    for _ in 0..limits::ENVELOPE_DEPTH {
        let is_envelope = layer.message_id != Text::Missing;
        let Some(inside) =
            layer.payload.map(RawValue::get).filter(|inside| is_envelope && inside.starts_with('{'))
        else {
            break;
        };
        heed(&mut envelope, layer);
        body = inside;
        let Ok(next) = serde_json::from_str(inside) else { break };
        layer = next;
    }
    envelope.text = body;
    envelope.body = xxh3_64(body.as_bytes());
    if let Ok(inner) = serde_json::from_str::<Inner<'_>>(body) {
        look(&mut envelope, inner);
    }
    envelope
}

/// What an envelope says; one further inside knows better.
fn heed<'a>(envelope: &mut Envelope<'a>, layer: Outer<'a>) {
    if let Some(source) = layer.source.filled() {
        envelope.source = source;
    }
    envelope.destination = layer.destination.filled().or_else(|| envelope.destination.take());
    envelope.message_type = layer.message_type.filled().or_else(|| envelope.message_type.take());
}

fn look<'a>(envelope: &mut Envelope<'a>, inner: Inner<'a>) {
    let names = [inner.service_name, inner.instance_id, inner.device_id, inner.requester];
    envelope.names.extend(names.into_iter().filter_map(Text::filled));
    envelope.threads.extend(threads([inner.request_id, inner.session_id, inner.correlation_id]));
    if let Some(question) = inner.original_request.map(RawValue::get) {
        envelope.answers = Some(xxh3_64(question.as_bytes()));
        if let Ok(question) = serde_json::from_str::<Inner<'_>>(question) {
            let asked = [question.request_id, question.session_id, question.correlation_id];
            envelope.threads.extend(threads(asked));
        }
    }
}

fn threads<'a>(ids: [Text<'a>; 3]) -> impl Iterator<Item = Cow<'a, str>> {
    ids.into_iter().filter_map(Text::filled).filter(|id| id.len() <= limits::NAME_BYTES)
}

fn hops(routing: &RawValue) -> Option<(f64, f64)> {
    let Routing { hops, max_hops } = serde_json::from_str(routing.get()).ok()?;
    Some((hops.value()?, max_hops.value()?))
}
