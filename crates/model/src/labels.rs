//! A set of labels: the identity of a series.

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

/// Labels sorted by name, each name once. Names and values are any UTF-8; an empty value means "absent"
/// and is never stored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Labels(Box<[(Box<str>, Box<str>)]>);

impl Labels {
    /// Sorts `pairs` by name. Of two pairs with one name the later wins; pairs with an empty value vanish.
    pub fn new<N: Into<Box<str>>, V: Into<Box<str>>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut all: Vec<(Box<str>, Box<str>)> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        // The sort is stable, so the later of two equal names stands right of the earlier: keep it.
        all.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        all.retain(|(_, value)| !value.is_empty());
        Self(all.into_boxed_slice())
    }

    /// The value of label `name`, or `None` when the set has no such label.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.value_at(self.position(name)?)
    }

    /// Where label `name` stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.0.binary_search_by(|(n, _)| (**n).cmp(name)).ok()
    }

    /// The value of the label that stands at `at`.
    pub(crate) fn value_at(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(|(_, value)| &**value)
    }

    /// All pairs in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// How many labels the set has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set has no label at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A 64-bit hash of the set (XXH3), equal on every machine and in every run.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for (name, value) in self.iter() {
            // 0xFF occurs in no UTF-8 text, so no two sets run together to the same bytes.
            hasher.update(name.as_bytes());
            hasher.update(&[0xFF]);
            hasher.update(value.as_bytes());
            hasher.update(&[0xFF]);
        }
        hasher.digest()
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
