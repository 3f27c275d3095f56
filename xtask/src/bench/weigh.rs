//! A capture in a data directory of the program: what its files come to, and whether every sample comes back.

use super::capture::Captured;
use crate::machine::{TempDir, bytes_below};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

/// Samples of one line of text.
const SAMPLES_PER_LINE: usize = 8_192;

/// The samples as text that both programs take.
pub fn lines(all: &[Captured]) -> String {
    let mut text = String::new();
    for one in all {
        for points in one.points.chunks(SAMPLES_PER_LINE) {
            let values: Vec<String> = points.iter().map(|point| value(point.1)).collect();
            let times: Vec<String> = points.iter().map(|point| point.0.to_string()).collect();
            let (values, times) = (values.join(","), times.join(","));
            let Captured { labels, kind, .. } = one;
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{{\"metric\":{labels},\"type\":\"{kind}\",\"values\":[{values}],\"timestamps\":[{times}]}}"
            );
        }
    }
    text
}

/// The shortest decimal that reads back as the same double; JSON has no word for the others.
pub fn value(value: f64) -> String {
    match value {
        nan if nan.is_nan() => "null".to_owned(),
        f64::INFINITY => "\"Infinity\"".to_owned(),
        f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
        finite => format!("{finite:?}"),
    }
}

/// Bytes of the files of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ours {
    /// All there are.
    pub all: u64,
    /// The blocks alone.
    pub blocks: u64,
}

/// Imports `all` with `program`, weighs the files, and compares an export with what went in.
///
/// # Errors
/// When the program refuses something, or a sample does not come back bit for bit.
pub fn checked(program: &Path, all: &[Captured]) -> Result<Ours, String> {
    let dir = TempDir::new("node")?;
    let bytes = import(program, &dir, all)?;
    let mut command = Command::new(program);
    command
        .args(["export", "--progress", "never", "--format", "jsonl", "--data-dir"])
        .arg(dir.path().join("data"));
    let answer = finished(command.output())?;
    let (given, answered) = (lines(all), String::from_utf8_lossy(&answer.stdout));
    let (went_in, came_out) = (values(&given), values(&answered));
    match went_in.iter().find(|(head, values)| came_out.get(*head) != Some(values)) {
        Some((head, _)) => Err(format!("the samples of {head} did not come back as they went in")),
        None if went_in.len() != came_out.len() => Err("there are series that nobody put in".to_owned()),
        None => Ok(bytes),
    }
}

/// Imports `all` with `program` into `dir` and weighs the files.
///
/// # Errors
/// When the program refuses something.
pub fn import(program: &Path, dir: &TempDir, all: &[Captured]) -> Result<Ours, String> {
    let file = dir.write("samples.jsonl", &lines(all))?;
    let data = dir.path().join("data");
    let mut command = Command::new(program);
    // A capture may be as old as it likes.
    command.args(["import", "--progress", "never", "--retention-days", "36500", "--data-dir"]);
    finished(command.arg(&data).arg(file).output())?;
    Ok(Ours { all: bytes_below(&data), blocks: bytes_below(&data.join("blocks")) })
}

fn finished(output: std::io::Result<Output>) -> Result<Output, String> {
    let output = output.map_err(|error| format!("the program does not start: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// By what stands before the values: the values and the times of all lines with it, as they are written. Equal
/// doubles are written alike.
fn values(lines: &str) -> BTreeMap<&str, (String, String)> {
    let mut all: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for line in lines.lines() {
        let Some((head, rest)) = line.split_once(",\"values\":[") else { continue };
        let Some((values, times)) = rest.split_once("],\"timestamps\":[") else { continue };
        let known = all.entry(head).or_default();
        for (known, more) in [(&mut known.0, values), (&mut known.1, times.trim_end_matches("]}"))] {
            known.push_str(more);
            known.push(',');
        }
    }
    all
}

/// How many samples of `all` are in `export` with the same bits: lines of JSON, from a program that writes doubles
/// in its own way.
pub fn exact(all: &[Captured], export: &str) -> usize {
    let mut answered: HashMap<String, HashMap<&str, f64>> = HashMap::new();
    for line in export.lines() {
        let Some((head, rest)) = line.split_once(",\"values\":[") else { continue };
        let Some((values, times)) = rest.split_once("],\"timestamps\":[") else { continue };
        let labels = head.strip_prefix("{\"metric\":").and_then(|json| json.parse::<Value>().ok());
        let values = values.split(',').filter_map(|value| value.parse().ok());
        let known = answered.entry(labels.unwrap_or_default().to_string()).or_default();
        known.extend(times.trim_end_matches("]}").split(',').zip(values));
    }
    let exact = |one: &Captured| {
        let known = answered.get(&one.labels);
        let is_there = |(t, v): &&(u64, f64)| {
            known
                .and_then(|known| known.get(t.to_string().as_str()))
                .is_some_and(|found| found.to_bits() == v.to_bits())
        };
        one.points.iter().filter(is_there).count()
    };
    all.iter().map(exact).sum()
}
