//! Every expression of Prometheus' own test scripts is read, printed and read again as the same tree.

use crate::syntax::shape;
use query::syntax::parse;
use std::path::PathBuf;

/// Where the scripts are, if they are.
#[expect(clippy::disallowed_methods, reason = "the scripts are not ours, and lie elsewhere on each machine")]
fn scripts() -> Option<PathBuf> {
    let named = std::env::var("ALICIA_PROMQL_SCRIPTS").ok().map(PathBuf::from);
    let usual = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/promql"));
    named.or(Some(usual)).filter(|path| path.is_dir())
}

/// The expression of a line that evaluates one; `None` for other lines.
fn expression(line: &str) -> Option<&str> {
    let line = line.trim();
    if !line.starts_with("eval") {
        return None;
    }
    let (_, rest) = line.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let words = match rest.split_whitespace().next()? {
        "instant" => 3,
        "range" => 7,
        _ => return None,
    };
    let mut rest = rest;
    for _ in 0..words {
        let (_, behind) = rest.split_once(char::is_whitespace)?;
        rest = behind.trim_start();
    }
    Some(rest)
}

#[test]
fn prometheus_own_scripts_are_read_and_printed() {
    let Some(folder) = scripts() else {
        println!("Prometheus' test scripts are not on this machine: nothing was tried.");
        return;
    };
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "test") {
            continue;
        }
        let script = std::fs::read_to_string(&path).expect("a text");
        for (number, line) in script.lines().enumerate() {
            let Some(text) = expression(line) else { continue };
            count += 1;
            let place = format!("{}:{}: {text}", path.display(), number + 1);
            match parse(text) {
                Err(error) => wrong.push(format!("{place}: {error}")),
                Ok(tree) => {
                    let printed = tree.to_string();
                    match parse(&printed) {
                        Ok(again) if shape(&again) == shape(&tree) => {}
                        Ok(_) => wrong.push(format!("{place}: printed as another tree: {printed}")),
                        Err(error) => wrong.push(format!("{place}: printed as {printed}: {error}")),
                    }
                }
            }
        }
    }
    println!("{count} expressions were read.");
    // Two of them have bytes that are no text, and must fail; see the test of errors.
    wrong.retain(|what| !what.contains("\\xc5z") && !what.contains("\\xff"));
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
