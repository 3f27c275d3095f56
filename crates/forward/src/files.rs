//! The segments of a queue on disk: which there are, and the newest, that is written to. Locked by its owner.

use crate::batch::{Entries, Payload};
use crate::cursor::Cursor;
use crate::record::{self, END_BYTES, HEADER_BYTES, Header, Kind};
use crate::stats::Told;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use world::{Disk, LogFile};

/// The files of a queue.
pub(crate) struct Files {
    disk: Arc<dyn Disk>,
    segments: BTreeMap<u64, Segment>,
    newest: Option<Newest>,
    /// The number that the next segment gets.
    next: u64,
    /// Ended segments that the disk may not have yet.
    unsynced: Vec<(u64, Arc<dyn LogFile>)>,
    /// What a failed write left over.
    pub(crate) stuck: Vec<Payload>,
}

/// What is known of a segment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Segment {
    pub(crate) bytes: u64,
    pub(crate) samples: u64,
    /// Samples that are done with.
    pub(crate) done: u64,
    /// Nothing more is written to it.
    pub(crate) is_ended: bool,
    /// It was found without its end: a torn one is no damage.
    pub(crate) may_be_torn: bool,
}

struct Newest {
    number: u64,
    handle: Arc<dyn LogFile>,
    is_unsynced: bool,
}

/// How a write ended.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// Nothing was written; it may be tried again.
    Again(io::Error),
    /// The file is in an unknown state, and must not be written to.
    Lost(io::Error),
}

impl Files {
    /// Finds what there is behind `at`.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: Arc<dyn Disk>, at: Cursor, told: &Told) -> io::Result<Self> {
        let mut files = Self {
            disk,
            segments: BTreeMap::new(),
            newest: None,
            next: at.segment + 1,
            unsynced: Vec::new(),
            stuck: Vec::new(),
        };
        for name in files.disk.list()? {
            if let Some(number) = record::number(&name) {
                files.next = files.next.max(number + 1);
                files.find(&name, number, at, told)?;
            }
        }
        Ok(files)
    }

    fn find(&mut self, name: &str, number: u64, at: Cursor, told: &Told) -> io::Result<()> {
        let (header, mut segment) = survey(&*self.disk, name, number)?;
        if let Header::Other(version) = header {
            let aside = self.disk.quarantine(name)?;
            told.tell(format!("{name} has the unknown version {version}; it is put aside as {aside}"));
            return Ok(());
        }
        if number == at.segment {
            segment.done = at.samples.min(segment.samples);
        }
        let is_done = number < at.segment || (number == at.segment && at.offset >= segment.bytes);
        if is_done || segment.bytes <= HEADER_BYTES {
            return self.disk.remove(name);
        }
        self.segments.insert(number, segment);
        Ok(())
    }

    /// Bytes of all segments.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments.values().map(|segment| segment.bytes).sum()
    }

    /// Samples that are not done with.
    pub(crate) fn samples(&self) -> u64 {
        self.segments.values().map(|segment| segment.samples.saturating_sub(segment.done)).sum()
    }

    /// The first segment from this number on.
    pub(crate) fn first_from(&self, number: u64) -> Option<(u64, Segment)> {
        self.segments.range(number..).next().map(|(number, segment)| (*number, *segment))
    }

    pub(crate) fn segment_mut(&mut self, number: u64) -> Option<&mut Segment> {
        self.segments.get_mut(&number)
    }

    /// How long the newest segment is, if there is one.
    pub(crate) fn newest_bytes(&self) -> Option<u64> {
        let newest = self.newest.as_ref()?;
        self.segments.get(&newest.number).map(|segment| segment.bytes)
    }

    /// Whether this is the segment that is written to.
    pub(crate) fn is_newest(&self, number: u64) -> bool {
        self.newest.as_ref().is_some_and(|newest| newest.number == number)
    }

    /// Writes what is stuck to the newest segment, which is made if there is none.
    ///
    /// # Errors
    /// [`WriteError`]; what is stuck stays so.
    pub(crate) fn write(&mut self) -> Result<(), WriteError> {
        if self.stuck.is_empty() {
            return Ok(());
        }
        self.begin().map_err(WriteError::Again)?;
        let Some(newest) = &mut self.newest else { return Ok(()) };
        let Some(segment) = self.segments.get_mut(&newest.number) else { return Ok(()) };
        let (mut bytes, mut samples) = (Vec::new(), 0);
        for payload in &self.stuck {
            let at = segment.bytes + bytes.len() as u64;
            record::put(&mut bytes, newest.number, at, Kind::Batch, &payload.bytes);
            samples += payload.samples;
        }
        append(&*newest.handle, &bytes, segment.bytes)?;
        segment.bytes += bytes.len() as u64;
        segment.samples += samples;
        newest.is_unsynced = true;
        self.stuck.clear();
        Ok(())
    }

    /// Makes the newest segment, if there is none.
    fn begin(&mut self) -> io::Result<()> {
        if self.newest.is_some() {
            return Ok(());
        }
        let (number, name) = (self.next, record::name(self.next));
        let made = self.disk.create(&name).and_then(|handle| {
            handle.append(&record::header(number))?;
            Ok(handle)
        });
        let handle = made.inspect_err(|_| drop(self.disk.remove(&name)))?;
        self.next += 1;
        self.segments.insert(number, Segment { bytes: HEADER_BYTES, ..Segment::default() });
        self.newest = Some(Newest { number, handle, is_unsynced: true });
        Ok(())
    }

    /// Ends the newest segment, with its last record if it may be written to.
    pub(crate) fn end(&mut self, is_sound: bool) {
        let Some(newest) = self.newest.take() else { return };
        if let Some(segment) = self.segments.get_mut(&newest.number) {
            segment.is_ended = true;
            let mut bytes = Vec::new();
            let samples = segment.samples.to_le_bytes();
            record::put(&mut bytes, newest.number, segment.bytes, Kind::End, &samples);
            // Without it the samples are counted at the next start.
            if is_sound && append(&*newest.handle, &bytes, segment.bytes).is_ok() {
                segment.bytes += bytes.len() as u64;
            } else {
                segment.may_be_torn = true;
            }
        }
        if is_sound {
            self.unsynced.push((newest.number, newest.handle));
        }
    }

    /// What has to be synced: segments, of which the newest is the last if something was written to it.
    pub(crate) fn take_unsynced(&mut self) -> Vec<(u64, Arc<dyn LogFile>)> {
        let mut all = std::mem::take(&mut self.unsynced);
        if let Some(newest) = &mut self.newest
            && std::mem::take(&mut newest.is_unsynced)
        {
            all.push((newest.number, Arc::clone(&newest.handle)));
        }
        all
    }

    /// Removes a segment; gives what was known of it.
    pub(crate) fn remove(&mut self, number: u64, told: &Told) -> Option<Segment> {
        let segment = self.segments.remove(&number)?;
        let name = record::name(number);
        if let Err(error) = self.disk.remove(&name) {
            told.tell(format!("{name} cannot be removed: {error}"));
        }
        Some(segment)
    }

    /// The oldest segment that is ended.
    pub(crate) fn oldest_ended(&self) -> Option<u64> {
        let oldest = self.segments.first_key_value()?;
        oldest.1.is_ended.then_some(*oldest.0)
    }
}

/// Appends to a file of this length, or leaves it as it was.
fn append(handle: &dyn LogFile, bytes: &[u8], length: u64) -> Result<(), WriteError> {
    handle.append(bytes).map_err(|error| {
        // A part may have been written; left there, it would hide every later record.
        match handle.truncate(length) {
            Ok(()) => WriteError::Again(error),
            Err(_) => WriteError::Lost(error),
        }
    })
}

/// What a segment that was found holds: what its end says, or what is counted in it.
fn survey(disk: &dyn Disk, name: &str, number: u64) -> io::Result<(Header, Segment)> {
    let bytes = disk.length(name)?;
    let mut segment = Segment { bytes, is_ended: true, ..Segment::default() };
    let header = disk.read_at(name, 0, usize::try_from(HEADER_BYTES).unwrap_or_default())?;
    let header = record::judge_header(&header, number);
    if let Some(base) = bytes.checked_sub(END_BYTES as u64) {
        let end = disk.read_at(name, base, END_BYTES)?;
        if let Some((Kind::End, payload, _)) = record::read(&end, number, base, 0)
            && let Ok(samples) = payload.try_into()
        {
            segment.samples = u64::from_le_bytes(samples);
            return Ok((header, segment));
        }
    }
    segment.may_be_torn = true;
    let all = disk.read(name)?.unwrap_or_default();
    let mut at = usize::try_from(HEADER_BYTES).unwrap_or_default();
    while at < all.len() {
        match record::read(&all, number, 0, at) {
            Some((kind, payload, behind)) => {
                if kind == Kind::Batch {
                    segment.samples += Entries::of(payload).map_or(0, |entries| entries.count() as u64);
                }
                at = behind;
            }
            None => at += 1,
        }
    }
    Ok((header, segment))
}
