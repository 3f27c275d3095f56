//! The types of the dashboard are made of the OpenAPI document, and cannot drift from it.

use crate::counter::{Counter, runtime};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use xxhash_rust::xxh3::xxh3_64;

/// What writes the types anew instead of comparing them.
const WRITE: &str = "UPDATE_EXPECT";

/// Where what makes the types is.
fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/types")
}

/// The types that the dashboard is built with.
fn types() -> PathBuf {
    place().join("../ui/src/api/schema.ts")
}

/// The document as it is served.
fn document() -> String {
    runtime().block_on(Counter::new().get("/openapi.json")).text
}

/// The first line of the types: of which document they are.
fn head(document: &str) -> String {
    format!(
        "// Made of the OpenAPI document {:016x} by `{WRITE}=1 cargo nextest run -p alicia-http types`; not to be changed by hand.",
        xxh3_64(document.as_bytes())
    )
}

/// The document with the named schemas alone, without the names of formats, which would stand beside each number.
fn shapes(document: &str) -> Value {
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    document["paths"] = json!({});
    without_formats(&mut document["components"]);
    document
}

fn without_formats(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(without_formats),
        Value::Object(members) => {
            members.retain(|name, value| name != "format" || !value.is_string());
            members.values_mut().for_each(without_formats);
        }
        _ => {}
    }
}

#[test]
fn the_types_of_the_dashboard_are_of_this_document() {
    if std::env::var_os(WRITE).is_some() {
        return;
    }
    let (types, head) = (fs::read_to_string(types()).expect("types"), head(&document()));
    assert_eq!(
        types.lines().next(),
        Some(head.as_str()),
        "the document changed: the types are to be made anew"
    );
}

#[test]
fn live_the_types_of_the_dashboard_are_what_the_document_comes_to() {
    assert!(
        place().join("node_modules/openapi-typescript").is_dir(),
        "what makes the types is installed by ./scripts/test: npm ci in {}",
        place().display()
    );
    let directory = tempfile::tempdir().expect("a directory");
    let (read, made) = (directory.path().join("openapi.json"), directory.path().join("schema.ts"));
    let document = document();
    fs::write(&read, shapes(&document).to_string()).expect("it is written");
    let ran = Command::new("node")
        .arg("node_modules/openapi-typescript/bin/cli.js")
        .arg(&read)
        .arg("--output")
        .arg(&made)
        .current_dir(place())
        .output()
        .expect("node runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let made = format!("{}\n{}", head(&document), fs::read_to_string(&made).expect("types"));
    if std::env::var_os(WRITE).is_some() {
        fs::write(types(), &made).expect("it is written");
    }
    assert_eq!(fs::read_to_string(types()).expect("types"), made, "{WRITE}=1 writes them anew");
}
