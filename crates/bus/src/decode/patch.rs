//! What Python writes and JSON readers do not take: bare `NaN`, `Infinity`, `-Infinity`, numbers too large for
//! a double, and texts with half a surrogate pair (`"\udc80"`, what `json.dumps` makes of a file name that is
//! not UTF-8). Put `null` and the replacement character in their places, and only what holds them is lost.

/// `text` with such words and characters replaced; `None` if it has none, so that the fault lies elsewhere.
pub(super) fn patched(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find(|c: char| c == '"' || is_word(c)) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let is_string = from.starts_with('"');
        let (piece, after) = from.split_at(if is_string { string_end(from) } else { word_end(from) });
        let mended =
            if is_string { whole_characters(piece) } else { is_no_number(piece).then(|| "null".to_owned()) };
        found |= mended.is_some();
        out.push_str(mended.as_deref().unwrap_or(piece));
        rest = after;
    }
    out.push_str(rest);
    found.then_some(out)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')
}

fn word_end(text: &str) -> usize {
    text.find(|c: char| !is_word(c)).unwrap_or(text.len())
}

/// Behind the closing quote of the string that `text` begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_no_number(word: &str) -> bool {
    match word {
        "NaN" | "Infinity" | "-Infinity" => true,
        _ => {
            word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
                && word.parse::<f64>().is_ok_and(f64::is_infinite)
        }
    }
}

/// Bytes of `\uXXXX`.
const ESCAPE: usize = 6;

/// A JSON string without halves of surrogate pairs; `None` if it has none.
fn whole_characters(string: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = string;
    let mut found = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (unit(escape), escape.get(ESCAPE..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 2 * ESCAPE,
            (Some(0xD800..=0xDFFF), _) => {
                found = true;
                out.push('\u{FFFD}');
                rest = escape.get(ESCAPE..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => ESCAPE,
            // A backslash and what it escapes.
            (None, _) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, after) = escape.split_at(length);
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    found.then_some(out)
}

/// The UTF-16 unit that `text` begins with as `\uXXXX`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}
