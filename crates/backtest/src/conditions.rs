//! A rule of Alicia's in all its variants: a rule book that nobody hears and that writes nothing.

use crate::feed::Feed;
use crate::outcome::Tally;
use crate::threshold::in_condition;
use crate::trial::{TrialError, Variant, Watch};
use model::{Announce, Append, Event, Millis, Per, Rule, RuleKind, Select, TimeRange, limits};
use parking_lot::Mutex;
use rules::{Change, Ledger, LedgerError, RuleBook};
use std::sync::Arc;

/// Keeps nothing.
struct NoLedger;

impl Ledger for NoLedger {
    fn record(&self, _change: &Change) -> Result<(), LedgerError> {
        Ok(())
    }
}

/// Takes what the book tells.
#[derive(Default)]
pub(crate) struct Told(pub(crate) Mutex<Vec<Event>>);

impl Announce for Told {
    fn announce(&self, event: Event) {
        self.0.lock().push(event);
    }
}

/// Runs the variants of a rule on the samples in `range`.
///
/// # Errors
/// [`TrialError`].
pub(crate) fn run(
    rule: &Rule,
    variants: &[Variant],
    select: &dyn Select,
    range: TimeRange,
    watch: &dyn Watch,
) -> Result<(Vec<Tally>, u64, usize), TrialError> {
    if rule.kind == RuleKind::DeadMan {
        return Err(TrialError::Unfit(
            "who was silent is not known of the past: only samples are kept".to_owned(),
        ));
    }
    let mut rules = Vec::with_capacity(variants.len());
    for (at, variant) in variants.iter().enumerate() {
        rules.push(varied(rule, at, *variant)?);
    }
    judged(rules, select, range, watch)
}

/// Runs rules on the samples in `range`, all at once. They are called by their places.
///
/// # Errors
/// [`TrialError`].
pub(crate) fn judged(
    rules: Vec<Rule>,
    select: &dyn Select,
    range: TimeRange,
    watch: &dyn Watch,
) -> Result<(Vec<Tally>, u64, usize), TrialError> {
    let told = Arc::<Told>::default();
    let book = RuleBook::new(Arc::new(NoLedger), told.clone(), Vec::new(), Vec::new());
    let (mut selectors, mut reach) = (Vec::new(), 0);
    let mut tallies: Vec<Tally> = rules.iter().map(|_| Tally::default()).collect();
    for own in rules {
        let (matchers, of_rule) = rules::scope(&own)?;
        // Variants of a rule judge the same series.
        if selectors.last() != Some(&matchers) {
            selectors.push(matchers);
        }
        reach = reach.max(of_rule);
        book.put(own)?;
    }
    let mut feed = Feed::new(select, selectors);
    let start = range.start.saturating_sub(reach);
    let mut second = start;
    let mut pass = |to: Millis| -> Result<(), TrialError> {
        while second < to {
            // Of years without a sample there are many seconds.
            if let Some(why) = watch.stop() {
                return Err(TrialError::Stopped(why));
            }
            book.tick(second);
            second = second.saturating_add(limits::SECOND);
        }
        Ok(())
    };
    let mut hear = || {
        for event in told.0.lock().drain(..) {
            if let Some(tally) = variant_of(&event).and_then(|at| tallies.get_mut(at)) {
                tally.take(event);
            }
        }
    };
    feed.each(TimeRange { start, end: range.end }, watch, &mut |t, batch| {
        pass(t)?;
        // The book refuses nothing.
        let _appended = book.append(batch);
        hear();
        Ok(())
    })?;
    pass(range.end.saturating_add(1))?;
    hear();
    if book.unlisted() > 0 || book.unjudged() > 0 {
        return Err(TrialError::TooMuch(format!(
            "more than {} alerts at a time: select fewer series",
            limits::ALERTS
        )));
    }
    Ok((tallies, feed.samples(), feed.series()))
}

/// Which variant an event is of: the rules are named by their places.
pub(crate) fn variant_of(event: &Event) -> Option<usize> {
    match event {
        Event::AlertStarted(alert) | Event::AlertResolved(alert) => alert.rule_name.parse().ok(),
        _ => None,
    }
}

/// A variant of a rule, called by its place.
pub(crate) fn varied(rule: &Rule, at: usize, variant: Variant) -> Result<Rule, TrialError> {
    let mut own = Rule { name: at.to_string(), enabled: true, ..rule.clone() };
    // Where each series has an alert of its own, its labels tell which; texts tell nothing here.
    own.annotations.clear();
    if own.per != Per::Series {
        own.labels.clear();
    }
    if let Some(threshold) = variant.threshold {
        if !rule.levels.is_empty() {
            return Err(TrialError::Unfit("a rule with levels has several thresholds".to_owned()));
        }
        own.condition = in_condition(&rule.condition, threshold)?;
    }
    if let Some(hold) = variant.hold {
        own.hold = Some(format!("{hold}ms")).filter(|_| hold > 0);
    }
    Ok(own)
}
