//! What a recording rule writes.

use super::definition::GroupRule;
use super::round::RuleSample;
use model::{Labels, Millis, NAME, Point, limits};
use query::{Sample, VectorSample};
use std::collections::BTreeSet;

/// The samples of a rule whose expression came to `answer`.
///
/// # Errors
/// Why it writes nothing.
pub(super) fn recorded(
    rule: &GroupRule,
    answer: Vec<VectorSample>,
    limit: usize,
    t: Millis,
) -> Result<Vec<RuleSample>, String> {
    let mut seen = BTreeSet::new();
    let mut samples = Vec::with_capacity(answer.len());
    for found in answer {
        let Sample::Float(v) = found.sample else {
            return Err("native histograms are not recorded".to_owned());
        };
        let set = rule.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        // Of two labels of one name the later wins.
        let labels = Labels::new(found.labels.iter().chain([(NAME, rule.name.as_str())]).chain(set));
        if !seen.insert(labels.clone()) {
            return Err(
                "vector contains metrics with the same labelset after applying rule labels".to_owned()
            );
        }
        samples.push(RuleSample { labels, point: Point { t, v } });
    }
    within(limit, samples.len(), "series")?;
    Ok(samples)
}

/// Whether a rule gives no more than it may.
///
/// # Errors
/// It gives more.
pub(super) fn within(limit: usize, count: usize, of: &str) -> Result<(), String> {
    let most = if limit == 0 { limits::RULE_RESULTS } else { limit.min(limits::RULE_RESULTS) };
    if count > most { Err(format!("exceeded limit of {most} with {count} {of}")) } else { Ok(()) }
}
