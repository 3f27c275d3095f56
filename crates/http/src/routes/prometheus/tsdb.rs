//! What the store is full of.

use super::Success;
use crate::parts::Parts;
use crate::prom::{Form, answered};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::{Labels, Millis, NAME, Selection, TimeRange, limits};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Entries of each list if nothing else is asked for, and the most.
const ENTRIES: usize = 10;
const MOST_ENTRIES: usize = 10_000;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TsdbCount)]
struct Counted {
    name: String,
    value: usize,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TsdbHead)]
struct Head {
    num_series: usize,
    num_label_pairs: usize,
    chunk_count: usize,
    #[schema(value_type = i64)]
    min_time: Millis,
    #[schema(value_type = i64)]
    max_time: Millis,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Tsdb {
    head_stats: Head,
    series_count_by_metric_name: Vec<Counted>,
    label_value_count_by_label_name: Vec<Counted>,
    memory_in_bytes_by_label_name: Vec<Counted>,
    series_count_by_label_value_pair: Vec<Counted>,
}

/// Which metrics and labels have the most series, of those with samples in the last hours
#[utoipa::path(get, path = "/api/v1/status/tsdb", tag = "prometheus", operation_id = "tsdb",
    params(("limit" = Option<u64>, Query, description = "At most so many entries of each list (10)")),
    responses((status = 200, description = "`{status, data}`", body = Success<Tsdb>), (status = 400, description = "The limit is no number")))]
pub(super) async fn tsdb(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    let entries = match form.limit() {
        Ok(usize::MAX) => ENTRIES,
        Ok(limit) => limit.min(MOST_ENTRIES),
        Err(failure) => return failure.into_response(),
    };
    let time = parts.queries.time();
    answered(parts, time, move |parts, going, out| {
        let range = TimeRange::last(limits::HEAD_SPAN, parts.clock.now());
        let mut series: BTreeSet<Labels> = BTreeSet::new();
        parts.select.each_labels(&Selection::all(Vec::new()).within(range), &mut |labels| {
            series.insert(labels.clone());
            if going.stop().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        going.check()?;
        let (mut metrics, mut pairs, mut names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (name, value) in series.iter().flat_map(Labels::iter) {
            if name == NAME {
                *metrics.entry(value).or_insert(0) += 1;
            }
            *pairs.entry((name, value)).or_insert(0) += 1;
        }
        for (name, value) in pairs.keys() {
            let (count, bytes) = names.entry(*name).or_insert((0, 0));
            *count += 1;
            *bytes += value.len();
        }
        let top = |all: Vec<(String, usize)>| top(all, entries);
        let by_name = |of: fn(&(usize, usize)) -> usize| {
            top(names.iter().map(|(name, counts)| ((*name).to_owned(), of(counts))).collect())
        };
        let data = Tsdb {
            head_stats: Head {
                num_series: (parts.storage)().series,
                num_label_pairs: pairs.len(),
                chunk_count: 0,
                min_time: range.start,
                max_time: range.end,
            },
            series_count_by_metric_name: top(metrics
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect()),
            label_value_count_by_label_name: by_name(|(count, _)| *count),
            memory_in_bytes_by_label_name: by_name(|(_, bytes)| *bytes),
            series_count_by_label_value_pair: top(pairs
                .iter()
                .map(|((name, value), count)| (format!("{name}={value}"), *count))
                .collect()),
        };
        Success::of(data).write(out);
        Ok(())
    })
    .await
}

/// The largest first; of equal ones in the order of their names.
fn top(mut all: Vec<(String, usize)>, entries: usize) -> Vec<Counted> {
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all.into_iter().take(entries).map(|(name, value)| Counted { name, value }).collect()
}
