//! What Python writes and JSON does not know: bare `NaN`, `Infinity`, `-Infinity`, and numbers too large for
//! a double. Put `null` in their places, and only the entry that holds one is lost.

/// `text` with such words replaced by `null`; `None` if it has none, so that the fault lies elsewhere.
pub(super) fn patched(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(start) = rest.find(|c: char| c == '"' || is_word(c)) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = if from.starts_with('"') { string_end(from) } else { word_end(from) };
        let (piece, after) = from.split_at(end);
        if is_no_number(piece) {
            found = true;
            out.push_str("null");
        } else {
            out.push_str(piece);
        }
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
