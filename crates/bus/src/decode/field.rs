//! Fields that take whatever stands there: a wrong type costs the field, never the message.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
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

impl<'de> Deserialize<'de> for Text<'de> {
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
        struct NumberVisitor;
        impl<'de> Visitor<'de> for NumberVisitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(if value.is_finite() { Number::Is(value) } else { Number::Other })
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "integers beyond 2^53 may lose precision, by the protocol"
            )]
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Is(value as f64))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "integers beyond 2^53 may lose precision, by the protocol"
            )]
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Is(value as f64))
            }

            other_scalars!(Number::Other, visit_bool: bool, visit_str: &str);
            other_array!('de, Number::Other);
            other_object!('de, Number::Other);
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

/// The text of a label's value: a text as it is, numbers and booleans as they are written; `None` for the rest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LabelValue<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for LabelValue<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LabelVisitor;
        fn written<'a, E>(text: String) -> Result<LabelValue<'a>, E> {
            Ok(LabelValue(Some(Cow::Owned(text))))
        }
        impl<'de> Visitor<'de> for LabelVisitor {
            type Value = LabelValue<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(LabelValue(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                written(text.to_owned())
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                written(value.to_string())
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                written(value.to_string())
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                written(value.to_string())
            }

            // `1.0` stays `1.0`, as the sender wrote it.
            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                written(format!("{value:?}"))
            }

            other_scalars!(LabelValue(None),);
            other_array!('de, LabelValue(None));
            other_object!('de, LabelValue(None));
        }
        deserializer.deserialize_any(LabelVisitor)
    }
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
