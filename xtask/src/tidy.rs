//! The habits of the house, checked: what a reviewer should not have to say twice.
//!
//! A rule is a function from [`Tree`] to breaches, in a file of its own and listed in [`RULES`]. To add one,
//! add a file, a line in the table, and a test that shows it a breach (`tests/it/rules.rs`).

pub mod arrows;
pub mod attributes;
pub mod blobs;
pub mod budget;
pub mod dead_files;
pub mod documents;
pub mod heads;
pub mod imports;
pub mod length;
pub mod module_order;
pub mod paths;
pub mod statements;
pub mod topics;
pub mod unfinished;

use crate::tree::Tree;
use crate::violation::Violation;

/// A rule looks at the whole tree and names every breach.
pub type Rule = fn(&Tree) -> Vec<Violation>;

/// Every rule that looks at files alone. [`budget`] asks cargo and stands apart.
pub const RULES: &[Rule] = &[
    arrows::members,
    arrows::dependencies,
    module_order::check,
    length::files,
    length::functions,
    heads::check,
    dead_files::check,
    attributes::check,
    unfinished::check,
    statements::check,
    imports::check,
    topics::check,
    paths::check,
    documents::present,
    documents::titles,
    documents::named_files,
    documents::changelog,
    blobs::check,
];

/// Every breach of every rule, sorted by place.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut all: Vec<Violation> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    all.sort();
    all
}
