//! A Rust file that no `mod` leads to is never compiled, never linted and never tested, but is read and
//! believed. It goes, or it gets its `mod`.

use crate::tree::{File, Tree};
use crate::violation::Violation;
use std::collections::BTreeSet;

/// Every `.rs` file of a crate is reached from one of the crate's roots.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let rust = || tree.files().filter(|file| file.is_rust() && file.crate_dir().is_some());
    let mut live: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&File> = rust().filter(|file| is_root(file)).collect();
    while let Some(file) = open.pop() {
        if live.insert(&file.path) {
            open.extend(children(tree, file));
        }
    }
    rust()
        .filter(|file| !live.contains(file.path.as_str()))
        .map(|file| Violation::new(&file.path, 1, "No `mod` leads to this file: declare it or remove it."))
        .collect()
}

/// Where cargo begins to compile: libraries, binaries, tests, benches, examples, build scripts.
fn is_root(file: &File) -> bool {
    let inside = file.crate_dir().and_then(|dir| file.path.strip_prefix(dir)).unwrap_or_default();
    let parts: Vec<&str> = inside.split('/').skip(1).collect();
    match parts[..] {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        // A file is a program, and so is a directory with a `main.rs`.
        ["src", "bin", ref rest @ ..] | ["tests" | "benches" | "examples", ref rest @ ..] => {
            matches!(rest, [_] | [_, "main.rs"])
        }
        _ => false,
    }
}

fn children<'a>(tree: &'a Tree, file: &'a File) -> impl Iterator<Item = &'a File> {
    let (directory, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let base = match stem {
        "mod" | "lib" | "main" | "build" => directory.to_owned(),
        // Files right under `tests/` and the like are roots too, and look beside themselves.
        _ if is_root(file) => directory.to_owned(),
        _ => format!("{directory}/{stem}"),
    };
    file.source.modules().into_iter().filter_map(move |(_, module)| {
        let flat = tree.file(&format!("{base}/{module}.rs"));
        flat.or_else(|| tree.file(&format!("{base}/{module}/mod.rs")))
    })
}
