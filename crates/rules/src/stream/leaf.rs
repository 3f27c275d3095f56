//! What is kept of one series under one selector: its newest sample, or those of a window.

use super::plan::Sees;
use model::{Millis, Point, is_stale_marker, limits};

/// Samples of one series.
#[derive(Debug)]
pub(crate) enum Kept {
    /// The newest.
    Newest(Option<Point>),
    /// Those of a window, oldest first, without staleness markers.
    Window(Window),
}

/// Samples in two columns, of which the first `start` are gone.
#[derive(Debug, Default)]
pub(crate) struct Window {
    times: Vec<Millis>,
    values: Vec<f64>,
    start: usize,
    newest: Option<Millis>,
}

/// So many samples may be gone before those behind them are moved.
const GONE: usize = 32;

impl Kept {
    pub(crate) fn new(sees: Sees) -> Self {
        match sees {
            Sees::Newest => Self::Newest(None),
            Sees::Window(..) => Self::Window(Window::default()),
        }
    }

    /// Takes a sample, also one that comes late or again. What is further back than `reach` behind the newest goes.
    pub(crate) fn take(&mut self, point: Point, reach: Millis) {
        match self {
            Self::Newest(newest) => {
                if newest.is_none_or(|newest| newest.t <= point.t) {
                    *newest = Some(point);
                }
            }
            Self::Window(window) => window.take(point, reach),
        }
    }

    /// How many samples are kept.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Newest(newest) => usize::from(newest.is_some()),
            Self::Window(window) => window.times.len() - window.start,
        }
    }

    /// The time of the newest sample.
    pub(crate) fn newest(&self) -> Option<Millis> {
        match self {
            Self::Newest(newest) => newest.map(|point| point.t),
            Self::Window(window) => window.newest,
        }
    }

    /// What is seen at the time `t`, after which no sample came.
    #[inline]
    pub(crate) fn value(&self, sees: Sees, t: Millis) -> Option<f64> {
        match (self, sees) {
            (Self::Newest(newest), _) => {
                let fresh = newest.filter(|point| point.t > t.saturating_sub(limits::LOOKBACK));
                fresh.map(|point| point.v).filter(|value| !is_stale_marker(*value))
            }
            (Self::Window(window), Sees::Window(over, range)) => {
                let after = t.saturating_sub(range);
                let (times, values) = window.within(after, t);
                if times.is_empty() { None } else { over.value(times, values, (after, t)) }
            }
            (Self::Window(_), Sees::Newest) => None,
        }
    }
}

impl Window {
    fn take(&mut self, point: Point, reach: Millis) {
        self.newest = self.newest.max(Some(point.t));
        if is_stale_marker(point.v) {
            return;
        }
        if self.times.last().is_none_or(|last| *last < point.t) {
            self.times.push(point.t);
            self.values.push(point.v);
        } else {
            self.insert(point);
        }
        let oldest = self.newest.map_or(Millis::MIN, |newest| newest.saturating_sub(reach + SLACK));
        while self.times.get(self.start).is_some_and(|time| *time <= oldest) {
            self.start += 1;
        }
        if self.start > GONE && self.start > self.times.len() / 2 {
            self.times.drain(..self.start);
            self.values.drain(..self.start);
            self.start = 0;
        }
    }

    /// Takes a sample that is not the newest: in its place, or in that of the one of its time.
    fn insert(&mut self, point: Point) {
        let kept = self.times.get(self.start..).unwrap_or_default();
        let place = self.start + kept.partition_point(|time| *time < point.t);
        if self.times.get(place) == Some(&point.t) {
            if let Some(value) = self.values.get_mut(place) {
                *value = point.v;
            }
        } else {
            self.times.insert(place, point.t);
            self.values.insert(place, point.v);
        }
    }

    /// The samples after a time, up to another.
    #[inline]
    fn within(&self, after: Millis, to: Millis) -> (&[Millis], &[f64]) {
        let kept = self.times.get(self.start..).unwrap_or_default();
        let first = self.start + kept.partition_point(|time| *time <= after);
        let end = if self.times.last().is_some_and(|last| *last > to) {
            self.start + kept.partition_point(|time| *time <= to)
        } else {
            self.times.len()
        };
        let range = first..end.max(first);
        (self.times.get(range.clone()).unwrap_or_default(), self.values.get(range).unwrap_or_default())
    }
}

/// Alerts that share a series may be judged at times of their own, so far behind its newest sample.
const SLACK: Millis = limits::MINUTE;

#[cfg(test)]
mod tests {
    use super::{Kept, Window};
    use model::{Point, stale_marker};

    #[test]
    fn a_window_takes_what_is_late_and_what_comes_again() {
        let mut window = Window::default();
        for (t, v) in [(1_000, 1.0), (3_000, 3.0), (2_000, 9.0), (2_000, 2.0), (4_000, stale_marker())] {
            window.take(Point { t, v }, 10_000);
        }
        assert_eq!(window.within(0, 9_000), (&[1_000, 2_000, 3_000][..], &[1.0, 2.0, 3.0][..]));
        assert_eq!(window.within(1_000, 2_000), (&[2_000][..], &[2.0][..]));
        assert_eq!(window.within(3_000, 2_000), (&[][..], &[][..]));
    }

    #[test]
    fn what_left_a_window_is_let_go() {
        let mut kept = Kept::Window(Window::default());
        for second in 0..10_000 {
            kept.take(Point { t: second * 1_000, v: 1.0 }, 10_000);
        }
        assert_eq!(kept.len(), 70, "ten seconds, and the minute beside them");
        let Kept::Window(window) = kept else { panic!("it is a window") };
        assert!(window.times.len() < 3 * 70, "{}", window.times.len());
    }

    #[test]
    fn an_older_sample_is_not_the_newest() {
        let mut kept = Kept::Newest(None);
        kept.take(Point { t: 2, v: 2.0 }, 0);
        kept.take(Point { t: 1, v: 1.0 }, 0);
        assert_eq!(kept.value(super::Sees::Newest, 2), Some(2.0));
        assert_eq!(kept.value(super::Sees::Newest, 2 + model::limits::LOOKBACK), None);
        kept.take(Point { t: 3, v: stale_marker() }, 0);
        assert_eq!(kept.value(super::Sees::Newest, 3), None);
    }
}
