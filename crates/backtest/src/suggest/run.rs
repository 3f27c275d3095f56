//! From the metrics to the suggestions.

use super::draft::{Draft, draft};
use super::find::{Metric, metrics};
use super::learn::{Learnt, learn};
use super::shape::{Asked, Skipped, Suggestion, Suggestions};
use super::sides::Side;
use crate::conditions::{judged, varied};
use crate::outcome::Cell;
use crate::trial::{TrialError, Watch};
use model::{Millis, Rule, Select, TimeRange, limits, to_seconds};
use query::Stop;
use query::syntax::print_length;
use std::collections::BTreeSet;

/// Suggests rules for the metrics that `select` has. Where the time runs out, what was found until then is told, and what was not
/// looked at.
///
/// # Errors
/// The samples cannot be read, or nobody waits any more.
pub fn suggest(asked: &Asked, select: &dyn Select, watch: &dyn Watch) -> Result<Suggestions, TrialError> {
    if !(asked.budget > 0.0 && asked.budget <= limits::SUGGEST_BUDGET) {
        let most = limits::SUGGEST_BUDGET;
        return Err(TrialError::Unfit(format!("a budget is more than 0 and at most {most} alerts a week")));
    }
    let mut all = metrics(select, asked)?;
    let left = all.split_off(all.len().min(limits::SUGGEST_METRICS));
    let names = asked.names.clone();
    let mut work = Work { asked, select, watch, names, suggestions: Vec::new(), skipped: Vec::new() };
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(rest.len().min(limits::SUGGEST_BATCH));
        match work.batch(batch) {
            Ok(()) => rest = later,
            Err(TrialError::Stopped(Stop::Timeout)) => break,
            Err(error) => return Err(error),
        }
    }
    work.leave(rest, "there was no time for it: ask for its service alone");
    let most = limits::SUGGEST_METRICS;
    work.leave(&left, &format!("{most} metrics are looked at: ask for its service alone"));
    let (start, end) = (to_seconds(asked.range.start), to_seconds(asked.range.end));
    let (suggestions, skipped) = (work.suggestions, work.skipped);
    Ok(Suggestions { start, end, budget: asked.budget, suggestions, skipped })
}

/// A draft and what it was learnt from.
struct Drafted<'a> {
    metric: &'a Metric,
    side: Side,
    learnt: &'a Learnt,
    draft: Draft,
    beside: Vec<String>,
}

struct Work<'a> {
    asked: &'a Asked,
    select: &'a dyn Select,
    watch: &'a dyn Watch,
    /// Names that are taken.
    names: BTreeSet<String>,
    suggestions: Vec<Suggestion>,
    skipped: Vec<Skipped>,
}

impl Work<'_> {
    /// Looks at some metrics together: all of them, or none.
    fn batch(&mut self, metrics: &[Metric]) -> Result<(), TrialError> {
        let (mut learnt, mut skipped) = (Vec::new(), Vec::new());
        for metric in metrics {
            if let Some(why) = self.watch.stop() {
                return Err(TrialError::Stopped(why));
            }
            match learn(self.select, (&metric.service, &metric.metric), self.asked.range)? {
                Ok(own) => learnt.push((metric, own)),
                Err(reason) => skipped.push(of(metric, reason)),
            }
        }
        let mut drafted = Vec::new();
        for (metric, own) in &learnt {
            match self.drafts(metric, own) {
                Ok(some) => drafted.extend(some),
                Err(reason) => skipped.push(of(metric, reason)),
            }
        }
        let cells = self.tried(&drafted)?;
        for (one, cells) in drafted.iter().zip(cells) {
            match self.chosen(one, &cells) {
                Some(mut suggestion) => {
                    suggestion.rule.name = self.free(suggestion.rule.name);
                    self.suggestions.push(suggestion);
                }
                None => skipped.push(of(one.metric, self.none_fits())),
            }
        }
        for one in skipped {
            self.skip(one);
        }
        Ok(())
    }

    /// The drafts for a metric, or why there are none.
    fn drafts<'a>(&self, metric: &'a Metric, learnt: &'a Learnt) -> Result<Vec<Drafted<'a>>, String> {
        let covers = self.asked.covers.iter();
        let covers: Vec<_> =
            covers.filter(|cover| learnt.series.iter().any(|series| cover.admits(series))).collect();
        if let Some(cover) = covers.iter().find(|cover| cover.is_particular()) {
            return Err(format!("the rule `{}` judges it already", cover.rule));
        }
        let beside: BTreeSet<&String> = covers.iter().map(|cover| &cover.rule).collect();
        let (mut drafts, mut why) = (Vec::new(), None);
        for side in &metric.sides {
            match draft(&metric.service, &metric.metric, *side, learnt) {
                Ok(draft) => {
                    let beside = beside.iter().map(|rule| (*rule).clone()).collect();
                    drafts.push(Drafted { metric, side: *side, learnt, draft, beside });
                }
                Err(reason) => why = Some(reason),
            }
        }
        match why {
            Some(reason) if drafts.is_empty() => Err(reason),
            _ => Ok(drafts),
        }
    }

    /// What comes of all variants of all drafts over the history.
    fn tried(&self, drafted: &[Drafted<'_>]) -> Result<Vec<Vec<Cell>>, TrialError> {
        if drafted.is_empty() {
            return Ok(Vec::new());
        }
        let mut rules: Vec<Rule> = Vec::new();
        for one in drafted {
            for variant in &one.draft.variants {
                rules.push(varied(&one.draft.rule, rules.len(), *variant)?);
            }
        }
        let (tallies, _, _) = judged(rules, self.select, self.asked.range, self.watch)?;
        let mut tallies = tallies.into_iter();
        let cells = |one: &Drafted<'_>| {
            let range = one.learnt.range;
            let variants = one.draft.variants.iter().zip(tallies.by_ref());
            variants.map(|(variant, tally)| tally.cell(range, (variant.threshold, variant.hold))).collect()
        };
        Ok(drafted.iter().map(cells).collect())
    }

    /// The variant that comes nearest to the budget; of several the most watchful.
    fn chosen(&self, one: &Drafted<'_>, cells: &[Cell]) -> Option<Suggestion> {
        let known = to_seconds(one.learnt.range.end - one.learnt.range.start);
        let fits = |cell: &Cell| {
            cell.per_week <= self.asked.budget && cell.firing_seconds <= limits::SUGGEST_SHARE * known
        };
        // How late an alert would be: by how far it is to the threshold, and how long it must hold.
        let late = |cell: &Cell| {
            let far = (cell.threshold.unwrap_or(0.0) - one.draft.middle).abs() / one.draft.spread;
            let longest = limits::SUGGEST_HOLDS.last().copied().unwrap_or(limits::MINUTE);
            far + cell.hold.unwrap_or(0.0) / to_seconds(longest)
        };
        let fitting = one.draft.variants.iter().zip(cells).filter(|(_, cell)| fits(cell));
        let (variant, best) = fitting.min_by(|(_, a), (_, b)| {
            b.per_week.total_cmp(&a.per_week).then_with(|| late(a).total_cmp(&late(b)))
        })?;
        // Its own name, which is that of its place while it is tried.
        let varied = varied(&one.draft.rule, 0, *variant).ok()?;
        let hold = variant.hold.filter(|hold| *hold > 0).map(print_length);
        let rule = Rule { name: one.draft.rule.name.clone(), hold, ..varied };
        let why = why(one, &rule, best);
        Some(Suggestion {
            rule,
            service: one.metric.service.clone(),
            per_week: best.per_week,
            count: best.count,
            longest_seconds: best.longest_seconds,
            firing_seconds: best.firing_seconds,
            start: to_seconds(one.learnt.range.start),
            end: to_seconds(one.learnt.range.end),
            quantiles: one.learnt.quantiles(),
            samples: one.learnt.sorted.len(),
            series: one.learnt.series.len(),
            why,
            beside: one.beside.clone(),
        })
    }

    /// The name, or the first free one after it.
    fn free(&mut self, name: String) -> String {
        let others = (2..).map(|number: usize| format!("{name}_{number}"));
        let free = std::iter::once(name.clone()).chain(others).find(|name| !self.names.contains(name));
        let free = free.unwrap_or(name);
        self.names.insert(free.clone());
        free
    }

    fn none_fits(&self) -> String {
        let budget = self.asked.budget;
        format!(
            "no threshold beyond what is usual fires at most {budget} times a week and a twentieth of the time"
        )
    }

    fn leave(&mut self, metrics: &[Metric], why: &str) {
        for metric in metrics {
            self.skip(of(metric, why.to_owned()));
        }
    }

    fn skip(&mut self, one: Skipped) {
        if self.skipped.len() < limits::SUGGEST_SKIPPED {
            self.skipped.push(one);
        }
    }
}

fn of(metric: &Metric, reason: String) -> Skipped {
    Skipped { service: metric.service.clone(), metric: metric.metric.clone(), reason }
}

/// What speaks for a rule.
fn why(one: &Drafted<'_>, rule: &Rule, cell: &Cell) -> String {
    let quantiles = one.learnt.quantiles();
    let (usual, far, word) = match one.side {
        Side::High => (quantiles.p99, quantiles.max, "at most"),
        Side::Low => (quantiles.p01, quantiles.min, "at least"),
    };
    let days = days(one.learnt.range);
    let hold = rule.hold.as_ref().map(|hold| format!(" for {hold}")).unwrap_or_default();
    let fired = match cell.count {
        0 => "it would not have fired".to_owned(),
        1 => "it would have fired once".to_owned(),
        more => format!("it would have fired {more} times"),
    };
    format!(
        "in {days} days {} was {word} {} in 99 of 100 samples, and {} at the farthest: with `{}`{hold} {fired}",
        one.metric.metric,
        rounded(usual),
        rounded(far),
        rule.condition
    )
}

fn days(range: TimeRange) -> f64 {
    let known: Millis = range.end - range.start;
    (to_seconds(known) / to_seconds(limits::DAY) * 10.0).round() / 10.0
}

/// With four digits that say something.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an exponent of a number of 64 bits has three digits"
    )]
    let digits = 3 - value.abs().log10().floor() as i32;
    let factor = 10_f64.powi(digits.clamp(-300, 300));
    (value * factor).round() / factor
}
