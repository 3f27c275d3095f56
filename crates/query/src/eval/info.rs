//! `info`: labels of series that say something about others, such as `target_info`, given to those others.

use crate::eval::cells::{Cells, Row};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::{Grid, Lens};
use crate::eval::names::is_metadata;
use crate::eval::select::{self, Newest};
use crate::eval::{Sink, names, rows};
use crate::syntax::{Call, Expr};
use hashbrown::HashMap;
use model::{Labels, MatchOp, Matcher, Millis, NAME};
use std::collections::hash_map::RandomState;

/// The labels by which a series is known to those that say something about it.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

/// A series that says something, and since when at each time.
struct Told {
    labels: Labels,
    since: Vec<Option<Millis>>,
}

/// Which series say something, and what of it is wanted.
struct Wanted {
    /// Of the name.
    named: Vec<Matcher>,
    /// Of the labels that are given.
    data: Vec<Matcher>,
}

impl Wanted {
    /// # Errors
    /// Never of matchers that were read; a pattern might not be usable.
    fn of(call: &Call) -> Result<Self, QueryError> {
        let all = match call.args.get(1).map(Expr::bare) {
            Some(Expr::Vector(selector)) => selector.matchers.clone(),
            _ => Vec::new(),
        };
        let (mut named, data): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|matcher| matcher.label() == NAME);
        if named.is_empty() {
            named.push(Matcher::equal(NAME, "target_info"));
        } else if !named.iter().any(|matcher| matches!(matcher.op(), MatchOp::Equal | MatchOp::Regex)) {
            // Only what they are not called is said: then it is what such series are usually called.
            let usual = Matcher::regex(NAME, ".+_info");
            named.push(usual.map_err(|error| QueryError::execution(error.to_string()))?);
        }
        Ok(Self { named, data })
    }

    /// Whether a series is itself one that says something.
    fn is_info(&self, labels: &Labels) -> bool {
        let name = labels.get(NAME).unwrap_or("");
        self.named.iter().all(|matcher| matcher.admits(name))
    }

    /// Whether this label is given.
    fn gives(&self, label: &str) -> bool {
        !is_metadata(label)
            && !IDENTIFYING.contains(&label)
            && (self.data.is_empty() || self.data.iter().any(|matcher| matcher.label() == label))
    }
}

/// The rows of `info`.
pub(crate) fn stream(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let Some(base) = call.args.first() else { return Ok(()) };
    let wanted = Wanted::of(call)?;
    let base = rows(context, base, grid)?;
    let told = told(context, &wanted, grid)?;
    let mut results = Vec::new();
    for row in base {
        if wanted.is_info(&row.labels) {
            results.push(row);
        } else {
            let about = told.get(&identity(&row.labels)).map(Vec::as_slice).unwrap_or_default();
            results.extend(enriched(&row, about, &wanted)?);
        }
    }
    names::merged(results)?.into_iter().try_for_each(take)
}

fn identity(labels: &Labels) -> Labels {
    Labels::new(labels.iter().filter(|(name, _)| IDENTIFYING.contains(name)))
}

/// The series that say something, by whom they are about.
fn told(
    context: &Context<'_>,
    wanted: &Wanted,
    grid: &Grid,
) -> Result<HashMap<Labels, Vec<Told>, RandomState>, QueryError> {
    let mut told: HashMap<Labels, Vec<Told>, RandomState> = HashMap::default();
    let matchers: Vec<Matcher> = wanted.named.iter().chain(&wanted.data).cloned().collect();
    let span = (grid.start.saturating_sub(context.lookback), grid.end());
    select::read(context, &matchers, span, &mut |samples| {
        let mut since = vec![None; grid.len];
        select::newest(samples, grid, Lens::default(), context.lookback, |step, place| {
            if let (Newest::Float(at), Some(since)) = (place, since.get_mut(step)) {
                *since = samples.times.get(at).copied();
            }
        });
        let labels = samples.labels.clone();
        told.entry(identity(&labels)).or_default().push(Told { labels, since });
        context.budget.hold(grid.len)
    })?;
    Ok(told)
}

/// A row with what is said about it, which may be other things at other times.
fn enriched(row: &Row, about: &[Told], wanted: &Wanted) -> Result<Vec<Row>, QueryError> {
    let mut rows: Vec<Row> = Vec::new();
    for step in (0..row.cells.len()).filter(|step| row.cells.has(*step)) {
        let Some(labels) = labels_at(row, about, wanted, step)? else { continue };
        let place = match rows.iter().position(|other| other.labels == labels) {
            Some(place) => place,
            None => {
                rows.push(Row { labels, drop_name: row.drop_name, cells: Cells::empty(row.cells.len()) });
                rows.len() - 1
            }
        };
        if let Some(other) = rows.get_mut(place) {
            other.cells.set(step, row.cells.get(step));
        }
    }
    Ok(rows)
}

/// The labels at a time; `None` if something that must be said is not.
fn labels_at(row: &Row, about: &[Told], wanted: &Wanted, step: usize) -> Result<Option<Labels>, QueryError> {
    // Of each metric the newest counts.
    let mut newest: Vec<(Millis, &Labels)> = Vec::new();
    for told in about {
        let Some(since) = told.since.get(step).copied().flatten() else { continue };
        let is_same = |other: &(Millis, &Labels)| other.1.get(NAME) == told.labels.get(NAME);
        match newest.iter_mut().find(|other| is_same(other)) {
            Some(other) if since > other.0 => *other = (since, &told.labels),
            Some(other) if since == other.0 => {
                return Err(QueryError::execution(format!(
                    "found duplicate series for info metric: existing {} @ {}, new {} @ {since}",
                    other.1, other.0, told.labels
                )));
            }
            Some(_) => {}
            None => newest.push((since, &told.labels)),
        }
    }
    let mut given: Vec<(&str, &str)> = Vec::new();
    for (label, value) in newest.iter().flat_map(|(_, labels)| labels.iter()) {
        if !wanted.gives(label) || row.labels.get(label).is_some() {
            continue;
        }
        match given.iter().find(|(other, _)| *other == label) {
            Some((_, other)) if *other != value => {
                return Err(QueryError::execution(format!("conflicting label: {label}")));
            }
            Some(_) => {}
            None => given.push((label, value)),
        }
    }
    let is_said = |matcher: &Matcher| {
        matcher.admits("")
            || given.iter().any(|(label, _)| *label == matcher.label())
            || row.labels.get(matcher.label()).is_some() && !newest.is_empty()
    };
    if !wanted.data.iter().all(is_said) {
        return Ok(None);
    }
    Ok(Some(Labels::new(row.labels.iter().chain(given.iter().copied()))))
}
