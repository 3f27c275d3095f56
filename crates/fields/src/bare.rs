//! Messages that are no object: a number, a word, or nothing that can be read.

use crate::left::Left;
use crate::packed::Packed;
use crate::value::Value;
use crate::words::{is_word, number, truth};
use model::{Sighting, limits};

/// What a message holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Body<'a> {
    /// JSON, an object or an array.
    Json(&'a str),
    /// An object, packed in bytes.
    Packed(Packed<'a>),
    /// One value.
    Bare(Value<'a>),
    /// A text that is nothing of that; a mapping may know a number in it.
    Text(&'a str),
    Nothing,
}

impl<'a> Body<'a> {
    /// What a message holds, or why that is not known.
    pub(crate) fn of(sighting: &'a Sighting<'_>) -> Result<Self, Left> {
        if let Some(envelope) = &sighting.envelope {
            return Ok(Self::Json(envelope.text));
        }
        if sighting.bytes > limits::GLANCE_BYTES {
            return Err(Left::TooLarge);
        }
        let Ok(text) = std::str::from_utf8(sighting.payload) else {
            return Packed::of(sighting.payload).map(Self::Packed).ok_or(Left::Binary);
        };
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.contains('\0') {
            return Err(Left::Binary);
        }
        match text.bytes().next() {
            None => Ok(Self::Nothing),
            Some(b'[') => Ok(Self::Json(text)),
            // The bus has looked at that already.
            Some(b'{') => Err(Left::BrokenJson),
            Some(_) => Ok(bare(text)),
        }
    }
}

impl Body<'_> {
    /// Whether it is one value, or none.
    pub(crate) fn is_bare(&self) -> bool {
        !matches!(self, Self::Json(_) | Self::Packed(_))
    }
}

fn bare(text: &str) -> Body<'_> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if let Some(number) = number(text) {
        return Body::Bare(Value::Number(number));
    }
    match text {
        _ if truth(text).is_some() || is_word(text) => Body::Bare(Value::Text(text)),
        _ => Body::Text(text),
    }
}
