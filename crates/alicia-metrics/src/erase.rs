//! `alicia-metrics erase`: samples of some series go for good.

use crate::cli::EraseArgs;
use crate::transfer::{TransferError, existing_data_dir, open_data_dir};
use model::{Matcher, Select, Selection, TimeRange};
use std::collections::BTreeMap;
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

/// How many series and samples that is. One series at a time: all points of all of them might not fit into memory.
fn count(store: &Store, matchers: &[Matcher], range: TimeRange) -> Result<(usize, usize), TransferError> {
    let spans = store.spans(matchers, range).into_iter();
    let all: BTreeMap<_, _> = spans.map(|(series, ..)| (series.labels().clone(), series)).collect();
    let (mut count, mut samples) = (0, 0);
    for series in all.values() {
        let own = series.labels().iter().map(|(name, value)| Matcher::equal(name, value)).collect();
        let found = store.select(&Selection::all(own).within(range))?;
        // Others may have these labels and more.
        let points = found.iter().find(|one| one.series == *series).map_or(0, |one| one.points.len());
        count += usize::from(points > 0);
        samples += points;
    }
    Ok((count, samples))
}
