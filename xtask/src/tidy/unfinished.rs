//! Nothing half done is left behind: what is missing is written down where plans are, not in the code.

use crate::source::is_word;
use crate::tree::{File, Tree};
use crate::violation::Violation;

/// Words that mark unfinished work in a comment.
const MARKS: [&str; 3] = ["TODO", "FIXME", "XXX"];
/// Macros that stand for code not written.
const MACROS: [&str; 2] = ["todo", "unimplemented"];

/// No marks in comments and no macros in code, tests included.
pub fn check(tree: &Tree) -> Vec<Violation> {
    tree.files()
        .filter(|file| file.is_rust())
        .flat_map(|file| marks(file).into_iter().chain(macros(file)))
        .collect()
}

fn marks(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    for comment in &file.source.comments {
        for (below, line) in comment.text.lines().enumerate() {
            for mark in MARKS.iter().filter(|mark| line.split(|c| !is_word(c)).any(|word| word == **mark)) {
                let what = format!("`{mark}` in a comment: finish it, or write it down outside the code.");
                found.push(Violation::new(&file.path, comment.line + below, what));
            }
        }
    }
    found
}

fn macros(file: &File) -> Vec<Violation> {
    let mut found = Vec::new();
    for name in MACROS {
        for at in file.source.words(name).filter(|at| file.source.code[at + name.len()..].starts_with('!')) {
            let what = format!("`{name}!` stands for code that is not written: write it.");
            found.push(Violation::new(&file.path, file.source.line_of(at), what));
        }
    }
    found
}
