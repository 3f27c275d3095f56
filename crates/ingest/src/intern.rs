//! From what a sender wrote to the one shared series that it means.
//!
//! Senders repeat themselves: the same names and labels in the same order, every few seconds. What was seen
//! before is found by a hash of the bytes it was written with, without sorting, copying or comparing a text. A
//! forgotten shape costs one canonicalisation.

use crate::generations::{Generations, Key};
use model::{INSTANCE, Labels, MetricKind, NAME, PART, Reason, SERVICE, Series, limits};
use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

/// The labels as the sender gave them.
pub(crate) type SenderLabels<'a> = [(Cow<'a, str>, Cow<'a, str>)];

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Who<'a> {
    pub(crate) service: &'a str,
    /// `None` where the service as a whole is meant.
    pub(crate) instance: Option<&'a str>,
}

/// What a sender wrote of a series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) who: Who<'a>,
    pub(crate) name: &'a str,
    pub(crate) kind: MetricKind,
    pub(crate) labels: &'a SenderLabels<'a>,
}

/// A series, and the key to [`Interner::keep`] it by when it was not known.
#[derive(Debug)]
pub(crate) struct Interned {
    pub(crate) series: Arc<Series>,
    pub(crate) key: Option<Key>,
}

/// Finds and makes series.
#[derive(Debug)]
pub(crate) struct Interner {
    known: Generations<Arc<Series>>,
    seed: u64,
    /// The bytes of the shape in hand.
    bytes: Vec<u8>,
}

impl Interner {
    /// One that remembers so many shapes, and as many that were not used lately.
    pub(crate) fn new(shapes: usize) -> Self {
        let seed = RandomState::new().hash_one(shapes);
        Self { known: Generations::new(shapes), seed, bytes: Vec::new() }
    }

    /// The series that `shape` means.
    ///
    /// # Errors
    /// The limit that the shape is over.
    pub(crate) fn series(&mut self, shape: &Shape<'_>) -> Result<Interned, Reason> {
        write_bytes(&mut self.bytes, shape);
        let key = Key::of(&self.bytes, self.seed);
        if let Some(series) = self.known.get(key) {
            return Ok(Interned { series: Arc::clone(series), key: None });
        }
        check_limits(shape)?;
        let series = Arc::new(Series::new(canonical(shape), shape.kind));
        Ok(Interned { series, key: Some(key) })
    }

    /// Remembers a series that turned out to be wanted.
    pub(crate) fn keep(&mut self, key: Key, series: Arc<Series>) {
        self.known.keep(key, series);
    }
}

/// Every text with its length before it, so that no two shapes have the same bytes.
fn write_bytes(key: &mut Vec<u8>, shape: &Shape<'_>) {
    key.clear();
    key.push(shape.kind as u8);
    key.push(u8::from(shape.who.instance.is_some()));
    write_text(key, shape.who.service);
    write_text(key, shape.who.instance.unwrap_or(""));
    write_text(key, shape.name);
    for (name, value) in shape.labels {
        write_text(key, name);
        write_text(key, value);
    }
}

fn write_text(key: &mut Vec<u8>, text: &str) {
    key.extend_from_slice(&text.len().to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}

fn check_limits(shape: &Shape<'_>) -> Result<(), Reason> {
    let too_long = |name: &str| name.len() > limits::NAME_BYTES;
    if shape.name.is_empty() {
        Err(Reason::BadName)
    } else if shape.labels.iter().any(|(name, _)| name.starts_with(PART)) {
        // Kept for the parts of histograms.
        Err(Reason::BadLabels)
    } else if shape.labels.len() > limits::LABELS_PER_ENTRY {
        Err(Reason::TooManyLabels)
    } else if too_long(shape.name) || shape.labels.iter().any(|(name, _)| too_long(name)) {
        Err(Reason::NameTooLong)
    } else if shape.labels.iter().any(|(_, value)| value.len() > limits::LABEL_VALUE_BYTES) {
        Err(Reason::ValueTooLong)
    } else {
        Ok(())
    }
}

/// The series' labels: the house's own three, and the sender's under names that leave those alone.
fn canonical(shape: &Shape<'_>) -> Labels {
    let own = [(NAME, Some(shape.name)), (SERVICE, Some(shape.who.service)), (INSTANCE, shape.who.instance)];
    let own = own.into_iter().filter_map(|(name, value)| Some((Cow::Borrowed(name), value?)));
    let sent = shape.labels.iter().map(|(name, value)| (exported(name, shape.labels), &**value));
    Labels::new(sent.chain(own))
}

/// The name under which a sender's label is kept. One that says whose sample it is (in the house's words or
/// in those of the message) gets a prefix, once more for each label of the sender that is called so already.
fn exported<'a>(name: &'a str, labels: &SenderLabels<'_>) -> Cow<'a, str> {
    if !matches!(name, NAME | SERVICE | INSTANCE | "service_name" | "instance_id") {
        return Cow::Borrowed(name);
    }
    let mut kept = format!("exported_{name}");
    while labels.iter().any(|(other, _)| *other == kept) {
        kept.insert_str(0, "exported_");
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::{Interner, Shape, Who};
    use model::{MetricKind, Reason};
    use std::borrow::Cow;
    use std::sync::Arc;

    const SHAPES: usize = 10_000;
    const WHO: Who<'_> = Who { service: "stt", instance: Some("stt-1") };

    fn check(labels: &[(&str, &str)], expect: Result<&str, Reason>) {
        let mut interner = Interner::new(SHAPES);
        let labels: Vec<_> = labels.iter().map(|(n, v)| (Cow::Borrowed(*n), Cow::Borrowed(*v))).collect();
        let shape = Shape { who: WHO, name: "m", kind: MetricKind::Gauge, labels: &labels };
        let text = interner.series(&shape).map(|interned| interned.series.labels().to_string());
        assert_eq!(text.as_deref().map_err(|reason| *reason), expect, "{labels:?}");
    }

    #[test]
    fn labels_that_name_the_owner_are_kept_aside() {
        check(&[], Ok(r#"m{instance="stt-1",service="stt"}"#));
        check(&[("b", "2"), ("a", "1")], Ok(r#"m{a="1",b="2",instance="stt-1",service="stt"}"#));
        check(&[("service", "x")], Ok(r#"m{exported_service="x",instance="stt-1",service="stt"}"#));
        check(&[("instance", "x")], Ok(r#"m{exported_instance="x",instance="stt-1",service="stt"}"#));
        check(&[("__name__", "x")], Ok(r#"m{exported___name__="x",instance="stt-1",service="stt"}"#));
        check(&[("service_name", "x")], Ok(r#"m{exported_service_name="x",instance="stt-1",service="stt"}"#));
        check(&[("instance_id", "x")], Ok(r#"m{exported_instance_id="x",instance="stt-1",service="stt"}"#));
    }

    #[test]
    fn a_label_kept_aside_never_covers_another_label_of_the_sender() {
        check(
            &[("service", "x"), ("exported_service", "y")],
            Ok(r#"m{exported_exported_service="x",exported_service="y",instance="stt-1",service="stt"}"#),
        );
    }

    #[test]
    fn empty_values_vanish_and_the_later_of_two_wins() {
        check(&[("a", ""), ("service", "")], Ok(r#"m{instance="stt-1",service="stt"}"#));
        check(&[("a", "1"), ("a", "2")], Ok(r#"m{a="2",instance="stt-1",service="stt"}"#));
    }

    #[test]
    fn what_is_over_a_limit_is_refused() {
        let name = "n".repeat(1025);
        let value = "v".repeat((16 << 10) + 1);
        let many: Vec<String> = (0..129).map(|i| format!("l{i}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
        check(&many, Err(Reason::TooManyLabels));
        check(&[(&name, "1")], Err(Reason::NameTooLong));
        check(&[("a", &value)], Err(Reason::ValueTooLong));
        check(&[("\u{10ffff}", "sum")], Err(Reason::BadLabels));
        check(&[("\u{10ffff}b", "sum")], Err(Reason::BadLabels));
        let mut interner = Interner::new(SHAPES);
        let named = |name| Shape { who: WHO, name, kind: MetricKind::Gauge, labels: &[] };
        assert_eq!(interner.series(&named(&name)).map(|_| ()), Err(Reason::NameTooLong));
        assert_eq!(interner.series(&named("")).map(|_| ()), Err(Reason::BadName));
    }

    #[test]
    fn texts_that_run_together_to_the_same_bytes_are_different_series() {
        let mut interner = Interner::new(SHAPES);
        let shapes = [("ab", None), ("a", Some("b")), ("", Some("ab")), ("ab", Some(""))];
        let mut seen = Vec::new();
        for (service, instance) in shapes {
            let shape =
                Shape { who: Who { service, instance }, name: "m", kind: MetricKind::Gauge, labels: &[] };
            let interned = interner.series(&shape).unwrap();
            let key = interned.key.expect("every shape is new");
            assert!(!seen.contains(&key));
            interner.keep(key, interned.series);
            seen.push(key);
        }
    }

    #[test]
    fn used_shapes_stay_and_unused_ones_leave_when_the_cache_is_full() {
        let mut interner = Interner::new(SHAPES);
        let take = |interner: &mut Interner, name: &str| {
            let shape = Shape { who: WHO, name, kind: MetricKind::Counter, labels: &[] };
            let interned = interner.series(&shape).unwrap();
            let known = interned.key.is_none();
            if let Some(key) = interned.key {
                interner.keep(key, Arc::clone(&interned.series));
            }
            (interned.series, known)
        };
        let (first, _) = take(&mut interner, "used");
        take(&mut interner, "unused");
        for i in 0..3 * SHAPES {
            take(&mut interner, &format!("m{i}"));
            if i % 1000 == 0 {
                let (again, known) = take(&mut interner, "used");
                assert!(known && Arc::ptr_eq(&first, &again));
            }
        }
        assert!(interner.known.len() <= 2 * SHAPES);
        assert!(!take(&mut interner, "unused").1);
    }
}
