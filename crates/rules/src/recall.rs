//! What rules know of the samples before a restart, or before they were made: their windows, and since when conditions hold,
//! are read from the history. No alert starts or ends by that; the next sample or tick says how things are.

use crate::book::RuleBook;
use crate::compiled::Compiled;
use model::{
    HEALTH_STATUS, Matcher, Millis, NAME, Point, Select, SelectError, Selection, Series, TimeRange,
    is_stale_marker, limits,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Samples of one series, as far as windows go: a health word is a series of its own, and the next word another one.
type Samples = Vec<(Arc<Series>, Point)>;

impl RuleBook {
    /// The book with a history, from which rules with windows and holds learn what was before `now`. To be asked before
    /// samples come.
    ///
    /// # Errors
    /// [`SelectError`] when the history cannot be read; the book then knows what came since.
    pub fn with_history(mut self, history: Arc<dyn Select>, now: Millis) -> (Self, Result<(), SelectError>) {
        self.history = Some(history);
        self.now.store(now, Ordering::Relaxed);
        let recalled = self.recall_all(now, |_| true);
        (self, recalled)
    }

    /// Reads again what rules know.
    pub(crate) fn recall(&self, now: Millis) {
        // What cannot be read is learnt from what comes.
        let _ = self.recall_all(now, |_| true);
    }

    /// Reads what one rule is to know.
    pub(crate) fn recall_rule(&self, name: &str) {
        let now = self.now.load(Ordering::Relaxed);
        let _ = self.recall_all(now, |compiled| compiled.rule.name == name);
    }

    fn recall_all(&self, now: Millis, is_meant: impl Fn(&Compiled) -> bool) -> Result<(), SelectError> {
        let Some(history) = &self.history else { return Ok(()) };
        let shelf = self.shelf();
        for (metric, rules) in shelf.by_metric() {
            let rules: Vec<&Arc<Compiled>> =
                rules.iter().filter(|rule| rule.is_timed() && is_meant(rule)).collect();
            let Some(reach) = rules.iter().map(|rule| rule.reach()).max() else { continue };
            let take = |samples: &Samples| self.take_recalled(&rules, samples, now);
            each_series(&**history, metric, reach, now, take)?;
        }
        Ok(())
    }

    fn take_recalled(&self, rules: &[&Arc<Compiled>], samples: &Samples, now: Millis) {
        let Some((series, _)) = samples.first() else { return };
        let mut state = self.state.lock();
        // A rule that was changed meanwhile reads for itself.
        let shelf = self.shelf();
        for rule in rules.iter().filter(|rule| rule.judges(series)) {
            if !shelf.at(rule.place).is_some_and(|known| Arc::ptr_eq(known, rule)) {
                continue;
            }
            let from = now.saturating_sub(rule.reach());
            let first = samples.partition_point(|(_, point)| point.t <= from);
            state.recall(rule, samples.get(first..).unwrap_or_default(), &shelf);
        }
    }
}

/// Gives `take` the samples of each series of a metric, oldest first.
fn each_series(
    history: &dyn Select,
    metric: &str,
    reach: Millis,
    now: Millis,
    mut take: impl FnMut(&Samples),
) -> Result<(), SelectError> {
    // A little ahead, too: clocks of senders differ.
    let range = TimeRange { start: now.saturating_sub(reach), end: now.saturating_add(limits::FUTURE) };
    let selection =
        Selection::all(vec![Matcher::equal(NAME, metric)]).within(range).newest(limits::RULE_WINDOW_SAMPLES);
    let mut samples = Samples::new();
    let mut words: BTreeMap<(String, String), Samples> = BTreeMap::new();
    history.each(&selection, &mut |series, columns| {
        let good = columns.points().filter(|point| !is_stale_marker(point.v));
        let good = good.map(|point| (Arc::clone(series), point));
        if metric == HEALTH_STATUS {
            let owner = (series.service().to_owned(), series.instance().unwrap_or("").to_owned());
            words.entry(owner).or_default().extend(good);
        } else {
            samples.clear();
            samples.extend(good);
            take(&samples);
        }
        ControlFlow::Continue(())
    })?;
    for mut samples in words.into_values() {
        samples.sort_by_key(|(_, point)| point.t);
        take(&samples);
    }
    Ok(())
}
