//! Numbers as Prometheus writes them for people.

use crate::float::{four_digits, shortest};
use crate::moment;

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];
const BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];

/// `1.235M`, `120u`
pub(crate) fn humanize(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return four_digits(value);
    }
    let (value, prefix) = if value.abs() >= 1.0 { grown(value, 1_000.0, &LARGE) } else { shrunk(value) };
    format!("{}{prefix}", four_digits(value))
}

/// `1.5Gi`
pub(crate) fn humanize1024(value: f64) -> String {
    if value.abs() <= 1.0 || !value.is_finite() {
        return four_digits(value);
    }
    let (value, prefix) = grown(value, 1_024.0, &BINARY);
    format!("{}{prefix}", four_digits(value))
}

/// `1d 2h 3m 4s`, `12.3ms`, of seconds.
pub(crate) fn humanize_duration(value: f64) -> String {
    if !value.is_finite() {
        return four_digits(value);
    }
    if value == 0.0 {
        return format!("{}s", four_digits(value));
    }
    if value.abs() < 1.0 {
        let (value, prefix) = shrunk(value);
        return format!("{}{prefix}s", four_digits(value));
    }
    let sign = if value < 0.0 { "-" } else { "" };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction is to go, and what is too large is the largest"
    )]
    let whole = value.abs() as i64;
    let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{sign}{}s", four_digits(value.abs())),
        (0, 0, _) => format!("{sign}{minutes}m {seconds}s"),
        (0, _, _) => format!("{sign}{hours}h {minutes}m {seconds}s"),
        _ => format!("{sign}{days}d {hours}h {minutes}m {seconds}s"),
    }
}

/// `12.35%`, of a ratio.
pub(crate) fn humanize_percentage(value: f64) -> String {
    format!("{}%", four_digits(value * 100.0))
}

/// A time, of seconds since 1970.
///
/// # Errors
/// Go has no such time.
pub(crate) fn humanize_timestamp(value: f64) -> Result<String, String> {
    if !value.is_finite() {
        return Ok(four_digits(value));
    }
    to_time(value).map(moment::time)
}

/// Milliseconds since 1970, of seconds.
///
/// # Errors
/// Go has no such time.
pub(crate) fn to_time(seconds: f64) -> Result<i64, String> {
    nanos(seconds).map(|nanos| nanos / 1_000_000).ok_or_else(|| {
        let value = shortest(seconds);
        format!("{value} cannot be represented as a nanoseconds timestamp since it overflows int64")
    })
}

/// Nanoseconds, of seconds.
///
/// # Errors
/// There are too many.
pub(crate) fn to_duration(seconds: f64) -> Result<i64, String> {
    nanos(seconds).ok_or_else(|| {
        let value = shortest(seconds);
        format!("{value} cannot be represented as a nanoseconds duration since it overflows int64")
    })
}

fn nanos(seconds: f64) -> Option<i64> {
    let nanos = seconds * 1e9;
    // 2 to the power of 63, which the type just has not.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    (nanos.abs() < 9_223_372_036_854_775_808.0).then_some(nanos as i64)
}

fn grown(mut value: f64, step: f64, prefixes: &[&'static str]) -> (f64, &'static str) {
    let mut prefix = "";
    for next in prefixes {
        if value.abs() < step {
            break;
        }
        prefix = next;
        value /= step;
    }
    (value, prefix)
}

fn shrunk(mut value: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for next in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = next;
        value *= 1_000.0;
    }
    (value, prefix)
}
