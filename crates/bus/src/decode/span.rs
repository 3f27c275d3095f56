//! Members of an object as they are written, not yet read.

use super::field::Number;
use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The JSON of a member; `None` where there is no such member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span<'a>(pub(super) Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Span<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw.get())))
    }
}

impl<'a> Span<'a> {
    /// Whether the member is there, whatever it is.
    pub(super) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// The text that it is, if it is one and not empty.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        let json = self.0?;
        let inside = json.strip_prefix('"')?.strip_suffix('"')?;
        let text = match inside.contains('\\') {
            false => Cow::Borrowed(inside),
            true => Cow::Owned(serde_json::from_str(json).ok()?),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The number that it is, if it is one.
    pub(super) fn number(self) -> Option<f64> {
        Number::of(self.0?).value()
    }

    /// The object that it is, if it is one.
    pub(super) fn object(self) -> Option<&'a str> {
        self.0.filter(|json| json.starts_with('{'))
    }

    /// What it is, if it is anything.
    pub(super) fn anything(self) -> Option<&'a str> {
        self.0.filter(|json| *json != "null")
    }
}
