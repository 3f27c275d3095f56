//! Every source file begins by saying what it is, why, and where to read next.

use crate::tree::Tree;
use crate::violation::Violation;

/// The first line of a source file is a `//!` with words in it.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let headless = tree.files().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        let head = first.strip_prefix("//!").unwrap_or_default();
        file.is_src() && head.trim().is_empty()
    });
    headless
        .map(|file| Violation::new(&file.path, 1, "Does not begin with `//!`: say what it is and why."))
        .collect()
}
