//! The files that a data directory keeps, held so that nobody else changes them.

use super::BackupError;
use crate::{data_dir, desk, kept_insights, ledger, mappings};
use indicatif::ProgressBar;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Disks;
use world::{Disk, RealDisk};

/// Bytes that are read and written at once.
const PIECE: usize = 1 << 20;

/// A data directory that no collector uses.
pub(super) struct Files {
    dir: PathBuf,
    root: RealDisk,
    disks: Disks,
}

impl Files {
    /// Takes hold of the data directory `dir`.
    ///
    /// # Errors
    /// There is none, or somebody uses it.
    pub(super) fn open(dir: &Path) -> Result<Self, BackupError> {
        for below in [data_dir::WAL, data_dir::BLOCKS].map(|name| dir.join(name)) {
            if !below.is_dir() {
                let source = io::Error::new(io::ErrorKind::NotFound, "there is no such directory");
                return Err(BackupError::path(&below, source));
            }
        }
        Self::make(dir)
    }

    /// The same, and makes the directory if there is none.
    pub(super) fn make(dir: &Path) -> Result<Self, BackupError> {
        let disk = |dir: &Path| RealDisk::open(dir).map_err(|source| BackupError::path(dir, source));
        let root = disk(dir)?;
        let wal = Arc::new(disk(&dir.join(data_dir::WAL))?);
        let disks = Disks { wal, blocks: Arc::new(disk(&dir.join(data_dir::BLOCKS))?) };
        Ok(Self { dir: dir.to_path_buf(), root, disks })
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> Result<u64, BackupError> {
        let bytes = |(disk, name): (&dyn Disk, String)| disk.length(&name);
        let sum = self.all().and_then(|all| all.into_iter().map(bytes).sum());
        sum.map_err(|source| BackupError::path(&self.dir, source))
    }

    /// Every file, with the directory that it is in. Files of the log come first: the blocks may be many.
    fn all(&self) -> io::Result<Vec<(&dyn Disk, String)>> {
        let mut all: Vec<(&dyn Disk, String)> = Vec::new();
        for disk in [&*self.disks.wal, &*self.disks.blocks] {
            all.extend(disk.list()?.into_iter().filter(|name| is_kept(name)).map(|name| (disk, name)));
        }
        let is_kept = |name: &String| {
            [ledger::FILE, desk::FILE, mappings::FILE, kept_insights::FILE].contains(&name.as_str())
        };
        all.extend(
            self.root
                .list()?
                .into_iter()
                .filter(is_kept)
                .map(|name| -> (&dyn Disk, String) { (&self.root, name) }),
        );
        Ok(all)
    }

    /// Reads every byte of the samples. Gives what a killed collector left unfinished, for people.
    ///
    /// # Errors
    /// Whatever else is wrong with them.
    pub(super) fn verify(&self, bar: &ProgressBar) -> Result<Vec<String>, BackupError> {
        let (mut unfinished, mut problems) = (Vec::new(), Vec::new());
        let verified = store::verify(&self.disks, |report| {
            bar.inc(report.bytes);
            if let Some(problem) = report.problem {
                if report.is_torn { &mut unfinished } else { &mut problems }
                    .push(format!("{}: {problem}", report.name));
            }
        });
        verified.map_err(|source| BackupError::path(&self.dir, source))?;
        if problems.is_empty() {
            return Ok(unfinished);
        }
        Err(BackupError::Damaged { path: self.dir.display().to_string(), problems })
    }

    /// Copies every file to `to`, durably; those that nobody writes to any more may stand in both if `links`.
    pub(super) fn copy(&self, to: &Self, links: bool, bar: &ProgressBar) -> Result<(), BackupError> {
        let pairs: [(&dyn Disk, &dyn Disk); 3] = [
            (&*self.disks.wal, &*to.disks.wal),
            (&*self.disks.blocks, &*to.disks.blocks),
            (&self.root, &to.root),
        ];
        for (disk, name) in self.all().map_err(|source| BackupError::path(&self.dir, source))? {
            let target = pairs.iter().find(|(from, _)| from.place() == disk.place()).map(|(_, to)| *to);
            let copied = target.map_or(Ok(()), |target| copy(disk, target, &name, links, bar));
            copied.map_err(|source| BackupError::path(&to.dir, source))?;
        }
        Ok(())
    }
}

/// Not what was never finished, nor what was put aside.
fn is_kept(name: &str) -> bool {
    let is_unfinished = Path::new(name).extension().is_some_and(|extension| extension == "tmp");
    !is_unfinished && !name.contains(".damaged-")
}

fn copy(from: &dyn Disk, to: &dyn Disk, name: &str, links: bool, bar: &ProgressBar) -> io::Result<()> {
    // Only of blocks it is sure that they are never written to: a start may cut the end of the log.
    let is_block = Path::new(name).extension().is_some_and(|extension| extension == "block");
    if links && is_block && from.link(name, to).is_ok() {
        bar.inc(from.length(name)?);
        return Ok(());
    }
    let (file, written, mut piece, mut at) = (from.open(name)?, to.create(name)?, Vec::new(), 0);
    loop {
        file.read_at(at, PIECE, &mut piece)?;
        if piece.is_empty() {
            return written.sync();
        }
        written.append(&piece)?;
        at += piece.len() as u64;
        bar.inc(piece.len() as u64);
    }
}
