//! The repository itself, held against every rule.

use xtask::command::root;
use xtask::tidy;
use xtask::tree::Tree;

#[test]
fn the_repository_is_tidy() {
    let tree = Tree::read(root()).unwrap();
    let found: Vec<String> = tidy::check(&tree).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} to put in order:\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_program_is_built_from_few_crates() {
    let found = tidy::budget::check(root()).unwrap();
    assert_eq!(found, []);
}

#[test]
fn the_tree_that_is_read_holds_sources_and_no_build_output() {
    let tree = Tree::read(root()).unwrap();
    assert!(tree.file("xtask/src/tree.rs").is_some());
    assert!(tree.file("crates/model/src/lib.rs").is_some());
    assert!(tree.files().all(|file| !file.path.starts_with("target/") && !file.path.starts_with(".git/")));
}
