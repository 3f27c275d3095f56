//! Running trials.

use crate::battery::outcome::Outcome;
use crate::battery::publish;
use crate::battery::trials::{TRIALS, Tier, Trial};
use crate::bench::progress::Progress;
use crate::machine;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Runs the trials of a tier, or only the one of a name; writes a line each to `out`, all to `target/battery.json`, and if
/// asked for the table of `docs/RELIABILITY.md`.
///
/// # Errors
/// The sentence to end with: trials that failed, or could not be run.
pub fn run(
    out: &mut dyn Write,
    root: &Path,
    tier: Tier,
    only: Option<&str>,
    publishes: bool,
) -> Result<(), String> {
    let chosen: Vec<&Trial> =
        TRIALS.iter().filter(|trial| only.is_none_or(|name| name == trial.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = TRIALS.iter().map(|trial| trial.name).collect();
        return Err(format!("there is no trial {}; there are {}", only.unwrap_or(""), names.join(", ")));
    }
    let mut progress = Progress::new("trials", chosen.len() as u64);
    let mut outcomes = Vec::new();
    for (done, trial) in (0..).zip(&chosen) {
        progress.set(done);
        let outcome = attempt(root, trial, tier)?;
        writeln!(out, "{outcome}").map_err(|error| error.to_string())?;
        outcomes.push(outcome);
    }
    progress.end();
    let all: Vec<_> = outcomes.iter().map(Outcome::json).collect();
    machine::write(&root.join("target/battery.json"), &serde_json::Value::from(all).to_string())?;
    if publishes {
        publish::publish(root, &outcomes, tier)?;
    }
    match outcomes.iter().filter(|outcome| !outcome.passed).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} trials failed", outcomes.len())),
    }
}

fn attempt(root: &Path, trial: &Trial, tier: Tier) -> Result<Outcome, String> {
    let begun = machine::now();
    let output = Command::new("cargo")
        .args(trial.words(tier))
        .envs(trial.variables(tier).iter().copied())
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo does not run: {error}"))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let figure = Outcome::figure(&text);
    let passed = output.status.success() && figure.is_some();
    if !passed {
        machine::write(&root.join(format!("target/battery-{}.log", trial.name)), &text)?;
    }
    let no_figure = || format!("see target/battery-{}.log", trial.name);
    Ok(Outcome {
        name: trial.name,
        figure: figure.unwrap_or_else(no_figure),
        goal: trial.goal,
        passed,
        seconds: begun.elapsed().as_secs(),
        command: trial.command(tier),
    })
}
