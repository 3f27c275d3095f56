//! The samples that a function over a range sees at each time.

use crate::eval::cells::{Cells, Sample};
use crate::eval::grid::{Grid, Lens};
use crate::eval::select::{HistogramPoint, Samples};
use model::{Millis, is_stale_marker};
use std::borrow::Cow;

/// How far a range looks back, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RangeLens {
    pub(crate) lens: Lens,
    pub(crate) range: Millis,
}

impl RangeLens {
    /// The window of the time `t`: after the first, up to the second.
    pub(crate) fn window(&self, t: Millis) -> (Millis, Millis) {
        let to = self.lens.look(t);
        (to.saturating_sub(self.range), to)
    }

    /// All that is seen on `grid`.
    pub(crate) fn span(&self, grid: &Grid) -> (Millis, Millis) {
        let (first, last) = self.lens.span(grid);
        (first.saturating_sub(self.range), last)
    }
}

/// The samples of one series in a window, without staleness markers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    pub(crate) times: &'a [Millis],
    pub(crate) values: &'a [f64],
    pub(crate) histograms: &'a [HistogramPoint],
    /// The window begins behind this time.
    pub(crate) after: Millis,
    /// And ends with this one.
    pub(crate) to: Millis,
}

impl Window<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.times.is_empty() && self.histograms.is_empty()
    }

    pub(crate) fn has_both(&self) -> bool {
        !self.times.is_empty() && !self.histograms.is_empty()
    }
}

/// Samples without staleness markers.
pub(crate) struct Clean<'a> {
    pub(crate) times: Cow<'a, [Millis]>,
    pub(crate) values: Cow<'a, [f64]>,
    pub(crate) histograms: Cow<'a, [HistogramPoint]>,
}

impl<'a> Clean<'a> {
    pub(crate) fn of(samples: Samples<'a>) -> Self {
        let Samples { times, values, histograms, .. } = samples;
        let (times, values) = if values.iter().any(|value| is_stale_marker(*value)) {
            let kept = times.iter().copied().zip(values.iter().copied());
            let (times, values): (Vec<_>, Vec<_>) =
                kept.filter(|(_, value)| !is_stale_marker(*value)).unzip();
            (Cow::Owned(times), Cow::Owned(values))
        } else {
            (Cow::Borrowed(times), Cow::Borrowed(values))
        };
        let histograms = if histograms.iter().any(|(_, histogram)| histogram.is_stale()) {
            histograms.iter().filter(|(_, histogram)| !histogram.is_stale()).cloned().collect()
        } else {
            Cow::Borrowed(histograms)
        };
        Self { times, values, histograms }
    }

    /// Calls `see` with the window of each time of the grid that has samples.
    pub(crate) fn windows(&self, grid: &Grid, lens: RangeLens, mut see: impl FnMut(usize, Window<'_>)) {
        let (mut floats, mut histograms) = (Cursor::default(), Cursor::default());
        for (step, t) in grid.times().enumerate() {
            let (after, to) = lens.window(t);
            let (first, end) = floats.advance(&self.times, |time| *time, after, to);
            let (first_histogram, end_histogram) =
                histograms.advance(&self.histograms, |(time, _)| *time, after, to);
            let window = Window {
                times: self.times.get(first..end).unwrap_or_default(),
                values: self.values.get(first..end).unwrap_or_default(),
                histograms: self.histograms.get(first_histogram..end_histogram).unwrap_or_default(),
                after,
                to,
            };
            if !window.is_empty() {
                see(step, window);
            }
        }
    }

    /// What `kernel` makes of each window.
    pub(crate) fn map(
        &self,
        grid: &Grid,
        lens: RangeLens,
        mut kernel: impl FnMut(usize, Window<'_>) -> Option<Sample>,
    ) -> Cells {
        let mut cells = Cells::empty(grid.len);
        self.windows(grid, lens, |step, window| cells.set(step, kernel(step, window)));
        cells
    }
}

/// The edges of a window that only moves on.
#[derive(Debug, Default)]
struct Cursor {
    first: usize,
    end: usize,
}

impl Cursor {
    fn advance<T>(
        &mut self,
        all: &[T],
        time: impl Fn(&T) -> Millis,
        after: Millis,
        to: Millis,
    ) -> (usize, usize) {
        while all.get(self.end).is_some_and(|one| time(one) <= to) {
            self.end += 1;
        }
        while self.first < self.end && all.get(self.first).is_some_and(|one| time(one) <= after) {
            self.first += 1;
        }
        (self.first, self.end)
    }
}
