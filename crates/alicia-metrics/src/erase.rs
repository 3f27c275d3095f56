//! `alicia-metrics erase`: samples of some series go for good.

use crate::cli::EraseArgs;
use crate::transfer::{TransferError, existing_data_dir, open_data_dir};
use model::{Matcher, SampleType, Select, Selection, TimeRange};
use std::ops::ControlFlow;
use store::Store;

/// Erases what the arguments say, or says what that would be; gives what to tell.
pub(crate) fn erase(args: &EraseArgs) -> Result<String, TransferError> {
    existing_data_dir(&args.data_dir)?;
    let opened = open_data_dir(&args.data_dir)?;
    let matchers = &args.matching.0;
    let range = TimeRange {
        start: args.start.unwrap_or(TimeRange::ALL.start),
        end: args.end.unwrap_or(TimeRange::ALL.end),
    };
    let (series, samples) = count(&opened.store, matchers, range)?;
    let what = format!("{samples} samples of {series} series");
    if !args.yes {
        return Ok(format!("{what} would be erased; nothing was: say --yes to do it"));
    }
    opened.store.erase(matchers, range)?;
    // The rest of the blocks is written anew by the collector, a few at a time.
    opened.store.tidy()?;
    Ok(format!("{what} are erased"))
}

/// How many series and samples that is.
fn count(store: &Store, matchers: &[Matcher], range: TimeRange) -> Result<(usize, usize), TransferError> {
    let (mut count, mut samples) = (0, 0);
    store.each(&Selection::all(matchers.to_vec()).within(range).of(SampleType::All), &mut |_, columns| {
        count += 1;
        samples += columns.len();
        ControlFlow::Continue(())
    })?;
    Ok((count, samples))
}
