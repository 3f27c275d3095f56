//! Quiet hours: times of the week in which a route keeps silent. Pure.

use crate::moment::weekday_and_minute;
use model::{Millis, limits};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "they are their names")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A time of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    /// On which days it begins; none is every day.
    pub days: Vec<Weekday>,
    /// The minute of the day at which it begins.
    pub from: u32,
    /// The minute of the day before which it ends, on the next day if it is not after `from`.
    pub to: u32,
    /// Minutes that the clocks of the place are ahead of UTC.
    pub offset: i32,
}

impl Mute {
    /// Whether `t` lies in it.
    #[must_use]
    pub fn covers(&self, t: Millis) -> bool {
        let (day, minute) = weekday_and_minute(t.saturating_add(i64::from(self.offset) * limits::MINUTE));
        let yesterday = (day + 6) % 7;
        if self.from < self.to {
            return self.begins_on(day) && (self.from..self.to).contains(&minute);
        }
        (self.begins_on(day) && minute >= self.from) || (self.begins_on(yesterday) && minute < self.to)
    }

    fn begins_on(&self, day: usize) -> bool {
        self.days.is_empty() || self.days.iter().any(|one| *one as usize == day)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mute, Weekday};
    use model::limits::{DAY, HOUR};

    /// Monday, 5 January 2026, 00:00 UTC.
    const MONDAY: i64 = 1_767_571_200_000;

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = Mute { days: vec![Weekday::Friday], from: 22 * 60, to: 7 * 60, offset: 0 };
        let friday = MONDAY + 4 * DAY;
        for (t, is_quiet) in [
            (friday + 6 * HOUR, false),
            (friday + 22 * HOUR, true),
            (friday + DAY + 7 * HOUR - 1, true),
            (friday + DAY + 7 * HOUR, false),
            (friday + DAY + 23 * HOUR, false),
        ] {
            assert_eq!(night.covers(t), is_quiet, "{t}");
        }
    }

    #[test]
    fn a_day_is_that_of_the_place() {
        let all_day = Mute { days: vec![Weekday::Monday], from: 0, to: 1_440, offset: 120 };
        assert!(all_day.covers(MONDAY - 2 * HOUR) && !all_day.covers(MONDAY - 2 * HOUR - 1));
        assert!(all_day.covers(MONDAY + 22 * HOUR - 1) && !all_day.covers(MONDAY + 22 * HOUR));
        let always = Mute { days: Vec::new(), from: 60, to: 60, offset: 0 };
        assert!(always.covers(MONDAY) && always.covers(MONDAY + 5 * DAY + HOUR));
    }
}
