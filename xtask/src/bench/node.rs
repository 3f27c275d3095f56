//! `cargo xtask bench node`: bytes per sample of what a real machine says of itself, beside VictoriaMetrics with the
//! same samples.
//!
//! A node_exporter is scraped once a second; the capture stays in `target/node-capture`, so that a second run over
//! the same samples need not wait. Ours are the files of a data directory after `alicia-metrics import`, which
//! appends, commits, makes blocks of everything and puts them together; theirs are data and index after an import, a
//! forced flush, a forced merge and a stop. Both get the same text. What ours answers is compared with what went in,
//! bit for bit.

use super::capture::{self, Captured};
use super::table::{Table, thousands};
use super::victoria::Peer;
use crate::machine::{TempDir, bytes_below, description, read};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

/// Series that are shown of those that cost most.
const SHOWN: usize = 20;
/// Samples of one line of text.
const SAMPLES_PER_LINE: usize = 8_192;

/// The columns.
const HEADINGS: [&str; 5] =
    ["         engine", "           bytes", "of them index or log", "bytes/sample", "ours/theirs"];

/// Weighs what `program` and VictoriaMetrics make of the capture at `path`; of `by_series`, also what each series
/// costs alone.
///
/// # Errors
/// When the capture is none, a program is missing or refuses something, or a sample does not come back.
pub fn run(out: &mut dyn Write, program: &Path, path: &Path, by_series: bool) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let all = capture::read(&read(path)?)?;
    let samples: usize = all.iter().map(|one| one.points.len()).sum();
    writeln!(out, "Machine: {}", description()).map_err(explain)?;
    writeln!(out, "{}\n", describe(&all, samples)).map_err(explain)?;
    let ours = ours(program, &all)?;
    let peer = Peer::with(&lines(&all))?;
    let exact = exact(&all, &peer.export()?);
    let theirs = peer.weigh()?;
    let table = Table::begin(out, &HEADINGS).map_err(explain)?;
    let per_sample = |bytes: u64| format!("{:.3}", float(bytes) / float(samples as u64));
    let sum = theirs.data + theirs.index;
    for (name, bytes, part) in
        [("alicia-metrics", ours.all, ours.all - ours.blocks), ("VictoriaMetrics", sum, theirs.index)]
    {
        let ratio = format!("{:.3}", float(bytes) / float(sum));
        let cells = [name.to_owned(), whole(bytes), whole(part), per_sample(bytes), ratio];
        table.row(out, &cells).map_err(explain)?;
    }
    let (blocks, data) = (per_sample(ours.blocks), per_sample(theirs.data));
    let ratio = float(ours.blocks) / float(theirs.data);
    writeln!(out, "\nwithout their index and our log: {blocks} and {data}, {ratio:.3} of theirs")
        .map_err(explain)?;
    let exact = format!("{} of {}", whole(exact as u64), whole(samples as u64));
    writeln!(out, "every sample of ours came back bit for bit, {exact} of theirs").map_err(explain)?;
    if by_series { show_series(out, program, &all) } else { Ok(()) }
}

fn describe(all: &[Captured], samples: usize) -> String {
    let times = all.iter().flat_map(|one| one.points.iter().map(|point| point.0));
    let (first, last) = times.fold((u64::MAX, 0), |(first, last), t| (first.min(t), last.max(t)));
    let seconds = last.saturating_sub(first) / 1_000;
    let changes: usize = all.iter().map(changes).sum();
    format!(
        "Capture: {} samples of {} series in {seconds} s; {} samples are not as the one before",
        whole(samples as u64),
        all.len(),
        whole(changes as u64)
    )
}

fn changes(one: &Captured) -> usize {
    let pairs = one.points.iter().zip(one.points.iter().skip(1));
    pairs.filter(|(before, after)| before.1.to_bits() != after.1.to_bits()).count()
}

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
fn value(value: f64) -> String {
    match value {
        nan if nan.is_nan() => "null".to_owned(),
        f64::INFINITY => "\"Infinity\"".to_owned(),
        f64::NEG_INFINITY => "\"-Infinity\"".to_owned(),
        finite => format!("{finite:?}"),
    }
}

/// Bytes of the files of a data directory.
#[derive(Debug, Clone, Copy)]
struct Ours {
    all: u64,
    blocks: u64,
}

fn ours(program: &Path, all: &[Captured]) -> Result<Ours, String> {
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

fn import(program: &Path, dir: &TempDir, all: &[Captured]) -> Result<Ours, String> {
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

/// Each series in a data directory of its own: what it costs beyond a directory with nothing in it.
fn show_series(out: &mut dyn Write, program: &Path, all: &[Captured]) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let mut costs = Vec::new();
    let mut progress = super::progress::Progress::new("series", all.len() as u64);
    for (at, one) in all.iter().enumerate() {
        let bytes = import(program, &TempDir::new("series")?, std::slice::from_ref(one))?.blocks;
        costs.push((bytes, one));
        progress.set(at as u64 + 1);
    }
    progress.end();
    costs.sort_by_key(|(bytes, one)| (std::cmp::Reverse(*bytes), &one.labels));
    let sum: u64 = costs.iter().map(|(bytes, _)| bytes).sum();
    writeln!(out, "\nEach series alone in a block: {} bytes together. The most expensive:\n", whole(sum))
        .map_err(explain)?;
    writeln!(out, "| bytes | bytes/sample | changes | kind | first values | series |").map_err(explain)?;
    writeln!(out, "| --: | --: | --: | :-- | :-- | :-- |").map_err(explain)?;
    for (bytes, one) in costs.iter().take(SHOWN) {
        let per_sample = float(*bytes) / float(one.points.len() as u64);
        let first: Vec<String> = one.points.iter().take(3).map(|point| value(point.1)).collect();
        let (changes, first, Captured { kind, labels, .. }) = (changes(one), first.join(" "), one);
        writeln!(out, "| {bytes} | {per_sample:.3} | {changes} | {kind} | {first} | `{labels}` |")
            .map_err(explain)?;
    }
    Ok(())
}

fn whole(number: u64) -> String {
    thousands(float(number))
}

#[expect(clippy::cast_precision_loss, reason = "bytes and samples of half an hour are far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}
