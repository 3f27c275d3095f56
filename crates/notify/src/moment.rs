//! Instants as people and other programs write them: RFC 3339 in UTC. Pure.

use model::{Millis, limits};

/// `2026-01-01T12:30:00.250Z`.
pub(crate) fn rfc3339(t: Millis) -> String {
    let (days, within) = (t.div_euclid(limits::DAY), t.rem_euclid(limits::DAY));
    let (year, month, day) = date(days);
    let (hour, minute) = (within / limits::HOUR, within / limits::MINUTE % 60);
    let (second, millis) = (within / limits::SECOND % 60, within % limits::SECOND);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The date of the Gregorian calendar so many days after 1970-01-01. Eras are 400 years, years begin in March.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn instants_are_written_as_everybody_writes_them() {
        for (t, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_767_270_615_250, "2026-01-01T12:30:15.250Z"),
            (-1_000, "1969-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(rfc3339(t), text);
        }
    }
}
