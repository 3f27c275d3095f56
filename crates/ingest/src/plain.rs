//! A request whose series are put together here: by translation, or from text. A label set that many series have in common
//! is written once.

use crate::generations::Key;
use crate::parcel::{Lots, Pairs, Spell, TooMany};
use model::{Histogram, Metadata, MetricKind, Millis, NAME, Point, Reason, limits};
use std::borrow::Cow;
use std::ops::Range;

/// A request under way.
#[derive(Debug)]
pub(crate) struct Plain<'a> {
    pub(crate) lots: Lots,
    pub(crate) texts: Texts<'a>,
    seed: u64,
    scratch: Vec<u8>,
    /// Bytes of names and labels so far: what stands in a request once may be wanted for each of its samples.
    bytes: usize,
}

/// What its series are called.
#[derive(Debug, Default)]
pub(crate) struct Texts<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    names: Vec<Cow<'a, str>>,
    said: Vec<Metadata>,
    series: Vec<Written>,
    histograms: Vec<(Millis, Histogram)>,
}

/// Labels that several series have in common.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pairs: Range<usize>,
    key: Key,
}

/// The name of a metric, and what is said of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    at: usize,
    key: Key,
    said: Option<usize>,
    kind: Option<MetricKind>,
}

#[derive(Debug)]
struct Written {
    name: usize,
    base: Range<usize>,
    /// A label that it has alone: `le`, `quantile`.
    own: Option<(&'static str, String)>,
    said: Option<usize>,
}

impl Base {
    pub(crate) fn key(&self) -> Key {
        self.key
    }
}

impl Name {
    pub(crate) fn key(self) -> Key {
        self.key
    }
}

impl<'a> Plain<'a> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { lots: Lots::default(), texts: Texts::default(), seed, scratch: Vec::new(), bytes: 0 }
    }

    fn count(&mut self, bytes: usize) -> Result<(), TooMany> {
        self.bytes += bytes;
        if self.bytes > 2 * limits::UNPACKED_BYTES { Err(TooMany) } else { Ok(()) }
    }

    /// Labels for series to come.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn base(
        &mut self,
        pairs: impl IntoIterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
    ) -> Result<Base, TooMany> {
        let first = self.texts.pairs.len();
        self.texts.pairs.extend(pairs);
        self.scratch.clear();
        for (name, value) in self.texts.pairs.get(first..).unwrap_or_default() {
            put(&mut self.scratch, name);
            put(&mut self.scratch, value);
        }
        self.count(self.scratch.len())?;
        Ok(Base { pairs: first..self.texts.pairs.len(), key: Key::of(&self.scratch, self.seed) })
    }

    /// A name for series to come.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn name(
        &mut self,
        name: Cow<'a, str>,
        kind: Option<MetricKind>,
        metadata: Option<Metadata>,
    ) -> Result<Name, TooMany> {
        self.count(name.len())?;
        let key = Key::of(name.as_bytes(), self.seed);
        self.texts.names.push(name);
        let said = metadata.map(|metadata| {
            self.texts.said.push(metadata);
            self.texts.said.len() - 1
        });
        Ok(Name { at: self.texts.names.len() - 1, key, said, kind })
    }

    /// The key of a series.
    pub(crate) fn key(&mut self, name: Name, base: &Base, own: Option<&(&'static str, String)>) -> Key {
        self.scratch.clear();
        self.scratch.extend_from_slice(&name.key.bytes());
        self.scratch.extend_from_slice(&base.key.bytes());
        if let Some((label, value)) = own {
            put(&mut self.scratch, label);
            put(&mut self.scratch, value);
        }
        Key::of(&self.scratch, self.seed)
    }

    /// Ends the series whose points and histograms came since the last one.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn end(
        &mut self,
        name: Name,
        base: &Base,
        own: Option<(&'static str, String)>,
    ) -> Result<(), TooMany> {
        let key = self.key(name, base, own.as_ref());
        let metadata = name.said.and_then(|said| self.texts.said.get(said));
        let described = metadata.map_or(0, |metadata| {
            self.scratch.clear();
            self.scratch.extend_from_slice(&name.key.bytes());
            put(&mut self.scratch, &metadata.help);
            put(&mut self.scratch, &metadata.unit);
            put(&mut self.scratch, metadata.metric_type.as_str());
            Key::of(&self.scratch, self.seed).short().max(1)
        });
        self.lots.end(key, name.kind, described)?;
        self.texts.series.push(Written { name: name.at, base: base.pairs.clone(), own, said: name.said });
        Ok(())
    }

    /// A series of one point.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn one(
        &mut self,
        name: Name,
        base: &Base,
        own: Option<(&'static str, String)>,
        point: Point,
    ) -> Result<(), TooMany> {
        self.lots.push(point)?;
        self.end(name, base, own)
    }

    /// A histogram of the series in hand.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn histogram(&mut self, t: Millis, histogram: Histogram) -> Result<(), TooMany> {
        self.lots.push_histogram()?;
        self.texts.histograms.push((t, histogram));
        Ok(())
    }
}

/// A text with its length before it, so that no two rows of texts have the same bytes.
pub(crate) fn put(key: &mut Vec<u8>, text: &str) {
    key.extend_from_slice(&text.len().to_le_bytes());
    key.extend_from_slice(text.as_bytes());
}

impl Spell for Texts<'_> {
    fn labels<'b>(&'b self, lot: usize, to: &mut Pairs<'b>) -> Result<(), Reason> {
        let written = self.series.get(lot).ok_or(Reason::BadLabels)?;
        let name = self.names.get(written.name).map_or("", |name| name);
        to.push((NAME, name));
        let pairs = self.pairs.get(written.base.clone()).unwrap_or_default();
        to.extend(pairs.iter().map(|(name, value)| (&**name, &**value)));
        to.extend(written.own.as_ref().map(|(name, value)| (*name, value.as_str())));
        Ok(())
    }

    fn histogram(&self, number: usize) -> Result<(Millis, Histogram), Reason> {
        self.histograms.get(number).cloned().ok_or(Reason::BadHistogram)
    }

    fn metadata(&self, lot: usize) -> Option<Metadata> {
        self.said.get(self.series.get(lot)?.said?).cloned()
    }
}
