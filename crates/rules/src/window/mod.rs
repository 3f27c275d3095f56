//! Windows of samples that slide as samples come: what is asked of them is known at once.
//!
//! The samples of a series stand once, whatever is asked of them, in the order of time. Each window knows where it begins
//! among them and what its samples come to ([`part`]), which changes as one comes ([`sliding`]); quantiles need them in the
//! order of their values ([`sorted`]). A sample that comes late takes its place, and what the windows come to is made anew.

mod function;

mod part;

mod sliding;

mod sorted;

#[cfg(test)]
pub(crate) mod tests;

pub use function::{Function, FunctionKind};

use model::{Millis, Point, limits};
use part::{Changes, Extremes, Moments, Resets, Total, seconds_since};
use query::{RateKind, rate_of};
use sliding::Sliding;
use sorted::Sorted;
use std::collections::VecDeque;

/// The windows of one series.
#[derive(Debug)]
pub(crate) struct Windows {
    points: VecDeque<Point>,
    slots: Box<[Slot]>,
    /// Time is counted from here, so that seconds are exact.
    origin: Millis,
    /// What the windows come to must be made anew.
    is_stirred: bool,
}

/// One window.
#[derive(Debug)]
struct Slot {
    span: Millis,
    /// Its samples are those after this time.
    after: Millis,
    /// Its first sample among the points.
    start: usize,
    state: State,
}

/// What is known of a window's samples.
#[derive(Debug)]
enum State {
    /// No more than which they are.
    Plain,
    Total(Sliding<Total>),
    Extremes(Sliding<Extremes>),
    Resets(Sliding<Resets>),
    Changes(Sliding<Changes>),
    Moments(Sliding<Moments>),
    Sorted(Sorted),
}

/// What became of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// It is kept, or older than all windows.
    Taken,
    /// It took the place of the oldest one, which a window still had.
    Shortened,
}

impl State {
    /// An empty one that answers questions of a kind.
    fn answering(kind: FunctionKind) -> Self {
        match kind {
            FunctionKind::Avg | FunctionKind::Sum => Self::Total(Sliding::default()),
            FunctionKind::Min | FunctionKind::Max => Self::Extremes(Sliding::default()),
            FunctionKind::Rate | FunctionKind::Increase => Self::Resets(Sliding::default()),
            FunctionKind::Changed => Self::Changes(Sliding::default()),
            FunctionKind::Stddev | FunctionKind::Trend | FunctionKind::Forecast(_) => {
                Self::Moments(Sliding::default())
            }
            FunctionKind::Quantile(_) | FunctionKind::Anomaly => Self::Sorted(Sorted::default()),
            FunctionKind::Count | FunctionKind::Delta | FunctionKind::Last => Self::Plain,
        }
    }

    /// The same without samples.
    fn emptied(&self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Total(_) => Self::Total(Sliding::default()),
            Self::Extremes(_) => Self::Extremes(Sliding::default()),
            Self::Resets(_) => Self::Resets(Sliding::default()),
            Self::Changes(_) => Self::Changes(Sliding::default()),
            Self::Moments(_) => Self::Moments(Sliding::default()),
            Self::Sorted(_) => Self::Sorted(Sorted::default()),
        }
    }

    /// Whether it is of the kind that answers questions of this one.
    fn answers(&self, kind: FunctionKind) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(&Self::answering(kind))
    }

    fn push(&mut self, point: Point, origin: Millis) {
        match self {
            Self::Plain => {}
            Self::Total(sliding) => sliding.push(point, origin),
            Self::Extremes(sliding) => sliding.push(point, origin),
            Self::Resets(sliding) => sliding.push(point, origin),
            Self::Changes(sliding) => sliding.push(point, origin),
            Self::Moments(sliding) => sliding.push(point, origin),
            Self::Sorted(sorted) => sorted.push(point.v),
        }
    }

    /// The oldest of `points`, which go from the newest to the oldest, leaves.
    fn pop(&mut self, oldest: Point, points: impl Iterator<Item = Point>, origin: Millis) {
        match self {
            Self::Plain => {}
            Self::Total(sliding) => sliding.pop(points, origin),
            Self::Extremes(sliding) => sliding.pop(points, origin),
            Self::Resets(sliding) => sliding.pop(points, origin),
            Self::Changes(sliding) => sliding.pop(points, origin),
            Self::Moments(sliding) => sliding.pop(points, origin),
            Self::Sorted(sorted) => sorted.pop(oldest.v),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Plain => 0,
            Self::Total(sliding) => sliding.bytes(),
            Self::Extremes(sliding) => sliding.bytes(),
            Self::Resets(sliding) => sliding.bytes(),
            Self::Changes(sliding) => sliding.bytes(),
            Self::Moments(sliding) => sliding.bytes(),
            Self::Sorted(sorted) => sorted.bytes(),
        }
    }
}

impl Windows {
    /// Windows that answer these questions, without samples.
    pub(crate) fn answering(functions: &[Function]) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        for function in functions {
            let has = |slot: &Slot| slot.span == function.span && slot.state.answers(function.kind);
            if !slots.iter().any(has) {
                let state = State::answering(function.kind);
                slots.push(Slot { span: function.span, after: Millis::MIN, start: 0, state });
            }
        }
        Self {
            points: VecDeque::new(),
            slots: slots.into_boxed_slice(),
            origin: Millis::MIN,
            is_stirred: false,
        }
    }

    /// Takes a sample, which may be late, or correct one of the same time. Windows come to it with [`Windows::advance`]. Unless
    /// it `may_grow`, it takes no more memory.
    pub(crate) fn push(&mut self, point: Point, may_grow: bool) -> Pushed {
        let Some(horizon) = self.slots.iter().map(|slot| slot.after).min() else { return Pushed::Taken };
        if point.t <= horizon {
            return Pushed::Taken;
        }
        let mut pushed = Pushed::Taken;
        let is_full = !may_grow && self.points.len() == self.points.capacity();
        if is_full || self.points.len() >= limits::RULE_WINDOW_SAMPLES {
            pushed = self.shorten();
        }
        if self.points.is_empty() {
            self.origin = point.t;
        }
        match self.points.back().map(|last| last.t.cmp(&point.t)) {
            None | Some(std::cmp::Ordering::Less) => {
                self.points.push_back(point);
                for slot in self.slots.iter_mut().filter(|_| !self.is_stirred) {
                    slot.state.push(point, self.origin);
                }
            }
            Some(_) => {
                let at = self.points.partition_point(|known| known.t < point.t);
                match self.points.get_mut(at).filter(|known| known.t == point.t) {
                    Some(known) => *known = point,
                    None => self.points.insert(at, point),
                }
                self.is_stirred = true;
            }
        }
        pushed
    }

    /// Lets the oldest sample go to make room for another.
    fn shorten(&mut self) -> Pushed {
        let Some(oldest) = self.points.front().copied() else { return Pushed::Taken };
        for slot in &mut self.slots {
            slot.after = slot.after.max(oldest.t);
        }
        self.leave();
        Pushed::Shortened
    }

    /// Lets go what lies before the windows that end at `to`. They never move back.
    pub(crate) fn advance(&mut self, to: Millis) {
        for slot in &mut self.slots {
            slot.after = slot.after.max(to.saturating_sub(slot.span));
        }
        self.leave();
    }

    /// Brings the windows to where they begin.
    fn leave(&mut self) {
        if std::mem::take(&mut self.is_stirred) {
            for slot in &mut self.slots {
                slot.start = self.points.partition_point(|point| point.t <= slot.after);
                slot.state = slot.state.emptied();
                for point in self.points.range(slot.start..) {
                    slot.state.push(*point, self.origin);
                }
            }
        }
        for slot in &mut self.slots {
            while let Some(oldest) =
                self.points.get(slot.start).copied().filter(|point| point.t <= slot.after)
            {
                let points = self.points.range(slot.start..).rev().copied();
                slot.state.pop(oldest, points, self.origin);
                slot.start += 1;
            }
        }
        let unneeded = self.slots.iter().map(|slot| slot.start).min().unwrap_or(0);
        if unneeded > 0 {
            self.points.drain(..unneeded);
            for slot in &mut self.slots {
                slot.start -= unneeded;
            }
        }
        if self.points.is_empty() {
            // Who fell silent keeps no room.
            self.points = VecDeque::new();
            self.slots.iter_mut().for_each(|slot| slot.state = slot.state.emptied());
        }
    }

    /// When the first sample leaves a window, if there is one.
    pub(crate) fn next_leaves(&self) -> Option<Millis> {
        let leaves = |slot: &Slot| Some(self.points.get(slot.start)?.t.saturating_add(slot.span));
        self.slots.iter().filter_map(leaves).min()
    }

    /// The answer at `to`, up to which the windows were brought; nothing if there are too few samples.
    pub(crate) fn answer(&self, function: Function, to: Millis) -> Option<f64> {
        let slot =
            self.slots.iter().find(|slot| slot.span == function.span && slot.state.answers(function.kind))?;
        let count = self.points.len() - slot.start.min(self.points.len());
        if function.kind == FunctionKind::Count {
            return Some(as_number(count));
        }
        let (first, last) = (*self.points.get(slot.start)?, *self.points.back()?);
        let seconds = seconds_since(self.origin, to);
        match (&slot.state, function.kind) {
            (State::Total(sliding), FunctionKind::Sum) => Some(sliding.all()?.0.total()),
            (State::Total(sliding), _) => self.mean(slot, sliding.all()?.0.total(), count),
            (State::Extremes(sliding), FunctionKind::Min) => Some(sliding.all()?.least),
            (State::Extremes(sliding), _) => Some(sliding.all()?.most),
            (State::Changes(sliding), _) => Some(f64::from(sliding.all()?.count)),
            (State::Moments(sliding), FunctionKind::Stddev) => Some(sliding.all()?.deviation()),
            (State::Moments(sliding), FunctionKind::Forecast(ahead)) => {
                sliding.all()?.line_at(seconds + seconds_since(0, ahead))
            }
            (State::Moments(sliding), _) => Some(sliding.all()?.slope()? * 3600.0),
            (State::Sorted(sorted), FunctionKind::Quantile(share)) => sorted.quantile(share),
            (State::Sorted(sorted), _) => sorted.deviations(last.v),
            (State::Resets(sliding), kind) => {
                let change = last.v - first.v + sliding.all()?.lost;
                let kind = RateKind { is_counter: true, is_rate: kind == FunctionKind::Rate };
                rate(kind, change, (first, last), count, (to.saturating_sub(slot.span), to))
            }
            (State::Plain, FunctionKind::Delta) => {
                let kind = RateKind { is_counter: false, is_rate: false };
                rate(kind, last.v - first.v, (first, last), count, (to.saturating_sub(slot.span), to))
            }
            (State::Plain, _) => Some(last.v),
        }
    }

    /// The mean: of values whose sum is too large for a number, too.
    fn mean(&self, slot: &Slot, sum: f64, count: usize) -> Option<f64> {
        let values = || self.points.range(slot.start..).map(|point| point.v);
        if sum.is_finite() || values().any(|value| !value.is_finite()) {
            return Some(sum / as_number(count));
        }
        let (mut mean, mut seen) = (0.0, 0.0);
        for value in values() {
            seen += 1.0;
            mean += value / seen - mean / seen;
        }
        Some(mean)
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        let slots: usize = self.slots.iter().map(|slot| size_of::<Slot>() + slot.state.bytes()).sum();
        size_of::<Self>() + self.points.capacity() * size_of::<Point>() + slots
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of samples in memory")]
fn as_number(count: usize) -> f64 {
    count as f64
}

fn rate(
    kind: RateKind,
    change: f64,
    edges: (Point, Point),
    count: usize,
    window: (Millis, Millis),
) -> Option<f64> {
    // Of a time before the newest sample there is no rate; nothing then says how far the edges are.
    let is_inside = window.0 < edges.0.t && edges.1.t <= window.1;
    (count >= 2 && is_inside).then(|| rate_of(kind, change, edges, count, window))
}
