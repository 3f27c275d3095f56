//! Prometheus' lengths of time, as `parseDuration` reads them.

/// Units, the longest first, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 31_536_000_000),
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Seconds of a length such as `1h30m`.
///
/// # Errors
/// It is none.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    if text == "0" {
        return Ok(0.0);
    }
    let bad = || format!("not a valid duration string: {text:?}");
    let (mut rest, mut total, mut units) = (text, 0_u64, UNITS.as_slice());
    if rest.is_empty() {
        return Err("empty duration string".to_owned());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let (number, behind) = rest.split_at_checked(digits).ok_or_else(bad)?;
        let end = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(end).ok_or_else(bad)?;
        let at = units.iter().position(|(name, _)| *name == unit).ok_or_else(bad)?;
        let millis = units.get(at).map_or(0, |(_, millis)| *millis);
        let part =
            number.parse::<u64>().ok().and_then(|number| number.checked_mul(millis)).ok_or_else(bad)?;
        total = total.checked_add(part).filter(|all| *all <= MOST).ok_or("duration out of range")?;
        units = units.get(at + 1..).unwrap_or(&[]);
        rest = behind;
    }
    #[expect(clippy::cast_precision_loss, reason = "at most some ten digits")]
    Ok(total as f64 / 1_000.0)
}

/// Milliseconds of the longest that Go has.
const MOST: u64 = 9_223_372_036_854;

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn lengths_are_read_as_prometheus_reads_them() {
        for (text, expected) in [("0", 0.0), ("5m", 300.0), ("1h2m10ms", 3_720.01), ("1y2w3d", 33_004_800.0)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for bad in ["", "5", "m", "1m1h", "1m1m", "-1s", "1.5h", "1 h", "99999999999y", "500y", "1µ", "٣s"]
        {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
