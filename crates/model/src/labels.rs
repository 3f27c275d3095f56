//! A set of labels: the identity of a series.

use std::cmp::Ordering;
use std::fmt;

/// The label that holds the metric's name.
pub const NAME: &str = "__name__";
/// The label that holds the measured service.
pub const SERVICE: &str = "service";
/// The label that holds the measured instance of the service; absent where the service as a whole speaks.
pub const INSTANCE: &str = "instance";
/// The metric that says how an instance is; its series differ by the health word, so of an instance the newest
/// word counts alone.
pub const HEALTH_STATUS: &str = "health_status";
/// The label of a [`HEALTH_STATUS`] sample that holds the health word.
pub const STATUS: &str = "status";

/// The label by which the parts of a native histogram differ, which are kept as series. It is behind every other, so that
/// they stand side by side; nobody else may use it.
pub const PART: &str = "\u{10ffff}";

/// Labels sorted by name, each name once. Names and values are any UTF-8; an empty value means "absent"
/// and is never stored.
///
/// All texts stand in one allocation, each behind its length: there may be millions of sets. A length is written as
/// characters below 0x80, seven bits each, so that the whole is text and can be cut without being checked again.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels(Box<str>);

/// A character of a length holds so many of its bits; the next one says that more follow.
const LENGTH_BITS: u32 = 6;
const MORE: u8 = 1 << LENGTH_BITS;

impl Labels {
    /// Sorts `pairs` by name. Of two pairs with one name the later wins; pairs with an empty value vanish.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut all: Vec<(N, V)> = pairs.into_iter().collect();
        all.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
        // The sort is stable, so the later of two equal names stands right of the earlier: keep it.
        all.dedup_by(|later, earlier| {
            let same = later.0.as_ref() == earlier.0.as_ref();
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        all.retain(|(_, value)| !value.as_ref().is_empty());
        let texts = || all.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]);
        let mut packed = String::with_capacity(texts().map(packed_length).sum());
        for text in texts() {
            push_length(&mut packed, text.len());
            packed.push_str(text);
        }
        Self(packed.into_boxed_str())
    }

    /// The value of label `name`, or `None` when the set has no such label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// All pairs in the order of their names.
    pub fn iter(&self) -> Iter<'_> {
        Iter { rest: &self.0 }
    }

    /// How many labels the set has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether the set has no label at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a native histogram is called of which this is a part.
    #[must_use]
    pub fn without_part(&self) -> Self {
        Self::new(self.iter().filter(|(name, _)| *name != PART))
    }

    /// A 64-bit hash of the set (XXH3), equal on every machine and in every run.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        // Every text stands behind its length, so no two sets have the same bytes.
        xxhash_rust::xxh3::xxh3_64(self.0.as_bytes())
    }
}

/// The pairs of a set of labels, see [`Labels::iter`].
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    rest: &'a str,
}

impl<'a> Iter<'a> {
    fn text(&mut self) -> Option<&'a str> {
        let (mut length, mut shift, mut behind) = (0, 0, 0);
        for byte in self.rest.bytes() {
            behind += 1;
            length |= usize::from(byte & (MORE - 1)) << shift;
            shift += LENGTH_BITS;
            if byte & MORE == 0 {
                break;
            }
        }
        let text = self.rest.get(behind..behind + length)?;
        self.rest = self.rest.get(behind + length..)?;
        Some(text)
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        Some((self.text()?, self.text()?))
    }
}

/// Bytes of a text and its length.
fn packed_length(text: &str) -> usize {
    let bits = usize::BITS - text.len().leading_zeros();
    text.len() + bits.div_ceil(LENGTH_BITS).max(1) as usize
}

fn push_length(packed: &mut String, mut length: usize) {
    loop {
        let low = u8::try_from(length % usize::from(MORE)).unwrap_or_default();
        length >>= LENGTH_BITS;
        if length == 0 {
            packed.push(char::from(low));
            return;
        }
        packed.push(char::from(low | MORE));
    }
}

/// As the pairs compare, one after the other.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `name{label="value",…}`, as PromQL writes it.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get(NAME).unwrap_or(""))?;
        f.write_str("{")?;
        for (i, (name, value)) in self.iter().filter(|(name, _)| *name != NAME).enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{name}={value:?}")?;
        }
        f.write_str("}")
    }
}
