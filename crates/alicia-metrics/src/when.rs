//! The words after `--start` and `--end`: Unix seconds, or a date in UTC with or without a time.

use model::{Millis, from_seconds, limits};

/// The instant that `text` means: `1767225600`, `1767225600.5`, `2026-01-01`, `2026-01-01T12:30:00Z`.
pub(crate) fn parse(text: &str) -> Result<Millis, String> {
    let seconds = text.parse().ok().and_then(from_seconds);
    seconds.or_else(|| date_and_time(text)).ok_or_else(|| {
        format!("{text:?} is neither Unix seconds nor a date like 2026-01-01 or 2026-01-01T12:30:00Z")
    })
}

fn date_and_time(text: &str) -> Option<Millis> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let date = numbers(date, '-')?;
    let [year, month, day] = date[..] else { return None };
    let (clock, second) = match time.split(':').count() {
        2 => (time, 0.0),
        _ => time.rsplit_once(':').and_then(|(clock, second)| Some((clock, second.parse().ok()?)))?,
    };
    let clock = numbers(clock, ':')?;
    let [hour, minute] = clock[..] else { return None };
    let is_day = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !is_day || hour > 23 || minute > 59 || !(0.0..60.0).contains(&second) {
        return None;
    }
    let whole =
        days_since_1970(year, month, day) * limits::DAY + hour * limits::HOUR + minute * limits::MINUTE;
    Some(whole + from_seconds(second)?)
}

/// Unsigned numbers of at most four digits.
fn numbers(text: &str, between: char) -> Option<Vec<i64>> {
    let is_short =
        |word: &str| (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(between).map(|word| word.parse().ok().filter(|_| is_short(word))).collect()
}

fn days_of(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_since_1970(next_year, next_month, 1) - days_since_1970(year, month, 1)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that the leap day is
/// their last; the months from March on have 30.6 days on average, rounded.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 306 + 5) / 10 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn instants_are_understood() {
        for (text, t) in [
            ("0", 0),
            ("-1.5", -1_500),
            ("1767225600", 1_767_225_600_000),
            ("1970-01-01", 0),
            ("2026-01-01", 1_767_225_600_000),
            ("2000-02-29T00:00", 951_782_400_000),
            ("2026-01-01T12:30:15.25Z", 1_767_270_615_250),
            ("1969-12-31 23:59:59", -1_000),
        ] {
            assert_eq!(parse(text), Ok(t), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_told() {
        for text in
            ["", "now", "2026-13-01", "2026-02-29", "2026-01-01T24:00", "2026-01-01T12", "2026-1", "inf"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
