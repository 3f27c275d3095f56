//! Fields that take whatever stands there: a wrong type costs the field, never the message.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A field that should hold a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Text<'a> {
    #[default]
    Missing,
    Is(Cow<'a, str>),
    Other,
}

impl<'a> Text<'a> {
    /// The text, if there is one and it is not empty.
    pub(super) fn filled(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Is(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

/// A field that should hold a number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Number {
    #[default]
    Missing,
    Is(f64),
    Other,
}

impl Number {
    /// What a JSON value is as a number.
    pub(super) fn of(json: &str) -> Self {
        if !is_number(json) {
            return Self::Other;
        }
        // The parser of the standard library gives the nearest double of any decimal; serde_json's may be
        // one unit off in the last place, and what is read must be what was written. An integer beyond 2^53
        // loses precision here, by the protocol; a number beyond the largest double is none.
        match json.parse::<f64>() {
            Ok(value) if value.is_finite() => Self::Is(value),
            _ => Self::Other,
        }
    }

    /// The number, if there is one.
    pub(super) fn value(self) -> Option<f64> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// Visitor methods for scalars that a field does not want; it becomes `$other`.
macro_rules! other_scalars {
    ($other:expr, $($method:ident: $type:ty),*) => {
        $(fn $method<E: serde::de::Error>(self, _: $type) -> Result<Self::Value, E> { Ok($other) })*

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok($other)
        }
    };
}

/// Visitor method for an array that a field does not want.
macro_rules! other_array {
    ($lifetime:lifetime, $other:expr) => {
        fn visit_seq<A: serde::de::SeqAccess<$lifetime>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok($other)
        }
    };
}

/// Visitor method for an object that a field does not want.
macro_rules! other_object {
    ($lifetime:lifetime, $other:expr) => {
        fn visit_map<A: serde::de::MapAccess<$lifetime>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
            Ok($other)
        }
    };
}

pub(super) use {other_array, other_object, other_scalars};

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Owned(text.to_owned())))
            }

            other_scalars!(Text::Other, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);
            other_array!('de, Text::Other);
            other_object!('de, Text::Other);
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self::of(raw.get()))
    }
}

/// The text of a label's value: a text as it is, numbers and booleans as they are written; `None` for the rest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LabelValue<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for LabelValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let quoted = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Ok(Self(match quoted {
            Some(text) if !text.contains('\\') => Some(Cow::Borrowed(text)),
            Some(_) => Some(Cow::Owned(serde_json::from_str(raw).map_err(Error::custom)?)),
            None if is_number(raw) || matches!(raw, "true" | "false") => Some(Cow::Borrowed(raw)),
            None => None,
        }))
    }
}

/// Whether a JSON value is a number.
fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// A key, borrowed wherever it stands in the text unescaped.
#[derive(Debug)]
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}
