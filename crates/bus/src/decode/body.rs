//! One object that is an envelope, a payload, or a bare payload: all members of all of them, in one pass.

use super::announced::Announced;
use super::entry::Metrics;
use super::field::{Key, Number, Text, other_array, other_object, other_scalars};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The numbers that a status message may carry.
pub(super) const STATUS_FIELDS: [&str; 4] =
    ["cpu_percent", "memory_percent", "response_time", "requests_per_second"];
/// The numbers that a health message may carry beside its word.
pub(super) const HEALTH_FIELDS: [&str; 7] = [
    "uptime",
    "messages_processed",
    "errors",
    "cpu_percent",
    "memory_mb",
    "response_time_ms",
    "response_time",
];
/// All of them, each once.
const READINGS: [&str; 9] = [
    "cpu_percent",
    "memory_percent",
    "response_time",
    "requests_per_second",
    "uptime",
    "messages_processed",
    "errors",
    "memory_mb",
    "response_time_ms",
];

/// The members of an object, as far as the protocol names them.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) message_id: Text<'a>,
    pub(super) source: Text<'a>,
    pub(super) timestamp: Number,
    pub(super) payload: Payload<'a>,
    pub(super) service_name: Text<'a>,
    pub(super) instance_id: Text<'a>,
    pub(super) metrics: Metrics<'a>,
    pub(super) status: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) capabilities: Capabilities<'a>,
    pub(super) is_device: bool,
    /// Rare members, apart: most messages have none of them.
    pub(super) announced: Option<Box<Announced<'a>>>,
    readings: [Number; READINGS.len()],
}

impl Body<'_> {
    /// The number in a field of [`READINGS`].
    pub(super) fn reading(&self, field: &str) -> Number {
        let at = READINGS.iter().position(|name| *name == field);
        at.and_then(|at| self.readings.get(at)).copied().unwrap_or_default()
    }
}

/// The `payload` member.
#[derive(Debug, Default)]
pub(super) enum Payload<'a> {
    #[default]
    Missing,
    Other,
    Object(Box<Body<'a>>),
}

/// The `capabilities` member.
#[derive(Debug, Default)]
pub(super) enum Capabilities<'a> {
    /// Nothing there, or nothing that says what somebody can do.
    #[default]
    None,
    /// An object: a device speaks.
    OfDevice,
    List(Vec<Cow<'a, str>>),
}

impl<'de> Deserialize<'de> for Body<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BodyVisitor;
        impl<'de> Visitor<'de> for BodyVisitor {
            type Value = Body<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body<'de>, A::Error> {
                read(&mut map)
            }
        }
        deserializer.deserialize_map(BodyVisitor)
    }
}

fn read<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Body<'de>, A::Error> {
    let mut body = Body::default();
    while let Some(Key(key)) = map.next_key()? {
        match &*key {
            "message_id" => body.message_id = map.next_value()?,
            "source" => body.source = map.next_value()?,
            "timestamp" => body.timestamp = map.next_value()?,
            "payload" => body.payload = map.next_value()?,
            "service_name" => body.service_name = map.next_value()?,
            "instance_id" => body.instance_id = map.next_value()?,
            "metrics" => body.metrics = map.next_value()?,
            "status" => body.status = map.next_value()?,
            "version" => body.version = map.next_value()?,
            "capabilities" => body.capabilities = map.next_value()?,
            "device_id" | "device_type" => {
                body.is_device = true;
                map.next_value::<IgnoredAny>()?;
            }
            other if Announced::has(other) => {
                body.announced.get_or_insert_default().set(other, map.next_value()?);
            }
            other => match READINGS.iter().position(|name| *name == other) {
                Some(at) => body.readings[at] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            },
        }
    }
    Ok(body)
}

impl<'de> Deserialize<'de> for Payload<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PayloadVisitor;
        impl<'de> Visitor<'de> for PayloadVisitor {
            type Value = Payload<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Payload<'de>, A::Error> {
                read(&mut map).map(|body| Payload::Object(Box::new(body)))
            }

            other_scalars!(Payload::Other, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
            other_array!('de, Payload::Other);
        }
        deserializer.deserialize_any(PayloadVisitor)
    }
}

impl<'de> Deserialize<'de> for Capabilities<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CapabilitiesVisitor;
        impl<'de> Visitor<'de> for CapabilitiesVisitor {
            type Value = Capabilities<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element::<Text<'de>>()? {
                    list.extend(element.filled());
                }
                Ok(Capabilities::List(list))
            }

            other_scalars!(Capabilities::None, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
            other_object!('de, Capabilities::OfDevice);
        }
        deserializer.deserialize_any(CapabilitiesVisitor)
    }
}
