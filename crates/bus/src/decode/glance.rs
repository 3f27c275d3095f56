//! What a message says of itself to a bystander: who speaks, to whom, when, in answer to what. Pure and total, as [`decode`] is;
//! but what it means is not looked at, so any message of the bus will do.
//!
//! [`decode`]: super::decode

use super::patch;
use super::scan::{self, Visit};
use super::span::Span;
use model::{Envelope, limits};
use serde::Deserialize;
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// An envelope, or a body: which of both it is shows when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default)]
struct Layer<'a> {
    #[serde(borrow)]
    message_id: Span<'a>,
    #[serde(borrow)]
    source: Span<'a>,
    #[serde(borrow)]
    destination: Span<'a>,
    #[serde(borrow)]
    message_type: Span<'a>,
    #[serde(borrow)]
    timestamp: Span<'a>,
    #[serde(borrow)]
    ttl: Span<'a>,
    #[serde(borrow)]
    routing: Span<'a>,
    #[serde(borrow)]
    payload: Span<'a>,
    #[serde(borrow)]
    request_id: Span<'a>,
    #[serde(borrow)]
    session_id: Span<'a>,
    #[serde(borrow)]
    correlation_id: Span<'a>,
    #[serde(borrow)]
    original_request: Span<'a>,
    #[serde(borrow)]
    service_name: Span<'a>,
    #[serde(borrow)]
    instance_id: Span<'a>,
    #[serde(borrow)]
    device_id: Span<'a>,
    #[serde(borrow)]
    requester: Span<'a>,
}

/// How often a message was passed on, and how often it may be.
#[derive(Default)]
struct Routing<'a> {
    hops: Span<'a>,
    max_hops: Span<'a>,
}

impl<'a> Visit<'a> for Routing<'a> {
    fn enter(&mut self, _: &'a str) -> bool {
        false
    }

    fn leave(&mut self) {}

    fn member(&mut self, key: &'a str, json: &'a str) -> Option<()> {
        match key {
            "hops" => self.hops = Span(Some(json)),
            "max_hops" => self.max_hops = Span(Some(json)),
            _ => {}
        }
        Some(())
    }
}

impl<'a> Layer<'a> {
    fn member(&mut self, key: &str) -> Option<&mut Span<'a>> {
        Some(match key {
            "message_id" => &mut self.message_id,
            "source" => &mut self.source,
            "destination" => &mut self.destination,
            "message_type" => &mut self.message_type,
            "timestamp" => &mut self.timestamp,
            "ttl" => &mut self.ttl,
            "routing" => &mut self.routing,
            "payload" => &mut self.payload,
            "request_id" => &mut self.request_id,
            "session_id" => &mut self.session_id,
            "correlation_id" => &mut self.correlation_id,
            "original_request" => &mut self.original_request,
            "service_name" => &mut self.service_name,
            "instance_id" => &mut self.instance_id,
            "device_id" => &mut self.device_id,
            "requester" => &mut self.requester,
            _ => return None,
        })
    }

    /// What an envelope is around; a body is around nothing.
    fn inside(&self) -> Option<&'a str> {
        self.payload.object().filter(|_| self.message_id.is_there())
    }
}

/// A message and what is inside of it, as far as anybody looks.
#[derive(Debug, Default)]
struct Layers<'a> {
    /// Of the innermost that is looked at the parser may have said that it is none.
    all: [Option<Layer<'a>>; limits::ENVELOPE_DEPTH + 1],
    /// Where the scan is.
    depth: usize,
}

impl<'a> Visit<'a> for Layers<'a> {
    fn enter(&mut self, key: &'a str) -> bool {
        let Some(inner) = self.all.get_mut(self.depth + 1).filter(|_| key == "payload") else { return false };
        *inner = Some(Layer::default());
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn member(&mut self, key: &'a str, json: &'a str) -> Option<()> {
        match self.all.get_mut(self.depth)?.as_mut()?.member(key) {
            // Which of two counts is the parser's to say.
            Some(member) => member.0.replace(json).is_none().then_some(()),
            None => Some(()),
        }
    }
}

impl<'a> Layers<'a> {
    /// Reads a message; `None` if it is no object.
    fn read(text: &'a str) -> Option<Self> {
        Self::scanned(text).or_else(|| Self::parsed(text))
    }

    /// Finds the members without reading the others, where that is clear.
    fn scanned(text: &'a str) -> Option<Self> {
        let mut layers = Self::default();
        layers.all[0] = Some(Layer::default());
        scan::members(text, &mut layers).map(|()| layers)
    }

    fn parsed(text: &'a str) -> Option<Self> {
        let mut layers = Self::default();
        let mut inside = Some(text);
        for layer in &mut layers.all {
            *layer = inside.and_then(|text| serde_json::from_str(text).ok());
            inside = layer.as_ref().and_then(|layer: &Layer<'a>| layer.payload.object());
        }
        layers.all[0].is_some().then_some(layers)
    }
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
    match Layers::read(text) {
        Some(layers) => open(&layers, text),
        None => {
            *patch = patch::patched(text)?;
            open(&Layers::read(patch)?, patch)
        }
    }
}

fn open<'a>(layers: &Layers<'a>, text: &'a str) -> Option<Envelope<'a>> {
    let outer = layers.all.first()?.as_ref()?;
    let mut envelope = Envelope {
        message_id: outer.message_id.text(),
        sent_at: outer.timestamp.number(),
        ttl: outer.ttl.number(),
        hops: outer.routing.anything().and_then(hops),
        text,
        ..Envelope::default()
    };
    let mut body = Some(outer);
    for next in layers.all.iter().skip(1) {
        let Some((around, inside)) = body.and_then(|layer| Some((layer, layer.inside()?))) else { break };
        heed(&mut envelope, around);
        envelope.text = inside;
        body = next.as_ref();
    }
    envelope.body = xxh3_64(envelope.text.as_bytes());
    if let Some(body) = body {
        look(&mut envelope, body);
    }
    Some(envelope)
}

/// What an envelope says; one further inside knows better.
fn heed<'a>(envelope: &mut Envelope<'a>, layer: &Layer<'a>) {
    if let Some(source) = layer.source.text() {
        envelope.source = source;
    }
    envelope.destination = layer.destination.text().or_else(|| envelope.destination.take());
    envelope.message_type = layer.message_type.text().or_else(|| envelope.message_type.take());
}

fn look<'a>(envelope: &mut Envelope<'a>, body: &Layer<'a>) {
    let names = [body.service_name, body.instance_id, body.device_id, body.requester];
    envelope.names.extend(names.into_iter().filter_map(Span::text));
    envelope.threads.extend(threads(body));
    if let Some(question) = body.original_request.anything() {
        envelope.answers = Some(xxh3_64(question.as_bytes()));
        let question = Layers::read(question).and_then(|layers| layers.all.into_iter().next()?);
        envelope.threads.extend(question.iter().flat_map(threads));
    }
}

fn threads<'a>(layer: &Layer<'a>) -> impl Iterator<Item = Cow<'a, str>> {
    let ids = [layer.request_id, layer.session_id, layer.correlation_id];
    ids.into_iter().filter_map(Span::text).filter(|id| id.len() <= limits::NAME_BYTES)
}

fn hops(json: &str) -> Option<(f64, f64)> {
    let mut routing = Routing::default();
    scan::members(json, &mut routing)?;
    Some((routing.hops.number()?, routing.max_hops.number()?))
}

#[cfg(test)]
mod tests {
    use super::Layers;
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use serde_json::{Map, Value};

    /// JSON in which the keys that are looked for are frequent.
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            let key = prop_oneof![
                Just("message_id".to_owned()),
                Just("payload".to_owned()),
                Just("source".to_owned()),
                Just("session_id".to_owned()),
                Just("original_request".to_owned()),
                ".{0,6}",
            ];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((key, inner), 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_scanned_is_what_is_parsed(value in json(), is_pretty in any::<bool>()) {
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.expect("JSON");
            if let Some(scanned) = Layers::scanned(&text) {
                assert_eq!(Some(scanned.all), Layers::parsed(&text).map(|parsed| parsed.all), "{text}");
            } else {
                // Only a key with an escape is left to the parser.
                assert!(!value.is_object() || text.contains('\\'), "{text}");
            }
        }

        #[test]
        fn whatever_is_cut_or_changed_harms_nobody(value in json(), at in any::<usize>(), byte in any::<u8>()) {
            let mut bytes = serde_json::to_vec(&value).expect("JSON");
            let at = at % bytes.len();
            bytes[at] = byte;
            for bytes in [&bytes[..], &bytes[..at]] {
                let Ok(text) = std::str::from_utf8(bytes) else { continue };
                if let (Some(parsed), Some(scanned)) = (Layers::parsed(text), Layers::scanned(text)) {
                    assert_eq!(scanned.all, parsed.all, "{text}");
                }
            }
        }
    }
}
