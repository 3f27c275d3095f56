//! What an exporter answers to a scrape, line by line: enough of the text format of Prometheus for exporters that
//! put no timestamps into it.

use serde_json::{Map, Value};

/// One line of a scrape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line<'a> {
    /// Name and labels, as they are written.
    pub head: &'a str,
    /// Counter or gauge.
    pub kind: &'static str,
    /// The value.
    pub value: f64,
}

/// The lines of `text` that hold values.
///
/// # Errors
/// The line that is not understood.
pub fn parse(text: &str) -> Result<Vec<Line<'_>>, String> {
    let mut lines = Vec::new();
    let (mut family, mut word) = ("", "");
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            (family, word) = rest.split_once(' ').unwrap_or((rest, ""));
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unclear = || format!("the exporter's line is not understood: {line}");
        let (head, value) = line.split_at(head_length(line).ok_or_else(unclear)?);
        let value = value.trim().parse().map_err(|_| unclear())?;
        let name = head.split('{').next().unwrap_or(head);
        lines.push(Line { head, kind: kind(name.strip_prefix(family).unwrap_or(name), word), value });
    }
    Ok(lines)
}

/// What a line is whose name has `suffix` after that of its family, which is a `word`.
fn kind(suffix: &str, word: &str) -> &'static str {
    match (suffix, word) {
        ("", "counter") | ("_bucket" | "_sum" | "_count", "histogram" | "summary") => "counter",
        _ => "gauge",
    }
}

/// Bytes of name and labels. A brace in a label's value is none.
fn head_length(line: &str) -> Option<usize> {
    let name = line.find(['{', ' '])?;
    if line[name..].starts_with(' ') {
        return Some(name);
    }
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in line.bytes().enumerate().skip(name) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'}' if !is_quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Name and labels of `head` as a JSON object, sorted by name, with `more` labels. An empty value says that
/// there is no such label.
pub fn labels(head: &str, more: &[(&str, &str)]) -> Option<String> {
    let (name, rest) = head.split_once('{').unwrap_or((head, "}"));
    let mut labels = Map::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            labels.insert(name.to_owned(), Value::from(value));
        }
    };
    put("__name__", name);
    more.iter().for_each(|(name, value)| put(name, value));
    let mut rest = rest.strip_suffix('}')?;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"")?;
        let end = quoted_length(after)?;
        put(label, &unescaped(&after[..end]));
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(Value::Object(labels).to_string())
}

fn quoted_length(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}
