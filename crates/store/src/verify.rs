//! Looking at every byte of a store's files without changing any.

use crate::block::{Block, RowReader, number};
use crate::codec::OwnedColumns;
use crate::engine::Disks;
use crate::wal;
use std::io;

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file, below the data directory's `wal` or `blocks`.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Samples that were read from it.
    pub samples: u64,
    /// What is wrong with it, for people. The torn end of a killed collector's last segment is told too; it is cut
    /// at the next start.
    pub problem: Option<String>,
    /// The problem is only such an end.
    pub is_torn: bool,
}

/// How many files there are to look at.
///
/// # Errors
/// Those of the disk.
pub fn count_files(disks: &Disks) -> io::Result<usize> {
    Ok(wal::file_names(&*disks.wal)?.len() + block_numbers(disks)?.len())
}

/// Reads every record and every chunk, and gives `each` what was found, file by file.
///
/// # Errors
/// Those of the disk, if a directory cannot be read; a file that cannot be read is reported as such.
pub fn verify(disks: &Disks, mut each: impl FnMut(FileReport)) -> io::Result<()> {
    let files = wal::file_names(&*disks.wal)?;
    for file in &files {
        let name = file.to_string();
        let report = match disks.wal.read(&name) {
            Ok(bytes) => {
                let bytes = bytes.unwrap_or_default();
                let (samples, fault) = wal::inspect(&bytes, *file, &files);
                let is_torn = fault.as_ref().is_some_and(|fault| fault.is_torn);
                let problem = fault.map(|fault| fault.text);
                FileReport { name, bytes: bytes.len() as u64, samples, problem, is_torn }
            }
            Err(error) => {
                FileReport { name, bytes: 0, samples: 0, problem: Some(error.to_string()), is_torn: false }
            }
        };
        each(report);
    }
    for number in block_numbers(disks)? {
        each(verify_block(disks, number));
    }
    Ok(())
}

fn block_numbers(disks: &Disks) -> io::Result<Vec<u64>> {
    Ok(disks.blocks.list()?.iter().filter_map(|name| number(name)).collect())
}

fn verify_block(disks: &Disks, number: u64) -> FileReport {
    let name = crate::block::name(number);
    let bytes = disks.blocks.length(&name).unwrap_or(0);
    let report =
        |samples, problem| FileReport { name: name.clone(), bytes, samples, problem, is_torn: false };
    let block = match Block::open(&disks.blocks, number) {
        Ok(Some(block)) => block,
        Ok(None) => return report(0, Some("the header, the footer or the summary is damaged".to_owned())),
        Err(error) => return report(0, Some(error.to_string())),
    };
    let (mut samples, mut damaged, mut points) = (0, Vec::new(), OwnedColumns::default());
    if let Some(index) = block.index(&mut damaged) {
        let mut reader = RowReader::new(&block, index);
        for number in 0..reader.index().len() {
            reader.points(number, (model::TimeRange::ALL, None), &mut points, &mut damaged);
            reader.check_rollups(&mut damaged);
            samples += points.len() as u64;
        }
    }
    let problem = match damaged.first() {
        Some(first) => Some(format!("{} chunks are damaged; the first: {first}", damaged.len())),
        None if samples != block.samples() => Some(format!("the index tells of {} samples", block.samples())),
        None => None,
    };
    report(samples, problem)
}
