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
/// Hours that a day's mean is of at least.
const MOST_OF_A_DAY: usize = 18;
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

    /// Hours as distances from the mean of the day before them: what rises for weeks is no anomaly each day.
    fn beside_day_before(&self) -> Vec<(i64, i64, f64, f64)> {
        let at = |(h, d, _): &(i64, i64, f64)| d * 24 + h;
        let mut from = 0;
        let mut distances = Vec::with_capacity(self.hours.len());
        for (place, one) in self.hours.iter().enumerate() {
            while self.hours.get(from).is_some_and(|old| at(old) < at(one) - 24) {
                from += 1;
            }
            let day = self.hours.get(from..place).unwrap_or_default();
            if day.len() >= MOST_OF_A_DAY {
                let mean = day.iter().map(|(_, _, v)| v).sum::<f64>() / count(day.len());
                distances.push((one.0, one.1, one.2 - mean, mean));
            }
        }
        distances
    }

    /// The newest hour beside the same hour of the days before; `None` if too few of those are known.
    #[must_use]
    pub fn newest(&self) -> Option<Anomaly> {
        let all = self.beside_day_before();
        let (hour, day, value, mean) = *all.last()?;
        let mut by_hour = [const { Vec::new() }; 24];
        for (h, _, v, _) in all.iter().rev().skip(1) {
            if let Some(of_hour) = usize::try_from(*h).ok().and_then(|h| by_hour.get_mut(h)) {
                of_hour.push(*v);
            }
        }
        let same = by_hour.get(usize::try_from(hour).ok()?).filter(|same| same.len() >= DAYS)?;
        let usual = median(same);
        let own = (value - usual).abs();
        // Each distance is from the median of the other days, as the newest one's is.
        let mut distances = Vec::with_capacity(all.len());
        for of_hour in by_hour.iter().filter(|of_hour| of_hour.len() > 2) {
            for (left_out, v) in of_hour.iter().enumerate() {
                let mut rest = of_hour.clone();
                rest.swap_remove(left_out);
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
        let end = (day * 24 + hour) * limits::HOUR;
        Some(Anomaly { p_value, usual: usual + mean, end, value: value + mean, days: same.len() })
    }

    /// Whether the time of the day alone makes values rise or fall as much as they did in the newest `span` hours. What
    /// they rise from day to day is no season.
    #[must_use]
    pub fn is_usual_rise(&self, span: i64, rise: f64) -> bool {
        let Some((hour, day, _)) = self.hours.last().copied() else { return false };
        let newest = day * 24 + hour;
        let at = |wanted: i64| {
            let found = self.hours.binary_search_by_key(&wanted, |(h, d, _)| d * 24 + h).ok()?;
            self.hours.get(found).map(|(_, _, value)| *value)
        };
        let days = 1..=limits::INSIGHT_DAYS / limits::DAY;
        let over = |hours: i64| -> Vec<f64> {
            let ends = days.clone().map(|back| newest - back * 24);
            ends.filter_map(|end| Some(at(end)? - at(end - hours)?)).collect()
        };
        let rises = over(span);
        if rises.len() < DAYS {
            return false;
        }
        #[expect(clippy::cast_precision_loss, reason = "hours of a window")]
        let drift = median(&over(24)) * span as f64 / 24.0;
        let usual = median(&rises);
        let is_mostly_season = (usual - drift) * rise.signum() >= rise.abs() / 2.0;
        is_mostly_season && (rise - usual).abs() <= (3.0 * spread(&rises, usual)).max(rise.abs() / 4.0)
    }
}
