//! An alerting rule of a rule file in all its variants: a group that has its rounds, and between them hears from the samples
//! that are followed.

use crate::conditions::variant_of;
use crate::feed::Feed;
use crate::outcome::Tally;
use crate::threshold::in_expression;
use crate::trial::{TrialError, Variant, Watch};
use model::{Append, Event, Millis, Select, TimeRange, limits};
use query::Stop;
use rules::groups::{GroupRule, GroupRun, Round, RuleGroup, RuleKind, RuleSample, Templates};
use rules::stream::{Follower, Following};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A group at work on samples of before.
struct Replay<'a> {
    group: RuleGroup,
    run: GroupRun,
    follower: Follower,
    following: Arc<Following>,
    select: &'a dyn Select,
    watch: &'a dyn Watch,
    /// The next round, and the next second.
    round: Millis,
    second: Millis,
    tallies: Vec<Tally>,
    failure: Option<String>,
}

/// What it writes nobody reads.
struct Unwritten<'a>(&'a dyn Watch);

impl Round for Unwritten<'_> {
    fn begin(&self) {}

    fn took(&self) -> Duration {
        Duration::ZERO
    }

    fn stop(&self) -> Option<Stop> {
        self.0.stop()
    }

    fn write(&self, _samples: &[RuleSample]) -> Result<(), String> {
        Ok(())
    }
}

/// Runs the variants of a group's only rule on the samples in `range`.
///
/// # Errors
/// [`TrialError`].
pub(crate) fn run(
    group: &RuleGroup,
    variants: &[Variant],
    select: &dyn Select,
    range: TimeRange,
    watch: &dyn Watch,
) -> Result<(Vec<Tally>, u64, usize), TrialError> {
    let group = varied(group, variants)?;
    let selectors = rules::stream::selectors(&group);
    // What was true before the range began is so at its beginning.
    let mut replay = Replay::new(group, variants.len(), select, range.start, watch)?;
    let mut feed = Feed::new(select, selectors);
    replay.hear();
    if replay.follower.rules() > 0 {
        feed.each(range, watch, &mut |t, batch| {
            replay.pass(t.saturating_sub(1))?;
            // Whoever follows refuses nothing.
            let _appended = replay.follower.append(batch);
            replay.hear();
            Ok(())
        })?;
    }
    replay.pass(range.end)?;
    match replay.failure {
        Some(why) => Err(TrialError::Unfit(format!("a round could not be evaluated: {why}"))),
        None => Ok((replay.tallies, feed.samples(), feed.series())),
    }
}

impl<'a> Replay<'a> {
    fn new(
        group: RuleGroup,
        variants: usize,
        select: &'a dyn Select,
        start: Millis,
        watch: &'a dyn Watch,
    ) -> Result<Self, TrialError> {
        let follower = Follower::default();
        let (following, read) = follower.follow(&group, select, start, Box::new(|| {}));
        read?;
        Ok(Self {
            run: GroupRun::new(group.clone(), Arc::new(Templates::default()), false),
            follower,
            following,
            select,
            watch,
            round: group.round_after(start.saturating_sub(1)),
            second: start,
            tallies: (0..variants).map(|_| Tally::default()).collect(),
            failure: None,
            group,
        })
    }

    /// Lets the time pass up to `t`: rounds, and seconds for those that follow.
    fn pass(&mut self, t: Millis) -> Result<(), TrialError> {
        loop {
            let follows = self.follower.rules() > 0;
            // Of years without a sample there are many rounds and seconds.
            if let Some(why) = self.watch.stop() {
                return Err(TrialError::Stopped(why));
            }
            if self.round <= t && (!follows || self.round <= self.second) {
                let events = self.run.evaluate(self.select, &Unwritten(self.watch), self.round);
                self.note(events);
                self.failure = self.run.errors().find_map(|(_, error)| error.map(str::to_owned));
                self.watch.reached(self.round);
                self.round = self.group.round_after(self.round);
            } else if follows && self.second <= t {
                self.follower.tick(self.second);
                self.second = self.second.saturating_add(limits::SECOND);
                self.hear();
            } else {
                return Ok(());
            }
        }
    }

    fn hear(&mut self) {
        let changes = self.following.changes();
        if !changes.is_empty() {
            let events = self.run.hear(&changes, self.select, &Unwritten(self.watch));
            self.note(events);
        }
    }

    fn note(&mut self, events: Vec<Event>) {
        for event in events {
            if let Some(tally) = variant_of(&event).and_then(|at| self.tallies.get_mut(at)) {
                tally.take(event);
            }
        }
    }
}

/// The group with a rule for each variant, named by its place.
fn varied(group: &RuleGroup, variants: &[Variant]) -> Result<RuleGroup, TrialError> {
    let unfit = |why: &str| TrialError::Unfit(why.to_owned());
    let [rule] = group.rules.as_slice() else { return Err(unfit("one rule is tried at a time")) };
    let RuleKind::Alerting(alerting) = &rule.kind else {
        return Err(unfit("a recording rule has no alerts"));
    };
    let mut rules = Vec::with_capacity(variants.len());
    for (at, variant) in variants.iter().enumerate() {
        let mut own = alerting.clone();
        // Texts tell nothing here, and may ask much.
        own.annotations = BTreeMap::new();
        own.hold = variant.hold.unwrap_or(own.hold);
        let expr = match variant.threshold {
            Some(threshold) => in_expression(&rule.expr, threshold)?,
            None => rule.expr.clone(),
        };
        rules.push(GroupRule { name: at.to_string(), expr, kind: RuleKind::Alerting(own), ..rule.clone() });
    }
    Ok(RuleGroup { rules, ..group.clone() })
}
