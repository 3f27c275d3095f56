//! `alicia-metrics snapshot`: a copy of what a data directory keeps, by ourselves or by the collector that runs there.

use super::files::Files;
use super::{BackupError, ask};
use crate::cli::SnapshotArgs;
use crate::{data_dir, progress};
use std::path::{Path, PathBuf};
use world::{Clock, SystemClock};

/// Makes one; gives what to tell.
pub(crate) fn snapshot(args: &SnapshotArgs) -> Result<String, BackupError> {
    if let Some(address) = args.http {
        return ask::for_snapshot(address, args);
    }
    let from = Files::open(&args.data_dir)?;
    let now = SystemClock::default().now();
    let dir = args.output.clone().unwrap_or_else(|| data_dir::new_snapshot(&args.data_dir, now));
    if dir.symlink_metadata().is_ok() {
        return Err(BackupError::Taken(dir.display().to_string()));
    }
    // Written once and read once.
    let bar = progress::bar(args.progress, from.bytes()?.saturating_mul(2), "bytes");
    let unfinished = into_place(&dir, |part| {
        from.copy(part, true, &bar)?;
        part.verify(&bar)
    })?;
    bar.finish_and_clear();
    let mut told = format!("{} is a data directory of its own, and sound", dir.display());
    unfinished.iter().for_each(|one| {
        told.push('\n');
        told.push_str(one);
    });
    Ok(told)
}

/// Has a new data directory filled, which has its name when it is whole and durable; gives what the filling gave. Nothing of
/// it stays if that fails.
pub(super) fn into_place<T>(
    dir: &Path,
    fill: impl FnOnce(&Files) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let failed = |source| BackupError::path(dir, source);
    let part = part_of(dir);
    // Of one that was never finished; usually there is none.
    drop(std::fs::remove_dir_all(&part));
    let filled = Files::make(&part).and_then(|files| fill(&files));
    let placed = filled.and_then(|filled| {
        [data_dir::WAL, data_dir::BLOCKS]
            .iter()
            .try_for_each(|name| data_dir::sync(&part.join(name)))
            .map_err(failed)?;
        data_dir::put_in_place(&part, dir).map_err(failed)?;
        Ok(filled)
    });
    if placed.is_err() {
        // Nobody is helped by an error of tidying up.
        drop(std::fs::remove_dir_all(&part));
    }
    placed
}

/// Where a directory is until it is whole: beside its place, so that a new name is all it needs then.
fn part_of(dir: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(dir.file_name().unwrap_or_default());
    name.push(".alicia-metrics-part");
    data_dir::parent(dir).join(name)
}
