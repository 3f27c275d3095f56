//! Work that is too long for the runtime's threads, or waits for a lock that is held while a disk writes.

use crate::parts::Parts;
use crate::problem::Problem;
use model::{Matcher, NAME, SERVICE, SelectError, Selection, SeriesPoints};
use std::sync::Arc;

/// Does `work` on a thread that may take its time.
pub(super) async fn work<T: Send + 'static>(
    parts: Arc<Parts>,
    work: impl FnOnce(&Parts) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(move || work(&parts)).await;
    done.unwrap_or_else(|error| {
        tracing::error!("an answer failed: {error}");
        Err(Problem::Internal)
    })
}

/// What the store has for `selection`.
pub(super) fn select(parts: &Parts, selection: &Selection) -> Result<Vec<SeriesPoints>, Problem> {
    parts.select.select(selection).map_err(|error| unreadable(&error))
}

/// The log learns why, the client only that.
pub(super) fn unreadable(error: &SelectError) -> Problem {
    tracing::error!("samples cannot be read: {error}");
    Problem::Unavailable("samples cannot be read now".to_owned())
}

/// Matchers for a metric of a service, or for all its metrics.
pub(super) fn of(service: &str, metric: Option<&str>) -> Vec<Matcher> {
    let mut matchers = vec![Matcher::equal(SERVICE, service)];
    matchers.extend(metric.map(|metric| Matcher::equal(NAME, metric)));
    matchers
}
