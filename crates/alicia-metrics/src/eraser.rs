//! Erasing samples while the collector runs.

use crate::{matching, when};
use model::TimeRange;
use store::Store;

/// Erases what a request says, in a store that goes on.
pub(crate) fn erase(store: &Store, request: &http::EraseRequest) -> Result<(), http::EraseError> {
    let unclear = http::EraseError::Unclear;
    let instant = |text: &Option<String>, other| {
        text.as_deref().map_or(Ok(other), |text| when::parse(text).map_err(unclear))
    };
    let matchers = matching::parse(&request.series).map_err(unclear)?;
    let range = TimeRange {
        start: instant(&request.start, TimeRange::ALL.start)?,
        end: instant(&request.end, TimeRange::ALL.end)?,
    };
    tracing::info!("erasing {} from {:?} to {:?}", request.series, request.start, request.end);
    store.erase(&matchers, range).map_err(|error| http::EraseError::Failed(error.to_string()))
}
