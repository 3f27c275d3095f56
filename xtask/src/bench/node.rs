//! `cargo xtask bench node`: bytes per sample of what a real machine says of itself, beside VictoriaMetrics with the
//! same samples.
//!
//! A node_exporter is scraped once a second; the capture stays in `target/node-capture`, so that a second run over
//! the same samples need not wait. Ours are the files of a data directory after `alicia-metrics import`, which
//! appends, commits, makes blocks of everything and puts them together; theirs are data and index after an import, a
//! forced flush, a forced merge and a stop. Both get the same text. What ours answers is compared with what went in,
//! bit for bit.

use super::anatomy;
use super::capture::{self, Captured};
use super::table::{Table, float, whole};
use super::victoria::Peer;
use super::weigh;
use crate::machine::{description, read};
use std::io::Write;
use std::path::Path;

/// The columns.
const HEADINGS: [&str; 5] =
    ["         engine", "           bytes", "of them index or log", "bytes/sample", "ours/theirs"];

/// Weighs what `program` and VictoriaMetrics make of the capture at `path`; if it is to be `detailed`, also what each
/// kind of data and each series costs alone.
///
/// # Errors
/// When the capture is none, a program is missing or refuses something, or a sample does not come back.
pub fn run(out: &mut dyn Write, program: &Path, path: &Path, detailed: bool) -> Result<(), String> {
    let explain = |error: std::io::Error| error.to_string();
    let all = capture::read(&read(path)?)?;
    let samples: usize = all.iter().map(|one| one.points.len()).sum();
    writeln!(out, "Machine: {}", description()).map_err(explain)?;
    writeln!(out, "{}\n", describe(&all, samples)).map_err(explain)?;
    let ours = weigh::checked(program, &all)?;
    let peer = Peer::with(&weigh::lines(&all))?;
    let exact = weigh::exact(&all, &peer.export()?);
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
    if detailed { anatomy::run(out, program, &all) } else { Ok(()) }
}

fn describe(all: &[Captured], samples: usize) -> String {
    let times = all.iter().flat_map(|one| one.points.iter().map(|point| point.0));
    let (first, last) = times.fold((u64::MAX, 0), |(first, last), t| (first.min(t), last.max(t)));
    let seconds = last.saturating_sub(first) / 1_000;
    let changes: usize = all.iter().map(anatomy::changes).sum();
    format!(
        "Capture: {} samples of {} series in {seconds} s; {} samples are not as the one before",
        whole(samples as u64),
        all.len(),
        whole(changes as u64)
    )
}
