//! `alicia-metrics export`: the samples of a data directory, as text.
//!
//! One metric name after the other, and of each one window of time after the other: memory holds the samples of a
//! window, whose length follows how much the last one held.

use super::format::{self, Writer};
use super::open::{self, TransferError};
use crate::cli::{ExportArgs, TransferFormat};
use crate::data_dir;
use crate::progress;
use model::{Matcher, Millis, NAME, SampleType, Select, Selection, TimeRange, limits};
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use store::Store;

/// Samples of a window at which the next one is half as long; a quarter of it doubles it. 16 MiB of them.
const WINDOW_SAMPLES: usize = 1 << 20;
/// Bytes of text that are written at once.
const TEXT_BYTES: usize = 1 << 20;

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    pub(crate) samples: u64,
    /// What of the kept samples could not be read, for people.
    pub(crate) damage: Vec<String>,
}

/// Exports.
pub(crate) fn export(args: &ExportArgs) -> Result<Exported, TransferError> {
    existing_data_dir(&args.data_dir)?;
    let opened = open::open(&args.data_dir)?;
    let guess = || args.output.as_deref().map_or(TransferFormat::Jsonl, format::of_name);
    let format = args.format.unwrap_or_else(guess);
    let mut exported = Exported { samples: 0, damage: opened.told };
    let mut output = Output::open(args.output.as_deref())?;
    let mut text = String::new();
    let mut writer = Writer::begin(format, &mut text);
    let wanted: &[Matcher] = args.matching.as_ref().map_or(&[], |matching| &matching.0);
    let families = families(&opened.store, wanted, range(args));
    let bar = progress::bar(args.progress, families.len() as u64, "metrics");
    for (name, family) in families {
        let mut matchers = wanted.to_vec();
        matchers.push(Matcher::equal(NAME, name));
        exported.samples += windows(&opened.store, &matchers, &family, |found| {
            for one in found {
                writer.push(&mut text, &one.series, &one.points);
                if text.len() >= TEXT_BYTES {
                    output.write(&mut text)?;
                }
            }
            Ok(())
        })?;
        bar.inc(1);
    }
    output.write(&mut text)?;
    output.finish()?;
    bar.finish_and_clear();
    exported.damage.extend(opened.store.take_told());
    Ok(exported)
}

/// A data directory that is not there is an error, not one to be made.
pub(crate) fn existing_data_dir(data_dir: &Path) -> Result<(), TransferError> {
    [data_dir::WAL, data_dir::BLOCKS].iter().try_for_each(|name| existing(&data_dir.join(name)))
}

fn existing(dir: &Path) -> Result<(), TransferError> {
    if dir.is_dir() {
        return Ok(());
    }
    Err(TransferError::path(dir, io::Error::new(io::ErrorKind::NotFound, "there is no such directory")))
}

fn range(args: &ExportArgs) -> TimeRange {
    TimeRange {
        start: args.start.unwrap_or(TimeRange::ALL.start),
        end: args.end.unwrap_or(TimeRange::ALL.end),
    }
}

/// The series of one name.
struct Family {
    /// From the oldest to the newest sample.
    span: TimeRange,
    /// Their fingerprints.
    series: HashSet<u64>,
}

/// The names of the series that meet `matchers` and have samples within `range`.
fn families(store: &Store, matchers: &[Matcher], range: TimeRange) -> BTreeMap<Box<str>, Family> {
    let mut families: BTreeMap<Box<str>, Family> = BTreeMap::new();
    for (series, oldest, newest) in store.spans(matchers, range) {
        let span = TimeRange { start: oldest.max(range.start), end: newest.min(range.end) };
        if span.start > span.end {
            continue;
        }
        let new = || Family { span, series: HashSet::new() };
        let family = families.entry(series.name().into()).or_insert_with(new);
        family.span.start = family.span.start.min(span.start);
        family.span.end = family.span.end.max(span.end);
        family.series.insert(series.fingerprint());
    }
    families
}

impl Family {
    /// The first window: so long that a sample a second of each series does not fill memory.
    fn first_window(&self) -> Millis {
        let seconds = WINDOW_SAMPLES / self.series.len().max(1);
        Millis::try_from(seconds).unwrap_or(1).max(1) * limits::SECOND
    }
}

/// Gives `take` what meets `matchers`, one window of the family's time after the other; says how many samples that was.
fn windows(
    store: &Store,
    matchers: &[Matcher],
    family: &Family,
    mut take: impl FnMut(Vec<model::SeriesPoints>) -> Result<(), TransferError>,
) -> Result<u64, TransferError> {
    let span = family.span;
    let (mut start, mut length, mut sum) = (span.start, family.first_window(), 0);
    while start <= span.end {
        let end = start.saturating_add(length - 1).min(span.end);
        let all = Selection::all(matchers.to_vec()).of(SampleType::All);
        let found = store.select(&all.within(TimeRange { start, end }))?;
        let samples: usize = found.iter().map(|one| one.points.len()).sum();
        sum += samples as u64;
        take(found)?;
        if samples >= WINDOW_SAMPLES {
            length = (length / 2).max(1);
        } else if samples < WINDOW_SAMPLES / 4 {
            length = length.saturating_mul(2);
        }
        let Some(next) = end.checked_add(1) else { break };
        start = next;
    }
    Ok(sum)
}

/// Where the text goes. A file gets its name when it is complete.
struct Output {
    to: Box<dyn Write>,
    /// The file under its name until then, and the name that it gets.
    file: Option<(PathBuf, PathBuf)>,
}

impl Output {
    fn open(path: Option<&Path>) -> Result<Self, TransferError> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self { to: Box::new(io::stdout()), file: None });
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        let opened = OpenOptions::new().write(true).create(true).truncate(true).open(&partial);
        let to = opened.map_err(|source| TransferError::path(&partial, source))?;
        Ok(Self { to: Box::new(BufWriter::new(to)), file: Some((partial, path.to_path_buf())) })
    }

    /// Writes `text` and empties it.
    fn write(&mut self, text: &mut String) -> Result<(), TransferError> {
        let result = self.to.write_all(text.as_bytes());
        text.clear();
        result.map_err(|source| self.cannot_write(source))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the file is the user's, and complete when it gets its name"
    )]
    fn finish(mut self) -> Result<(), TransferError> {
        self.to.flush().map_err(|source| self.cannot_write(source))?;
        match &self.file {
            Some((partial, path)) => fs::rename(partial, path).map_err(|source| self.cannot_write(source)),
            None => Ok(()),
        }
    }

    fn cannot_write(&self, source: io::Error) -> TransferError {
        let path =
            self.file.as_ref().map_or("standard output".to_owned(), |(_, path)| path.display().to_string());
        TransferError::Write { path, source }
    }
}
