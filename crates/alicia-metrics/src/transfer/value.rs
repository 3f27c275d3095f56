//! Values as text, and back to the same bits.
//!
//! A finite value is the shortest decimal that reads back as the same double. There are 2^53 different NaN, and
//! one of them ends a series: the usual one is written `NaN`, every other with its bits, `NaN:7ff0000000000002`.

use std::fmt::Write as _;

/// Appends `value`: `0.1`, `1e300`, `NaN`, `+Inf`, `-Inf`, `NaN:` and sixteen hexadecimal digits.
pub(crate) fn push(out: &mut String, value: f64) {
    if value.is_finite() {
        push_finite(out, value);
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else if is_usual(value) {
        out.push_str("NaN");
    } else {
        out.push_str("NaN:");
        push_bits(out, value);
    }
}

/// Appends `value` as JSON, which has no word for what is not finite: `null` for every NaN, `"Infinity"` and
/// `"-Infinity"` are VictoriaMetrics' words.
pub(crate) fn push_json(out: &mut String, value: f64) {
    if value.is_finite() {
        push_finite(out, value);
    } else if value.is_nan() {
        out.push_str("null");
    } else {
        out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    }
}

/// Whether `value` is the NaN that the bare word means.
pub(crate) fn is_usual(value: f64) -> bool {
    value.to_bits() == f64::NAN.to_bits()
}

/// Appends the sixteen hexadecimal digits of `value`.
pub(crate) fn push_bits(out: &mut String, value: f64) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{:016x}", value.to_bits());
}

fn push_finite(out: &mut String, value: f64) {
    // `{:?}` writes an exponent where `{}` would write hundreds of zeros. Writing to a String cannot fail.
    let _ = write!(out, "{value:?}");
}

/// The value that `text` means; `None` for what is no number, and for a decimal beyond the largest double.
pub(crate) fn parse(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("NaN:") {
        return parse_bits(digits);
    }
    if text == "StaleNaN" {
        return Some(model::stale_marker());
    }
    ingest::number(text)
}

/// The NaN with the bits that sixteen hexadecimal `digits` say.
pub(crate) fn parse_bits(digits: &str) -> Option<f64> {
    let are_digits = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bits = u64::from_str_radix(digits, 16).ok().filter(|_| are_digits)?;
    Some(f64::from_bits(bits)).filter(|value| value.is_nan())
}

/// The value that an element of a JSON array means: a number, `null`, or one of the words of [`parse`] as a text.
pub(crate) fn parse_json(text: &str) -> Option<f64> {
    match text.strip_prefix('"') {
        Some(rest) => parse(rest.strip_suffix('"')?),
        None if text == "null" => Some(f64::NAN),
        None => parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_json, push, push_json};

    #[test]
    fn every_double_reads_back_as_itself_and_in_json_all_but_the_bits_of_a_nan() {
        let some = [
            0,
            1,
            0x8000_0000_0000_0000,
            0x3ff0_0000_0000_0000,
            0x7fef_ffff_ffff_ffff,
            0x7ff0_0000_0000_0000,
        ]
        .into_iter()
        .chain([0xfff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0x7ff8_0000_0000_0001, 0x7ff0_0000_0000_0002])
        .chain([0xfff8_0000_0000_0000, u64::MAX])
        .chain((0..10_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        for bits in some {
            let value = f64::from_bits(bits);
            let (mut text, mut json) = (String::new(), String::new());
            push(&mut text, value);
            push_json(&mut json, value);
            assert_eq!(parse(&text).map(f64::to_bits), Some(bits), "{text}");
            let same = if value.is_nan() { f64::NAN } else { value };
            assert_eq!(parse_json(&json).map(f64::to_bits), Some(same.to_bits()), "{json}");
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for text in [
            "",
            "x",
            "1e999",
            "-1e999",
            "1,5",
            "0x10",
            "NaN:",
            "NaN:3ff0000000000000",
            "NaN:+ff8000000000000",
        ] {
            assert_eq!(parse(text).map(f64::to_bits), None, "{text:?}");
        }
        for (text, value) in [("inf", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY), ("1E3", 1000.0)] {
            assert_eq!(parse(text), Some(value));
        }
    }
}
