//! Who may import whom. Data walks through the house in one direction, and a crate that never sees another
//! cannot come to lean on it; the table is the map of the house.

use crate::tree::Tree;
use crate::violation::Violation;
use toml::{Table, Value};

/// The crates in reading order, and what each may name under `[dependencies]`.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("template", &["model"]),
    ("world", &[]),
    ("framing", &[]),
    ("forward", &["model", "world", "framing"]),
    ("alerts", &["model", "world"]),
    ("notify", &["model", "world", "alerts"]),
    ("store", &["model", "world", "framing"]),
    ("query", &["model"]),
    ("insights", &["model"]),
    ("rules", &["model", "template", "query"]),
    ("backtest", &["model", "query", "rules"]),
    ("traffic", &["model"]),
    ("capsule", &["model", "world", "framing"]),
    ("fields", &["model"]),
    ("ingest", &["model", "world"]),
    ("bus", &["model", "world"]),
    ("home-assistant", &["model", "alerts", "bus"]),
    ("web", &[]),
    (
        "http",
        &[
            "model", "world", "alerts", "notify", "query", "insights", "rules", "backtest", "traffic",
            "fields", "ingest", "web",
        ],
    ),
    (
        "alicia-metrics",
        &[
            "model",
            "template",
            "world",
            "forward",
            "alerts",
            "notify",
            "store",
            "query",
            "insights",
            "rules",
            "backtest",
            "traffic",
            "capsule",
            "fields",
            "ingest",
            "bus",
            "home-assistant",
            "http",
        ],
    ),
];

/// The root manifest lists the crates of the table in reading order, then the tools; every crate is listed.
pub fn members(tree: &Tree) -> Vec<Violation> {
    let Some((text, root)) = manifest(tree, "Cargo.toml") else {
        return vec![Violation::new("Cargo.toml", 1, "The root manifest is missing or is not TOML.")];
    };
    let listed: Vec<&str> = root
        .get("workspace")
        .and_then(|workspace| workspace.get("members")?.as_array())
        .map(|members| members.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut found = Vec::new();
    let mut last = 0;
    for member in &listed {
        let line = line_of(text, &format!("\"{member}\""));
        match rank(member) {
            None => found.push(Violation::new("Cargo.toml", line, unknown_crate(member))),
            Some(rank) if rank < last => {
                let what = format!("`{member}` is listed out of reading order (see the table of arrows).");
                found.push(Violation::new("Cargo.toml", line, what));
            }
            Some(rank) => last = rank,
        }
    }
    for dir in tree.crate_dirs() {
        if !listed.contains(&dir) {
            let path = format!("{dir}/Cargo.toml");
            found.push(Violation::new(&path, 1, "The crate is not listed in the workspace's `members`."));
        }
    }
    found
}

/// Each crate depends only on the crates that the table gives it. Development dependencies are free.
pub fn dependencies(tree: &Tree) -> Vec<Violation> {
    let workspace = manifest(tree, "Cargo.toml")
        .and_then(|(_, root)| root.get("workspace")?.get("dependencies")?.as_table().cloned())
        .unwrap_or_default();
    let mut found = Vec::new();
    for dir in tree.crate_dirs() {
        let path = format!("{dir}/Cargo.toml");
        let Some((text, own)) = manifest(tree, &path) else {
            found.push(Violation::new(&path, 1, "The manifest is not TOML."));
            continue;
        };
        let name = dir.trim_start_matches("crates/");
        let allowed = ARROWS.iter().find(|(from, _)| *from == name).map_or(&[][..], |(_, to)| to);
        for (key, value) in dependency_tables(&own).into_iter().flatten() {
            let Some(target) = local(key, value, &workspace) else { continue };
            if !allowed.contains(&target.as_str()) {
                let what =
                    format!("`{name}` may not depend on `{target}`: data would run against the arrows.");
                found.push(Violation::new(&path, line_of(text, key), what));
            }
        }
    }
    found
}

fn rank(member: &str) -> Option<usize> {
    match member.strip_prefix("crates/") {
        Some(name) => ARROWS.iter().position(|(from, _)| *from == name),
        None => (member == "xtask").then_some(ARROWS.len()),
    }
}

fn unknown_crate(member: &str) -> String {
    format!("`{member}` is not in the table of arrows: say there what it may import.")
}

fn manifest<'a>(tree: &'a Tree, path: &str) -> Option<(&'a str, Table)> {
    let text = &tree.file(path)?.text;
    Some((text, text.parse().ok()?))
}

/// `[dependencies]`, `[build-dependencies]` and the same under `[target.*]`.
fn dependency_tables(manifest: &Table) -> Vec<&Table> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let places = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table).chain([manifest]);
    let names = ["dependencies", "build-dependencies"];
    places.flat_map(|place| names.iter().filter_map(|name| place.get(*name)?.as_table())).collect()
}

/// The crate of this house that a dependency means, if it means one.
fn local(key: &str, value: &Value, workspace: &Table) -> Option<String> {
    let inherited = value.get("workspace").is_some();
    let entry = if inherited { workspace.get(key)? } else { value };
    let path = entry.get("path")?.as_str()?;
    path.trim_end_matches('/').rsplit('/').next().map(str::to_owned)
}

fn line_of(text: &str, start: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(start)).map_or(1, |at| at + 1)
}
