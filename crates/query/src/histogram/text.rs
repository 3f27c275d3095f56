//! Histograms as text: as the language of test scripts writes them, and as a label's value.

use super::{Buckets, FloatHistogram};
use model::ResetHint;
use std::fmt::{self, Write};

/// Gaps up to this many buckets are written as zeros.
const WIDEST: i64 = 1000;

/// `{{schema:0 count:4 sum:5 buckets:[1 2 1]}}`.
impl fmt::Display for FloatHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{schema:{} count:{} sum:{}", self.schema, go_float(self.count), go_float(self.sum))?;
        if self.zero_count != 0.0 {
            write!(f, " z_bucket:{}", go_float(self.zero_count))?;
        }
        if self.zero_threshold != 0.0 {
            write!(f, " z_bucket_w:{}", go_float(self.zero_threshold))?;
        }
        if self.is_custom() {
            let bounds: Vec<String> = self.bounds.iter().map(|bound| go_float(*bound)).collect();
            write!(f, " custom_values:[{}]", bounds.join(" "))?;
        }
        f.write_str(match self.reset {
            ResetHint::Unknown => "",
            ResetHint::Reset => " counter_reset_hint:reset",
            ResetHint::NotReset => " counter_reset_hint:not_reset",
            ResetHint::Gauge => " counter_reset_hint:gauge",
        })?;
        write_side(f, "", &self.positive)?;
        write_side(f, "n_", &self.negative)?;
        f.write_str("}}")
    }
}

fn write_side(f: &mut fmt::Formatter<'_>, prefix: &str, side: &Buckets<f64>) -> fmt::Result {
    let Some((first, _)) = side.first() else { return Ok(()) };
    if *first != 0 {
        write!(f, " {prefix}offset:{first}")?;
    }
    write!(f, " {prefix}buckets:[")?;
    let mut expected = i64::from(*first);
    for (number, (index, count)) in side.iter().enumerate() {
        let space = if number == 0 { "" } else { " " };
        let gap = i64::from(*index) - expected;
        f.write_str(space)?;
        // No script has such gaps; a page full of zeros would help nobody.
        if gap > WIDEST {
            write!(f, "…{gap}… ")?;
        } else {
            (0..gap).try_for_each(|_| f.write_str("0 "))?;
        }
        f.write_str(&go_float(*count))?;
        expected = i64::from(*index) + 1;
    }
    f.write_str("]")
}

impl FloatHistogram {
    /// `{count:4, sum:5, (0.5,1]:1, (1,2]:3}`: what `count_values` makes of it.
    #[must_use]
    pub fn label_text(&self) -> String {
        let mut text = format!("{{count:{}, sum:{}", go_float(self.count), go_float(self.sum));
        for bucket in self.buckets() {
            let open = if bucket.has_lower { '[' } else { '(' };
            let close = if bucket.has_upper { ']' } else { ')' };
            let [lower, upper, count] = [bucket.lower, bucket.upper, bucket.count].map(go_float);
            _ = write!(text, ", {open}{lower},{upper}{close}:{count}");
        }
        text.push('}');
        text
    }
}

/// A number as Go's `%g` writes it: as short as it can be, with an exponent if that is below -4 or above 5.
#[must_use]
pub fn go_float(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let scientific = format!("{value:e}");
    let exponent = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    if (-4..6).contains(&exponent) { format!("{value}") } else { with_exponent(&scientific) }
}

/// `1e-7` as `1e-07`.
fn with_exponent(scientific: &str) -> String {
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A number as Go's `%.2g` writes it, with so many digits.
pub(super) fn go_float_short(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return go_float(value);
    }
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    let short =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let is_plain = exponent >= -4 && usize::try_from(exponent).map_or(true, |exponent| exponent < digits);
    if is_plain {
        // Rounded to those digits; the number is then short as it is.
        let rounded: f64 = scientific.parse().unwrap_or(value);
        return format!("{rounded}");
    }
    with_exponent(&format!("{short}e{exponent}"))
}
