//! Where the bytes of a capture are: by kinds of data, beside VictoriaMetrics, and by series.

use super::capture::Captured;
use super::progress::Progress;
use super::table::{Table, float, whole};
use super::victoria::Peer;
use super::weigh;
use crate::machine::TempDir;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Series that are shown of those that cost most.
const SHOWN: usize = 20;
/// Whole numbers up to here are exact in a double, and decimals of so many digits are what somebody meant.
const EXACT: f64 = 9_007_199_254_740_992.0;
const DIGITS: usize = 15;

/// The columns.
const HEADINGS: [&str; 8] = [
    "      kind of data",
    "series",
    "    samples",
    "   changes",
    "our bytes/sample",
    "their data",
    "data and index",
    "ours/theirs",
];

/// Says what each kind of data costs in files of its own, ours and VictoriaMetrics', and which series cost most.
///
/// # Errors
/// When a program refuses something.
pub fn run(out: &mut dyn Write, program: &Path, all: &[Captured]) -> Result<(), String> {
    by_kind(out, program, all)?;
    by_series(out, program, all)
}

fn by_kind(out: &mut dyn Write, program: &Path, all: &[Captured]) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let mut kinds: BTreeMap<String, Vec<Captured>> = BTreeMap::new();
    for one in all {
        kinds.entry(kind(one)).or_default().push(one.clone());
    }
    writeln!(out, "\nEach kind of data in files of its own:\n").map_err(explain)?;
    let table = Table::begin(out, &HEADINGS).map_err(explain)?;
    for (kind, some) in kinds {
        let ours = weigh::checked(program, &some)?.blocks;
        let theirs = Peer::with(&weigh::lines(&some))?.weigh()?;
        let samples: u64 = some.iter().map(|one| one.points.len() as u64).sum();
        let per_sample = |bytes: u64| format!("{:.3}", float(bytes) / float(samples));
        let sum = theirs.data + theirs.index;
        let cells = [
            kind,
            whole(some.len() as u64),
            whole(samples),
            whole(some.iter().map(changes).sum::<usize>() as u64),
            per_sample(ours),
            per_sample(theirs.data),
            per_sample(sum),
            format!("{:.3}", float(ours) / float(sum)),
        ];
        table.row(out, &cells).map_err(explain)?;
    }
    Ok(())
}

/// What a series looks like to somebody who wants to make it small.
pub fn kind(one: &Captured) -> String {
    let digits = |value: f64| {
        format!("{value:?}").bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count()
    };
    let is = |test: fn(f64) -> bool| one.points.iter().all(|point| test(point.1));
    if changes(one) == 0 {
        return "constant".to_owned();
    }
    let what = if is(|value| value.fract() == 0.0 && value.abs() <= EXACT) {
        "integers"
    } else if one.points.iter().all(|point| digits(point.1) <= DIGITS) {
        "decimals"
    } else {
        "full doubles"
    };
    format!("{what}, {}", one.kind)
}

/// How many samples are not as the one before.
pub fn changes(one: &Captured) -> usize {
    let pairs = one.points.iter().zip(one.points.iter().skip(1));
    pairs.filter(|(before, after)| before.1.to_bits() != after.1.to_bits()).count()
}

/// Each series in a data directory of its own: what it costs beyond a directory with nothing in it.
fn by_series(out: &mut dyn Write, program: &Path, all: &[Captured]) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let mut costs = Vec::new();
    let mut progress = Progress::new("series", all.len() as u64);
    for (at, one) in all.iter().enumerate() {
        let bytes = weigh::import(program, &TempDir::new("series")?, std::slice::from_ref(one))?.blocks;
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
        let first: Vec<String> = one.points.iter().take(3).map(|point| weigh::value(point.1)).collect();
        let (changes, first, Captured { kind, labels, .. }) = (changes(one), first.join(" "), one);
        writeln!(out, "| {bytes} | {per_sample:.3} | {changes} | {kind} | {first} | `{labels}` |")
            .map_err(explain)?;
    }
    Ok(())
}
