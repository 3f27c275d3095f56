//! Numbers as people say them: with their unit, and no more digits than say something.

use model::{Millis, to_seconds};

/// `value` of a metric with this unit.
pub(crate) fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "bytes" => scaled(value, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"]),
        "percent" => format!("{} %", digits(value)),
        "ratio" => format!("{} %", digits(value * 100.0)),
        "seconds" if value.abs() < 1.0 => format!("{} ms", digits(value * 1000.0)),
        "seconds" => format!("{} s", digits(value)),
        "milliseconds" => format!("{} ms", digits(value)),
        "celsius" => format!("{} °C", digits(value)),
        "" => scaled(value, 1000.0, &["", "k", "M", "G", "T"]),
        other => format!("{} {other}", digits(value)),
    }
}

/// A length of time in its largest sensible unit.
pub(crate) fn length(time: Millis) -> String {
    let seconds = to_seconds(time).abs();
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{} h", digits(s / 3600.0)),
        s => format!("{} days", digits(s / 86_400.0)),
    }
}

fn scaled(value: f64, base: f64, units: &[&str]) -> String {
    let (mut value, mut place) = (value, 0);
    while value.abs() >= base && place + 1 < units.len() {
        value /= base;
        place += 1;
    }
    format!("{} {}", digits(value), units.get(place).copied().unwrap_or_default()).trim_end().to_owned()
}

/// About three digits.
fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        size if size >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{length, with_unit};

    #[test]
    fn numbers_have_their_units() {
        for (value, unit, expected) in [
            (1.25 * 1024.0 * 1024.0 * 1024.0, "bytes", "1.25 GiB"),
            (-2048.0, "bytes", "-2.00 KiB"),
            (93.25, "percent", "93.2 %"),
            (0.052, "seconds", "52.0 ms"),
            (12_345.0, "", "12.3 k"),
            (0.0, "", "0"),
            (0.000_02, "", "2.0e-5"),
        ] {
            assert_eq!(with_unit(value, unit), expected);
        }
        assert_eq!((length(60_000), length(18_000_000)), ("60 s".to_owned(), "5.00 h".to_owned()));
        assert_eq!(length(3 * 86_400_000), "3.00 days");
    }
}
