//! `alicia-metrics verify`: every byte of the kept samples is read, and nothing changed.

use crate::cli::VerifyArgs;
use crate::data_dir;
use crate::progress::{self, Progress};
use std::io;
use std::path::Path;
use std::sync::Arc;
use store::{Disks, FileReport};
use world::RealDisk;

/// What was found.
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) is_sound: bool,
}

/// Verifies.
pub(crate) fn verify(args: &VerifyArgs) -> io::Result<Found> {
    let open = |name: &str| -> io::Result<RealDisk> {
        let dir = args.data_dir.join(name);
        existing(&dir)?;
        RealDisk::open(&dir)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", dir.display())))
    };
    let disks = Disks { wal: Arc::new(open(data_dir::WAL)?), blocks: Arc::new(open(data_dir::BLOCKS)?) };
    let bar = progress::bar(Progress::Auto, store::count_files(&disks)? as u64, "files");
    let mut reports = Vec::new();
    store::verify(&disks, |report| {
        bar.inc(1);
        reports.push(report);
    })?;
    bar.finish_and_clear();
    Ok(Found { text: table(&reports), is_sound: reports.iter().all(|report| report.problem.is_none()) })
}

/// A directory that is not there is an error, not one to be made.
fn existing(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no directory {}", dir.display())))
}

fn table(reports: &[FileReport]) -> String {
    let mut lines = vec![format!("{:<24}{:>12}{:>12}  {}", "file", "bytes", "samples", "state")];
    lines.extend(reports.iter().map(|report| {
        let state = report.problem.as_deref().unwrap_or("sound");
        format!("{:<24}{:>12}{:>12}  {state}", report.name, report.bytes, report.samples)
    }));
    let sum = |number: fn(&FileReport) -> u64| reports.iter().map(number).sum::<u64>();
    let damaged = reports.iter().filter(|report| report.problem.is_some()).count();
    lines.push(format!(
        "{} files, {} bytes, {} samples, {damaged} with a problem",
        reports.len(),
        sum(|report| report.bytes),
        sum(|report| report.samples)
    ));
    lines.join("\n")
}
