//! Which rules fire almost only while another rule fires on the same service, and which of two that do so is named.

use super::facts::{Facts, times};
use super::given::{Fired, Subject};
use super::spans::Spans;
use model::{Millis, Severity, TimeRange, limits, to_seconds};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A rule that says what another one says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Covered {
    /// The other's place among the subjects.
    pub(super) by: usize,
    /// The share of this one's time in which the other fires too.
    pub(super) share: f64,
    /// The same the other way round.
    pub(super) back: f64,
}

/// When rules fired, by service.
struct Table<'a> {
    subjects: &'a [Subject],
    facts: &'a [Facts],
    range: TimeRange,
    /// By the place of the rule and the service.
    spans: BTreeMap<(usize, &'a str), Spans>,
    widened: BTreeMap<(usize, &'a str), Spans>,
}

/// For each rule the one that covers it best, if one does.
pub(super) fn covered(
    subjects: &[Subject],
    facts: &[Facts],
    fired: &[Fired],
    range: TimeRange,
) -> BTreeMap<usize, Covered> {
    let table = Table::new(subjects, facts, fired, range);
    let mut found: BTreeMap<usize, Covered> = BTreeMap::new();
    for (one, other) in table.pairs() {
        let Some(covered) = table.compare(one, other) else { continue };
        let best = found.get(&one);
        if best.is_none_or(|best| covered.share > best.share) {
            found.insert(one, covered);
        }
    }
    found
}

impl<'a> Table<'a> {
    fn new(subjects: &'a [Subject], facts: &'a [Facts], fired: &'a [Fired], range: TimeRange) -> Self {
        let mut all: BTreeMap<(usize, &str), Vec<(Millis, Millis)>> = BTreeMap::new();
        for one in fired {
            // What another alert explained is told by that one alone already.
            let is_told = !one.care.is_some_and(|care| care.inhibited);
            if is_told && !one.service.is_empty() {
                all.entry((one.subject, one.service.as_str())).or_default().push(times(one, range));
            }
        }
        let spans: BTreeMap<_, _> = all.into_iter().map(|(key, times)| (key, Spans::new(times))).collect();
        let widened = spans.iter().map(|(key, spans)| (*key, spans.widened(limits::QUALITY_SLACK))).collect();
        Self { subjects, facts, range, spans, widened }
    }

    /// Each two rules that fired on one service, both ways round.
    fn pairs(&self) -> BTreeSet<(usize, usize)> {
        let mut by_service: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (subject, service) in self.spans.keys() {
            by_service.entry(service).or_default().push(*subject);
        }
        let each = |rules: &Vec<usize>| {
            let of_one = |one: &usize| rules.iter().map(|other| (*one, *other)).collect::<Vec<_>>();
            rules.iter().flat_map(of_one).collect::<Vec<_>>()
        };
        by_service.values().flat_map(each).filter(|(one, other)| one != other).collect()
    }

    fn of(&self, subject: usize) -> impl Iterator<Item = (&'a str, &Spans)> {
        let all = self.spans.range((subject, "")..).take_while(move |((own, _), _)| *own == subject);
        all.map(|((_, service), spans)| (*service, spans))
    }

    fn total(&self, subject: usize) -> Millis {
        self.of(subject).map(|(_, spans)| spans.total()).sum()
    }

    /// The share of the time of `one` in which `other` fires on the same service.
    fn share(&self, one: usize, other: usize) -> f64 {
        let common = |(service, spans): (&'a str, &Spans)| {
            self.widened.get(&(other, service)).map_or(0, |theirs| spans.common(theirs))
        };
        let common: Millis = self.of(one).map(common).sum();
        to_seconds(common) / to_seconds(self.total(one).max(1))
    }

    /// Whether `one` is to be called redundant because of `other`.
    fn compare(&self, one: usize, other: usize) -> Option<Covered> {
        let (own, others) = (self.subjects.get(one)?, self.subjects.get(other)?);
        // What is worse than the other is no repetition of it; what always fires covers everything.
        if own.severity > others.severity || self.facts.get(other)?.share_of_one >= limits::QUALITY_ALWAYS {
            return None;
        }
        let (share, back) = (self.share(one, other), self.share(other, one));
        if share < limits::QUALITY_REDUNDANT || self.is_chance(one, other) {
            return None;
        }
        // Where each covers the other, one of them is named: the milder, else the one that fires for a shorter time.
        let is_mutual = back >= limits::QUALITY_REDUNDANT && others.severity <= own.severity;
        (!is_mutual || self.order(one) < self.order(other)).then_some(Covered { by: other, share, back })
    }

    fn order(&self, subject: usize) -> (Option<Severity>, Millis, Reverse<usize>) {
        let severity = self.subjects.get(subject).map(|subject| subject.severity);
        (severity, self.total(subject), Reverse(subject))
    }

    /// Whether so many times of `one` could lie within those of `other` by chance, because that fires so often.
    fn is_chance(&self, one: usize, other: usize) -> bool {
        let count: usize = self.of(one).map(|(_, spans)| spans.count()).sum();
        if count < limits::QUALITY_REDUNDANT_TIMES {
            return true;
        }
        let services: Vec<&str> = self.of(one).map(|(service, _)| service).collect();
        let theirs = services.iter().filter_map(|service| self.widened.get(&(other, *service)));
        let firing: f64 = theirs.map(|spans| to_seconds(spans.within(self.range))).sum();
        let known = self.facts.get(other).map_or(0, |facts| facts.known).max(limits::SECOND);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
        let share = (firing / (to_seconds(known) * services.len() as f64)).min(1.0);
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        share.powi(count) > limits::QUALITY_CHANCE
    }
}
