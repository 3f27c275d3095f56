//! What a run of samples comes to, in a form in which two runs can be joined: the samples of a window need not be looked at
//! again when one comes or goes.

use model::{Kahan, Point};

/// What a run of samples comes to. Joining is associative, and the earlier run stands first.
pub(crate) trait Part: Copy + std::fmt::Debug {
    /// Of one sample; `seconds` is its time.
    fn of(value: f64, seconds: f64) -> Self;

    /// Of both runs, `later` being the one behind.
    fn join(self, later: Self) -> Self;
}

/// The sum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Total(pub(crate) Kahan);

impl Part for Total {
    fn of(value: f64, _: f64) -> Self {
        Self(Kahan { sum: value, lost: 0.0 })
    }

    fn join(self, later: Self) -> Self {
        let mut sum = self.0;
        sum.add(later.0.sum);
        if sum.sum.is_finite() {
            sum.lost += later.0.lost;
        }
        Self(sum)
    }
}

/// The smallest and the largest value; NaN only if all are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extremes {
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Part for Extremes {
    fn of(value: f64, _: f64) -> Self {
        Self { least: value, most: value }
    }

    fn join(self, later: Self) -> Self {
        // `f64::min` and `max` prefer a number to NaN.
        Self { least: self.least.min(later.least), most: self.most.max(later.most) }
    }
}

/// What a counter lost by beginning anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resets {
    first: f64,
    last: f64,
    pub(crate) lost: f64,
}

impl Part for Resets {
    fn of(value: f64, _: f64) -> Self {
        Self { first: value, last: value, lost: 0.0 }
    }

    fn join(self, later: Self) -> Self {
        let fell = if later.first < self.last { self.last } else { 0.0 };
        Self { first: self.first, last: later.last, lost: self.lost + fell + later.lost }
    }
}

/// How often the value is another than before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changes {
    first: f64,
    last: f64,
    pub(crate) count: u32,
}

impl Part for Changes {
    fn of(value: f64, _: f64) -> Self {
        Self { first: value, last: value, count: 0 }
    }

    #[expect(clippy::float_cmp, reason = "any other value is a change")]
    fn join(self, later: Self) -> Self {
        let is_other = self.last != later.first && !(self.last.is_nan() && later.first.is_nan());
        Self {
            first: self.first,
            last: later.last,
            count: self.count.saturating_add(later.count).saturating_add(u32::from(is_other)),
        }
    }
}

/// Means, and the sums of the products of the distances from them: of time, of time and value, of values (T. F. Chan,
/// G. H. Golub and R. J. `LeVeque` 1979 say how two are joined).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    count: f64,
    time: f64,
    value: f64,
    times: f64,
    both: f64,
    values: f64,
}

impl Part for Moments {
    fn of(value: f64, seconds: f64) -> Self {
        // What is infinite has no distance from itself.
        let none = if value.is_finite() { 0.0 } else { f64::NAN };
        Self { count: 1.0, time: seconds, value, times: 0.0, both: none, values: none }
    }

    fn join(self, later: Self) -> Self {
        let count = self.count + later.count;
        let (time, value) = (later.time - self.time, later.value - self.value);
        let (share, weight) = (later.count / count, self.count * later.count / count);
        Self {
            count,
            time: self.time + time * share,
            value: self.value + value * share,
            times: self.times + later.times + time * time * weight,
            both: self.both + later.both + time * value * weight,
            values: self.values + later.values + value * value * weight,
        }
    }
}

impl Moments {
    /// The standard deviation of all the values.
    pub(crate) fn deviation(&self) -> f64 {
        (self.values / self.count).sqrt()
    }

    /// How much the line nearest to the values rises each second; nothing of a single sample.
    pub(crate) fn slope(&self) -> Option<f64> {
        (self.times > 0.0).then(|| self.both / self.times)
    }

    /// Where that line is at a time.
    pub(crate) fn line_at(&self, seconds: f64) -> Option<f64> {
        Some(self.value + self.slope()? * (seconds - self.time))
    }
}

/// The part of a point, whose time is counted from `origin`.
#[expect(clippy::cast_precision_loss, reason = "a time within some windows of the origin")]
pub(crate) fn seconds_since(origin: model::Millis, t: model::Millis) -> f64 {
    t.saturating_sub(origin) as f64 / 1000.0
}

/// The part of a point.
pub(crate) fn part<P: Part>(point: Point, origin: model::Millis) -> P {
    P::of(point.v, seconds_since(origin, point.t))
}
