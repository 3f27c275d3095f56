//! Numbers, durations and texts, as Go's rules have them.

use crate::syntax::Span;
use model::Millis;
use model::limits::{DAY, HOUR, MINUTE, SECOND};
use std::fmt::Write as _;

/// The units of durations, in the order in which they must come; whether they are printed only if nothing is left.
const UNITS: [(&str, Millis, bool); 7] = [
    ("y", 365 * DAY, true),
    ("w", 7 * DAY, true),
    ("d", DAY, false),
    ("h", HOUR, false),
    ("m", MINUTE, false),
    ("s", SECOND, false),
    ("ms", 1, false),
];

/// The longest duration that Go holds: its nanoseconds fill an `i64`.
pub(super) const LONGEST: Millis = Millis::MAX / 1_000_000;

/// A number as it stands in an expression, without a sign.
pub(super) fn number(raw: &str) -> Result<f64, String> {
    if let Some(whole) = integer(raw) {
        return Ok(whole);
    }
    let bad = |why| format!("error parsing number: strconv.ParseFloat: parsing {}: {why}", quote(raw));
    let plain: String = raw.chars().filter(|c| *c != '_').collect();
    let named = plain.eq_ignore_ascii_case("inf") || plain.eq_ignore_ascii_case("nan");
    match plain.parse::<f64>() {
        Ok(value) if value.is_infinite() && !named => Err(bad("value out of range")),
        Ok(value) => Ok(value),
        Err(_) => Err(bad("invalid syntax")),
    }
}

/// A whole number: after `0x` in sixteens, after `0` in eights. `None` for what is none or needs more than 63 bits.
#[expect(clippy::cast_precision_loss, reason = "large whole numbers lose their last digits, as everywhere")]
fn integer(raw: &str) -> Option<f64> {
    let plain: String = raw.chars().filter(|c| *c != '_').collect();
    let low = plain.to_ascii_lowercase();
    let (digits, base) = match low.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => match low.strip_prefix('0') {
            Some(digits) if !digits.is_empty() => (digits, 8),
            _ => (low.as_str(), 10),
        },
    };
    i64::from_str_radix(digits, base).ok().map(|whole| whole as f64)
}

/// `1h30m` in milliseconds.
pub(super) fn duration(raw: &str) -> Result<Millis, String> {
    if raw.is_empty() {
        return Err("empty duration string".to_owned());
    }
    if raw == "0" {
        return Ok(0);
    }
    let bad = || format!("not a valid duration string: {}", quote(raw));
    let mut rest = raw;
    let mut units = UNITS.iter();
    let mut sum: Millis = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, behind) = rest.split_at_checked(digits).ok_or_else(bad)?;
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, behind) = behind.split_at_checked(letters).ok_or_else(bad)?;
        let (_, length, _) = units.find(|(name, ..)| *name == unit).ok_or_else(bad)?;
        if count.is_empty() {
            return Err(bad());
        }
        let part = count.parse::<Millis>().ok().and_then(|count| count.checked_mul(*length));
        let all = part.and_then(|part| part.checked_add(sum)).filter(|all| *all <= LONGEST);
        sum = all.ok_or_else(|| "duration out of range".to_owned())?;
        rest = behind;
    }
    Ok(sum)
}

/// A length as an HTTP parameter has it: `5m`, `1h30m`, or seconds (`1.5`), without a sign or with one.
#[must_use]
pub fn parse_length(text: &str) -> Option<Millis> {
    let seconds = text.parse::<f64>().ok();
    let found = match seconds {
        Some(seconds) => model::from_seconds(seconds),
        None => duration(text).ok(),
    };
    found.filter(|millis| millis.checked_abs().is_some_and(|length| length <= LONGEST))
}

/// A length as Prometheus prints one: `1h30m`.
#[must_use]
pub fn print_length(length: Millis) -> String {
    if length == 0 {
        return "0s".to_owned();
    }
    let mut printed = if length < 0 { "-".to_owned() } else { String::new() };
    let mut rest = length.unsigned_abs();
    for (name, unit, whole) in UNITS {
        let unit = unit.unsigned_abs();
        let count = rest / unit;
        if count == 0 || (whole && !rest.is_multiple_of(unit)) {
            continue;
        }
        rest %= unit;
        // Writing to a text cannot fail.
        let _ = write!(printed, "{count}{name}");
    }
    printed
}

/// A text in double quotes, with Go's escapes.
pub(super) fn quote(text: &str) -> String {
    quote_bytes(text.as_bytes())
}

/// The same of bytes that may be no text: those that are none are written as `\xc5`.
pub(super) fn quote_bytes(bytes: &[u8]) -> String {
    let mut quoted = String::from('"');
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| quote_char(&mut quoted, c, '"'));
        for byte in chunk.invalid() {
            let _ = write!(quoted, "\\x{byte:02x}");
        }
    }
    quoted.push('"');
    quoted
}

/// One character, escaped where that is needed within the quotes that are given.
pub(super) fn quote_char(to: &mut String, c: char, quotes: char) {
    let escape = match c {
        '\u{7}' => Some('a'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{b}' => Some('v'),
        '\\' => Some('\\'),
        _ if c == quotes => Some(c),
        _ => None,
    };
    let code = u32::from(c);
    let _ = match escape {
        Some(letter) => write!(to, "\\{letter}"),
        None if code < 0x20 || code == 0x7f => write!(to, "\\x{code:02x}"),
        None if printable(c) => write!(to, "{c}"),
        None if code < 0x1_0000 => write!(to, "\\u{code:04x}"),
        None => write!(to, "\\U{code:08x}"),
    };
}

/// Whether a character shows when printed. Accents do, on the letter before them.
fn printable(c: char) -> bool {
    c.is_ascii() || format!("a{c}").escape_debug().count() == 2
}

/// What stands in quotes, escapes replaced. The bytes, if they are no text.
///
/// The lexer has seen to it that every escape is complete; what it did not expect is left as it is.
pub(super) fn unquote(raw: &str) -> Result<String, Vec<u8>> {
    let mut inner = raw.chars();
    let quotes = inner.next();
    inner.next_back();
    let inner = inner.as_str();
    if quotes == Some('`') {
        return Ok(inner.to_owned());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            unescape(&mut chars, &mut bytes);
        } else {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes)
}

/// What an escape stands for, of which the backslash has been read.
fn unescape(chars: &mut std::str::Chars<'_>, bytes: &mut Vec<u8>) {
    let Some(letter) = chars.next() else { return };
    let (digits, base) = match letter {
        '0'..='7' => (2, 8),
        'x' => (2, 16),
        'u' => (4, 16),
        'U' => (8, 16),
        _ => (0, 16),
    };
    let mut code = if base == 8 { letter.to_digit(8).unwrap_or_default() } else { 0 };
    for digit in chars.by_ref().take(digits) {
        code = code.wrapping_mul(base).wrapping_add(digit.to_digit(base).unwrap_or_default());
    }
    let plain = match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'u' | 'U' => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
        '0'..='7' | 'x' => {
            bytes.push(u8::try_from(code & 0xff).unwrap_or_default());
            return;
        }
        other => other,
    };
    bytes.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Whether a label of this name is written without quotes.
pub(super) fn is_label(name: &str) -> bool {
    name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

/// Whether a metric of this name is written without quotes.
pub(super) fn is_metric(name: &str) -> bool {
    name.bytes().all(|byte| byte == b'_' || byte == b':' || byte.is_ascii_alphanumeric())
        && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

/// The part of a text.
pub(super) fn part(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

/// Whether a space stands at this byte.
pub(super) fn is_space_at(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), Some(b' ' | b'\t' | b'\n' | b'\r'))
}
