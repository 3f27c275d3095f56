//! Reading a block.

use crate::block::frame::{self, FOOTER_BYTES, Footer, HEADER_BYTES, Section};
use crate::block::index::{Index, Summary};
use model::Millis;
use parking_lot::Mutex;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use world::{Disk, ReadFile};

/// The file of a block.
pub(crate) fn name(number: u64) -> String {
    format!("{number:08}.block")
}

/// The number of the block whose file is called so.
pub(crate) fn number(file: &str) -> Option<u64> {
    file.strip_suffix(".block")?.parse().ok()
}

/// A block whose header, footer and summary are good. Its index is read when it is first asked for.
pub(crate) struct Block {
    disk: Arc<dyn Disk>,
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    index_at: Section,
    summary: Summary,
    index: Mutex<Option<Arc<Index>>>,
    file: Mutex<Option<Weak<dyn ReadFile>>>,
    /// The index was asked for and is not good.
    is_damaged: AtomicBool,
    /// Of how many of the times that samples are kept it was seen that no series here is affected.
    expired: AtomicUsize,
    /// Nobody who comes from now on gets it.
    is_over: AtomicBool,
}

impl Drop for Block {
    /// The file of a block that is over goes with its last reader, who must not find a gap. If it cannot be removed,
    /// or the process dies before, the next start sees that it is replaced or too old.
    fn drop(&mut self) {
        if self.is_over.load(Ordering::Acquire) {
            drop(self.disk.remove(&name(self.number)));
        }
    }
}

impl Block {
    /// Opens a block; `None` if it is damaged.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: &Arc<dyn Disk>, number: u64) -> io::Result<Option<Self>> {
        let name = name(number);
        let bytes = disk.length(&name)?;
        let Some(footer_at) = bytes.checked_sub(FOOTER_BYTES as u64) else { return Ok(None) };
        if !frame::is_header(&disk.read_at(&name, 0, HEADER_BYTES)?) {
            return Ok(None);
        }
        let footer = Footer::read(&disk.read_at(&name, footer_at, FOOTER_BYTES)?, footer_at);
        let Some(footer) = footer else { return Ok(None) };
        let summary = read_section(&**disk, &name, footer.summary)?;
        let summary = summary.and_then(|bytes| Summary::read(&bytes));
        Ok(summary.map(|summary| Self {
            disk: Arc::clone(disk),
            number,
            bytes,
            index_at: footer.index,
            summary,
            index: Mutex::default(),
            file: Mutex::default(),
            is_damaged: AtomicBool::new(false),
            expired: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        }))
    }

    /// Lets the block's file go as soon as nobody reads it any more.
    pub(crate) fn let_go(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Numbers of the blocks that it replaces.
    pub(crate) fn replaces(&self) -> &[u64] {
        &self.summary.replaces
    }

    /// Of two samples of one series and time, that of the block of the higher rank counts. A block has the rank of its
    /// number, one that replaces others the highest of theirs: it has nothing newer.
    pub(crate) fn rank(&self) -> u64 {
        if self.summary.rank == 0 { self.number } else { self.summary.rank }
    }

    /// Time of its newest sample.
    pub(crate) fn max_t(&self) -> Millis {
        self.summary.max_t
    }

    /// Time of its oldest sample.
    pub(crate) fn min_t(&self) -> Millis {
        self.summary.min_t
    }

    /// How many samples it has.
    pub(crate) fn samples(&self) -> u64 {
        self.summary.samples
    }

    /// What [`Block::set_expired`] said last.
    pub(crate) fn expired(&self) -> usize {
        self.expired.load(Ordering::Relaxed)
    }

    /// Notes that of so many times that samples are kept none affects a series here.
    pub(crate) fn set_expired(&self, passed: usize) {
        self.expired.store(passed, Ordering::Relaxed);
    }

    /// Whether its index was found to be damaged.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Relaxed)
    }

    /// Its index; `None`, told in `damaged`, if it is damaged or cannot be read.
    pub(crate) fn index(&self, damaged: &mut Vec<String>) -> Option<Arc<Index>> {
        let mut known = self.index.lock();
        if let Some(index) = &*known {
            return Some(Arc::clone(index));
        }
        if self.is_damaged() {
            return None;
        }
        let name = name(self.number);
        match read_section(&*self.disk, &name, self.index_at) {
            Ok(bytes) => {
                let index =
                    bytes.and_then(Index::read).filter(|index| u64::from(index.len()) == self.summary.series);
                if index.is_none() {
                    self.is_damaged.store(true, Ordering::Relaxed);
                    damaged.push(format!(
                        "{name}: the index is damaged; {} samples are unreadable",
                        self.samples()
                    ));
                }
                *known = index.map(Arc::new);
            }
            Err(error) => damaged.push(format!("{name}: the index cannot be read: {error}")),
        }
        known.clone()
    }

    /// Its file, open: all who read it at a time share it, for a process may have few files open.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn file(&self) -> io::Result<Arc<dyn ReadFile>> {
        let mut open = self.file.lock();
        if let Some(file) = open.as_ref().and_then(Weak::upgrade) {
            return Ok(file);
        }
        let file = self.disk.open(&name(self.number))?;
        *open = Some(Arc::downgrade(&file));
        Ok(file)
    }

    /// Has its file stand in another directory too.
    ///
    /// # Errors
    /// Those of the disk, among them that it cannot do such a thing.
    pub(crate) fn link(&self, to: &dyn Disk) -> io::Result<()> {
        self.disk.link(&name(self.number), to)
    }

    /// Bytes of memory that the index takes.
    pub(crate) fn index_bytes(&self) -> usize {
        self.index.lock().as_ref().map_or(0, |index| index.bytes())
    }

    /// Lets go of the index until it is asked for again.
    pub(crate) fn forget_index(&self) {
        *self.index.lock() = None;
    }
}

/// The bytes of a part of a file; `None` if their checksum does not agree.
fn read_section(disk: &dyn Disk, name: &str, section: Section) -> io::Result<Option<Vec<u8>>> {
    let Ok(length) = usize::try_from(section.length) else { return Ok(None) };
    let bytes = disk.read_at(name, section.offset, length)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() == length && crc32c::crc32c(bytes) == section.crc))
}
