//! The messages of Sparkplug B, as far as they are looked at. Numbers of fields and types are those of its specification, version 3.0.

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub(super) struct Payload {
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<Metric>,
    #[prost(uint64, optional, tag = "3")]
    pub(super) seq: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) alias: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    pub(super) datatype: Option<u32>,
    #[prost(bool, optional, tag = "5")]
    pub(super) is_historical: Option<bool>,
    #[prost(bool, optional, tag = "7")]
    pub(super) is_null: Option<bool>,
    #[prost(message, optional, tag = "9")]
    pub(super) properties: Option<Properties>,
    #[prost(oneof = "Said", tags = "10, 11, 12, 13, 14, 15")]
    pub(super) value: Option<Said>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Said {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
    #[prost(bool, tag = "14")]
    Flag(bool),
    #[prost(string, tag = "15")]
    Text(String),
}

/// Two lists of the same length.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Properties {
    #[prost(string, repeated, tag = "1")]
    keys: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    values: Vec<Property>,
}

#[derive(Clone, PartialEq, Message)]
struct Property {
    #[prost(string, optional, tag = "8")]
    text: Option<String>,
}

/// What numbers are: of whole ones the wire does not show the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Int8,
    Int16,
    Int32,
    Int64,
    Time,
    /// What the wire shows is what it is.
    Plain,
    /// Tables, files, structures.
    Other,
}

impl Type {
    pub(super) fn of(datatype: u32) -> Self {
        match datatype {
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            4 => Self::Int64,
            5..=12 | 14 => Self::Plain,
            13 => Self::Time,
            _ => Self::Other,
        }
    }
}

impl Properties {
    /// The text of a property.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let place = self.keys.iter().position(|other| other == key)?;
        self.values.get(place)?.text.as_deref()
    }
}
