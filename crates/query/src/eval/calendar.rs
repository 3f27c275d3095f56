//! Functions of dates, in universal time.

use crate::syntax::Function;

/// What the function says of a time in seconds since the epoch, if it is one of dates.
#[expect(clippy::cast_precision_loss, reason = "parts of dates")]
pub(crate) fn part(function: Function, seconds: f64) -> Option<f64> {
    // As a whole number of seconds, towards zero; of times that are no dates, the nearest that is one.
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    let whole = seconds as i64;
    let second = whole.rem_euclid(86_400);
    let date = Date::of(whole.div_euclid(86_400));
    Some(match function {
        Function::Minute => (second / 60 % 60) as f64,
        Function::Hour => (second / 3_600) as f64,
        Function::DayOfWeek => (date.days + 4).rem_euclid(7) as f64,
        Function::DayOfMonth => date.day as f64,
        Function::DayOfYear => (date.days - days_before(date.year, 1) + 1) as f64,
        Function::DaysInMonth => {
            (days_before(date.next_month().0, date.next_month().1) - days_before(date.year, date.month))
                as f64
        }
        Function::Month => date.month as f64,
        Function::Year => date.year as f64,
        _ => return None,
    })
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    /// Since the epoch.
    days: i64,
    year: i64,
    /// From 1.
    month: i64,
    /// From 1.
    day: i64,
}

/// Days of four hundred years, after which the calendar is the same.
const ERA: i64 = 146_097;
/// From the first of March of the year 0 to the epoch.
const EPOCH: i64 = 719_468;

impl Date {
    /// In years that begin with March a leap day is the last, so that months have one rhythm.
    fn of(days: i64) -> Self {
        let shifted = days.saturating_add(EPOCH);
        let (era, day_of_era) = (shifted.div_euclid(ERA), shifted.rem_euclid(ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { days, year, month, day }
    }

    fn next_month(self) -> (i64, i64) {
        if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) }
    }
}

/// Days from the epoch to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA + day_of_era - EPOCH
}

#[cfg(test)]
mod tests {
    use super::part;
    use crate::syntax::Function;

    #[test]
    fn parts_of_dates() {
        // 2024-02-29T13:45:59Z, a Thursday.
        let leap = 1_709_214_359.0;
        for (function, expect) in [
            (Function::Minute, 45.0),
            (Function::Hour, 13.0),
            (Function::DayOfWeek, 4.0),
            (Function::DayOfMonth, 29.0),
            (Function::DayOfYear, 60.0),
            (Function::DaysInMonth, 29.0),
            (Function::Month, 2.0),
            (Function::Year, 2024.0),
        ] {
            assert_eq!(part(function, leap), Some(expect), "{function:?}");
        }
        assert_eq!(part(Function::Year, -86_400.0), Some(1969.0));
        assert_eq!(part(Function::Hour, -1.0), Some(23.0));
        assert!(part(Function::Year, f64::MAX).is_some() && part(Function::Year, f64::NAN) == Some(1970.0));
    }
}
