//! Times and lengths of time as Go writes them.

use std::fmt::Write as _;

const SECOND: u64 = 1_000_000_000;

/// `2018-04-09 12:34:56.789 +0000 UTC`
pub(crate) fn time(millis: i64) -> String {
    let (seconds, rest) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    let fraction = fraction.trim_end_matches('0');
    let year = if year < 0 { format!("-{:04}", year.unsigned_abs()) } else { format!("{year:04}") };
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction} +0000 UTC")
}

/// Year, month and day of the day that is so many after the first of 1970. Years are counted from March on, so that the day
/// that not every year has is the last.
fn date(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let from_march = days + 719_468;
    let (era, day) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / (ERA - 1)) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let january = month >= 10;
    (era * 400 + year + i64::from(january), if january { month - 9 } else { month + 3 }, of_month)
}

/// `1h2m3.5s`, `1.5ms`
pub(crate) fn duration(nanos: i64) -> String {
    let mut text = String::from(if nanos < 0 { "-" } else { "" });
    let nanos = nanos.unsigned_abs();
    let unit = match nanos {
        0 => return "0s".to_owned(),
        1..1_000 => Some((1, "ns")),
        1_000..1_000_000 => Some((1_000, "µs")),
        1_000_000..SECOND => Some((1_000_000, "ms")),
        _ => None,
    };
    let (of_unit, rest, name) = match unit {
        Some((unit, name)) => (nanos / unit, fraction(nanos % unit, unit), name),
        None => {
            let seconds = nanos / SECOND;
            if seconds >= 3_600 {
                let _written = write!(text, "{}h", seconds / 3_600);
            }
            if seconds >= 60 {
                let _written = write!(text, "{}m", seconds / 60 % 60);
            }
            (seconds % 60, fraction(nanos % SECOND, SECOND), "s")
        }
    };
    let _written = write!(text, "{of_unit}{rest}{name}");
    text
}

/// `.05` for 50 of 1,000; nothing for 0.
fn fraction(part: u64, whole: u64) -> String {
    if part == 0 {
        return String::new();
    }
    let digits = format!("{:0width$}", part, width = whole.to_string().len() - 1);
    format!(".{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{duration, time};

    #[test]
    fn times_and_lengths_are_written_as_go_writes_them() {
        assert_eq!(time(0), "1970-01-01 00:00:00 +0000 UTC");
        assert_eq!(time(1_435_065_584_128), "2015-06-23 13:19:44.128 +0000 UTC");
        assert_eq!(time(951_782_400_500), "2000-02-29 00:00:00.5 +0000 UTC");
        assert_eq!(time(-1), "1969-12-31 23:59:59.999 +0000 UTC");
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (1_050_000, "1.05ms"),
            (-3_723_500_000_000, "-1h2m3.5s"),
            (60_000_000_000, "1m0s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(duration(nanos), text);
        }
        assert!(time(i64::MAX).ends_with("UTC") && time(i64::MIN).starts_with('-'));
    }
}
