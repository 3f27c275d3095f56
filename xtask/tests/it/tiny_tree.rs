//! A repository of two crates in which nothing is wrong, and `check`, which puts something wrong into it.

use xtask::tidy;
use xtask::tree::Tree;

const ROOT: &str = r#"[workspace]
members = [
    "crates/model",
    "crates/store",
    "xtask",
]

[workspace.dependencies]
model = { path = "crates/model" }
store = { path = "crates/store" }
rules = { path = "crates/rules" }
http = { path = "crates/http", package = "alicia-http" }
serde = "1"
"#;

/// The sound repository.
pub(crate) fn sound() -> Tree {
    Tree::of([
        ("Cargo.toml", ROOT),
        ("README.md", "# Tiny\n"),
        ("CONTRIBUTING.md", "# Contributing\n"),
        ("ARCHITECTURE.md", "# Architecture\n\nThe nouns are in `crates/model`, time in `time.rs`.\n"),
        (
            "CHANGELOG.md",
            "# Changelog\n\nThe form is [Keep a Changelog](https://keepachangelog.com).\n\n## [Unreleased]\n\n### Added\n",
        ),
        (
            "crates/model/Cargo.toml",
            "[package]\nname = \"model\"\n\n[dependencies]\nserde.workspace = true\n",
        ),
        (
            "crates/model/src/lib.rs",
            "//! The nouns.\nmod time;\nmod rule;\npub use time::{Millis, seconds};\npub use rule::Rule;\n",
        ),
        ("crates/model/src/time.rs", "//! Time.\npub struct Millis;\n"),
        ("crates/model/src/rule.rs", "//! A rule.\nuse crate::Millis;\npub struct Rule(Millis);\n"),
        (
            "crates/store/Cargo.toml",
            "[package]\nname = \"store\"\n\n[dependencies]\nmodel.workspace = true\n",
        ),
        ("crates/store/src/lib.rs", "//! Keeps.\npub mod slab;\npub mod index;\n"),
        ("crates/store/src/slab.rs", "//! Memory.\npub fn take() {}\n"),
        ("crates/store/src/index.rs", "//! Finds.\nuse crate::slab::take;\npub fn find() { take() }\n"),
        ("crates/store/tests/it/main.rs", "//! Tests.\nmod finds;\n"),
        ("crates/store/tests/it/finds.rs", "#[test]\nfn finds() {}\n"),
        ("xtask/Cargo.toml", "[package]\nname = \"xtask\"\n"),
        ("xtask/src/main.rs", "//! Tools.\nfn main() {}\n"),
    ])
}

/// Puts one file into the sound repository: `expect` is what the rules then say, each with its place.
#[track_caller]
pub(crate) fn check(path: &str, text: &str, expect: &[&str]) {
    check_tree(&sound().with(path, text), expect);
}

/// Every rule over `tree`: each breach begins with its line of `expect`, and there are no others.
#[track_caller]
pub(crate) fn check_tree(tree: &Tree, expect: &[&str]) {
    let found: Vec<String> = tidy::check(tree).iter().map(ToString::to_string).collect();
    let fits = found.len() == expect.len()
        && found.iter().zip(expect).all(|(found, expect)| found.starts_with(expect));
    assert!(fits, "expected\n  {}\nfound\n  {}", expect.join("\n  "), found.join("\n  "));
}

#[test]
fn nothing_is_wrong_with_the_sound_repository() {
    check_tree(&sound(), &[]);
}
