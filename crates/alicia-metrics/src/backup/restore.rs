//! `alicia-metrics restore`: a snapshot becomes a data directory that a collector can be started on.

use super::BackupError;
use super::files::Files;
use super::take::into_place;
use crate::cli::RestoreArgs;
use crate::progress;

/// Restores; gives what to tell. A crash leaves nothing, or all.
pub(crate) fn restore(args: &RestoreArgs) -> Result<String, BackupError> {
    let dir = &args.data_dir;
    // An empty directory may be there: somebody made it for this.
    let is_empty = || dir.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if dir.symlink_metadata().is_ok() && !is_empty() {
        return Err(BackupError::Taken(dir.display().to_string()));
    }
    let from = Files::open(&args.snapshot)?;
    let bar = progress::bar(args.progress, from.bytes()?.saturating_mul(2), "bytes");
    let unfinished = from.verify(&bar)?;
    // No file stands in both: what happens to one on the disk must not happen to the other.
    into_place(dir, |part| from.copy(part, false, &bar))?;
    bar.finish_and_clear();
    let mut told = format!("{} is restored from {}", dir.display(), args.snapshot.display());
    for one in unfinished {
        told.push_str("\nthe next start ends it: ");
        told.push_str(&one);
    }
    Ok(told)
}
