//! The samples that a function over a range sees at each time.

use crate::eval::cells::{Cells, Sample};
use crate::eval::grid::{Grid, Lens};
use crate::eval::select::{HistogramPoint, Samples};
use model::{Millis, has_stale_marker, is_stale_marker};
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
        let (times, values) = if has_stale_marker(values) {
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

/// How many are passed, if the first `from` are: those of a near step one by one, those of a far one by ever longer leaps.
pub(crate) fn passed<T>(all: &[T], from: usize, is_passed: impl Fn(&T) -> bool) -> usize {
    const NEAR: usize = 8;
    let rest = all.get(from..).unwrap_or_default();
    let near = rest.iter().take(NEAR).take_while(|one| is_passed(one)).count();
    if near < NEAR {
        return from + near;
    }
    let mut leap = NEAR;
    while rest.get(leap).is_some_and(&is_passed) {
        leap *= 2;
    }
    // What is looked for lies in the last leap.
    let (start, end) = (leap / 2, leap.min(rest.len()));
    from + start + rest.get(start..end).unwrap_or_default().partition_point(is_passed)
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
        self.end = passed(all, self.end, |one| time(one) <= to);
        self.first = passed(all, self.first, |one| time(one) <= after).min(self.end);
        (self.first, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn near_and_far_steps_end_at_the_same_place() {
        let all: Vec<usize> = (0..1_000).collect();
        for from in [0, 1, 7, 500, 999, 1_000] {
            for to in [from, from + 1, from + 7, from + 8, from + 9, from + 100, 999, 2_000] {
                let expected = (to + 1).clamp(from, 1_000);
                assert_eq!(passed(&all, from, |one| *one <= to), expected, "{from} {to}");
            }
        }
        assert_eq!(passed(&[] as &[usize], 0, |_| true), 0);
    }
}
