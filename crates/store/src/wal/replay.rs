//! Reading the log back: every good record of every file, whatever is damaged around it.

use crate::codec::Sealed;
use crate::wal::batch::{self, Defined};
use crate::wal::chunks;
use crate::wal::files::{FileName, Kind};
use crate::wal::record::{self, HEADER_BYTES, Header, RecordType};
use crate::wal::writer::WalError;
use model::{Point, Series};
use world::Disk;

/// Takes what a log has.
pub(crate) trait Take {
    /// What a series is known by, as long as a file is read.
    type Known: Copy;

    /// A series, before its samples. A file may define it more than once.
    fn define(&mut self, series: Series) -> Self::Known;

    /// A sample of a series.
    fn point(&mut self, known: Self::Known, point: Point);

    /// Samples of a series.
    fn chunk(&mut self, known: Self::Known, chunk: Sealed);

    /// A record is over.
    fn pause(&mut self) {}
}

/// What a log held.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// The number that the next segment may have.
    pub(crate) next: u64,
    /// The files that were read.
    pub(crate) files: Vec<FileName>,
    /// Those of them that are damaged.
    pub(crate) damaged: Vec<FileName>,
    /// What was wrong, for people.
    pub(crate) told: Vec<String>,
    /// Samples that were read.
    pub(crate) samples: u64,
}

/// Gives everything in the log to `taker`, oldest file first.
///
/// # Errors
/// [`WalError::Disk`] if a file cannot be read, [`WalError::Version`] if one is of another version.
pub(crate) fn replay(disk: &dyn Disk, taker: &mut impl Take) -> Result<Replayed, WalError> {
    let files = file_names(disk).map_err(|source| WalError::Disk { name: "the log".to_owned(), source })?;
    let newest = newest_segment(&files);
    let mut replayed = Replayed {
        next: files.iter().map(|file| file.number + 1).max().unwrap_or(1),
        files,
        ..Replayed::default()
    };
    for file in replayed.files.clone() {
        let name = file.to_string();
        let failed = |source| WalError::Disk { name: name.clone(), source };
        let bytes = disk.read(&name).map_err(failed)?.unwrap_or_default();
        if let Header::Other(version) = record::judge_header(&bytes, file.number) {
            return Err(WalError::Version { name, version });
        }
        let scan = scan(&bytes, file.number, taker);
        replayed.samples += scan.samples;
        let verdict = scan.verdict(file.kind, Some(file) == newest);
        replayed.settle(disk, file, &scan, verdict, bytes.len());
    }
    Ok(replayed)
}

/// The files of the log, in the order in which they are read.
///
/// # Errors
/// Those of the disk.
pub(crate) fn file_names(disk: &dyn Disk) -> std::io::Result<Vec<FileName>> {
    let mut files: Vec<FileName> = disk.list()?.iter().filter_map(|name| FileName::parse(name)).collect();
    files.sort();
    Ok(files)
}

/// The one file that a crash may have left torn.
fn newest_segment(files: &[FileName]) -> Option<FileName> {
    files.iter().rev().find(|file| file.kind == Kind::Segment).copied()
}

/// What is wrong with a file, and whether it is no more than the end of the last segment that a killed process left.
pub(crate) struct Fault {
    pub(crate) text: String,
    pub(crate) is_torn: bool,
}

/// Reads one file of `files`, changing nothing: gives how many samples it has, and what is wrong with it.
pub(crate) fn inspect(bytes: &[u8], file: FileName, files: &[FileName]) -> (u64, Option<Fault>) {
    let damaged = |text| Some(Fault { text, is_torn: false });
    if let Header::Other(version) = record::judge_header(bytes, file.number) {
        return (0, damaged(WalError::Version { name: file.to_string(), version }.to_string()));
    }
    let scan = scan(bytes, file.number, &mut Nobody);
    let fault = match scan.verdict(file.kind, Some(file) == newest_segment(files)) {
        Verdict::Good => None,
        Verdict::Torn => Some(Fault { text: scan.torn(file), is_torn: true }),
        Verdict::Damaged => damaged(scan.damaged(file)),
    };
    (scan.samples, fault)
}

impl Replayed {
    /// Does with a file what its state asks for. What cannot be made good is treated as damaged.
    fn settle(&mut self, disk: &dyn Disk, file: FileName, scan: &Scan, verdict: Verdict, length: usize) {
        let name = file.to_string();
        let made_good = match verdict {
            // A killed process may have left it unsynced; once there are later files, it must be whole.
            Verdict::Good => disk.sync(&name),
            Verdict::Torn => {
                self.told.push(scan.torn(file));
                disk.truncate(&name, (length - scan.bad) as u64)
            }
            Verdict::Damaged => {
                self.damaged.push(file);
                self.told.push(scan.damaged(file));
                Ok(())
            }
        };
        if let Err(error) = made_good {
            self.damaged.push(file);
            self.told.push(format!("{name} cannot be made durable: {error}"));
        }
    }
}

#[derive(Clone, Copy)]
enum Verdict {
    Good,
    /// The end of the newest segment was never finished: a crash, not damage.
    Torn,
    Damaged,
}

/// What was found in one file.
#[derive(Debug, Default)]
struct Scan {
    samples: u64,
    /// Samples whose series was defined in a record that is lost.
    lost: u64,
    /// Bytes that are no record.
    bad: usize,
    /// Whether a good record stands behind bad bytes, or the header is bad.
    is_damaged: bool,
    has_end: bool,
}

impl Scan {
    fn torn(&self, file: FileName) -> String {
        format!("{file} ended in {} bytes of a record that was never finished", self.bad)
    }

    fn damaged(&self, file: FileName) -> String {
        format!(
            "{file} is damaged: {} bytes are unreadable, {} samples of other records lost their series; {} samples \
             were read",
            self.bad, self.lost, self.samples
        )
    }

    fn verdict(&self, kind: Kind, may_be_torn: bool) -> Verdict {
        let is_whole = kind == Kind::Segment || self.has_end;
        if self.bad == 0 && !self.is_damaged && is_whole {
            Verdict::Good
        } else if may_be_torn && !self.is_damaged {
            Verdict::Torn
        } else {
            Verdict::Damaged
        }
    }
}

fn scan(file: &[u8], number: u64, taker: &mut impl Take) -> Scan {
    let is_header_good = record::judge_header(file, number) == Header::Good;
    let mut scan =
        Scan { bad: if is_header_good { 0 } else { file.len().min(HEADER_BYTES) }, ..Scan::default() };
    let mut defined = Defined::in_file(file.len());
    let mut offset = HEADER_BYTES;
    while offset < file.len() {
        let found = (offset..file.len()).find_map(|at| Some((at, record::read(file, number, at)?)));
        let Some((at, (kind, payload, behind))) = found else {
            scan.bad += file.len() - offset;
            break;
        };
        scan.bad += at - offset;
        scan.is_damaged |= at != offset || !is_header_good;
        scan.take(kind, payload, &mut defined, taker);
        offset = behind;
    }
    scan
}

impl Scan {
    fn take<T: Take>(
        &mut self,
        kind: RecordType,
        payload: &[u8],
        defined: &mut Defined<T::Known>,
        taker: &mut T,
    ) {
        let (samples, lost) = (&mut self.samples, &mut self.lost);
        let whole = match kind {
            RecordType::End => {
                self.has_end = true;
                return;
            }
            RecordType::Batch => batch::read(payload, defined, taker, samples, lost),
            RecordType::Chunks => chunks::read(payload, defined, taker, samples, lost),
        };
        self.is_damaged |= whole.is_none() || self.lost > 0;
        taker.pause();
    }
}

/// For who only wants to know whether a file is good.
struct Nobody;

impl Take for Nobody {
    type Known = ();

    fn define(&mut self, _: Series) {}

    fn point(&mut self, (): (), _: Point) {}

    fn chunk(&mut self, (): (), _: Sealed) {}
}
