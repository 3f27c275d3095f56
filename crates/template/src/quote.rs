//! Texts in quotation marks, read and written as Go does.

use std::fmt::Write as _;

/// `%q` of a text.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        push_escaped(&mut quoted, c, '"');
    }
    quoted.push('"');
    quoted
}

/// `%q` of a number that is a character.
pub(crate) fn quote_char(c: char) -> String {
    let mut quoted = String::from("'");
    push_escaped(&mut quoted, c, '\'');
    quoted.push('\'');
    quoted
}

fn push_escaped(to: &mut String, c: char, mark: char) {
    let escape = match c {
        _ if c == mark || c == '\\' => c,
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        _ if is_printable(c) => return to.push(c),
        _ => {
            let code = u32::from(c);
            let _written = match code {
                0..0x80 => write!(to, "\\x{code:02x}"),
                0x80..0x1_0000 => write!(to, "\\u{code:04x}"),
                _ => write!(to, "\\U{code:08x}"),
            };
            return;
        }
    };
    to.push('\\');
    to.push(escape);
}

/// Whether a character is shown as it is. The standard library tells only what it would escape itself: a mark that
/// belongs to the character before it only at the start of a text.
pub(crate) fn is_printable(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || !String::from_iter(['a', c]).escape_debug().any(|c| c == '\\')
}

/// What stands between the quotation marks of a text, without its escapes.
///
/// # Errors
/// An escape is none.
pub(crate) fn unquote(inner: &str, mark: char) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    let mut utf8 = [0; 4];
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            continue;
        }
        let bad = || "invalid syntax: an escape that is none".to_owned();
        let escape = rest.next().ok_or_else(bad)?;
        let plain = match escape {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            '"' | '\'' if escape == mark => u8::try_from(escape).map_err(|_| bad())?,
            'x' => u8::try_from(code(&mut rest, 0, 2, 16).ok_or_else(bad)?).map_err(|_| bad())?,
            '0'..='7' => {
                let first = escape.to_digit(8).unwrap_or(0);
                u8::try_from(code(&mut rest, first, 2, 8).ok_or_else(bad)?).map_err(|_| bad())?
            }
            'u' | 'U' => {
                let digits = if escape == 'u' { 4 } else { 8 };
                let c = code(&mut rest, 0, digits, 16).and_then(char::from_u32).ok_or_else(bad)?;
                bytes.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
                continue;
            }
            _ => return Err(bad()),
        };
        bytes.push(plain);
    }
    // Bytes may be named that are no text together.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn code(rest: &mut std::str::Chars<'_>, first: u32, digits: usize, radix: u32) -> Option<u32> {
    (0..digits).try_fold(first, |code, _| code.checked_mul(radix)?.checked_add(rest.next()?.to_digit(radix)?))
}

#[cfg(test)]
mod tests {
    use super::{quote, unquote};

    #[test]
    fn a_text_that_is_quoted_is_read_again() {
        for text in ["", "a\"b\\c", "tab\tline\nbell\u{7}", "ä 漢 🙂 e\u{301}", "\u{0}\u{7f}\u{200b}"] {
            let quoted = quote(text);
            assert_eq!(unquote(&quoted[1..quoted.len() - 1], '"').as_deref(), Ok(text), "{quoted}");
        }
        assert_eq!(quote("a\u{1}\u{200b}"), "\"a\\x01\\u200b\"");
        assert_eq!(unquote(r"\x41\101\u00e4\'", '\'').as_deref(), Ok("AAä'"));
        for bad in [r"\q", r"\x4", r"\", r"\ud800", r"\400", r"\'"] {
            assert!(unquote(bad, '"').is_err(), "{bad}");
        }
    }
}
