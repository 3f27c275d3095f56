//! Which alerts begin and end again and again. Pure.

use crate::settings::FlapLimits;
use model::{Alert, Flapping, Millis, limits};
use std::collections::{BTreeMap, VecDeque};

/// The changes of alerts, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Flaps {
    all: BTreeMap<String, Flap>,
}

/// The changes of one alert.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Flap {
    /// When it began or ended, the oldest first.
    pub(crate) times: VecDeque<Millis>,
    /// Since when it is said to flap.
    pub(crate) since: Option<Millis>,
    /// How it was when it last ended; `None` while it fires.
    pub(crate) over: Option<Alert>,
}

impl Flap {
    /// Forgets what was before the window. What a clock that was set back shows in the future is now.
    fn prune(&mut self, limits: FlapLimits, now: Millis) {
        for time in self.times.iter_mut().rev().take_while(|time| **time > now) {
            *time = now;
        }
        while self.times.front().is_some_and(|time| now.saturating_sub(*time) >= limits.window) {
            self.times.pop_front();
        }
    }
}

impl Flaps {
    /// An alert began (`over` is `None`) or ended. It is with a beginning that it begins to flap.
    pub(crate) fn note(&mut self, id: &str, at: Millis, over: Option<&Alert>, bounds: Option<FlapLimits>) {
        let Some(bounds) = bounds else { return };
        if self.all.len() >= limits::FLAPS && !self.all.contains_key(id) {
            return;
        }
        let flap = self.all.entry(id.to_owned()).or_default();
        flap.prune(bounds, at);
        if flap.times.len() >= limits::FLAP_CHANGES {
            flap.times.pop_front();
        }
        flap.times.push_back(at);
        flap.over = over.cloned();
        if over.is_none() && flap.since.is_none() && flap.times.len() > bounds.changes {
            flap.since = Some(at);
        }
    }

    /// How an alert flaps, if so.
    pub(crate) fn flapping(&self, id: &str) -> Option<Flapping> {
        let flap = self.all.get(id)?;
        Some(Flapping { changes: flap.times.len(), since: flap.since? })
    }

    /// Forgets what is old; gives the alerts that flap no more: those with at most half as many changes.
    pub(crate) fn calm(&mut self, bounds: Option<FlapLimits>, now: Millis) -> Vec<String> {
        let Some(bounds) = bounds else {
            self.all.retain(|_, flap| flap.since.is_some());
            return self.all.keys().cloned().collect();
        };
        let mut calm = Vec::new();
        self.all.retain(|id, flap| {
            flap.prune(bounds, now);
            if flap.since.is_some() && flap.times.len() <= bounds.changes / 2 {
                calm.push(id.clone());
            }
            flap.since.is_some() || !flap.times.is_empty()
        });
        calm
    }

    /// It flaps no more; gives how it was when it ended, if it does not fire.
    pub(crate) fn settle(&mut self, id: &str) -> Option<Alert> {
        let flap = self.all.get_mut(id)?;
        flap.since = None;
        flap.over.clone()
    }

    /// The alerts that flap and do not fire, as they were when they last ended.
    pub(crate) fn resting(&self) -> impl Iterator<Item = &Alert> {
        self.all.values().filter(|flap| flap.since.is_some()).filter_map(|flap| flap.over.as_ref())
    }

    /// Takes what a ledger says.
    pub(crate) fn put(&mut self, id: String, flap: Flap) {
        self.all.insert(id, flap);
    }

    /// All that must be remembered.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &Flap)> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Flaps;
    use crate::settings::FlapLimits;

    #[test]
    fn who_changes_too_often_flaps_until_it_has_been_calm() {
        let bounds = Some(FlapLimits { changes: 4, window: 1_000 });
        let mut flaps = Flaps::default();
        for at in [0, 10, 20, 30] {
            flaps.note("a", at, None, bounds);
        }
        assert_eq!(flaps.flapping("a"), None, "four are not more than four");
        flaps.note("a", 40, None, bounds);
        assert_eq!(flaps.flapping("a").map(|one| (one.changes, one.since)), Some((5, 40)));
        assert!(flaps.calm(bounds, 1_019).is_empty(), "three changes are more than half of four");
        assert_eq!(flaps.calm(bounds, 1_020), ["a"]);
        flaps.settle("a");
        assert_eq!(flaps.flapping("a"), None);
        assert!(flaps.calm(bounds, 2_000).is_empty() && flaps.all.is_empty());
    }

    #[test]
    fn slow_changes_and_a_clock_that_is_set_back_are_no_flapping() {
        let bounds = Some(FlapLimits { changes: 4, window: 1_000 });
        let mut flaps = Flaps::default();
        for at in (0..20).map(|n| n * 300) {
            flaps.note("a", at, None, bounds);
        }
        assert_eq!(flaps.flapping("a"), None);
        for _ in 0..9 {
            flaps.note("b", 9_000, None, bounds);
        }
        assert!(flaps.calm(bounds, 0).is_empty());
        assert_eq!(flaps.calm(bounds, 1_000), ["b"], "it is not waited for the old clock's time");
        flaps.note("c", 0, None, None);
        assert!(flaps.flapping("c").is_none());
    }
}
