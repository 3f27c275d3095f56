//! The values of a message with their paths, found in one pass and within bounds, whatever the message is.

use crate::left::Left;
use crate::packed::{Packed, Packing};
use crate::value::Value;
use model::limits;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::fmt;
use std::ops::Range;

/// What is told apart from the message itself and says the same again.
const ECHO: &str = "original_request";

/// The values of one message. It is used again for the next, so that a message allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Leaves {
    arena: String,
    all: Vec<Leaf>,
    path: String,
    /// Values that were left out of the message at hand, and why.
    pub(crate) left: Vec<Left>,
}

#[derive(Debug, Clone)]
struct Leaf {
    path: Range<usize>,
    value: Raw,
}

#[derive(Debug, Clone)]
enum Raw {
    Number(f64),
    Flag(bool),
    Text(Range<usize>),
}

impl Leaves {
    /// Finds the values of a text of JSON.
    pub(crate) fn read(&mut self, json: &str) -> Result<(), serde_json::Error> {
        self.clear();
        let mut reader = serde_json::Deserializer::from_str(json);
        Seed { leaves: self, depth: 0 }.deserialize(&mut reader)?;
        reader.end()
    }

    /// Finds the values of an object that is packed in bytes.
    pub(crate) fn unpack(&mut self, packed: Packed<'_>) -> Result<(), Unpackable> {
        let mut rest = packed.bytes;
        *self = match packed.packing {
            Packing::Cbor => ciborium::from_reader(&mut rest).map_err(|_| Unpackable)?,
            Packing::MessagePack => rmp_serde::from_read(&mut rest).map_err(|_| Unpackable)?,
        };
        // Of two bytes many are an object of something; of what follows it none is.
        if rest.is_empty() { Ok(()) } else { Err(Unpackable) }
    }

    /// The one value of a message that is nothing else; its path is empty.
    pub(crate) fn bare(&mut self, value: Value<'_>) {
        self.clear();
        self.push(value);
    }

    /// Values that were read elsewhere.
    pub(crate) fn begin(&mut self, left: Vec<Left>) {
        self.clear();
        self.left = left;
    }

    /// One more of them.
    pub(crate) fn put(&mut self, path: &str, value: Value<'_>) {
        self.path.clear();
        if self.enter(path).is_some() {
            self.push(value);
        }
    }

    fn clear(&mut self) {
        self.arena.clear();
        self.all.clear();
        self.path.clear();
        self.left.clear();
    }

    /// All values with their paths: `data.temp`, `relays.0.ison`.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.all.iter().map(|leaf| {
            let value = match &leaf.value {
                Raw::Number(number) => Value::Number(*number),
                Raw::Flag(flag) => Value::Flag(*flag),
                Raw::Text(range) => Value::Text(self.text(range)),
            };
            (self.text(&leaf.path), value)
        })
    }

    /// The value of this path.
    pub(crate) fn get(&self, path: &str) -> Option<Value<'_>> {
        self.iter().find(|(other, _)| *other == path).map(|(_, value)| value)
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.arena.get(range.clone()).unwrap_or_default()
    }

    fn write(&mut self, text: &str) -> Range<usize> {
        let start = self.arena.len();
        self.arena.push_str(text);
        start..self.arena.len()
    }

    fn push(&mut self, value: Value<'_>) {
        if self.all.len() >= limits::FIELD_LEAVES {
            self.left.push(Left::Bounds);
            return;
        }
        let value = match value {
            Value::Number(number) => Raw::Number(number),
            Value::Flag(flag) => Raw::Flag(flag),
            Value::Text(text) if text.len() > limits::FIELD_TEXT_BYTES => {
                self.left.push(Left::Text);
                return;
            }
            Value::Text("") => return,
            Value::Text(text) => Raw::Text(self.write(text)),
        };
        let start = self.arena.len();
        self.arena.push_str(&self.path);
        self.all.push(Leaf { path: start..self.arena.len(), value });
    }

    /// Goes one level down; gives where the path ended, or `None` where it would be too long.
    fn enter(&mut self, key: &str) -> Option<usize> {
        let end = self.path.len();
        if end + 1 + key.len() > limits::FIELD_PATH_BYTES {
            self.left.push(Left::Bounds);
            return None;
        }
        if end > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        Some(end)
    }
}

/// The bytes are nothing that they look like.
#[derive(Debug)]
pub(crate) struct Unpackable;

impl<'de> Deserialize<'de> for Leaves {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut leaves = Self::default();
        Seed { leaves: &mut leaves, depth: 0 }.deserialize(deserializer)?;
        Ok(leaves)
    }
}

struct Seed<'w> {
    leaves: &'w mut Leaves,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth < limits::FIELD_DEPTH {
            return deserializer.deserialize_any(self);
        }
        self.leaves.left.push(Left::Bounds);
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ())
    }
}

/// Visitor methods for numbers that a double may not hold to the last digit, by the protocol.
macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {
        $(
            #[expect(clippy::cast_precision_loss, reason = "integers beyond 2^53 lose their last digits")]
            fn $method<E: Error>(self, number: $type) -> Result<(), E> {
                self.leaves.push(Value::Number(number as f64));
                Ok(())
            }
        )*
    };
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    numbers!(visit_i64: i64, visit_u64: u64);

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.leaves.push(Value::Number(number));
        Ok(())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.leaves.push(Value::Flag(flag));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.leaves.push(Value::Text(text));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bytes<E: Error>(self, _: &[u8]) -> Result<(), E> {
        self.leaves.left.push(Left::Binary);
        Ok(())
    }

    /// A value with a tag, which CBOR has: what it is beyond its value is not looked at.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<(), A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.tuple_variant(2, Tagged(self))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { leaves, depth } = self;
        while let Some(is_in) = map.next_key_seed(Enter(leaves))? {
            match is_in {
                Some(end) => {
                    map.next_value_seed(Seed { leaves: &mut *leaves, depth: depth + 1 })?;
                    leaves.path.truncate(end);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { leaves, depth } = self;
        let (begin, arena) = (leaves.all.len(), leaves.arena.len());
        for place in 0..limits::FIELD_ARRAY {
            let Some(end) = leaves.enter(itoa(place)) else { break };
            let next = seq.next_element_seed(Seed { leaves: &mut *leaves, depth: depth + 1 })?;
            leaves.path.truncate(end);
            if next.is_none() {
                return Ok(());
            }
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            leaves.all.truncate(begin);
            leaves.arena.truncate(arena);
            leaves.left.push(Left::Array);
        }
        Ok(())
    }
}

/// The two of a tag: its number and the value.
struct Tagged<'w>(Seed<'w>);

impl<'de> Visitor<'de> for Tagged<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag and its value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        seq.next_element::<IgnoredAny>()?;
        seq.next_element_seed(self.0)?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// The places of an array that are looked at.
fn itoa(place: usize) -> &'static str {
    const PLACES: [&str; limits::FIELD_ARRAY] =
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"];
    PLACES.get(place).copied().unwrap_or_default()
}

/// Reads a key, and goes down there.
struct Enter<'w>(&'w mut Leaves);

impl<'de> DeserializeSeed<'de> for Enter<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Enter<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(if key == ECHO { None } else { self.0.enter(key) })
    }

    // Where keys need not be texts, small devices spare them.
    fn visit_u64<E: Error>(self, key: u64) -> Result<Option<usize>, E> {
        Ok(self.0.enter(&key.to_string()))
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Option<usize>, E> {
        Ok(self.0.enter(&key.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::Leaves;
    use crate::left::Left;
    use model::limits;

    fn paths(json: &str) -> (String, Vec<Left>) {
        let mut leaves = Leaves::default();
        leaves.read(json).expect("JSON");
        let all: Vec<String> =
            leaves.iter().map(|(path, value)| format!("{path}={}", value.as_label())).collect();
        (all.join(" "), leaves.left.clone())
    }

    #[test]
    fn values_are_found_with_their_paths() {
        let json =
            r#"{"a":1,"b":{"c":true,"d":["x",2.5]},"n":null,"original_request":{"a":9},"é\n":"y","e":""}"#;
        assert_eq!(paths(json).0, "a=1 b.c=true b.d.0=x b.d.1=2.5 é\n=y");
    }

    #[test]
    fn what_is_too_much_is_left_out_and_told() {
        let many = format!("{{\"a\":{:?},\"b\":1}}", vec![7; limits::FIELD_ARRAY + 1]);
        assert_eq!(paths(&many), ("b=1".to_owned(), vec![Left::Array]));
        let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(paths(&deep), (String::new(), vec![Left::Bounds]));
        let long = format!("{{{:?}:1,\"b\":{:?}}}", "k".repeat(1_000), "t".repeat(1_000));
        assert_eq!(paths(&long), (String::new(), vec![Left::Bounds, Left::Text]));
        let wide: Vec<String> = (0..1_000).map(|n| format!("\"k{n}\":{n}")).collect();
        let (_, left) = paths(&format!("{{{}}}", wide.join(",")));
        assert_eq!(left.len(), 1_000 - limits::FIELD_LEAVES);
        assert!(Leaves::default().read("{\"a\":").is_err() && Leaves::default().read("{} x").is_err());
    }
}
