//! What Python writes and JSON readers do not take: bare `NaN`, `Infinity`, `-Infinity`, and texts with half a
//! surrogate pair (`"\\udc80"`, what `json.dumps` makes of a file name that is not UTF-8). Put `null` and the
//! replacement character in their places, and only the entry that holds one is lost.

use std::borrow::Cow;

/// `text` with such words and texts replaced; `None` if it has none, so that the fault lies elsewhere.
pub(super) fn patched(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find(|c: char| c == '"' || is_word(c)) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let is_string = from.starts_with('"');
        let (piece, after) = from.split_at(if is_string { string_end(from) } else { word_end(from) });
        let piece = match piece {
            "NaN" | "Infinity" | "-Infinity" => Cow::Borrowed("null"),
            text if is_string => whole_characters(text),
            word => Cow::Borrowed(word),
        };
        found |= !std::ptr::eq(&*piece, &from[..piece.len().min(from.len())]);
        out.push_str(&piece);
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

