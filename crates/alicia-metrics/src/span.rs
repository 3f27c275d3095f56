//! Lengths of time as people write them: `12h`, `30d`, `1d12h`, `1y`, or `forever`.

use model::{Millis, limits};
use std::fmt;
use std::str::FromStr;

/// Units, the longest first; a year is 365 days.
const UNITS: [(&str, Millis); 7] = [
    ("y", 365 * limits::DAY),
    ("w", 7 * limits::DAY),
    ("d", limits::DAY),
    ("h", limits::HOUR),
    ("m", limits::MINUTE),
    ("s", limits::SECOND),
    ("ms", 1),
];
const FOREVER: &str = "forever";

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Span(pub(crate) Millis);

impl Span {
    /// A length that is never over.
    pub(crate) const FOREVER: Self = Self(limits::FOREVER);

    /// So many days.
    pub(crate) fn days(days: u32) -> Self {
        Self(Millis::from(days).saturating_mul(limits::DAY))
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is no length of time; expected such as 12h, 30d, 1y, or {FOREVER}");
        if text == FOREVER {
            return Ok(Self::FOREVER);
        }
        let (mut rest, mut sum, mut shorter_than) = (text, 0, Millis::MAX);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
            let (number, behind) = rest.split_at(digits);
            let letters = behind.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(behind.len());
            let (name, behind) = behind.split_at(letters);
            let unit = UNITS.iter().find(|(unit, _)| *unit == name).map(|(_, unit)| *unit);
            let unit = unit.filter(|unit| *unit < shorter_than).ok_or_else(bad)?;
            let length = number.parse::<Millis>().ok().and_then(|number| number.checked_mul(unit));
            sum = length.and_then(|length| length.checked_add(sum)).ok_or_else(bad)?;
            (rest, shorter_than) = (behind, unit);
        }
        if text.is_empty() || sum >= limits::FOREVER { Err(bad()) } else { Ok(Self(sum)) }
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self >= Self::FOREVER {
            return f.write_str(FOREVER);
        }
        // Years and weeks are for reading only: 30d is said as it is usually given.
        let mut left = self.0;
        for (name, unit) in UNITS.iter().filter(|(name, _)| !["y", "w"].contains(name)) {
            if left >= *unit {
                write!(f, "{}{name}", left / unit)?;
                left %= unit;
            }
        }
        if self.0 < 1 { f.write_str("0s") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::Span;
    use model::limits::{DAY, FOREVER, HOUR, MINUTE};

    #[test]
    fn lengths_are_read_and_said() {
        for (text, length, said) in [
            ("30d", 30 * DAY, "30d"),
            ("12h", 12 * HOUR, "12h"),
            ("1d12h", 36 * HOUR, "1d12h"),
            ("1y", 365 * DAY, "365d"),
            ("2w", 14 * DAY, "14d"),
            ("10m", 10 * MINUTE, "10m"),
            ("1500ms", 1_500, "1s500ms"),
            ("0s", 0, "0s"),
            ("forever", FOREVER, "forever"),
        ] {
            let span: Span = text.parse().expect(text);
            assert_eq!((span.0, span.to_string()), (length, said.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_refused_with_examples() {
        for text in
            ["", "30", "d", "30 d", "-1d", "1.5h", "1h1d", "1d1d", "1D", "ever", "99999999999999999y", "ä"]
        {
            let error = text.parse::<Span>().expect_err(text);
            assert!(error.contains("30d") && error.contains("forever"), "{error}");
        }
    }
}
