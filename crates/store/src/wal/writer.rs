//! Writing the log.

use crate::wal::batch::BatchWriter;
use crate::wal::files::FileName;
use crate::wal::record::{self, RecordType};
use model::{Point, Series, limits};
use parking_lot::{Mutex, MutexGuard};
use std::io;
use std::sync::Arc;
use world::{Disk, LogFile};

/// Bytes of one batch record; a longer commit is split.
const BATCH_BYTES: usize = 1 << 20;

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Until the disk says that it has the samples: a power cut loses nothing that was acknowledged.
    Always,
    /// Until the operating system has them: a killed collector loses nothing, a power cut the last second.
    #[default]
    Interval,
    /// For nothing: a killed collector or a power cut loses the last second.
    Relaxed,
}

/// Why the log does not take what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalError {
    /// The disk failed.
    #[error("{name}: {source}")]
    Disk {
        /// The file.
        name: String,
        /// What the disk said.
        source: io::Error,
    },
    /// A file was written by a newer program.
    #[error("{name} has version {version}; this program reads version {}", record::VERSION)]
    Version {
        /// The file.
        name: String,
        /// Its version.
        version: u32,
    },
    /// An earlier failure is not mended yet.
    #[error("the log takes no samples since an earlier failure: {0}")]
    Closed(String),
}

/// How the log is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WalStats {
    /// Bytes written since the start.
    pub written: u64,
    /// Syncs since the start.
    pub syncs: u64,
    /// Why nothing is accepted now, if so.
    pub closed: Option<String>,
}

/// Where the log knows a series from: the file that defines it, and its reference there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mark {
    /// The low half of the file's number: there are never so many that two look alike.
    segment: u32,
    reference: u32,
}

/// The log, open for writing.
pub(crate) struct Wal {
    pub(crate) disk: Arc<dyn Disk>,
    durability: Durability,
    segment_bytes: u64,
    /// Locked before the buffer, never behind it.
    file: Mutex<File>,
    buffer: Mutex<Buffer>,
}

/// The newest segment.
struct File {
    number: u64,
    handle: Arc<dyn LogFile>,
    /// Bytes that are surely there.
    length: u64,
    /// Bytes that a failed write left over.
    stuck: Vec<u8>,
    /// Something was written since the last sync.
    is_unsynced: bool,
    /// The file cannot be trusted any more.
    is_lost: bool,
    stats: WalStats,
}

impl File {
    fn new(number: u64, handle: Arc<dyn LogFile>) -> Self {
        Self {
            number,
            handle,
            length: record::HEADER_BYTES as u64,
            stuck: Vec::new(),
            is_unsynced: false,
            is_lost: false,
            stats: WalStats::default(),
        }
    }
}

/// What waits to be written.
struct Buffer {
    /// The segment it is for.
    segment: u64,
    /// Where its first byte will stand.
    offset: u64,
    /// Whole records.
    records: Vec<u8>,
    batch: BatchWriter,
    next_reference: u32,
    /// Bytes of definitions in this segment.
    definitions: u64,
    closed: Option<String>,
}

impl Buffer {
    fn new(segment: u64) -> Self {
        Self {
            segment,
            offset: record::HEADER_BYTES as u64,
            records: Vec::new(),
            batch: BatchWriter::default(),
            next_reference: 0,
            definitions: 0,
            closed: None,
        }
    }

    /// Makes a record of the batch that is under way.
    fn seal(&mut self) {
        if !self.batch.payload().is_empty() {
            let at = self.offset + self.records.len() as u64;
            record::put(&mut self.records, self.segment, at, RecordType::Batch, self.batch.payload());
            self.batch.clear();
        }
    }

    /// Everything that waits, as it will stand in the file.
    fn take(&mut self) -> Vec<u8> {
        self.seal();
        self.offset += self.records.len() as u64;
        std::mem::take(&mut self.records)
    }

    /// Whether the segment has had enough: definitions, which every segment repeats, stay its smaller part.
    fn is_full(&self, segment_bytes: u64) -> bool {
        self.offset >= segment_bytes + 8 * self.definitions
    }
}

/// The buffer while samples are pushed into it.
pub(crate) struct Pusher<'a>(MutexGuard<'a, Buffer>);

impl Pusher<'_> {
    /// Puts a sample into the buffer. `mark` remembers where its series is defined.
    pub(crate) fn push(&mut self, mark: &mut Mark, series: &Series, point: Point) {
        let buffer = &mut *self.0;
        let segment = low_half(buffer.segment);
        let is_new = mark.segment != segment;
        if is_new {
            *mark = Mark { segment, reference: buffer.next_reference };
            buffer.next_reference += 1;
        }
        let before = buffer.batch.payload().len();
        buffer.batch.push(mark.reference, is_new.then_some(series), point);
        if is_new {
            buffer.definitions += (buffer.batch.payload().len() - before) as u64;
        }
        if buffer.batch.payload().len() >= BATCH_BYTES {
            buffer.seal();
        }
    }
}

impl Wal {
    /// Begins segment `number`. On a full disk the log begins closed: what is there can be read, and a checkpoint opens
    /// it when there is room.
    ///
    /// # Errors
    /// [`WalError::Disk`] when it cannot be made for another reason.
    pub(crate) fn begin(
        disk: Arc<dyn Disk>,
        number: u64,
        durability: Durability,
        segment_bytes: u64,
    ) -> Result<Self, WalError> {
        let mut buffer = Buffer::new(number);
        let file = match new_segment(&*disk, number) {
            Ok(handle) => File::new(number, handle),
            Err(error) if is_full(&error) => {
                buffer.closed = Some(error.to_string());
                File { is_lost: true, ..File::new(number, Arc::new(NoFile)) }
            }
            Err(error) => return Err(error),
        };
        Ok(Self { disk, durability, segment_bytes, file: Mutex::new(file), buffer: Mutex::new(buffer) })
    }

    /// Whether samples may be pushed now.
    ///
    /// # Errors
    /// [`WalError::Closed`] if not.
    pub(crate) fn check(&self) -> Result<(), WalError> {
        let buffer = self.buffer.lock();
        match &buffer.closed {
            Some(why) => Err(WalError::Closed(why.clone())),
            None if buffer.records.len() > limits::UNWRITTEN_BYTES => {
                Err(WalError::Closed("too much waits to be written".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// The buffer, to push the samples of a batch. Locked once for all: each lock waits until the processor has
    /// written what it has under way, which with many series is far away.
    pub(crate) fn pusher(&self) -> Pusher<'_> {
        Pusher(self.buffer.lock())
    }

    /// Makes what was pushed as durable as was promised.
    ///
    /// # Errors
    /// [`WalError`]; what was pushed is written later, when that is possible again.
    pub(crate) fn commit(&self) -> Result<(), WalError> {
        match self.durability {
            Durability::Always => self.sync(),
            Durability::Interval => self.write(&mut self.file.lock()),
            Durability::Relaxed => self.check(),
        }
    }

    /// Makes everything survive a power cut. While the disk works, others may write.
    ///
    /// # Errors
    /// As [`Wal::commit`].
    pub(crate) fn sync(&self) -> Result<(), WalError> {
        let (handle, number, length) = {
            let mut file = self.file.lock();
            self.write(&mut file)?;
            if file.is_lost {
                // Lost on the way to the next segment: the same file is not synced again.
                return self.check();
            }
            if !file.is_unsynced {
                return Ok(());
            }
            (Arc::clone(&file.handle), file.number, file.length)
        };
        let synced = handle.sync();
        let mut file = self.file.lock();
        if let Err(source) = synced {
            return Err(self.lose(&mut file, source));
        }
        file.is_unsynced &= (file.number, file.length) != (number, length);
        file.stats.syncs += 1;
        Ok(())
    }

    /// The newest segment's number.
    pub(crate) fn number(&self) -> u64 {
        self.file.lock().number
    }

    /// How the log is.
    pub(crate) fn stats(&self) -> WalStats {
        let closed = self.buffer.lock().closed.clone();
        WalStats { closed, ..self.file.lock().stats.clone() }
    }

    /// Whether only a checkpoint can make the log take samples again.
    pub(crate) fn is_lost(&self) -> bool {
        self.file.lock().is_lost
    }

    /// Ends the segment and begins the next; gives the next one's number. What waits goes into the old one if it
    /// can be written, and is forgotten if it cannot: a checkpoint of all that is in memory must follow.
    ///
    /// # Errors
    /// [`WalError::Disk`] when the next cannot be made; all is as it was then.
    pub(crate) fn rotate(&self) -> Result<u64, WalError> {
        let mut file = self.file.lock();
        if !file.is_lost {
            self.write(&mut file)?;
        }
        self.rotate_locked(&mut file)?;
        Ok(file.number)
    }

    /// The checkpoint that [`Wal::rotate`] asked for is durable.
    pub(crate) fn reopen(&self) {
        let mut file = self.file.lock();
        if file.is_lost {
            file.is_lost = false;
            self.buffer.lock().closed = None;
        }
    }

    /// The old segment is whole and durable before there is a next one: only the newest can be torn.
    fn rotate_locked(&self, file: &mut File) -> Result<(), WalError> {
        let number = file.number + 1;
        let mut buffer = loop {
            if file.is_unsynced && !file.is_lost {
                let synced = file.handle.sync();
                synced.map_err(|source| self.lose(file, source))?;
                file.is_unsynced = false;
            }
            let mut buffer = self.buffer.lock();
            let left = buffer.take();
            if left.is_empty() || file.is_lost {
                break buffer;
            }
            // Pushed since the last write: still the old segment's.
            drop(buffer);
            self.put(file, &left)?;
        };
        let handle = new_segment(&*self.disk, number)?;
        let closed = buffer.closed.take();
        *buffer = Buffer { closed, ..Buffer::new(number) };
        drop(buffer);
        let (stats, is_lost) = (std::mem::take(&mut file.stats), file.is_lost);
        // What was lost with the old file is not in the new one either, until a checkpoint is.
        *file = File { stats, is_lost, ..File::new(number, handle) };
        Ok(())
    }

    /// Writes what waits.
    fn write(&self, file: &mut File) -> Result<(), WalError> {
        if file.is_lost {
            return self.check();
        }
        if !file.stuck.is_empty() {
            let stuck = std::mem::take(&mut file.stuck);
            self.put(file, &stuck)?;
            self.buffer.lock().closed = None;
        }
        let (bytes, is_full) = {
            let mut buffer = self.buffer.lock();
            (buffer.take(), buffer.is_full(self.segment_bytes))
        };
        if !bytes.is_empty() {
            self.put(file, &bytes)?;
        }
        // A full disk has no room for a next segment either: the old one goes on.
        if is_full && let Err(error) = self.rotate_locked(file) {
            return if file.stuck.is_empty() && !file.is_lost { Ok(()) } else { Err(error) };
        }
        Ok(())
    }

    /// Writes `bytes` at the end of the file. What cannot be written is kept for the next attempt.
    fn put(&self, file: &mut File, bytes: &[u8]) -> Result<(), WalError> {
        match file.handle.append(bytes) {
            Ok(()) => {
                file.length += bytes.len() as u64;
                file.stats.written += bytes.len() as u64;
                file.is_unsynced = true;
                Ok(())
            }
            Err(source) => {
                file.stuck.extend_from_slice(bytes);
                // A part may have been written; left there, it would hide every later record.
                file.is_lost = file.handle.truncate(file.length).is_err();
                Err(self.fail(file, source))
            }
        }
    }

    /// A sync failed: what was written may be gone from the memory of the system too, so the file is not asked
    /// again.
    fn lose(&self, file: &mut File, source: io::Error) -> WalError {
        file.is_lost = true;
        self.fail(file, source)
    }

    fn fail(&self, file: &File, source: io::Error) -> WalError {
        let name = FileName::segment(file.number).to_string();
        self.buffer.lock().closed = Some(format!("{name}: {source}"));
        WalError::Disk { name, source }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half")]
fn low_half(number: u64) -> u32 {
    number as u32
}

fn is_full(error: &WalError) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error, WalError::Disk { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
}

/// In the place of a segment that could not be made.
struct NoFile;

impl LogFile for NoFile {
    fn append(&self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn sync(&self) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

/// Makes a segment's file with its header, durably: a file whose beginning is garbled would be hard to believe.
fn new_segment(disk: &dyn Disk, number: u64) -> Result<Arc<dyn LogFile>, WalError> {
    let name = FileName::segment(number).to_string();
    let made = disk.create(&name).and_then(|handle| {
        handle.append(&record::header(number))?;
        handle.sync()?;
        Ok(handle)
    });
    made.map_err(|source| {
        // On a full disk even an empty file is one too many. If it stays, it is made anew the next time.
        drop(disk.remove(&name));
        WalError::Disk { name, source }
    })
}
