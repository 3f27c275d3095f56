//! A durable list of opaque records (`docs/format/journal.md`).

use crate::frame::{self, HEADER_BYTES, Header};
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use world::Disk;

/// An open journal.
pub struct Journal {
    disk: Arc<dyn Disk>,
    name: String,
    state: Mutex<State>,
}

struct State {
    /// Where the next record goes.
    end: u64,
    /// How often the file was written anew.
    rewrites: u64,
    /// Why nothing more is taken until the next rewrite.
    closed: Option<String>,
}

/// What a journal held when it was opened.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The good records, in order.
    pub records: Vec<Vec<u8>>,
    /// What was wrong and what was done about it, for people.
    pub damage: Option<String>,
}

/// Why a journal does not do what it is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The disk failed.
    #[error("{name}: {source}")]
    Disk {
        /// The file.
        name: String,
        /// What the disk said.
        source: io::Error,
    },
    /// The file was written by a newer program.
    #[error("{name} has version {version}; this program reads version {}", frame::VERSION)]
    Version {
        /// The file.
        name: String,
        /// Its version.
        version: u32,
    },
    /// The record is empty or longer than 16 MiB.
    #[error("{name}: a record of {bytes} bytes cannot be kept")]
    RecordSize {
        /// The file.
        name: String,
        /// Length of the record.
        bytes: usize,
    },
    /// An earlier failure left the file in doubt; a rewrite makes it good again.
    #[error("{name} takes no records since an earlier failure: {why}")]
    Closed {
        /// The file.
        name: String,
        /// The earlier failure.
        why: String,
    },
}

/// What a file is made of.
struct Scan<'a> {
    records: Vec<&'a [u8]>,
    /// Behind the last good record that has no damage before it.
    sound: usize,
    /// Whether a good record stands behind damage, or the header is damaged.
    is_damaged: bool,
}

impl Journal {
    /// Opens the journal `name`, which is made if there is none. Damage does not stop it.
    ///
    /// # Errors
    /// [`JournalError::Disk`] if the file cannot be read, [`JournalError::Version`] if it is of another
    /// version.
    pub fn open(disk: Arc<dyn Disk>, name: &str) -> Result<(Self, Recovered), JournalError> {
        let failed = |source| JournalError::Disk { name: name.to_owned(), source };
        let file = disk.read(name).map_err(failed)?;
        let journal = Self {
            disk,
            name: name.to_owned(),
            state: Mutex::new(State { end: HEADER_BYTES as u64, rewrites: 0, closed: None }),
        };
        let Some(file) = file.filter(|file| !file.is_empty()) else {
            journal.rewrite(std::iter::empty())?;
            return Ok((journal, Recovered::default()));
        };
        let header = frame::judge_header(&file);
        if let Header::Other(version) = header {
            return Err(JournalError::Version { name: name.to_owned(), version });
        }
        let scan = scan(&file, header == Header::Good);
        let damage =
            if scan.is_damaged { Some(journal.mend(&file, &scan)) } else { journal.cut(&file, &scan) };
        let records = scan.records.into_iter().map(<[u8]>::to_vec).collect();
        Ok((journal, Recovered { records, damage }))
    }

    /// Adds a record. When this returns, the record survives the death of the process.
    ///
    /// # Errors
    /// [`JournalError`]; the record is not there then.
    pub fn append(&self, record: &[u8]) -> Result<(), JournalError> {
        let mut state = self.state.lock();
        self.check_open(&state)?;
        let bytes = frame::record(state.end, record)
            .ok_or_else(|| JournalError::RecordSize { name: self.name.clone(), bytes: record.len() })?;
        if let Err(source) = self.disk.append(&self.name, &bytes) {
            // A part may have been written; left there, it would hide every later record.
            if let Err(error) = self.disk.truncate(&self.name, state.end) {
                state.closed = Some(format!("an append failed ({source}) and could not be undone ({error})"));
            }
            return Err(self.failed(source));
        }
        state.end += bytes.len() as u64;
        Ok(())
    }

    /// Makes every record so far survive a power cut. While the disk works, others may append.
    ///
    /// # Errors
    /// [`JournalError::Disk`]; no record is taken from then on until a rewrite.
    pub fn sync(&self) -> Result<(), JournalError> {
        let rewrites = {
            let state = self.state.lock();
            self.check_open(&state)?;
            state.rewrites
        };
        self.disk.sync(&self.name).map_err(|source| {
            let mut state = self.state.lock();
            // A file that was written anew meanwhile was synced as a whole.
            if state.rewrites == rewrites {
                state.closed = Some(format!("a sync failed: {source}"));
            }
            self.failed(source)
        })
    }

    /// Puts a file with `records` alone in the place of the old one, at once and durably.
    ///
    /// # Errors
    /// [`JournalError`]; the old file is there then.
    pub fn rewrite(&self, records: impl Iterator<Item = Vec<u8>>) -> Result<(), JournalError> {
        let mut state = self.state.lock();
        let mut file = frame::header();
        for payload in records {
            let record = frame::record(file.len() as u64, &payload)
                .ok_or_else(|| JournalError::RecordSize { name: self.name.clone(), bytes: payload.len() })?;
            file.extend(record);
        }
        self.disk.replace(&self.name, &file).map_err(|source| self.failed(source))?;
        *state = State { end: file.len() as u64, rewrites: state.rewrites + 1, closed: None };
        Ok(())
    }

    /// Length of the file.
    pub fn len_bytes(&self) -> u64 {
        self.state.lock().end
    }

    /// Keeps a copy of a damaged file and writes the good records anew; tells what it did.
    fn mend(&self, file: &[u8], scan: &Scan<'_>) -> String {
        let count = scan.records.len();
        let aside = self.copy_aside(file).unwrap_or_else(|error| format!("(no copy could be kept: {error})"));
        let rewritten = self.rewrite(scan.records.iter().map(|record| record.to_vec()));
        let what =
            format!("{} was damaged; {count} good records were kept, the damaged file is {aside}", self.name);
        match rewritten {
            Ok(()) => what,
            Err(error) => self.close(&what, &error.to_string()),
        }
    }

    fn copy_aside(&self, file: &[u8]) -> io::Result<String> {
        let taken = self.disk.list()?;
        let free = (1_u32..).map(|n| format!("{}.damaged-{n}", self.name)).find(|name| !taken.contains(name));
        let name = free.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
        self.disk.replace(&name, file)?;
        Ok(name)
    }

    /// Cuts off the torn tail; tells if there was one.
    fn cut(&self, file: &[u8], scan: &Scan<'_>) -> Option<String> {
        self.state.lock().end = scan.sound as u64;
        let torn = file.len() - scan.sound;
        if torn == 0 {
            return None;
        }
        let what = format!(
            "{} ended in {torn} bytes of a record that was never finished; they were cut off",
            self.name
        );
        match self.disk.truncate(&self.name, scan.sound as u64) {
            Ok(()) => Some(what),
            Err(error) => Some(self.close(&what, &error.to_string())),
        }
    }

    /// Takes nothing more until the next rewrite; `what` happened before.
    fn close(&self, what: &str, error: &str) -> String {
        let why = format!("the file could not be made good: {error}");
        let told = format!("{what}; {why}");
        self.state.lock().closed = Some(why);
        told
    }

    fn check_open(&self, state: &State) -> Result<(), JournalError> {
        match &state.closed {
            Some(why) => Err(JournalError::Closed { name: self.name.clone(), why: why.clone() }),
            None => Ok(()),
        }
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::Disk { name: self.name.clone(), source }
    }
}

/// Walks the records, over damage if there is any.
fn scan(file: &[u8], is_header_good: bool) -> Scan<'_> {
    let mut scan = Scan { records: Vec::new(), sound: HEADER_BYTES, is_damaged: !is_header_good };
    let mut offset = HEADER_BYTES;
    while offset < file.len() {
        let found = (offset..file.len()).find_map(|at| frame::read(file, at).map(|record| (at, record)));
        let Some((at, (record, behind))) = found else { break };
        scan.is_damaged |= at != offset;
        scan.records.push(record);
        offset = behind;
        if !scan.is_damaged {
            scan.sound = behind;
        }
    }
    scan
}
