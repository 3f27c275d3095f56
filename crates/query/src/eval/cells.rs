//! What one series comes to at each time of a grid: a number, a histogram, or nothing.
//!
//! That nothing is there is a bit of its own and no NaN, which is a number like others.

use crate::histogram::FloatHistogram;
use model::Labels;
use std::sync::Arc;

const BITS: usize = u64::BITS as usize;

/// A value at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    /// A number.
    Float(f64),
    /// A histogram.
    Histogram(Arc<FloatHistogram>),
}

/// A value at each time, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    floats: Vec<f64>,
    /// Where there is a number.
    present: Vec<u64>,
    /// Empty if there is no histogram at all.
    histograms: Vec<Option<Arc<FloatHistogram>>>,
}

impl Cells {
    /// Nothing, `len` times.
    pub(crate) fn empty(len: usize) -> Self {
        Self { floats: vec![0.0; len], present: vec![0; len.div_ceil(BITS)], histograms: Vec::new() }
    }

    /// These numbers.
    pub(crate) fn of(floats: Vec<f64>) -> Self {
        let mut present = vec![u64::MAX; floats.len().div_ceil(BITS)];
        let rest = floats.len() % BITS;
        if let Some(last) = present.last_mut().filter(|_| rest > 0) {
            *last = (1 << rest) - 1;
        }
        Self { floats, present, histograms: Vec::new() }
    }

    /// The same `sample`, `len` times.
    pub(crate) fn repeat(sample: Option<Sample>, len: usize) -> Self {
        match sample {
            None => Self::empty(len),
            Some(Sample::Float(value)) => Self::of(vec![value; len]),
            Some(Sample::Histogram(histogram)) => {
                Self { histograms: vec![Some(histogram); len], ..Self::empty(len) }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.floats.len()
    }

    #[inline]
    fn has_float(&self, at: usize) -> bool {
        self.present.get(at / BITS).is_some_and(|word| word >> (at % BITS) & 1 == 1)
    }

    #[inline]
    pub(crate) fn float(&self, at: usize) -> Option<f64> {
        if self.has_float(at) { self.floats.get(at).copied() } else { None }
    }

    pub(crate) fn histogram(&self, at: usize) -> Option<&Arc<FloatHistogram>> {
        self.histograms.get(at)?.as_ref()
    }

    pub(crate) fn get(&self, at: usize) -> Option<Sample> {
        self.float(at)
            .map(Sample::Float)
            .or_else(|| self.histogram(at).map(|histogram| Sample::Histogram(Arc::clone(histogram))))
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        self.has_float(at) || self.histogram(at).is_some()
    }

    #[inline]
    pub(crate) fn set_float(&mut self, at: usize, value: f64) {
        if let (Some(place), Some(word)) = (self.floats.get_mut(at), self.present.get_mut(at / BITS)) {
            *place = value;
            *word |= 1 << (at % BITS);
        }
    }

    pub(crate) fn set_histogram(&mut self, at: usize, histogram: Arc<FloatHistogram>) {
        if self.histograms.is_empty() {
            self.histograms = vec![None; self.len()];
        }
        if let Some(place) = self.histograms.get_mut(at) {
            *place = Some(histogram);
        }
    }

    pub(crate) fn set(&mut self, at: usize, sample: Option<Sample>) {
        match sample {
            Some(Sample::Float(value)) => self.set_float(at, value),
            Some(Sample::Histogram(histogram)) => self.set_histogram(at, histogram),
            None => {}
        }
    }

    pub(crate) fn clear(&mut self, at: usize) {
        if let Some(word) = self.present.get_mut(at / BITS) {
            *word &= !(1 << (at % BITS));
        }
        if let Some(place) = self.histograms.get_mut(at) {
            *place = None;
        }
    }

    pub(crate) fn has_histograms(&self) -> bool {
        self.histograms.iter().any(Option::is_some)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.present.iter().all(|word| *word == 0) && !self.has_histograms()
    }

    /// Where there are numbers, and which.
    pub(crate) fn floats(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.floats.iter().copied().enumerate().filter(|(at, _)| self.has_float(*at))
    }

    /// Where there are histograms, and which.
    pub(crate) fn histograms(&self) -> impl Iterator<Item = (usize, &Arc<FloatHistogram>)> {
        self.histograms.iter().enumerate().filter_map(|(at, place)| Some((at, place.as_ref()?)))
    }

    /// Each number becomes another or vanishes; histograms vanish.
    pub(crate) fn map_floats(mut self, mut map: impl FnMut(usize, f64) -> Option<f64>) -> Self {
        self.histograms = Vec::new();
        for at in 0..self.len() {
            if let Some(value) = self.float(at) {
                match map(at, value) {
                    Some(value) => self.set_float(at, value),
                    None => self.clear(at),
                }
            }
        }
        self
    }

    /// Each number becomes another; histograms vanish. For what needs no look at the time.
    pub(crate) fn map_all(mut self, map: impl Fn(f64) -> f64) -> Self {
        self.histograms = Vec::new();
        self.floats.iter_mut().for_each(|value| *value = map(*value));
        self
    }

    /// Each value becomes another or vanishes.
    pub(crate) fn map(&self, mut map: impl FnMut(usize, Sample) -> Option<Sample>) -> Self {
        let mut mapped = Self::empty(self.len());
        for at in 0..self.len() {
            if let Some(sample) = self.get(at) {
                mapped.set(at, map(at, sample));
            }
        }
        mapped
    }

    /// What is kept of it.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(usize) -> bool) {
        for at in 0..self.len() {
            if self.has(at) && !keeps(at) {
                self.clear(at);
            }
        }
    }

    /// Takes in another, unless both have something at one time.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Collision> {
        for at in 0..self.len() {
            if let Some(sample) = other.get(at) {
                if self.has(at) {
                    return Err(Collision);
                }
                self.set(at, Some(sample));
            }
        }
        Ok(())
    }
}

/// Two values of one series at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Collision;

/// A series on the grid.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) labels: Labels,
    /// Whether its name no longer says what it is. It goes at the end, so that functions of labels may still see it.
    pub(crate) drop_name: bool,
    pub(crate) cells: Cells,
}

impl Row {
    pub(crate) fn new(labels: Labels, cells: Cells) -> Self {
        Self { labels, drop_name: false, cells }
    }
}
