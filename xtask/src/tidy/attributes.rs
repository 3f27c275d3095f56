//! Every exception to a lint is a sentence: `#[expect(lint, reason = "…")]`. It tells why, and the compiler
//! says so when it is no longer needed; an `allow` does neither.

use crate::source::{Source, is_word};
use crate::tree::Tree;
use crate::violation::Violation;

/// No `allow`, and no `expect` without its reason, in any Rust file.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_rust()) {
        for (line, text) in attributes(&file.source) {
            if calls(text, "allow") {
                let what = "`allow` hides a lint for good: use `#[expect(lint, reason = \"…\")]`.";
                found.push(Violation::new(&file.path, line, what));
            }
            if calls(text, "expect") && !text.contains("reason") {
                let what = "`expect` without a reason: add `reason = \"…\"`.";
                found.push(Violation::new(&file.path, line, what));
            }
        }
    }
    found
}

/// The attributes of a file: line, and what stands between the brackets.
fn attributes(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let opening = |(at, _): (usize, &str)| {
        let rest = &source.code[at + 1..];
        let inner = usize::from(rest.starts_with('!'));
        rest[inner..].starts_with('[').then_some(at + 1 + inner)
    };
    source.code.match_indices('#').filter_map(opening).filter_map(|open| {
        let close = source.closing(open)?;
        Some((source.line_of(open), &source.code[open + 1..close]))
    })
}

/// Whether `name(` stands in an attribute as a word.
fn calls(attribute: &str, name: &str) -> bool {
    attribute.match_indices(name).any(|(at, _)| {
        let before = attribute[..at].chars().next_back();
        !before.is_some_and(is_word) && attribute[at + name.len()..].trim_start().starts_with('(')
    })
}
