//! Files and functions stay short enough to be read in one go. The limits are ratchets: an exception names
//! the length it may have and why, and falls away as soon as it is not needed.

use crate::source::{Source, identifier};
use crate::tree::Tree;
use crate::violation::Violation;

/// Lines of a source file.
const FILE_LINES: usize = 600;
/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 70;

/// A file that may be longer than the rest.
pub struct Exception {
    /// Path from the root.
    pub path: &'static str,
    /// Lines it may have.
    pub lines: usize,
    /// Why splitting it would make it worse.
    pub reason: &'static str,
}

/// The only files over the limit.
const LONG_FILES: &[Exception] = &[];

/// No source file has more than 600 lines.
pub fn files(tree: &Tree) -> Vec<Violation> {
    files_except(tree, LONG_FILES)
}

/// [`files`] with a table of exceptions of one's own.
pub fn files_except(tree: &Tree, exceptions: &[Exception]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_src()) {
        let lines = file.text.lines().count();
        let exception = exceptions.iter().find(|exception| exception.path == file.path);
        let limit = exception.map_or(FILE_LINES, |exception| exception.lines);
        if lines > limit {
            let what = format!("{lines} lines, {limit} are the limit: split the file by idea.");
            found.push(Violation::new(&file.path, lines, what));
        } else if exception.is_some() && lines <= FILE_LINES {
            found.push(Violation::new(
                &file.path,
                lines,
                "Needs no exception any more: strike it from the table.",
            ));
        }
    }
    let gone = exceptions.iter().filter(|exception| tree.file(exception.path).is_none());
    found.extend(
        gone.map(|gone| Violation::new(gone.path, 1, "Is excepted from the file limit but does not exist.")),
    );
    let silent = exceptions.iter().filter(|exception| exception.reason.is_empty());
    found.extend(
        silent.map(|one| Violation::new(one.path, 1, "Is excepted from the file limit without a reason.")),
    );
    found
}

/// No function has more than 70 lines.
pub fn functions(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_src()) {
        for (name, from, to) in spans(&file.source) {
            let lines = to - from + 1;
            if lines > FUNCTION_LINES {
                let what = format!(
                    "`{name}` has {lines} lines, {FUNCTION_LINES} are the limit: give its parts names."
                );
                found.push(Violation::new(&file.path, from, what));
            }
        }
    }
    found
}

/// Name, first and last line of every function that has a body.
fn spans(source: &Source) -> Vec<(&str, usize, usize)> {
    let mut spans = Vec::new();
    for at in source.words("fn") {
        let rest = source.code[at + "fn".len()..].trim_start();
        let name = identifier(rest);
        // `fn(u8) -> u8` is a type.
        if name.is_empty() {
            continue;
        }
        if let Some(open) = body(&source.code, at)
            && let Some(close) = source.closing(open)
        {
            spans.push((name, source.line_of(at), source.line_of(close)));
        }
    }
    spans
}

/// Where the body of the function at `from` opens; `None` for a declaration without one.
fn body(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' if depth == 0 => return Some(from + at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}
