//! Each rule of `tidy` on the pages beside the code.

use crate::tiny_tree::{check, check_tree, sound};

#[test]
fn the_pages_that_everybody_looks_for_exist() {
    for page in ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md"] {
        check_tree(&sound().without(page), &[&format!("{page}:1: The page is missing.")]);
    }
}

#[test]
fn a_page_has_one_title() {
    check("docs/a.md", "Text.\n\n## Part\n", &["docs/a.md:1: Has no `# ` title."]);
    check("docs/a.md", "# One\n\n# Two\n", &["docs/a.md:3: A second `# ` title"]);
    check("docs/a.md", "# One\n\n```sh\n# a comment\n```\n\n## Part\n", &[]);
}

#[test]
fn a_file_named_in_the_architecture_exists() {
    let page = |line: &str| format!("# Architecture\n\n{line}\n");
    let path = "ARCHITECTURE.md";
    for name in ["crates/model/src/gone.rs", "gone.rs", "docs/gone.md", "crates/gone/", "deny.toml"] {
        let expect = format!("ARCHITECTURE.md:3: Names `{name}`, which does not exist.");
        check(path, &page(&format!("See `{name}`.")), &[&expect]);
    }
    check(
        path,
        &page("`crates/model/`, `time.rs`, `src/time.rs`, `Cargo.toml`, `crates/model/src/lib.rs`"),
        &[],
    );
    check(path, &page("`alicia/metrics/+`, `/metrics`, `Append`, `cargo test`, `1.5`, `crates/*/src`"), &[]);
}

#[test]
fn the_changelog_keeps_its_form() {
    let page = |rest: &str| format!("# Changelog\n\nhttps://keepachangelog.com\n\n{rest}");
    let path = "CHANGELOG.md";
    let good = "## [Unreleased]\n\n### Added\n- a\n\n## [0.1.0] - 2026-11-23\n\n### Fixed\n- b\n";
    check(path, &page(good), &[]);
    check(path, &page(good).replace("# Changelog", "# Changes"), &["CHANGELOG.md:1: Does not begin with"]);
    check(
        path,
        &page(good).replace("keepachangelog", "example"),
        &["CHANGELOG.md:1: Does not name its form"],
    );
    check(
        path,
        &page("## [0.1.0] - 2026-11-23\n"),
        &["CHANGELOG.md:5: The first section is not `## [Unreleased]`."],
    );
    check(
        path,
        &page("## [Unreleased]\n## 0.1.0 (23 November)\n"),
        &["CHANGELOG.md:6: `## 0.1.0 (23 November)` is not"],
    );
    check(path, &page("## [Unreleased]\n### News\n"), &["CHANGELOG.md:6: `### News` is none of"]);
}
