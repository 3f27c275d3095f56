//! A rule of Alicia's in all its variants: a rule book that nobody hears and that writes nothing.

use crate::feed::Feed;
use crate::outcome::Tally;
use crate::threshold::in_condition;
use crate::trial::{TrialError, Variant, Watch};
use model::{Announce, Append, Event, Matcher, Millis, NAME, Per, Rule, RuleKind, Select, TimeRange, limits};
use parking_lot::Mutex;
use query::syntax::{parse_length, parse_selector};
use rules::{Change, Condition, Ledger, LedgerError, RuleBook};
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
    let told = Arc::<Told>::default();
    let book = RuleBook::new(Arc::new(NoLedger), told.clone(), Vec::new(), Vec::new());
    for (at, variant) in variants.iter().enumerate() {
        book.put(varied(rule, at, *variant)?)?;
    }
    let mut tallies: Vec<Tally> = variants.iter().map(|_| Tally::default()).collect();
    let mut feed = Feed::new(select, vec![selector(rule)?]);
    let start = range.start.saturating_sub(reach(rule, variants));
    let mut second = start;
    let mut hear = || {
        for event in told.0.lock().drain(..) {
            if let Some(tally) = variant_of(&event).and_then(|at| tallies.get_mut(at)) {
                tally.take(event);
            }
        }
    };
    feed.each(TimeRange { start, end: range.end }, watch, &mut |t, batch| {
        while second < t {
            book.tick(second);
            second = second.saturating_add(limits::SECOND);
        }
        // The book refuses nothing.
        let _appended = book.append(batch);
        hear();
        Ok(())
    })?;
    while second <= range.end {
        book.tick(second);
        second = second.saturating_add(limits::SECOND);
    }
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

fn varied(rule: &Rule, at: usize, variant: Variant) -> Result<Rule, TrialError> {
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

fn selector(rule: &Rule) -> Result<Vec<Matcher>, TrialError> {
    let mut matchers = vec![Matcher::equal(NAME, rule.metric_name.as_str())];
    if let Some(text) = &rule.matching {
        let more = parse_selector(&format!("{{{text}}}"));
        matchers.extend(more.map_err(|error| TrialError::Unfit(format!("match: {error}")))?);
    }
    Ok(matchers)
}

/// How far back samples must be seen to know how a series stands.
fn reach(rule: &Rule, variants: &[Variant]) -> Millis {
    let texts = [&rule.condition].into_iter().chain(&rule.recover);
    let texts = texts.chain(rule.levels.iter().map(|level| &level.condition));
    let conditions: Vec<Condition> = texts.filter_map(|text| Condition::parse(text).ok()).collect();
    let spans = conditions.iter().flat_map(Condition::functions).map(|function| function.span);
    let silences = conditions.iter().flat_map(Condition::silences);
    let window = spans.chain(silences).max().unwrap_or(0);
    let length = |text: &Option<String>| text.as_deref().and_then(parse_length).unwrap_or(0);
    let hold = variants.iter().filter_map(|variant| variant.hold).max().unwrap_or_else(|| length(&rule.hold));
    let cooldown = Millis::try_from(rule.cooldown_period).unwrap_or(0).saturating_mul(limits::SECOND);
    let all =
        window.saturating_add(hold).saturating_add(length(&rule.keep_firing_for)).saturating_add(cooldown);
    all.clamp(limits::LOOKBACK, 2 * limits::RULE_WINDOW)
}
