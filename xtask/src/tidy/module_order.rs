//! Inside a crate a module uses only modules that the crate's root declares above it, so that a crate can be
//! read from top to bottom and has no cycles. Names that the root re-exports count as their module.

use crate::source::{Source, identifier};
use crate::tree::{File, Tree};
use crate::violation::Violation;
use std::collections::BTreeMap;

/// Looks at every crate's `lib.rs`, and at `main.rs` as a root of its own.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for dir in tree.crate_dirs() {
        for name in ["lib.rs", "main.rs"] {
            if let Some(root) = tree.file(&format!("{dir}/src/{name}")) {
                check_root(tree, dir, root, &mut found);
            }
        }
    }
    found
}

fn check_root(tree: &Tree, dir: &str, root: &File, found: &mut Vec<Violation>) {
    let order: Vec<&str> = root.source.modules().into_iter().map(|(_, name)| name).collect();
    let exported = re_exports(&root.source, &order);
    let rank = |name: &str| {
        let position = |name: &str| order.iter().position(|other| *other == name);
        position(name).or_else(|| position(exported.get(name)?))
    };
    for file in tree.files().filter(|file| file.crate_dir() == Some(dir)) {
        let Some((module, depth)) = place(file, dir) else { continue };
        let Some(own) = rank(module) else { continue };
        for (line, name) in names_from_root(&file.source, depth) {
            if let Some(other) = rank(name)
                && other > own
            {
                let what = format!(
                    "`{module}` uses `{}`, which `{}` lists below it: move the module or the thing used.",
                    order[other],
                    root.path.rsplit('/').next().unwrap_or_default(),
                );
                found.push(Violation::new(&file.path, line, what));
            }
        }
    }
}

/// The top-level module a file belongs to, and how many steps it lies below the root.
fn place<'a>(file: &'a File, dir: &str) -> Option<(&'a str, usize)> {
    let inside = file.path.strip_prefix(dir)?.strip_prefix("/src/")?.strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    Some((inside.split('/').next()?, inside.split('/').count()))
}

/// First names after `crate::`, or after as many `super::` as lead to the root.
fn names_from_root(source: &Source, depth: usize) -> Vec<(usize, &str)> {
    let climb = "super::".repeat(depth);
    let mut names = Vec::new();
    for (prefix, word) in [("crate::", "crate"), (climb.as_str(), "super")] {
        for at in source.words(word) {
            let lower = source.code[..at].ends_with("super::");
            if lower || !source.code[at..].starts_with(prefix) {
                continue;
            }
            let after = at + prefix.len();
            let rest = &source.code[after..];
            let line = source.line_of(at);
            if rest.starts_with('{') {
                let end = source.closing(after).unwrap_or(source.code.len());
                let items = split(&source.code[after + 1..end]);
                names.extend(items.into_iter().map(|item| (line, identifier(item.trim()))));
            } else {
                names.push((line, identifier(rest)));
            }
        }
    }
    names
}

/// Name → module, for what the root takes up from its modules with `use`.
fn re_exports(root: &Source, modules: &[&str]) -> BTreeMap<String, String> {
    let mut exported = BTreeMap::new();
    for (_, text) in root.uses() {
        let text = text.strip_prefix("self::").or_else(|| text.strip_prefix("crate::")).unwrap_or(text);
        let module = identifier(text);
        if modules.contains(&module) {
            for leaf in leaves(text) {
                exported.insert(leaf.to_owned(), module.to_owned());
            }
        }
    }
    exported
}

/// The names that a `use` brings in.
fn leaves(text: &str) -> Vec<&str> {
    match text.split_once('{') {
        Some((_, group)) => {
            let group = group.trim_end().strip_suffix('}').unwrap_or(group);
            split(group).into_iter().flat_map(leaves).collect()
        }
        None => {
            let name =
                text.rsplit_once(" as ").map_or_else(|| text.rsplit("::").next(), |(_, name)| Some(name));
            name.map(str::trim).filter(|name| !name.is_empty()).into_iter().collect()
        }
    }
}

/// Splits a group at its own commas, not at those of groups inside.
fn split(group: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut from = 0;
    let mut parts = Vec::new();
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&group[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[from..]);
    parts
}
