//! From matchers to the series that meet them, by postings: for each value of a label, the numbers of the series
//! that have it.

use model::{MatchOp, Matcher};
use roaring::RoaringBitmap;

/// What is known of the labels of a set of numbered series.
pub(crate) trait LabelIndex {
    /// All series.
    fn all(&self) -> RoaringBitmap;

    /// How many values the label has.
    fn count_values(&self, label: &str) -> usize;

    /// Adds the series with this label and value to `to`.
    fn with_value(&self, label: &str, value: &str, to: &mut RoaringBitmap);

    /// Adds the series whose value of the label `is_wanted` to `to`.
    fn with_values(&self, label: &str, is_wanted: &dyn Fn(&str) -> bool, to: &mut RoaringBitmap);

    /// Whether the value of the label, empty if it has none, of one series `is_wanted`.
    fn is_value(&self, series: u32, label: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool;
}

/// The series that meet all of `matchers`.
pub(crate) fn find(index: &impl LabelIndex, matchers: &[Matcher]) -> RoaringBitmap {
    // What nothing has, nothing can be found by: so a reader learns at once that there are no histograms.
    let must_have = |matcher: &&Matcher| !matcher.admits("");
    if matchers.iter().filter(must_have).any(|matcher| index.count_values(matcher.label()) == 0) {
        return RoaringBitmap::new();
    }
    let mut ordered: Vec<&Matcher> = matchers.iter().collect();
    ordered.sort_by_key(|matcher| (matcher.admits(""), matcher.op() != MatchOp::Equal));
    let mut found: Option<RoaringBitmap> = None;
    for matcher in ordered {
        let so_far = found.take();
        let is_few = |some: &RoaringBitmap| some.len() < index.count_values(matcher.label()) as u64;
        found = Some(match so_far {
            Some(some) if some.is_empty() => return some,
            Some(some) if matcher.op() != MatchOp::Equal && is_few(&some) => one_by_one(index, matcher, some),
            so_far => by_value(index, matcher, so_far),
        });
    }
    found.unwrap_or_else(|| index.all())
}

/// Looks at the series that are left: there are fewer than values to compare with.
fn one_by_one(index: &impl LabelIndex, matcher: &Matcher, mut some: RoaringBitmap) -> RoaringBitmap {
    let unwanted: RoaringBitmap = some
        .iter()
        .filter(|series| !index.is_value(*series, matcher.label(), &|value| matcher.admits(value)))
        .collect();
    some -= unwanted;
    some
}

/// Looks at the values. A matcher that admits series without the label takes away those with other values.
fn by_value(index: &impl LabelIndex, matcher: &Matcher, so_far: Option<RoaringBitmap>) -> RoaringBitmap {
    let takes_away = matcher.admits("");
    let mut listed = RoaringBitmap::new();
    let is_listed = |op| (op == MatchOp::Regex && !takes_away) || (op == MatchOp::NotRegex && takes_away);
    match matcher.op() {
        MatchOp::Equal if !takes_away => index.with_value(matcher.label(), matcher.value(), &mut listed),
        MatchOp::NotEqual if takes_away => index.with_value(matcher.label(), matcher.value(), &mut listed),
        op if is_listed(op) && matcher.described().is_some() => {
            for value in matcher.described().unwrap_or_default() {
                index.with_value(matcher.label(), value, &mut listed);
            }
        }
        _ => {
            index.with_values(matcher.label(), &|value| matcher.admits(value) != takes_away, &mut listed);
        }
    }
    match (so_far, takes_away) {
        (so_far, true) => so_far.unwrap_or_else(|| index.all()) - listed,
        (Some(so_far), false) => so_far & listed,
        (None, false) => listed,
    }
}
