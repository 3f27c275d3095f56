//! Regular expressions: `match` and `reReplaceAll`. They are written as Go has them; those of the library differ in little,
//! and are made of them.

use crate::out::Out;
use model::limits::{PATTERN_BYTES, PATTERN_MEMORY};
use regex::{Regex, RegexBuilder};

/// # Errors
/// It is no pattern, or too large a one.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > PATTERN_BYTES {
        return Err(format!("the pattern is longer than {PATTERN_BYTES} bytes"));
    }
    let built = RegexBuilder::new(&from_go(pattern))
        .size_limit(PATTERN_MEMORY)
        .dfa_size_limit(PATTERN_MEMORY)
        .build();
    // The last line says what is wrong; those before draw the pattern.
    built.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())
}

/// Writes the text, with the replacement for all that the pattern describes; `$1` and `${name}` are groups of it.
///
/// # Errors
/// There is no room.
pub(crate) fn replace_all(
    out: &mut Out,
    pattern: &Regex,
    replacement: &str,
    text: &str,
) -> Result<(), String> {
    let groups = replacement.matches('$').count();
    let (mut behind, mut written) = (0, 0_usize);
    let mut piece = String::new();
    for captures in pattern.captures_iter(text) {
        let Some(all) = captures.get(0) else { continue };
        out.push(text.get(behind..all.start()).unwrap_or(""))?;
        // What a group stands for is at most all; so it is known what is to come before there is room made for it.
        written = written.saturating_add(replacement.len());
        out.must_hold(written.max(all.len().saturating_mul(groups)))?;
        piece.clear();
        captures.expand(replacement, &mut piece);
        out.push(&piece)?;
        behind = all.end();
    }
    out.push(text.get(behind..).unwrap_or(""))
}

/// Go's pattern as the library's: `\d`, `\w`, `\s` and `\b` know letters and digits of ASCII alone, `\Q…\E` is text, and
/// within brackets nothing stands for a set of sets.
fn from_go(pattern: &str) -> String {
    let mut to = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or("");
        let taken = match c {
            '\\' => 1 + escape(&mut to, behind, in_class),
            '[' if in_class => set_in_class(&mut to, rest),
            '[' => {
                in_class = true;
                let negated = if behind.starts_with('^') { "^" } else { "" };
                // A bracket that closes before there is anything is meant as itself.
                let literal = behind.get(negated.len()..).is_some_and(|inside| inside.starts_with(']'));
                to.extend(["[", negated, if literal { "\\]" } else { "" }]);
                1 + negated.len() + usize::from(literal)
            }
            '&' | '~' if in_class => {
                to.extend(['\\', c]);
                1
            }
            _ => {
                in_class &= c != ']';
                to.push(c);
                c.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or("");
    }
    to
}

/// Writes what a backslash and what is behind it stand for. How many bytes of `behind` that is.
fn escape(to: &mut String, behind: &str, in_class: bool) -> usize {
    let Some(c) = behind.chars().next() else {
        to.push('\\');
        return 0;
    };
    match c {
        'd' => to.push_str("[0-9]"),
        'D' => to.push_str("[^0-9]"),
        'w' => to.push_str("[0-9A-Za-z_]"),
        'W' => to.push_str("[^0-9A-Za-z_]"),
        's' => to.push_str("[\\t\\n\\f\\r ]"),
        'S' => to.push_str("[^\\t\\n\\f\\r ]"),
        'b' if !in_class => to.push_str("(?-u:\\b)"),
        'B' if !in_class => to.push_str("(?-u:\\B)"),
        'Q' if !in_class => {
            let text = behind.get(1..).unwrap_or("");
            let (literal, end) = text.split_once("\\E").map_or((text, 0), |(literal, _)| (literal, 2));
            to.push_str(&regex::escape(literal));
            return 1 + literal.len() + end;
        }
        _ => to.extend(['\\', c]),
    }
    c.len_utf8()
}

/// Writes `[:alpha:]` within brackets, or a bracket that is meant as itself. How many bytes that is.
fn set_in_class(to: &mut String, rest: &str) -> usize {
    let named = rest.strip_prefix("[:").and_then(|inside| inside.find(":]"));
    match named.and_then(|end| rest.get(..end + 4)) {
        Some(set) => {
            to.push_str(set);
            set.len()
        }
        None => {
            to.push_str("\\[");
            1
        }
    }
}
