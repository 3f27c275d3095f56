//! Numbers as Go writes them.

/// How a number is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `%e`
    Exponent,
    /// `%f`
    Fixed,
    /// `%g`: with an exponent where that is large or small.
    General,
}

/// The number so laid out; without a precision with as few digits as say which number it is.
pub(crate) fn float(value: f64, style: Style, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    match (style, precision) {
        (Style::Fixed, None) => format!("{value}"),
        (Style::Fixed, Some(precision)) => format!("{value:.precision$}"),
        (Style::Exponent, None) => exponent(&format!("{value:e}")),
        (Style::Exponent, Some(precision)) => exponent(&format!("{value:.precision$e}")),
        (Style::General, precision) => general(value, precision),
    }
}

/// `%v`
pub(crate) fn shortest(value: f64) -> String {
    float(value, Style::General, None)
}

/// `%.4g`, as Prometheus writes what humans read.
pub(crate) fn four_digits(value: f64) -> String {
    float(value, Style::General, Some(4))
}

fn general(value: f64, precision: Option<usize>) -> String {
    let precision = precision.map(|digits| digits.max(1));
    let scientific = match precision {
        None => format!("{value:e}"),
        Some(digits) => format!("{value:.*e}", digits - 1),
    };
    let (mantissa, power) = split(&scientific);
    let mantissa =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let digits = i32::try_from(mantissa.bytes().filter(u8::is_ascii_digit).count()).unwrap_or(i32::MAX);
    // From which power on there is an exponent: from the precision on, which counts as six where nobody says it.
    let most = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision).unwrap_or(i32::MAX);
            if precision > digits && digits > power { digits } else { precision }
        }
    };
    if power < -4 || power >= most {
        return exponent(&format!("{mantissa}e{power}"));
    }
    let behind = usize::try_from(digits.saturating_sub(power).saturating_sub(1)).unwrap_or(0);
    format!("{value:.behind$}")
}

/// Rust's `1.5e7` as Go's `1.5e+07`.
fn exponent(scientific: &str) -> String {
    let (mantissa, power) = split(scientific);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", power.unsigned_abs())
}

fn split(scientific: &str) -> (&str, i32) {
    let (mantissa, power) = scientific.split_once('e').unwrap_or((scientific, "0"));
    (mantissa, power.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::{Style, float, four_digits, shortest};

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        let rows = [
            (0.0, "0", "0"),
            (-0.0, "-0", "-0"),
            (1.0, "1", "1"),
            (0.1, "0.1", "0.1"),
            (123_456.0, "123456", "1.235e+05"),
            (123_456_789.125, "1.23456789125e+08", "1.235e+08"),
            (123.0, "123", "123"),
            (12_345.0, "12345", "1.234e+04"),
            (10_000.0, "10000", "1e+04"),
            (0.000_01, "1e-05", "1e-05"),
            (0.000_123_456, "0.000123456", "0.0001235"),
            (f64::INFINITY, "+Inf", "+Inf"),
            (f64::NAN, "NaN", "NaN"),
        ];
        for (value, short, four) in rows {
            assert_eq!(shortest(value), short);
            assert_eq!(four_digits(value), four);
        }
        assert_eq!(float(1.005, Style::Fixed, Some(2)), "1.00");
        assert_eq!(float(1234.5, Style::Exponent, Some(2)), "1.23e+03");
    }
}
