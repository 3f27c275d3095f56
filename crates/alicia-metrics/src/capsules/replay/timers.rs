//! When what is done by the clock is done: at times that the recording alone decides.

use super::super::CapsulesError;
use super::duties::Duty;
use super::stage::Stage;
use model::{Millis, limits};

/// How often those that follow samples are told the time, and how often while there are none.
const FOLLOW: Millis = 100;
/// See [`FOLLOW`].
const REST: Millis = limits::SECOND;
/// How long after the begin the first walk through all services begins.
const FIRST_SCAN: Millis = 20 * limits::SECOND;
/// How long after the begin the first round of collection is.
const FIRST_ROUND: Millis = 2 * limits::SECOND;
/// The protocol's time between two summaries.
const SUMMARY: Millis = 30 * limits::SECOND;

/// Everything that is done by the clock, in the order in which it is done when it is due at once.
pub(super) struct Timers(Vec<Timer>);

struct Timer {
    duty: Duty,
    next: Millis,
    every: Millis,
}

impl Timers {
    /// Those of a stage, which begins now.
    pub(super) fn new(stage: &Stage, collection_seconds: u64, now: Millis) -> Self {
        let seconds = Millis::try_from(collection_seconds).unwrap_or(1).max(1);
        let timer = |duty, first: Millis, every: Millis| Timer { duty, next: now + first, every };
        let mut all = vec![timer(Duty::Follow, FOLLOW, FOLLOW)];
        for (place, playing) in stage.groups.iter().enumerate() {
            let group = playing.run.group();
            let next = group.round_after(now);
            all.push(Timer { duty: Duty::Group(place), next, every: group.interval.max(1) });
        }
        all.extend([
            timer(Duty::Second, limits::SECOND, limits::SECOND),
            timer(Duty::Round, FIRST_ROUND, seconds * limits::SECOND),
            timer(Duty::Scan, FIRST_SCAN, limits::INSIGHT_ROUND),
            timer(Duty::Summary, SUMMARY, SUMMARY),
            timer(Duty::Sweep, limits::MINUTE, limits::MINUTE),
        ]);
        Self(all)
    }

    /// Does what is due up to `until`, each at its time, and lets the clock go there. A clock that is set back has everything wait
    /// no longer than it would have.
    pub(super) fn run_until(&mut self, stage: &mut Stage, until: Millis) -> Result<(), CapsulesError> {
        if until < stage.now() {
            stage.go_to(until);
            for timer in &mut self.0 {
                let group = match timer.duty {
                    Duty::Group(place) => stage.groups.get(place).map(|playing| playing.run.group()),
                    _ => None,
                };
                let next = group.map_or(until.saturating_add(timer.every), |group| group.round_after(until));
                timer.next = timer.next.min(next);
            }
            return Ok(());
        }
        loop {
            let due = self.0.iter_mut().min_by_key(|timer| timer.next).filter(|timer| timer.next <= until);
            let Some(timer) = due else { break };
            let (duty, now) = (timer.duty, timer.next);
            let every = if duty == Duty::Follow && stage.follower.rules() == 0 { REST } else { timer.every };
            timer.next = now.saturating_add(every);
            stage.go_to(now);
            stage.perform(duty, now)?;
        }
        stage.go_to(until.max(stage.now()));
        Ok(())
    }
}
