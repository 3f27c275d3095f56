//! A reader sees where every name comes from: sources import names, never `*`.

use crate::tree::Tree;
use crate::violation::Violation;

/// No `use …::*` in a source file. Tests may take a prelude.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_src()) {
        for (line, text) in file.source.uses().filter(|(_, text)| text.contains('*')) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let what = format!("`use {text}` hides where names come from: import them by name.");
            found.push(Violation::new(&file.path, line, what));
        }
    }
    found
}
