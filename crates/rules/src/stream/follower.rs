//! All rules that are followed: which of them a sample concerns, and what comes of it.

use super::cells::{Broken, CellId};
use super::plan::{Leaf, Plan};
use super::program::Program;
use crate::groups::{Change, GroupRule, Judged, RuleGroup, RuleKind};
use hashbrown::HashMap;
use model::{
    Append, AppendError, Appended, MatchOp, Matcher, Millis, NAME, PART, Sample, Select, SelectError,
    Selection, Series, TimeRange, limits,
};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// How a rule of `group` is judged, as long as nothing else is known than its text.
#[must_use]
pub fn judged(group: &RuleGroup, rule: &GroupRule) -> Judged {
    match plan_of(group, rule) {
        Ok(_) => Judged::AtArrival,
        Err(why) => Judged::InRounds(why),
    }
}

/// The matchers of each selector of those rules of a group that can be followed.
#[must_use]
pub fn selectors(group: &RuleGroup) -> Vec<Vec<Matcher>> {
    let plans = group.rules.iter().filter_map(|rule| plan_of(group, rule).ok());
    let selectors = plans.flat_map(|(plan, _)| {
        let leaves = plan.leaves().map(|(_, leaf)| leaf.matchers.clone());
        leaves.collect::<Vec<_>>()
    });
    selectors.collect()
}

/// A group whose rules are followed: what has changed waits here.
pub struct Following {
    waiting: Mutex<VecDeque<(usize, Change)>>,
    judged: Mutex<Vec<Judged>>,
    ring: Box<dyn Fn() + Send + Sync>,
    missed: AtomicU64,
}

impl Following {
    /// What has changed since the last call: the rule's place in its group, and the change.
    pub fn changes(&self) -> Vec<(usize, Change)> {
        self.waiting.lock().drain(..).collect()
    }

    /// How each rule of the group is judged, in order.
    pub fn judged(&self) -> Vec<Judged> {
        self.judged.lock().clone()
    }

    /// Hands over what has changed, and rings.
    fn tell(&self, rule: usize, changes: &mut Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut waiting = self.waiting.lock();
        for change in changes.drain(..) {
            if waiting.len() >= limits::FOLLOWED_CHANGES {
                // The next round finds out.
                self.missed.fetch_add(1, Ordering::Relaxed);
            } else {
                waiting.push_back((rule, change));
            }
        }
        drop(waiting);
        (self.ring)();
    }

    fn gives_up(&self, rule: usize, why: &str) {
        if let Some(judged) = self.judged.lock().get_mut(rule) {
            *judged = Judged::InRounds(why.to_owned());
        }
    }
}

/// Follows alerting rules of rule files; one for all groups.
#[derive(Default)]
pub struct Follower {
    inner: Mutex<Inner>,
    /// Whether any rule is followed.
    is_at_work: AtomicBool,
    now: AtomicI64,
    missed: AtomicU64,
}

#[derive(Default)]
struct Inner {
    rules: Vec<Option<Followed>>,
    /// Selectors by the metric's name; those that name none are apart.
    by_name: HashMap<Box<str>, Vec<Selector>>,
    by_any: Vec<Selector>,
    /// Series that were seen, by where they lie in memory, and the leaves that they are.
    seen: HashMap<usize, Seen>,
    /// What the samples of a batch came to: rules, each with how many alerts it may change, and these.
    rules_touched: Vec<(usize, usize)>,
    roots_touched: Vec<usize>,
    changes: Vec<Change>,
}

/// A rule that is followed.
struct Followed {
    /// The rule's group, and its place there.
    group: Arc<Following>,
    rule: usize,
    program: Program,
    /// Samples from before are still being read: what is there is not judged.
    is_filling: bool,
}

/// A selector: the rule's place, and that of the node in its plan.
type Selector = (usize, usize);

struct Seen {
    /// Held, so that nothing else comes to lie there.
    series: Arc<Series>,
    leaves: Box<[(usize, CellId)]>,
}

impl Follower {
    /// Begins to follow the rules of a group, as far as they can be; `ring` is called when something has changed. The
    /// windows are filled from what `select` has up to `now`.
    ///
    /// # Errors
    /// What is kept could not be read: the rules that look further back than samples come judge by less.
    pub fn follow(
        &self,
        group: &RuleGroup,
        select: &dyn Select,
        now: Millis,
        ring: Box<dyn Fn() + Send + Sync>,
    ) -> (Arc<Following>, Result<(), SelectError>) {
        let plans: Vec<_> = group.rules.iter().map(|rule| plan_of(group, rule)).collect();
        let judged = plans.iter().map(|plan| match plan {
            Ok(_) => Judged::AtArrival,
            Err(why) => Judged::InRounds(why.clone()),
        });
        let following = Arc::new(Following {
            waiting: Mutex::default(),
            judged: Mutex::new(judged.collect()),
            ring,
            missed: AtomicU64::new(0),
        });
        self.now.fetch_max(now, Ordering::Relaxed);
        let mut read = Ok(());
        for (rule, plan) in plans.into_iter().enumerate() {
            let Ok((plan, hold)) = plan else { continue };
            let place = self.inner.lock().add(&following, rule, Program::new(plan, hold));
            self.is_at_work.store(true, Ordering::Release);
            read = read.and(self.fill(place, select, now));
        }
        (following, read)
    }

    /// No longer follows the rules of a group.
    pub fn leave(&self, group: &Arc<Following>) {
        let mut inner = self.inner.lock();
        for place in &mut inner.rules {
            if place.as_ref().is_some_and(|rule| Arc::ptr_eq(&rule.group, group)) {
                *place = None;
            }
        }
        inner.index();
        self.is_at_work.store(inner.rules.iter().any(Option::is_some), Ordering::Release);
        self.missed.fetch_add(group.missed.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Tells the wall's time, some times a second: what waited because it is costly is judged, and alerts end whose samples
    /// are too old by now.
    pub fn tick(&self, now: Millis) {
        let before = self.now.swap(now, Ordering::Relaxed);
        if !self.is_at_work.load(Ordering::Acquire) {
            return;
        }
        let is_new = |length: Millis| now.div_euclid(length) != before.div_euclid(length);
        let (looks, sweeps) = (is_new(limits::SECOND), is_new(limits::MINUTE));
        let mut inner = self.inner.lock();
        for place in 0..inner.rules.len() {
            inner.with(place, |program, changes| {
                program.judge_waiting(changes)?;
                if looks { program.look(now, changes) } else { Ok(()) }
            });
        }
        if sweeps {
            inner.sweep(now);
        }
    }

    /// Reads what is kept for a rule's windows.
    fn fill(&self, place: usize, select: &dyn Select, now: Millis) -> Result<(), SelectError> {
        let plan = self
            .inner
            .lock()
            .rules
            .get(place)
            .and_then(Option::as_ref)
            .map(|rule| Arc::clone(rule.program.plan()));
        let Some(plan) = plan else { return Ok(()) };
        let mut read = Ok(());
        for (node, leaf) in plan.leaves() {
            let range = TimeRange::last(leaf.sees.reach(), now);
            let mut selection = Selection::all(leaf.matchers.clone()).within(range);
            if leaf.sees == super::plan::Sees::Newest {
                selection = selection.newest(1);
            }
            // A series at a time: whoever brings samples does not wait for a read.
            let given = select.each(&selection, &mut |series, columns| {
                let mut inner = self.inner.lock();
                inner.with(place, |program, _| {
                    let cell = program.leaf(node, series.labels())?;
                    columns.points().try_for_each(|point| program.recall(cell, point))
                });
                let goes_on = inner.rules.get(place).is_some_and(Option::is_some);
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            read = read.and(given);
        }
        let mut inner = self.inner.lock();
        if let Some(Some(rule)) = inner.rules.get_mut(place) {
            rule.is_filling = false;
        }
        inner.with(place, |program, changes| program.begin(now, changes));
        read
    }

    /// Rules that are followed.
    pub fn rules(&self) -> usize {
        self.inner.lock().rules.iter().flatten().count()
    }

    /// Samples that are kept for them.
    pub fn samples(&self) -> usize {
        self.inner.lock().samples()
    }

    /// Changes that found no room: the next round found them out.
    pub fn missed(&self) -> u64 {
        let inner = self.inner.lock();
        let mut groups: Vec<&Arc<Following>> = inner.rules.iter().flatten().map(|rule| &rule.group).collect();
        groups.dedup_by(|a, b| Arc::ptr_eq(a, b));
        let of_groups = groups.iter().map(|group| group.missed.load(Ordering::Relaxed));
        self.missed.load(Ordering::Relaxed) + of_groups.sum::<u64>()
    }
}

impl Append for Follower {
    fn judges(&self) -> bool {
        true
    }

    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        let appended = Appended { accepted: batch.len(), ..Appended::default() };
        if !self.is_at_work.load(Ordering::Acquire) {
            return Ok(appended);
        }
        let too_old = self.now.load(Ordering::Relaxed).saturating_sub(limits::LOOKBACK);
        let mut inner = self.inner.lock();
        for sample in batch {
            inner.take(sample, sample.point.t <= too_old);
        }
        inner.judge_touched();
        Ok(appended)
    }
}

impl Inner {
    fn add(&mut self, group: &Arc<Following>, rule: usize, program: Program) -> usize {
        let followed = Followed { group: Arc::clone(group), rule, program, is_filling: true };
        let place = match self.rules.iter().position(Option::is_none) {
            Some(place) => place,
            None => {
                self.rules.push(None);
                self.rules.len() - 1
            }
        };
        if let Some(own) = self.rules.get_mut(place) {
            *own = Some(followed);
        }
        self.index_rule(place);
        self.seen.clear();
        place
    }

    fn index(&mut self) {
        self.by_name.clear();
        self.by_any.clear();
        self.seen.clear();
        (0..self.rules.len()).for_each(|place| self.index_rule(place));
    }

    fn index_rule(&mut self, place: usize) {
        let Some(Some(rule)) = self.rules.get(place) else { return };
        for (node, leaf) in rule.program.plan().leaves() {
            match name_of(leaf) {
                Some(name) => self.by_name.entry_ref(name).or_default().push((place, node)),
                None => self.by_any.push((place, node)),
            }
        }
    }

    /// Takes a sample to the leaves that its series is. One that `is_late` is remembered, and nothing is judged by it.
    #[inline]
    fn take(&mut self, sample: &Sample<'_>, is_late: bool) {
        let key = Arc::as_ptr(sample.series).addr();
        if !self.take_seen(key, sample, is_late) && self.meet(key, sample.series) {
            self.take_seen(key, sample, is_late);
        }
    }

    /// The same, if the series was seen before.
    #[inline]
    fn take_seen(&mut self, key: usize, sample: &Sample<'_>, is_late: bool) -> bool {
        let Self { seen, rules, rules_touched, roots_touched, changes, .. } = self;
        let Some(seen) = seen.get(&key) else { return false };
        let mut broken = None;
        for (place, leaf) in &*seen.leaves {
            let Some(Some(rule)) = rules.get_mut(*place) else { continue };
            let before = roots_touched.len();
            let taken = if is_late || rule.is_filling {
                rule.program.recall(*leaf, sample.point)
            } else {
                rule.program.take(*leaf, sample.point, roots_touched, changes)
            };
            rules_touched.push((*place, roots_touched.len() - before));
            rule.group.tell(rule.rule, changes);
            if let Err(why) = taken {
                broken = Some((*place, why));
            }
        }
        if let Some((place, why)) = broken {
            self.give_up(place, why.why());
        }
        true
    }

    /// Finds the leaves of a series that was not seen yet. False if no rule speaks of its metric.
    fn meet(&mut self, key: usize, series: &Arc<Series>) -> bool {
        let named = self.by_name.get(series.name()).map_or(&[][..], Vec::as_slice);
        if named.is_empty() && self.by_any.is_empty() {
            return false;
        }
        let of: Vec<Selector> = named.iter().chain(&self.by_any).copied().collect();
        let mut leaves = Vec::new();
        for (place, node) in of {
            let Some(Some(rule)) = self.rules.get_mut(place) else { continue };
            let plan = Arc::clone(rule.program.plan());
            let leaf = plan.leaves().find(|(at, _)| *at == node);
            if !leaf.is_some_and(|(_, leaf)| leaf.matchers.iter().all(|matcher| matcher.matches(series))) {
                continue;
            }
            if series.labels().get(PART).is_some() {
                self.give_up(place, "native histograms are among its series");
                continue;
            }
            match rule.program.leaf(node, series.labels()) {
                Ok(leaf) => leaves.push((place, leaf)),
                Err(why) => self.give_up(place, why.why()),
            }
        }
        self.seen.insert(key, Seen { series: Arc::clone(series), leaves: leaves.into() });
        true
    }

    fn judge_touched(&mut self) {
        let rules = std::mem::take(&mut self.rules_touched);
        let roots = std::mem::take(&mut self.roots_touched);
        let mut rest = roots.as_slice();
        for (place, count) in &rules {
            let (own, others) = rest.split_at_checked(*count).unwrap_or_default();
            rest = others;
            self.with(*place, |program, changes| {
                own.iter().try_for_each(|root| program.judge(*root, changes))
            });
        }
        (self.rules_touched, self.roots_touched) = (rules, roots);
        self.rules_touched.clear();
        self.roots_touched.clear();
    }

    /// Does something with a rule, and tells its group what has changed. A rule that can no longer be followed is let go.
    fn with(&mut self, place: usize, act: impl FnOnce(&mut Program, &mut Vec<Change>) -> Result<(), Broken>) {
        let Some(Some(rule)) = self.rules.get_mut(place) else { return };
        let done = act(&mut rule.program, &mut self.changes);
        if rule.is_filling {
            self.changes.clear();
        } else {
            rule.group.tell(rule.rule, &mut self.changes);
        }
        if let Err(why) = done {
            self.give_up(place, why.why());
        }
    }

    fn give_up(&mut self, place: usize, why: &str) {
        if let Some(rule) = self.rules.get_mut(place).and_then(Option::take) {
            rule.group.gives_up(rule.rule, why);
        }
    }

    fn sweep(&mut self, now: Millis) {
        self.seen.retain(|_, seen| Arc::strong_count(&seen.series) > 1);
        let mut has_moved = false;
        for place in 0..self.rules.len() {
            self.with(place, |program, _| {
                has_moved |= program.sweep(now)?;
                Ok(())
            });
        }
        if has_moved {
            self.seen.clear();
        }
        while self.samples() > limits::FOLLOWED_SAMPLES {
            let largest = self.rules.iter().enumerate();
            let largest = largest.filter_map(|(place, rule)| Some((rule.as_ref()?.program.samples(), place)));
            let Some((_, place)) = largest.max() else { return };
            self.give_up(place, "its windows take too much memory");
        }
    }

    fn samples(&self) -> usize {
        self.rules.iter().flatten().map(|rule| rule.program.samples() + rule.program.cells()).sum()
    }
}

/// The plan of an alerting rule, and how long its alerts are pending.
fn plan_of(group: &RuleGroup, rule: &GroupRule) -> Result<(Plan, Millis), String> {
    let RuleKind::Alerting(alerting) = &rule.kind else {
        return Err("a recording rule writes once a round".to_owned());
    };
    if group.query_offset != 0 {
        return Err("the group's `query_offset` looks at another time".to_owned());
    }
    let is_moving =
        |text: &&String| text.contains("{{") && ["alue", "query"].iter().any(|word| text.contains(word));
    if rule.labels.values().find(is_moving).is_some() {
        return Err("its labels depend on the value".to_owned());
    }
    Ok((Plan::of(&rule.expr)?, alerting.hold))
}

/// The one name that a selector's series have, if it says so.
fn name_of(leaf: &Leaf) -> Option<&str> {
    let mut equal =
        leaf.matchers.iter().filter(|matcher| matcher.label() == NAME && matcher.op() == MatchOp::Equal);
    equal.next().map(Matcher::value).filter(|name| !name.is_empty())
}
