//! The pages beside the code: they are there, have one title each, name files that exist, and the changelog
//! has the form that readers and tools know.

use crate::tree::{File, Tree};
use crate::violation::Violation;

/// Pages without which a newcomer has no door.
const PAGES: [&str; 4] = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md"];
/// The kinds of change of <https://keepachangelog.com>.
const KINDS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
/// What a name in backticks ends with when it means a file.
const ENDINGS: [&str; 8] = [".rs", ".md", ".toml", ".sh", ".py", ".yml", ".yaml", ".lock"];

/// The pages that everybody looks for exist.
pub fn present(tree: &Tree) -> Vec<Violation> {
    let missing = PAGES.iter().filter(|page| tree.file(page).is_none());
    missing.map(|page| Violation::new(page, 1, "The page is missing.")).collect()
}

/// Every Markdown page has one `# ` title.
pub fn titles(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for page in tree.files().filter(|file| file.is_markdown()) {
        let titles: Vec<usize> =
            prose(page).filter(|(_, line)| line.starts_with("# ")).map(|(number, _)| number).collect();
        if titles.is_empty() {
            found.push(Violation::new(&page.path, 1, "Has no `# ` title."));
        }
        for second in titles.iter().skip(1) {
            found.push(Violation::new(&page.path, *second, "A second `# ` title: a page has one."));
        }
    }
    found
}

/// Every file and directory that `ARCHITECTURE.md` names in backticks exists.
pub fn named_files(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for page in tree.files().filter(|file| file.path == "ARCHITECTURE.md") {
        for (number, line) in prose(page) {
            for name in line.split('`').skip(1).step_by(2).filter(|name| means_file(tree, name)) {
                if !exists(tree, name) {
                    found.push(Violation::new(
                        &page.path,
                        number,
                        format!("Names `{name}`, which does not exist."),
                    ));
                }
            }
        }
    }
    found
}

/// `CHANGELOG.md` follows Keep a Changelog.
pub fn changelog(tree: &Tree) -> Vec<Violation> {
    let Some(page) = tree.file("CHANGELOG.md") else { return Vec::new() };
    let mut found = Vec::new();
    let mut complain = |line, what: &str| found.push(Violation::new(&page.path, line, what));
    if page.text.lines().next() != Some("# Changelog") {
        complain(1, "Does not begin with `# Changelog`.");
    }
    if !page.text.contains("keepachangelog.com") {
        complain(1, "Does not name its form (https://keepachangelog.com).");
    }
    let releases: Vec<(usize, &str)> =
        prose(page).filter_map(|(number, line)| Some((number, line.strip_prefix("## ")?))).collect();
    if releases.first().is_none_or(|(_, name)| *name != "[Unreleased]") {
        complain(
            releases.first().map_or(1, |(number, _)| *number),
            "The first section is not `## [Unreleased]`.",
        );
    }
    for (number, name) in releases.iter().skip(1).filter(|(_, name)| !is_release(name)) {
        complain(*number, &format!("`## {name}` is not of the form `## [1.2.3] - 2026-01-31`."));
    }
    for (number, line) in prose(page) {
        if let Some(kind) = line.strip_prefix("### ")
            && !KINDS.contains(&kind)
        {
            complain(number, &format!("`### {kind}` is none of {}.", KINDS.join(", ")));
        }
    }
    found
}

/// The lines of a page outside of code blocks, numbered from 1.
fn prose(page: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(page.text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// A word with a file's ending, or a path whose first step is a directory of ours.
fn means_file(tree: &Tree, name: &str) -> bool {
    let plain = !name.contains([' ', '*', '<', '{', '$', ':']) && !name.starts_with(['/', '.']);
    let ours = name.split_once('/').is_some_and(|(first, _)| has_directory(tree, first));
    plain && (ours || ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

fn exists(tree: &Tree, name: &str) -> bool {
    let name = name.trim_end_matches('/');
    let below = format!("/{name}");
    has_directory(tree, name) || tree.files().any(|file| file.path == name || file.path.ends_with(&below))
}

fn has_directory(tree: &Tree, name: &str) -> bool {
    let inside = format!("{name}/");
    tree.files().any(|file| file.path.starts_with(&inside))
}

fn is_release(name: &str) -> bool {
    let parts = name.strip_prefix('[').and_then(|rest| rest.split_once("] - "));
    parts.is_some_and(|(version, date)| {
        let numbers = version.split('.').filter(|part| part.parse::<u32>().is_ok()).count();
        let day: Vec<usize> = date.split('-').map(str::len).collect();
        numbers == 3 && day == [4, 2, 2] && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}
