//! From the bytes of a message to what it meant. Pure and total: any bytes give an answer, none a panic.
//!
//! One pass over the text fills a `Body` whose members take whatever stands there; then the topic says what
//! the members mean.

mod field;

mod entry;

mod announced;

mod body;

mod patch;

pub(crate) mod question;

mod span;

mod scan;

mod glance;

use crate::topics::{self, Kind};
use body::{Body, Capabilities, HEALTH_FIELDS, Payload, STATUS_FIELDS};
use entry::Metrics;
use field::{Number, Text};
pub use glance::glance;
use model::{
    Health, Measurements, Nothing, Reason, Registration, Rejected, Report, Status, Unregistration, limits,
};
pub(crate) use question::question;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// What a message says of itself, and what it meant.
#[derive(Debug, PartialEq)]
pub struct Decoded<'a> {
    /// The outermost envelope's `source`.
    pub source: Option<Cow<'a, str>>,
    /// The outermost envelope's `message_id`.
    pub message_id: Option<Cow<'a, str>>,
    /// The outermost envelope's `timestamp`, Unix seconds.
    pub sent_at: Option<f64>,
    /// What it meant.
    pub report: Report<'a>,
}

impl<'a> Decoded<'a> {
    fn anonymous(report: Report<'a>) -> Self {
        Self { source: None, message_id: None, sent_at: None, report }
    }

    /// A message of so many bytes, which are too many to be looked at.
    pub(crate) fn too_large(bytes: usize) -> Self {
        Self::anonymous(nothing(Reason::TooLarge, too_large(bytes), &[]))
    }
}

/// Decodes a message. `own` is the collector's own service name: what it sent itself is recognised by it.
/// `patch` holds the mended text of a payload that Python's `NaN` made unreadable.
pub fn decode<'a>(topic: &'a str, payload: &'a [u8], own: &str, patch: &'a mut String) -> Decoded<'a> {
    let kind = topics::kind(topic);
    if kind == Kind::Query {
        // What is asked, and where the answer goes, is read with the message's properties.
        return Decoded::anonymous(Report::Question);
    }
    match parse(payload, patch) {
        Ok(body) => open(kind, body, own, payload),
        Err(_) if kind == Kind::HealthCheck => Decoded::anonymous(Report::HealthCheck),
        Err((Reason::NotJson, _)) if kind == Kind::BrokerProbe => {
            Decoded::anonymous(nothing(Reason::BrokerProbe, "the broker's own health check", payload))
        }
        Err((reason, detail)) => Decoded::anonymous(nothing(reason, detail, payload)),
    }
}

fn nothing<'a>(reason: Reason, detail: impl Into<Cow<'a, str>>, payload: &'a [u8]) -> Report<'a> {
    let example = payload.get(..limits::EXAMPLE_BYTES).unwrap_or(payload);
    Report::Nothing(Nothing { reason, detail: detail.into(), example })
}

type Unreadable = (Reason, String);

/// Nesting that the parser follows; what is deeper and cannot be read is called too deep.
const NESTING: usize = 127;

fn parse<'a>(payload: &'a [u8], patch: &'a mut String) -> Result<Body<'a>, Unreadable> {
    if payload.len() > limits::PAYLOAD_BYTES {
        return Err((Reason::TooLarge, too_large(payload.len())));
    }
    let text = std::str::from_utf8(payload).map_err(|error| (Reason::NotUtf8, error.to_string()))?;
    // Some senders begin with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = match serde_json::from_str(text) {
        Ok(body) => return Ok(body),
        Err(error) => error,
    };
    if let Some(mended) = patch::patched(text) {
        *patch = mended;
        return serde_json::from_str(patch).map_err(|error| unreadable(patch, &error));
    }
    Err(unreadable(text, &error))
}

fn too_large(bytes: usize) -> String {
    format!("{bytes} bytes, at most {} are read", limits::PAYLOAD_BYTES)
}

fn unreadable(text: &str, error: &serde_json::Error) -> Unreadable {
    let detail = error.to_string();
    if detail.contains("recursion limit") || nesting(text) > NESTING {
        return (Reason::TooDeep, detail);
    }
    // Whether it is JSON at all needs a look at the whole of it, over any nesting.
    let mut whole = serde_json::Deserializer::from_str(text);
    let is_json = IgnoredAny::deserialize(&mut whole).is_ok() && whole.end().is_ok();
    if is_json && error.is_data() { (Reason::NotAnObject, detail) } else { (Reason::NotJson, detail) }
}

/// How deep brackets and braces stand in each other, outside of strings.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Unwraps the envelopes and reads what is inside.
fn open<'a>(kind: Kind<'a>, body: Body<'a>, own: &str, payload: &'a [u8]) -> Decoded<'a> {
    let mut body = body;
    let (mut source, mut message_id, mut sent_at) = (None, None, None);
    for depth in 0..limits::ENVELOPE_DEPTH {
        if !is_envelope(&body) {
            break;
        }
        let Payload::Object(inner) = body.payload else { break };
        if depth == 0 {
            (source, message_id, sent_at) =
                (body.source.filled(), body.message_id.filled(), body.timestamp.value());
        }
        body = *inner;
    }
    let report = if source.as_deref() == Some(own) {
        nothing(Reason::Own, "", payload)
    } else if is_envelope(&body) {
        nothing(Reason::TooDeep, "an envelope in too many others", payload)
    } else {
        read(kind, body, payload)
    };
    Decoded { source, message_id, sent_at, report }
}

fn is_envelope(body: &Body<'_>) -> bool {
    body.message_id != Text::Missing && matches!(body.payload, Payload::Object(_))
}

fn read<'a>(kind: Kind<'a>, body: Body<'a>, payload: &'a [u8]) -> Report<'a> {
    match kind {
        Kind::Metrics(last) => measurements(body, last, payload),
        Kind::Health(last) => health(body, last, payload),
        Kind::BrokerProbe => health(body, "broker", payload),
        Kind::Status(last) => status(body, last, payload),
        Kind::HealthCheck => Report::HealthCheck,
        Kind::Query => Report::Question,
        Kind::Register => registration(body, payload),
        Kind::Unregister => unregistration(body, payload),
        Kind::Scrape => targets(&body, payload),
        Kind::Reserved => nothing(Reason::NothingToRead, "a topic of the collector's own", payload),
        Kind::Other => nothing(Reason::UnknownTopic, "", payload),
    }
}

fn measurements<'a>(body: Body<'a>, last: &'a str, payload: &'a [u8]) -> Report<'a> {
    match body.metrics {
        Metrics::List(entries, rejected) => {
            let service = body.service_name.filled().unwrap_or(Cow::Borrowed(last));
            let instance = body.instance_id.filled().unwrap_or_else(|| unknown_instance(&service));
            Report::Measurements(Measurements { service, instance, entries, rejected })
        }
        Metrics::Other => nothing(Reason::NoMetrics, "`metrics` is not an array", payload),
        Metrics::Missing => nothing(Reason::NoMetrics, "no `metrics`", payload),
    }
}

fn health<'a>(body: Body<'a>, last: &'a str, payload: &'a [u8]) -> Report<'a> {
    let readings =
        HEALTH_FIELDS.iter().filter_map(|field| Some((*field, body.reading(field).value()?))).collect();
    match body.status.filled() {
        Some(word) => Report::Health(Health {
            service: body.service_name.filled().unwrap_or(Cow::Borrowed(last)),
            instance: body.instance_id.filled(),
            word,
            readings,
            timestamp: body.timestamp.value(),
        }),
        None => nothing(Reason::NothingToRead, "no `status` word", payload),
    }
}

fn status<'a>(body: Body<'a>, last: &'a str, payload: &'a [u8]) -> Report<'a> {
    let (mut readings, mut rejected) = (Vec::new(), Vec::new());
    for field in STATUS_FIELDS {
        match body.reading(field) {
            Number::Is(value) => readings.push((field, value)),
            Number::Other => rejected.push(Rejected { reason: Reason::BadValue, what: field.to_owned() }),
            Number::Missing => {}
        }
    }
    let word = body.status.filled();
    if readings.is_empty() && rejected.is_empty() && word.is_none() {
        return nothing(Reason::NothingToRead, "none of the fields of a status", payload);
    }
    let service = body.service_name.filled().unwrap_or(Cow::Borrowed(last));
    let instance = body.instance_id.filled().unwrap_or_else(|| unknown_instance(&service));
    Report::Status(Status { service, instance, word, readings, rejected, timestamp: body.timestamp.value() })
}

fn registration<'a>(body: Body<'a>, payload: &'a [u8]) -> Report<'a> {
    if body.is_device || matches!(body.capabilities, Capabilities::OfDevice) {
        return nothing(Reason::NotAService, "a device", payload);
    }
    let capabilities = match body.capabilities {
        Capabilities::List(list) => list,
        _ => Vec::new(),
    };
    match body.service_name.filled() {
        Some(service) => Report::Registered(Registration {
            service,
            started: body.timestamp.value(),
            capabilities,
            version: body.version.filled(),
            metrics_url: body.announced.and_then(|announced| announced.page()),
        }),
        None => nothing(Reason::NothingToRead, "no `service_name`", payload),
    }
}

fn targets<'a>(body: &Body<'a>, payload: &'a [u8]) -> Report<'a> {
    // A retained message that is taken away comes as an empty one, which is no JSON and is told as that.
    let read = body.announced.as_ref().map_or(Err("no `job`"), |announced| announced.targets());
    match read {
        Ok(targets) => Report::Targets(targets),
        Err(what) => nothing(Reason::NothingToRead, what, payload),
    }
}

fn unregistration<'a>(body: Body<'a>, payload: &'a [u8]) -> Report<'a> {
    match body.service_name.filled() {
        Some(service) if !body.is_device => Report::Unregistered(Unregistration { service }),
        Some(_) => nothing(Reason::NotAService, "a device", payload),
        None => nothing(Reason::NothingToRead, "no `service_name`", payload),
    }
}

fn unknown_instance<'a>(service: &str) -> Cow<'a, str> {
    Cow::Owned(format!("{service}_unknown"))
}
