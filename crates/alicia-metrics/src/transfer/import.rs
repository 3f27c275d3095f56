//! `alicia-metrics import`: text becomes samples of a data directory.
//!
//! A line is taken as a whole or not at all; a bad line costs the others nothing. Samples go into the store in
//! batches, and whenever memory holds enough of them they become a block, whatever their age.

use super::fault::Fault;
use super::format::{self, Reader};
use super::lines::{Line, Lines};
use super::open::{self, TransferError};
use super::refusals::Refusals;
use crate::cli::{ImportArgs, TransferFormat};
use crate::progress;
use crate::settings;
use crate::span::Span;
use indicatif::ProgressBar;
use model::{Append, Millis, Point, Reason, Sample, Series, TimeRange, limits};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use store::Store;
use world::{Clock, SystemClock};

/// Samples that go into the store at once.
const BATCH: usize = 8_192;
/// Samples after which the store puts itself in order.
const UPKEEP: usize = 1 << 20;
/// Bytes of the longest line: other programs write a series, however long, on one line.
const LINE_BYTES: usize = 64 << 20;
/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 20;

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    lines: u64,
    accepted: u64,
    replaced: u64,
    pub(crate) refused: Refusals,
    /// What was wrong with the files of the store, for people.
    told: Vec<String>,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (lines, accepted, replaced) = (self.lines, self.accepted, self.replaced);
        write!(
            f,
            "{lines} lines read, {accepted} samples are new, {replaced} replaced one of the same time"
        )?;
        self.told.iter().try_for_each(|told| write!(f, "\ndamage: {told}"))?;
        write!(f, "{}", self.refused)
    }
}

/// Imports.
pub(crate) fn import(args: &ImportArgs) -> Result<Imported, TransferError> {
    let retention = settings::retention("retention", args.retention, args.retention_days)?;
    let retention = retention.unwrap_or_else(|| Span::days(settings::DEFAULT_DAYS));
    let (input, length) = input(&args.file)?;
    let format: TransferFormat = args.format.unwrap_or_else(|| format::of_name(&args.file));
    let opened = open::open(&args.data_dir)?;
    let bar = match length {
        Some(length) => progress::bar(args.progress, length, "bytes"),
        None => ProgressBar::hidden(),
    };
    let imported = Imported { told: opened.told, ..Imported::default() };
    let now = SystemClock::default().now();
    let taken = TimeRange { start: now.saturating_sub(retention.0), end: now.saturating_add(limits::FUTURE) };
    let mut load = Load { store: &opened.store, taken, batch: Vec::new(), imported, since_upkeep: 0 };
    load.all(Lines::new(input, LINE_BYTES), Reader::new(format), &args.file, &bar)?;
    opened.store.flush(Millis::MAX)?;
    opened.store.tidy()?;
    opened.store.maintain()?;
    bar.finish_and_clear();
    Ok(load.imported)
}

/// The stream, and its bytes where that is known.
fn input(path: &Path) -> Result<(Box<dyn BufRead>, Option<u64>), TransferError> {
    if path == Path::new("-") {
        return Ok((Box::new(BufReader::with_capacity(READ_BYTES, io::stdin())), None));
    }
    let file = File::open(path).map_err(|source| TransferError::path(path, source))?;
    let metadata = file.metadata().map_err(|source| TransferError::path(path, source))?;
    let length = metadata.is_file().then_some(metadata.len());
    Ok((Box::new(BufReader::with_capacity(READ_BYTES, file)), length))
}

/// A running import.
struct Load<'a> {
    store: &'a Store,
    /// What is older or newer is refused.
    taken: TimeRange,
    /// Samples on their way, each with its line.
    batch: Vec<(Arc<Series>, Point, u64)>,
    imported: Imported,
    since_upkeep: usize,
}

impl Load<'_> {
    fn all<R: BufRead>(
        &mut self,
        mut lines: Lines<R>,
        mut reader: Reader,
        path: &Path,
        bar: &ProgressBar,
    ) -> Result<(), TransferError> {
        let mut found = Vec::new();
        loop {
            let number = lines.number + 1;
            let line = lines.next().map_err(|source| TransferError::Read {
                path: path.display().to_string(),
                line: number,
                source,
            })?;
            let Some(line) = line else { break };
            let read = match line {
                Line::Text(text) => reader.read(text, &mut found),
                Line::NotUtf8 => Err(Fault::reason(Reason::NotUtf8, "the line is not UTF-8 text")),
                Line::TooLong => {
                    Err(Fault::reason(Reason::TooLarge, format!("the line has more than {LINE_BYTES} bytes")))
                }
            };
            self.imported.lines = number;
            match read {
                Ok(()) => self.batch.extend(found.drain(..).map(|(series, point)| (series, point, number))),
                Err(fault) if fault.is_final => {
                    return Err(TransferError::Line { line: number, message: fault.text });
                }
                Err(fault) => self.imported.refused.line(number, fault),
            }
            if self.batch.len() >= BATCH {
                self.put()?;
                bar.set_position(lines.bytes);
            }
        }
        self.put()
    }

    /// Puts what is on its way into the store.
    fn put(&mut self) -> Result<(), TransferError> {
        let batch = std::mem::take(&mut self.batch);
        let (good, bad): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|(_, point, _)| self.taken.contains(point.t));
        for (_, point, line) in bad {
            let is_old = point.t < self.taken.start;
            let reason = if is_old { Reason::TooOld } else { Reason::TooFarInFuture };
            self.imported.refused.sample(line, reason, point.t);
        }
        for part in good.chunks(BATCH) {
            let samples: Vec<_> =
                part.iter().map(|(series, point, _)| Sample { series, point: *point }).collect();
            let appended = self.store.append(&samples)?;
            self.imported.accepted += appended.accepted as u64;
            self.imported.replaced += appended.replaced as u64;
            for refused in appended.refused {
                if let Some((_, point, line)) = part.get(refused.index) {
                    self.imported.refused.sample(*line, refused.reason, point.t);
                }
            }
            self.store.commit()?;
            self.since_upkeep += part.len();
            if self.since_upkeep >= UPKEEP {
                self.since_upkeep = 0;
                self.store.maintain()?;
            }
        }
        Ok(())
    }
}
