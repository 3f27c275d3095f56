//! Instants as parameters and as text: seconds, or dates of RFC 3339.

use model::{Millis, from_seconds, limits};

/// Seconds from the years that Go counts from to 1970, and one.
const BEFORE_1970: i64 = 62_135_596_801;
/// The first and the last instant that Prometheus' clients know, which they write so.
const FIRST: (&str, Millis) = ("-292273086-05-16T16:47:06Z", (i64::MIN / 1000 + BEFORE_1970) * 1000);
const LAST: (&str, Millis) =
    ("292277025-08-18T07:12:54.999999999Z", (i64::MAX / 1000 - BEFORE_1970) * 1000 + 999);

/// The instant that a parameter means: Unix seconds, or a date and time with its offset.
pub(crate) fn parse_time(text: &str) -> Option<Millis> {
    let seconds = text.parse().ok().and_then(from_seconds);
    let known = || [FIRST, LAST].into_iter().find(|(name, _)| *name == text).map(|(_, time)| time);
    seconds.or_else(|| date_and_time(text)).or_else(known)
}

fn date_and_time(text: &str) -> Option<Millis> {
    let (date, time) = text.split_once(['T', 't'])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let (clock, offset) = time.split_at_checked(time.rfind(['+', '-'])?)?;
            let [hours, minutes] = numbers(offset.get(1..)?, ':', [2, 2])?;
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            (clock, sign * (hours * limits::HOUR + minutes * limits::MINUTE))
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let is_digits = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    if !is_day || !is_digits || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let millis = from_seconds(format!("0.{fraction}").parse().ok()?)?;
    let clock = hour * limits::HOUR + minute * limits::MINUTE + second * limits::SECOND;
    Some(days_since_1970(year, month, day) * limits::DAY + clock + millis - offset)
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut words = text.split(between);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let word = words.next()?;
        let is_number = word.len() == digits && word.bytes().all(|byte| byte.is_ascii_digit());
        *number = word.parse().ok().filter(|_| is_number)?;
    }
    words.next().is_none().then_some(numbers)
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

/// `2026-01-01T12:30:00.5Z`
#[must_use]
pub fn rfc3339(t: Millis) -> String {
    let (days, rest) = (t.div_euclid(limits::DAY), t.rem_euclid(limits::DAY));
    // The date's year is the last that begins on that day or before; years are guessed a little too late at most.
    let mut year = 1971 + days.div_euclid(365).clamp(-3_000_000, 3_000_000);
    while days_since_1970(year, 1, 1) > days {
        year -= 1 + (days_since_1970(year, 1, 1) - days) / 400;
    }
    let mut month = 12;
    while days_since_1970(year, month, 1) > days && month > 1 {
        month -= 1;
    }
    let day = days - days_since_1970(year, month, 1) + 1;
    let (hour, minute) = (rest / limits::HOUR, rest / limits::MINUTE % 60);
    let (second, millis) = (rest / limits::SECOND % 60, rest % limits::SECOND);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    let fraction = fraction.trim_end_matches('0');
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LAST, parse_time, rfc3339};

    #[test]
    fn instants_are_read() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1435781451.7819", Some(1_435_781_451_782)),
            ("-1.5", Some(-1500)),
            ("1e3", Some(1_000_000)),
            ("2015-06-03T13:21:58.555Z", Some(1_433_337_718_555)),
            ("2015-06-03T14:21:58.555+01:00", Some(1_433_337_718_555)),
            ("2015-06-03T12:51:58-00:30", Some(1_433_337_718_000)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800_000)),
            (FIRST.0, Some(FIRST.1)),
            (LAST.0, Some(LAST.1)),
            ("2015-02-29T00:00:00Z", None),
            ("2015-06-03 13:21:58", None),
            ("2015-06-03T13:21:58", None),
            ("2015-06-03T24:21:58Z", None),
            ("2015-06-03T13:21:58.Z", None),
            ("2015-06-03T+3:21:58Z", None),
            ("2015-06-0é", None),
            ("NaN", None),
            ("inf", None),
            ("30s", None),
            ("", None),
        ] {
            assert_eq!(parse_time(text), expected, "{text}");
        }
    }

    #[test]
    fn instants_are_written_and_read_back() {
        assert_eq!(rfc3339(1_433_337_718_550), "2015-06-03T13:21:58.55Z");
        for t in (-4_000_000_000_000..8_000_000_000_000).step_by(86_400_000 * 27 + 1) {
            assert_eq!(parse_time(&rfc3339(t)), Some(t), "{}", rfc3339(t));
        }
        for end in ["1970-01-01T00:00:00Z", "1999-12-31T23:59:59.999Z", "2024-12-31T00:00:00Z"] {
            assert_eq!(parse_time(end).map(rfc3339).as_deref(), Some(end));
        }
    }
}
