//! Texts made safe for where they go: HTML, JavaScript, addresses.

use crate::quote::is_printable;
use std::fmt::Write as _;

/// For HTML, also within attributes.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => escaped.push('\u{fffd}'),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// For a text of JavaScript.
pub(crate) fn js(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '\'' | '"' => escaped.extend(['\\', c]),
            '<' | '>' | '&' | '=' => push_code(&mut escaped, c),
            _ if c < ' ' || !c.is_ascii() && !is_printable(c) => push_code(&mut escaped, c),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn push_code(to: &mut String, c: char) {
    let _written = write!(to, "\\u{:04X}", u32::from(c));
}

/// For the query of an address: a space is a plus.
pub(crate) fn url_query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            _ => {
                let _written = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// Where Prometheus' page shows an expression, as a graph (`tab` 0) or as a table (1): path and parameters.
#[must_use]
pub fn link(expression: &str, tab: u8) -> String {
    format!("/graph?g0.expr={}&g0.tab={tab}", url_query(expression))
}

/// The path of an address.
pub(crate) fn path(url: &str) -> &str {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.find('/').and_then(|at| behind_scheme.get(at..)).unwrap_or("");
    path.split(['?', '#']).next().unwrap_or("")
}
