//! A trial from its check to its outcome.

use crate::outcome::Outcome;
use crate::trial::{Subject, Trial, TrialError, Variant, Watch};
use crate::{conditions, grouped};
use model::{Millis, Select, limits, to_seconds};

/// Tries a rule on what `select` has.
///
/// # Errors
/// [`TrialError`]: nothing was tried, or not to the end.
pub fn run(trial: &Trial, select: &dyn Select, watch: &dyn Watch) -> Result<Outcome, TrialError> {
    let range = trial.range;
    if range.end <= range.start {
        return Err(TrialError::Unfit("the range ends before it begins".to_owned()));
    }
    if trial.thresholds.iter().any(|threshold| !threshold.is_finite()) {
        return Err(TrialError::Unfit("a threshold must be a number".to_owned()));
    }
    let variants = variants(trial)?;
    let (tallies, samples, series) = match &trial.subject {
        Subject::Condition(rule) => conditions::run(rule, &variants, select, range, watch)?,
        Subject::Group(group) => grouped::run(group, &variants, select, range, watch)?,
    };
    let cells = tallies.into_iter().zip(&variants);
    Ok(Outcome {
        start: to_seconds(range.start),
        end: to_seconds(range.end),
        samples,
        series,
        notes: notes(&trial.subject),
        cells: cells.map(|(tally, variant)| tally.cell(range, (variant.threshold, variant.hold))).collect(),
    })
}

/// Every threshold with every length of `for`.
fn variants(trial: &Trial) -> Result<Vec<Variant>, TrialError> {
    let some = |count: usize| count.max(1);
    let count = some(trial.thresholds.len()).saturating_mul(some(trial.holds.len()));
    if count > limits::TRIAL_VARIANTS {
        return Err(TrialError::TooMuch(format!(
            "{count} variants: {} are the most at a time",
            limits::TRIAL_VARIANTS
        )));
    }
    let or_own = |thresholds: &[f64]| -> Vec<Option<f64>> {
        if thresholds.is_empty() { vec![None] } else { thresholds.iter().copied().map(Some).collect() }
    };
    let holds: Vec<Option<Millis>> =
        if trial.holds.is_empty() { vec![None] } else { trial.holds.iter().copied().map(Some).collect() };
    let with_holds = |threshold| holds.iter().map(move |hold| Variant { threshold, hold: *hold });
    Ok(or_own(&trial.thresholds).into_iter().flat_map(with_holds).collect())
}

/// What of a rule is not as it would have been.
fn notes(subject: &Subject) -> Vec<String> {
    match subject {
        Subject::Condition(_) => Vec::new(),
        Subject::Group(group) => {
            let why = |rule| rules::stream::judged(group, rule).reason().map(str::to_owned);
            let in_rounds = group.rules.iter().filter_map(why);
            in_rounds.map(|why| format!("judged in rounds, not as samples arrive: {why}")).collect()
        }
    }
}
