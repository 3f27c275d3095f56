//! Numbers as Prometheus writes them in JSON: with as few digits as tell them from their neighbours, and with an exponent
//! where they are very small or very large.

/// Below are whole numbers that a `f64` holds all of.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Writes a number, without quotes.
pub(crate) fn push_float(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        let text = match value {
            value if value.is_nan() => "NaN",
            value if value > 0.0 => "+Inf",
            _ => "-Inf",
        };
        return out.extend_from_slice(text.as_bytes());
    }
    if value.trunc() == value && value.abs() < WHOLE {
        if value == 0.0 && value.is_sign_negative() {
            out.push(b'-');
        }
        return push_whole(out, value);
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    match text.split_once('e') {
        None => out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes()),
        Some((digits, exponent)) => push_scientific(out, digits, exponent.parse().unwrap_or(0)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
fn push_whole(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(itoa::Buffer::new().format(value as i64).as_bytes());
}

/// Writes what another printer wrote with an exponent: without one from 1e-6 up and below 1e21.
fn push_scientific(out: &mut Vec<u8>, digits: &str, exponent: i32) {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (first, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let rest = if rest == "0" { "" } else { rest };
    out.extend_from_slice(sign.as_bytes());
    match usize::try_from(exponent) {
        Ok(places) if places < 21 && places >= rest.len() => {
            out.extend_from_slice(first.as_bytes());
            out.extend_from_slice(rest.as_bytes());
            out.resize(out.len() + places - rest.len(), b'0');
        }
        Err(_) if exponent >= -6 => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + (1..exponent.unsigned_abs()).len(), b'0');
            out.extend_from_slice(first.as_bytes());
            out.extend_from_slice(rest.as_bytes());
        }
        _ => {
            out.extend_from_slice(first.as_bytes());
            if !rest.is_empty() {
                out.push(b'.');
                out.extend_from_slice(rest.as_bytes());
            }
            out.push(b'e');
            out.push(if exponent < 0 { b'-' } else { b'+' });
            if exponent.abs() < 10 {
                out.push(b'0');
            }
            out.extend_from_slice(itoa::Buffer::new().format(exponent.unsigned_abs()).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::push_float;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        push_float(&mut out, value);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn numbers_are_written_as_prometheus_writes_them_in_json() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (0.1, "0.1"),
            (-1234.5678, "-1234.5678"),
            (0.000_01, "0.00001"),
            (0.000_001, "0.000001"),
            (-0.000_001_25, "-0.00000125"),
            (0.000_000_9, "9e-07"),
            (1.5e-12, "1.5e-12"),
            (5e-324, "5e-324"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (1e16, "10000000000000000"),
            (1.5e16, "15000000000000000"),
            (1.234e20, "123400000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.25e21, "-1.25e+21"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut bits: u64 = 1;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            for value in [f64::from_bits(bits), (bits >> 30) as f64 / 1e6, (bits >> 11) as f64 * 1e3] {
                if !value.is_nan() {
                    assert_eq!(text(value).trim_start_matches('+').parse(), Ok(value), "{value:e}");
                }
            }
        }
    }
}
