//! Whether an hour is as this hour of the day usually is.
//!
//! Each hour of the day has its median over the days before; how far hours are from theirs is pooled over the whole day.
//! Distances are compared in two ways, and the more cautious counts: with Student's distribution, which can be as sure
//! as many tests need, and by rank with the distances that there were, which holds whatever their distribution is.

use crate::order::{count, median, spread};
use crate::regular::Regular;
use crate::student::two_sided;
use model::{Millis, limits};

/// Days that an hour must have been seen on before.
const DAYS: usize = 6;
/// What a median deviation knows, beside a standard deviation.
const EFFICIENCY: f64 = 0.37;

/// How hours of the day usually are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Hour of the day, day, value.
    hours: Vec<(i64, i64, f64)>,
}

/// How an hour is beside the same hour of other days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anomaly {
    /// How likely as large a distance is in a usual hour.
    pub p_value: f64,
    /// The usual value of this hour.
    pub usual: f64,
    /// The end of the hour.
    pub end: Millis,
    /// Its value.
    pub value: f64,
    /// How many other days it was compared with.
    pub days: usize,
}

impl Profile {
    /// From means of hours.
    #[must_use]
    pub fn of(hours: &Regular) -> Self {
        let place = |end: Millis| ((end / limits::HOUR).rem_euclid(24), (end / limits::HOUR).div_euclid(24));
        let hours = hours.ends().iter().zip(hours.values());
        Self { hours: hours.map(|(end, value)| (place(*end).0, place(*end).1, *value)).collect() }
    }

    /// The values of an hour of the day on all days but one.
    fn others(&self, hour: i64, day: i64) -> Vec<f64> {
        let others = self.hours.iter().filter(|(h, d, _)| *h == hour && *d != day);
        others.map(|(_, _, value)| *value).collect()
    }

    /// The newest hour beside the same hour of the days before; `None` if too few of those are known.
    #[must_use]
    pub fn newest(&self) -> Option<Anomaly> {
        let (hour, day, value) = *self.hours.last()?;
        let same = self.others(hour, day);
        if same.len() < DAYS {
            return None;
        }
        let usual = median(&same);
        let own = (value - usual).abs();
        // Each distance is from the median of the other days, as the newest one's is.
        let (mut distances, mut by_hour) = (Vec::with_capacity(self.hours.len()), [const { Vec::new() }; 24]);
        for (h, d, v) in self.hours.iter().rev().skip(1) {
            if let Some(of_hour) = usize::try_from(*h).ok().and_then(|h| by_hour.get_mut(h)) {
                of_hour.push((*d, *v));
            }
        }
        for of_hour in &by_hour {
            for (d, v) in of_hour.iter().filter(|_| of_hour.len() > 2) {
                let rest: Vec<f64> = of_hour.iter().filter(|(day, _)| day != d).map(|(_, v)| *v).collect();
                distances.push(v - median(&rest));
            }
        }
        let deviation = spread(&distances, 0.0);
        if deviation <= 0.0 {
            return None;
        }
        let n = count(distances.len());
        let as_far = count(distances.iter().filter(|distance| distance.abs() >= own).count());
        let by_rank = (1.0 + as_far) / (n + 1.0);
        let by_size = two_sided(own / deviation, (EFFICIENCY * n).max(1.0));
        let p_value = if as_far > 0.0 { by_rank.max(by_size) } else { by_size };
        Some(Anomaly { p_value, usual, end: (day * 24 + hour) * limits::HOUR, value, days: same.len() })
    }

    /// Whether values rise or fall as much in the newest `span` hours of the day on most days: then that is no trend.
    #[must_use]
    pub fn is_usual_rise(&self, span: i64, rise: f64) -> bool {
        let Some((hour, day, _)) = self.hours.last().copied() else { return false };
        let newest = day * 24 + hour;
        let at = |wanted: i64| {
            let found = self.hours.binary_search_by_key(&wanted, |(h, d, _)| d * 24 + h).ok()?;
            self.hours.get(found).map(|(_, _, value)| *value)
        };
        let rises: Vec<f64> = (1..=14)
            .filter_map(|back| Some(at(newest - back * 24)? - at(newest - back * 24 - span)?))
            .collect();
        rises.len() >= DAYS && {
            let usual = median(&rises);
            (rise - usual).abs() <= 3.0 * spread(&rises, usual)
                || rise.signum() == usual.signum() && usual.abs() >= rise.abs()
        }
    }
}
