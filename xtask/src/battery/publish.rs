//! The table in `docs/RELIABILITY.md`.

use crate::battery::outcome::Outcome;
use crate::battery::trials::{TRIALS, Tier};
use crate::machine;
use std::path::Path;
use std::process::Command;

/// Between these two lines stands what was measured; all else is written by hand.
const BEGIN: &str = "<!-- battery: begin -->";
/// See [`BEGIN`].
const END: &str = "<!-- battery: end -->";

/// Puts the outcomes into the document.
///
/// # Errors
/// A document that cannot be read or written, or has no place for the table.
pub fn publish(root: &Path, outcomes: &[Outcome], tier: Tier) -> Result<(), String> {
    let path = root.join("docs/RELIABILITY.md");
    let text = machine::read(&path)?;
    let heading = format!("{}, commit {}, tier {}", today(root)?, commit(root)?, name(tier));
    let replaced = replace(&text, &table(&heading, outcomes));
    machine::write(&path, &replaced.ok_or_else(|| format!("{} has no place for the table", path.display()))?)
}

/// The text with another table between the marks; `None` if they are not there.
#[must_use]
pub fn replace(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

/// The table in Markdown.
#[must_use]
pub fn table(heading: &str, outcomes: &[Outcome]) -> String {
    let mut text =
        format!("{heading}:\n\n| trial | what is done | figure | goal | |\n|---|---|---|---|---|\n");
    for outcome in outcomes {
        let what = TRIALS.iter().find(|trial| trial.name == outcome.name).map_or("", |trial| trial.what);
        let word = if outcome.passed { "pass" } else { "**fail**" };
        let row = [outcome.name, what, &outcome.figure, outcome.goal, word].join(" | ");
        text.push_str(&format!("| {row} |\n"));
    }
    text
}

fn name(tier: Tier) -> &'static str {
    match tier {
        Tier::Ci => "ci",
        Tier::Long => "long",
    }
}

fn today(root: &Path) -> Result<String, String> {
    said(root, "date", &["-u", "+%Y-%m-%d"])
}

fn commit(root: &Path) -> Result<String, String> {
    said(root, "git", &["rev-parse", "--short", "HEAD"])
}

fn said(root: &Path, program: &str, words: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(words).current_dir(root).output();
    let output = output.map_err(|error| format!("{program} does not run: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
