//! The product knows no machine: where things lie is a setting.

use crate::tree::Tree;
use crate::violation::Violation;

/// Directories of somebody's machine.
const MACHINE: [&str; 3] = ["/root/", "/tmp/", "/home/"];

/// No path of a machine in a product file, neither in text nor in a comment.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_product()) {
        for piece in file.source.strings.iter().chain(&file.source.comments) {
            for path in MACHINE.iter().filter(|path| names(&piece.text, path)) {
                let what =
                    format!("`{path}` is a place on one machine: take a setting or a temporary directory.");
                found.push(Violation::new(&file.path, piece.line, what));
            }
        }
    }
    found
}

/// Whether `text` has `directory` (`/tmp/`) as a path from the root, with or without its last slash.
fn names(text: &str, directory: &str) -> bool {
    let bare = directory.trim_end_matches('/');
    text.match_indices(bare).any(|(at, _)| {
        let within = text[..at].ends_with(|c: char| c.is_alphanumeric() || "/._-~}".contains(c));
        let longer = text[at + bare.len()..].starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        !within && !longer
    })
}
