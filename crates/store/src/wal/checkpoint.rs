//! Writing all there is into one file, so that older ones can go.

use crate::codec::Sealed;
use crate::wal::batch::BatchWriter;
use crate::wal::chunks::ChunksWriter;
use crate::wal::files::{FileName, TEMPORARY};
use crate::wal::record::{self, RecordType};
use crate::wal::writer::WalError;
use framing::varint;
use model::{Point, Series};
use std::sync::Arc;
use world::{Disk, LogFile};

/// Bytes written at once.
const CHUNK_BYTES: usize = 1 << 20;

/// A checkpoint under way.
pub(crate) struct Checkpoint {
    disk: Arc<dyn Disk>,
    handle: Arc<dyn LogFile>,
    number: u64,
    /// Where the next record goes.
    offset: u64,
    batch: BatchWriter,
    chunks: ChunksWriter,
    next_reference: u32,
    samples: u64,
}

impl Checkpoint {
    /// Begins the checkpoint of everything before segment `number`.
    ///
    /// # Errors
    /// [`WalError::Disk`].
    pub(crate) fn begin(disk: Arc<dyn Disk>, number: u64) -> Result<Self, WalError> {
        let handle = disk.create(TEMPORARY).map_err(failed)?;
        let header = record::header(number);
        handle.append(&header).map_err(failed)?;
        Ok(Self {
            disk,
            handle,
            number,
            offset: header.len() as u64,
            batch: BatchWriter::default(),
            chunks: ChunksWriter::default(),
            next_reference: 0,
            samples: 0,
        })
    }

    /// Writes a series and its samples: the chunks as they are, and the points that are in none.
    ///
    /// # Errors
    /// [`WalError::Disk`].
    pub(crate) fn push(
        &mut self,
        series: &Series,
        chunks: &[Arc<Sealed>],
        points: &[Point],
    ) -> Result<(), WalError> {
        if chunks.is_empty() && points.is_empty() {
            // No reference is left out: a reader takes one beyond all definitions that the file has room for as damage.
            return Ok(());
        }
        let reference = self.next_reference;
        self.next_reference += 1;
        // Chunks and points stand in records of their own, in any order: both define the series.
        let mut new = Some(series);
        for chunk in chunks {
            self.chunks.push(reference, new.take(), chunk);
            self.samples += chunk.count as u64;
            if self.chunks.payload().len() >= CHUNK_BYTES {
                self.seal_chunks()?;
            }
        }
        let mut new = Some(series);
        for point in points {
            self.batch.push(reference, new.take(), *point);
            self.samples += 1;
            if self.batch.payload().len() >= CHUNK_BYTES {
                self.seal()?;
            }
        }
        Ok(())
    }

    /// Makes it a checkpoint, durably. Gives how many samples it has.
    ///
    /// # Errors
    /// [`WalError::Disk`]; there is no checkpoint then.
    pub(crate) fn finish(mut self) -> Result<u64, WalError> {
        self.seal()?;
        self.seal_chunks()?;
        let mut count = Vec::new();
        varint::put(&mut count, self.samples);
        self.put(RecordType::End, &count)?;
        self.handle.sync().map_err(failed)?;
        self.disk.rename(TEMPORARY, &FileName::checkpoint(self.number).to_string()).map_err(failed)?;
        Ok(self.samples)
    }

    fn seal(&mut self) -> Result<(), WalError> {
        let batch = std::mem::take(&mut self.batch);
        if batch.payload().is_empty() { Ok(()) } else { self.put(RecordType::Batch, batch.payload()) }
    }

    fn seal_chunks(&mut self) -> Result<(), WalError> {
        let chunks = std::mem::take(&mut self.chunks);
        if chunks.payload().is_empty() { Ok(()) } else { self.put(RecordType::Chunks, chunks.payload()) }
    }

    fn put(&mut self, kind: RecordType, payload: &[u8]) -> Result<(), WalError> {
        let mut bytes = Vec::with_capacity(payload.len() + 16);
        record::put(&mut bytes, self.number, self.offset, kind, payload);
        self.handle.append(&bytes).map_err(failed)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

/// Removes all files that the checkpoint before segment `number` makes superfluous; those that are `damaged` are
/// put aside. What cannot be removed now is removed the next time.
pub(crate) fn remove_older(disk: &dyn Disk, number: u64, damaged: &[FileName]) -> Result<(), WalError> {
    for name in disk.list().map_err(failed)? {
        let Some(file) = FileName::parse(&name).filter(|file| file.number < number) else { continue };
        let removed =
            if damaged.contains(&file) { disk.quarantine(&name).map(|_| ()) } else { disk.remove(&name) };
        removed.map_err(|source| WalError::Disk { name, source })?;
    }
    Ok(())
}

fn failed(source: std::io::Error) -> WalError {
    WalError::Disk { name: TEMPORARY.to_owned(), source }
}
