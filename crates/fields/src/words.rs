//! Names as Prometheus writes them, and what a name or a word says by itself.

use crate::left::Left;
use model::{Millis, limits, to_seconds};

/// `name` in lower case with underscores: `DewPoint` is `dew_point`, `PM2.5` is `pm2_5`. Empty where no letter or digit is left.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_ascii_alphanumeric() {
            if !out.ends_with('_') {
                out.push('_');
            }
            before = '_';
            continue;
        }
        let begins = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || (before.is_ascii_uppercase() && rest.peek().is_some_and(char::is_ascii_lowercase)));
        if begins && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        before = c;
    }
    let out = out.trim_matches('_');
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("_{out}") } else { out.to_owned() }
}

/// The last word of a name.
pub(crate) fn last_word(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or(name)
}

/// Last words of names of what tells things apart and measures nothing.
const IDENTIFIERS: &[&str] = &[
    "id", "ids", "uid", "uuid", "guid", "mac", "serial", "token", "hash", "checksum", "nonce", "pid", "ip",
    "port", "ssid", "bssid", "address", "pin", "rev",
];
/// Last words of names of moments.
const TIMES: &[&str] =
    &["timestamp", "ts", "datetime", "date", "epoch", "unixtime", "tst", "at", "time_ms", "utc", "localtime"];
/// Names of moments, as a whole.
const MOMENTS: &[&str] =
    &["time", "last_seen", "last_update", "last_updated", "last_changed", "start_time", "end_time"];
/// Last words of names of what is written for people. A number there is a number all the same.
const TEXTS: &[&str] = &[
    "text",
    "message",
    "msg",
    "description",
    "title",
    "url",
    "uri",
    "name",
    "path",
    "version",
    "error",
    "reason",
    "comment",
    "content",
    "user",
    "requester",
    "data",
    "query",
    "prompt",
    "topic",
    "source",
    "command",
    "date",
    "time",
    "ver",
    "model",
];

/// Whether a field of this name (in snake case) is none that measures, and why.
pub(crate) fn left_by_name(name: &str, is_text: bool) -> Option<Left> {
    let last = last_word(name);
    if IDENTIFIERS.contains(&last) {
        return Some(Left::Identifier);
    }
    if TIMES.contains(&last)
        || MOMENTS.contains(&name)
        || MOMENTS.iter().any(|moment| ends_with_word(name, moment, 5))
    {
        return Some(Left::Time);
    }
    (is_text && TEXTS.contains(&last)).then_some(Left::Text)
}

/// Whether `name` ends with `_ending`, if that is longer than `least`.
fn ends_with_word(name: &str, ending: &str, least: usize) -> bool {
    ending.len() > least && name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('_'))
}

/// Words of names whose numbers grow as large as times are.
const LARGE: [&str; 7] = ["bytes", "count", "total", "size", "free", "used", "energy"];
/// Seconds around now in which a number is taken for a moment: five years.
const AROUND: f64 = 5.0 * 365.0 * 86_400.0;

/// Whether a number is a moment near `now`: in seconds, milliseconds, microseconds or nanoseconds of Unix' time.
pub(crate) fn is_moment(name: &str, number: f64, now: Millis) -> bool {
    let now = to_seconds(now);
    let is_near = [1.0, 1e3, 1e6, 1e9].iter().any(|scale| (number / scale - now).abs() < AROUND);
    is_near && !LARGE.iter().any(|word| name.contains(word))
}

/// The truth value that a word is, if it is one of a pair.
pub(crate) fn truth(word: &str) -> Option<bool> {
    const YES: &[&str] =
        &["on", "true", "yes", "online", "open", "connected", "enabled", "detected", "lock", "locked"];
    const NO: &[&str] = &[
        "off",
        "false",
        "no",
        "offline",
        "close",
        "closed",
        "disconnected",
        "disabled",
        "clear",
        "unlock",
        "unlocked",
    ];
    let is_one_of = |words: &[&str]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    if word.len() > 12 {
        None
    } else if is_one_of(YES) {
        Some(true)
    } else if is_one_of(NO) {
        Some(false)
    } else {
        None
    }
}

/// Whether a word says that there is no value: always, or where a number was before.
pub(crate) fn is_absence(word: &str, had_number: bool) -> bool {
    const NEVER: [&str; 4] = ["nan", "null", "inf", "-inf"];
    const UNKNOWN: [&str; 4] = ["unavailable", "unknown", "none", "invalid"];
    let is_one_of = |words: &[&str]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
    is_one_of(&NEVER) || (had_number && is_one_of(&UNKNOWN))
}

/// Whether a text may be the word of a state: short, a letter in front, no spaces.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= limits::FIELD_WORD_BYTES
        && text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// The number that a text is, if it is nothing else.
pub(crate) fn number(text: &str) -> Option<f64> {
    let is_decimal =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    if !is_decimal || !has_digit || text.len() > limits::FIELD_WORD_BYTES {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The number that a text begins with, where a unit may follow: `21.5 °C`.
pub(crate) fn leading_number(text: &str) -> Option<f64> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    number(text.get(..end)?)
}

#[cfg(test)]
mod tests {
    use super::{is_moment, leading_number, left_by_name, number, snake};
    use crate::left::Left;

    #[test]
    fn names_are_written_as_prometheus_writes_them() {
        for (name, expected) in [
            ("DewPoint", "dew_point"),
            ("PM2.5", "pm2_5"),
            ("BME280", "bme280"),
            ("HSBColor", "hsb_color"),
            ("tC", "t_c"),
            ("processing_time", "processing_time"),
            ("a--b  c", "a_b_c"),
            ("2nd floor", "_2nd_floor"),
            ("°", ""),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn names_tell_what_is_no_measurement() {
        for (name, is_text, expected) in [
            ("session_id", true, Some(Left::Identifier)),
            ("topology_timestamp", false, Some(Left::Time)),
            ("last_seen", true, Some(Left::Time)),
            ("query_start_time", false, Some(Left::Time)),
            ("processing_time", false, None),
            ("uptime", false, None),
            ("error", true, Some(Left::Text)),
            ("error", false, None),
            ("humid", false, None),
        ] {
            assert_eq!(left_by_name(name, is_text), expected, "{name}");
        }
    }

    #[test]
    fn numbers_that_are_moments_are_told_from_others() {
        let now = 1_795_394_248_000;
        assert!(is_moment("x", 1_795_394_248.9, now) && is_moment("x", 1_795_394_248_926.0, now));
        assert!(!is_moment("x", 1_500_000.0, now) && !is_moment("memory_bytes", 1_795_394_248.0, now));
        assert_eq!(
            (number("23.5"), number("1.0.0"), number("x1"), number("")),
            (Some(23.5), None, None, None)
        );
        assert_eq!((leading_number("21.5 °C"), leading_number("about 3")), (Some(21.5), None));
    }
}
