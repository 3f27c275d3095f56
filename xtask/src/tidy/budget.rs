//! How many crates the program is built from. Each is code that somebody must trust, compile and update, so
//! the number is a budget and growing it is a decision.

use crate::violation::Violation;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Crates in the release build, our own included.
pub const CRATES: usize = 320;

/// The release tree has at most [`CRATES`] crates.
///
/// # Errors
/// When cargo cannot be asked.
pub fn check(root: &Path) -> Result<Vec<Violation>, String> {
    let tree = cargo_tree(root)?;
    Ok(judge(crates(&tree).len(), CRATES))
}

/// The breach of having `count` crates where `limit` are allowed.
pub fn judge(count: usize, limit: usize) -> Vec<Violation> {
    if count <= limit {
        return Vec::new();
    }
    let what = format!(
        "The program is built from {count} crates, {limit} are the budget: drop one or argue for it."
    );
    vec![Violation::new("Cargo.lock", 1, what)]
}

/// The different crates (name and version) in the output of `cargo tree --prefix none`.
pub fn crates(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect()
}

fn cargo_tree(root: &Path) -> Result<String, String> {
    let words = ["tree", "--edges", "normal", "--package", "alicia-metrics", "--prefix", "none", "--locked"];
    let output = Command::new("cargo")
        .args(words)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo tree does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
