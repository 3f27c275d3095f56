//! Numbers, times and names as people read them, the same as on the dashboard.

/// What a metric is measured in, as far as its name says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    None,
    Percent,
    Ratio,
    Bytes,
    Seconds,
    Milliseconds,
    Celsius,
}

/// The unit that the name of a metric tells.
pub(super) fn unit_of(metric: &str) -> Unit {
    let name = metric.strip_suffix("_total").unwrap_or(metric);
    let name = name.strip_suffix("_sum").unwrap_or(name);
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    let is_of_memory = ["system_memory_", "system_swap_", "system_disk_", "disk_"].iter().any(|start| {
        name.strip_prefix(start).is_some_and(|rest| ["total", "used", "free", "available"].contains(&rest))
    });
    match name {
        _ if is_of_memory || ends(&["_bytes"]) => Unit::Bytes,
        "error_rate" | "battery" | "humidity" => Unit::Percent,
        _ if ends(&["_percent", "_pct"]) => Unit::Percent,
        _ if ends(&["_ratio"]) => Unit::Ratio,
        "response_time" | "response_time_avg" => Unit::Milliseconds,
        _ if ends(&["_ms", "_milliseconds"]) => Unit::Milliseconds,
        _ if ends(&["_seconds", "uptime"]) => Unit::Seconds,
        _ if ends(&["_celsius"]) || name == "temperature" => Unit::Celsius,
        _ => Unit::None,
    }
}

/// A value with its unit, in three or four digits.
pub(super) fn show(value: f64, unit: Unit) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "∞"
        } else {
            "-∞"
        }
        .to_owned();
    }
    match unit {
        Unit::Percent => format!("{} %", digits(value)),
        Unit::Ratio => format!("{} %", digits(value * 100.0)),
        Unit::Bytes => scaled(value, 1024.0, &[" B", " KiB", " MiB", " GiB", " TiB", " PiB"]),
        Unit::Seconds => length(value),
        Unit::Milliseconds => length(value / 1_000.0),
        Unit::Celsius => format!("{} °C", digits(value)),
        Unit::None if value.abs() < 100_000.0 => digits(value),
        Unit::None => scaled(value, 1_000.0, &["", "k", "M", "G", "T", "P"]),
    }
}

/// Three or four digits.
pub(super) fn digits(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.2e}");
    }
    let places = match size {
        _ if size >= 1_000.0 || value.fract() == 0.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.places$}");
    if places == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

fn scaled(value: f64, step: f64, names: &[&str]) -> String {
    let (mut rest, mut names) = (value, names.iter());
    let mut name = names.next();
    while rest.abs() >= step {
        let Some(larger) = names.next() else { break };
        (rest, name) = (rest / step, Some(larger));
    }
    format!("{}{}", digits(rest), name.unwrap_or(&""))
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
const YEAR: f64 = 365.25 * DAY;

/// A length of time in seconds: `350 µs`, `12 ms`, `4.2 s`, `3 min 5 s`, `2 d 4 h`.
pub(super) fn length(seconds: f64) -> String {
    match seconds.abs() {
        0.0 => "0 s".to_owned(),
        size if size < 1e-3 => format!("{} µs", digits(seconds * 1e6)),
        size if size < 1.0 => format!("{} ms", digits(seconds * 1e3)),
        size if size < MINUTE => format!("{} s", digits(seconds)),
        size if size < HOUR => two(seconds, (MINUTE, "min"), (1.0, "s")),
        size if size < DAY => two(seconds, (HOUR, "h"), (MINUTE, "min")),
        size if size < 2.0 * YEAR => two(seconds, (DAY, "d"), (HOUR, "h")),
        _ => format!("{} a", digits((seconds / YEAR * 10.0).round() / 10.0)),
    }
}

fn two(seconds: f64, (large, large_name): (f64, &str), (small, small_name): (f64, &str)) -> String {
    let total = (seconds.abs() / small).round() * small;
    let first = (total / large).floor();
    let second = ((total - first * large) / small).round();
    let minus = if seconds < 0.0 { "-" } else { "" };
    let rest = if second > 0.0 { format!(" {second} {small_name}") } else { String::new() };
    format!("{minus}{first} {large_name}{rest}")
}

/// The span of strips in a word: `1h`, `7d`.
pub(super) fn span(seconds: f64) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")];
    let whole = units.into_iter().find(|(unit, _)| seconds >= *unit && (seconds % unit) < 0.5);
    whole.map_or_else(|| format!("{seconds:.0}s"), |(unit, name)| format!("{:.0}{name}", seconds / unit))
}

/// How long ago: `now`, `12 s`, `3 min`.
pub(super) fn age(at: f64, now: f64) -> String {
    match now - at {
        gone if gone < 1.0 => "now".to_owned(),
        gone if gone < MINUTE => format!("{:.0} s", gone.floor()),
        gone if gone < HOUR => format!("{:.0} min", (gone / MINUTE).floor()),
        gone if gone < DAY => format!("{:.0} h", (gone / HOUR).floor()),
        gone => format!("{:.0} d", (gone / DAY).floor()),
    }
}

/// How often a second.
pub(super) fn rate(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value > 0.0 && value < 0.001 => "<0.001".to_owned(),
        Some(value) => digits(value),
    }
}

/// Milliseconds on the way. Senders say milliseconds: less than one is not known any better.
pub(super) fn delay(milliseconds: Option<f64>) -> String {
    match milliseconds {
        None => "–".to_owned(),
        Some(value) if value < 1.0 => "<1 ms".to_owned(),
        Some(value) => show(value, Unit::Milliseconds),
    }
}

pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| show(value, Unit::Percent))
}

/// A text of strangers: nothing of it moves the cursor, rings or turns the direction of reading.
pub(super) fn plain(text: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if is_odd(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Unit, age, length, plain, show, span, unit_of};

    #[test]
    fn numbers_have_three_or_four_digits_and_their_unit() {
        for (value, unit, expected) in [
            (0.0, Unit::None, "0"),
            (12.0, Unit::None, "12"),
            (2.718_5, Unit::None, "2.72"),
            (123.46, Unit::None, "123.5"),
            (0.000_01, Unit::None, "1.00e-5"),
            (0.25, Unit::None, "0.25"),
            (1_234_567.0, Unit::None, "1.23M"),
            (12.5, Unit::Percent, "12.5 %"),
            (0.5, Unit::Ratio, "50 %"),
            (1_536.0, Unit::Bytes, "1.5 KiB"),
            (185.0, Unit::Seconds, "3 min 5 s"),
            (0.02, Unit::Milliseconds, "20 µs"),
            (21.5, Unit::Celsius, "21.5 °C"),
            (f64::NAN, Unit::Bytes, "NaN"),
            (f64::NEG_INFINITY, Unit::None, "-∞"),
        ] {
            assert_eq!(show(value, unit), expected);
        }
    }

    #[test]
    fn lengths_are_said_in_two_units_at_most() {
        for (seconds, expected) in [
            (0.0, "0 s"),
            (0.35, "350 ms"),
            (59.0, "59 s"),
            (3_599.6, "60 min"),
            (7_260.0, "2 h 1 min"),
            (187_200.0, "2 d 4 h"),
            (-90.0, "-1 min 30 s"),
            (1e8, "3.2 a"),
        ] {
            assert_eq!(length(seconds), expected);
        }
        let ages = [0.2, 59.9, 60.0, 7_199.0, 200_000.0].map(|gone| age(0.0, gone));
        assert_eq!(ages, ["now", "59 s", "1 min", "1 h", "2 d"]);
        assert_eq!([60.0, 90.0, 3_600.0, 604_800.0].map(span), ["1m", "90s", "1h", "7d"]);
    }

    #[test]
    fn names_tell_units() {
        for (name, unit) in [
            ("process_memory_bytes", Unit::Bytes),
            ("bytes_sent_bytes_total", Unit::Bytes),
            ("system_disk_free", Unit::Bytes),
            ("disk_percent", Unit::Percent),
            ("error_rate", Unit::Percent),
            ("bus_delay_seconds", Unit::Seconds),
            ("response_time_avg", Unit::Milliseconds),
            ("temperature", Unit::Celsius),
            ("requests_total", Unit::None),
        ] {
            assert_eq!(unit_of(name), unit, "{name}");
        }
    }

    #[test]
    fn texts_of_strangers_are_only_text() {
        assert_eq!(plain("a\u{1b}[2Jb\u{7}\u{202e}ü\n"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}ü\u{fffd}");
    }
}
