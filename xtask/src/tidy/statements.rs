//! `matches!(x, Some(_));` as a statement looks like an assertion and checks nothing.

use crate::tree::Tree;
use crate::violation::Violation;

/// The answer of `matches!` is always used, in tests above all.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_rust()) {
        let code = &file.source.code;
        for at in file.source.words("matches").filter(|at| code[at + "matches".len()..].starts_with("!(")) {
            let before = code[..at].trim_end().chars().next_back();
            let open = at + "matches!".len();
            let after =
                file.source.closing(open).and_then(|close| code[close + 1..].trim_start().chars().next());
            if matches!(before, None | Some('{' | '}' | ';')) && after == Some(';') {
                let what = "The answer of `matches!` is thrown away: write `assert!(matches!(…))`.";
                found.push(Violation::new(&file.path, file.source.line_of(at), what));
            }
        }
    }
    found
}
