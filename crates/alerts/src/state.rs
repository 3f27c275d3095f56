//! Everything the desk remembers, and what each entry of the ledger makes of it. Where entries are applied one after the
//! other, as when the ledger is read, the same state comes of them; what follows from it and from the time is derived.

use crate::flaps::{Flap, Flaps};
use crate::inhibition::Inhibition;
use crate::labels::{LabelSet, admits, labels_of};
use crate::ledger::Entry;
use crate::settings::{Maintenance, Settings};
use crate::silence::{self, Silence, SilenceState};
use crate::weekly;
use model::{Acknowledgement, Alert, Matcher, Millis, Standing, limits};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What inhibits the services of a bus that is away.
const BUS: &str = "bus";

/// The state.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    /// Another number after each change.
    pub(crate) version: u64,
    pub(crate) active: BTreeMap<String, Active>,
    /// Alerts that are over, the oldest first.
    pub(crate) past: VecDeque<Past>,
    pub(crate) flaps: Flaps,
    pub(crate) silences: BTreeMap<String, Kept>,
    windows: Vec<(Maintenance, bool)>,
    inhibitions: Vec<Inhibition>,
    /// The services that nothing is heard of because the bus is away, if so.
    away: Option<BTreeSet<String>>,
}

/// An alert that fires.
pub(crate) struct Active {
    /// With how it stood when that was last told.
    pub(crate) alert: Alert,
    pub(crate) labels: LabelSet,
    pub(crate) acknowledged: Option<Acknowledgement>,
    /// When its beginning was heard.
    noted: Millis,
    silences: BTreeSet<String>,
}

/// An alert that is over.
pub(crate) struct Past {
    pub(crate) alert: Alert,
    /// When its end was heard.
    pub(crate) noted: Millis,
}

/// A silence that is kept.
pub(crate) struct Kept {
    pub(crate) silence: Silence,
    /// Of one that is over, none.
    pub(crate) matchers: Vec<Matcher>,
    /// Whether it holds, as of when that was last looked at.
    holds: bool,
}

impl State {
    /// A state with these settings, by which it is seen what flaps.
    pub(crate) fn with(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Does what the entry says. What follows from it is left to the other methods.
    pub(crate) fn apply(&mut self, entry: Entry) {
        self.version += 1;
        let bounds = self.settings.flapping;
        match entry {
            Entry::Began { alert, at } => {
                self.flaps.note(&alert.alert_id, at, None, bounds);
                let labels = labels_of(&alert);
                let active =
                    Active { alert, labels, acknowledged: None, noted: at, silences: BTreeSet::new() };
                self.active.insert(active.alert.alert_id.clone(), active);
            }
            Entry::Ended { alert, at } => {
                self.flaps.note(&alert.alert_id, at, Some(&alert), bounds);
                let listed = self.active.get(&alert.alert_id);
                if listed.is_some_and(|listed| listed.alert.timestamp <= alert.timestamp) {
                    self.active.remove(&alert.alert_id);
                }
                if self.past.len() >= limits::ALERT_HISTORY {
                    self.past.pop_front();
                }
                self.past.push_back(Past { alert, noted: at });
            }
            Entry::Changed { alert } => {
                if let Some(active) = self.active.get_mut(&alert.alert_id) {
                    active.labels = labels_of(&alert);
                    let standing = std::mem::take(&mut active.alert.standing);
                    active.alert = Alert { standing, ..alert };
                }
            }
            Entry::Acknowledged { alert_id, acknowledgement } => {
                if let Some(active) = self.active.get_mut(&alert_id) {
                    active.acknowledged = Some(acknowledgement);
                }
            }
            Entry::Unacknowledged { alert_id } => {
                if let Some(active) = self.active.get_mut(&alert_id) {
                    active.acknowledged = None;
                }
            }
            Entry::Silence(silence) => {
                let matchers = silence::matchers(&silence.matchers).unwrap_or_default();
                self.silences.insert(silence.id.clone(), Kept { silence, matchers, holds: false });
                self.make_room();
            }
            Entry::Settled { alert_id } => {
                self.flaps.settle(&alert_id);
            }
            Entry::Calm => self.flaps = Flaps::default(),
            Entry::Changes { alert_id, times, since, over } => {
                self.flaps.put(alert_id, Flap { times: times.into(), since, over });
            }
        }
    }

    /// All that must be remembered, as entries. Changes come last, for beginnings and ends count as some.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let silences = self.silences.values().map(|kept| Entry::Silence(kept.silence.clone()));
        let past = self.past.iter().map(|past| Entry::Ended { alert: past.alert.clone(), at: past.noted });
        let active = self.active.values().flat_map(|active| {
            let alert = Alert { standing: Standing::default(), ..active.alert.clone() };
            let alert_id = alert.alert_id.clone();
            let acknowledged = active.acknowledged.clone();
            let acknowledged =
                acknowledged.map(|acknowledgement| Entry::Acknowledged { alert_id, acknowledgement });
            [Some(Entry::Began { alert, at: active.noted }), acknowledged].into_iter().flatten()
        });
        let changes = self.flaps.all().map(|(alert_id, flap)| Entry::Changes {
            alert_id: alert_id.clone(),
            times: flap.times.iter().copied().collect(),
            since: flap.since,
            over: flap.over.clone(),
        });
        silences.chain(past).chain(active).chain([Entry::Calm]).chain(changes).collect()
    }

    /// Lets the oldest silence go that is over, if there are too many.
    fn make_room(&mut self) {
        if self.silences.len() <= limits::SILENCES {
            return;
        }
        let ends = self.silences.iter().filter_map(|(id, kept)| Some((kept.silence.ends_at?, id)));
        if let Some(id) = ends.min().map(|(_, id)| id.clone()) {
            self.silences.remove(&id);
        }
    }

    /// Takes other settings, and derives everything anew.
    pub(crate) fn derive(&mut self, settings: Settings, now: Millis) {
        self.windows = settings.maintenance.iter().map(|one| (one.clone(), false)).collect();
        self.inhibitions = settings.inhibits.iter().cloned().map(Inhibition::new).collect();
        self.settings = settings;
        for active in self.active.values_mut() {
            active.silences.clear();
            for inhibition in &mut self.inhibitions {
                inhibition.enter(&active.alert.alert_id, &active.labels);
            }
        }
        for kept in self.silences.values_mut() {
            kept.holds = false;
        }
        self.review(now);
    }

    /// An alert began: derives what holds of it, and gives the others for which that changes something.
    pub(crate) fn enter(&mut self, id: &str) -> Vec<String> {
        let Some(active) = self.active.get_mut(id) else { return Vec::new() };
        active.silences.clear();
        let silences =
            self.silences.values().filter(|kept| kept.holds && admits(&kept.matchers, &active.labels));
        active.silences.extend(silences.map(|kept| kept.silence.id.clone()));
        let windows =
            self.windows.iter().filter(|(one, holds)| *holds && admits(&one.matchers, &active.labels));
        active.silences.extend(windows.map(|(one, _)| one.id()));
        self.inhibitions.iter_mut().flat_map(|one| one.enter(id, &active.labels)).collect()
    }

    /// An alert is over; gives the others for which that changes something.
    pub(crate) fn leave(&mut self, id: &str) -> Vec<String> {
        self.inhibitions.iter_mut().flat_map(|one| one.leave(id)).collect()
    }

    /// Looks which silences and windows hold now; gives the alerts for which that changes something.
    pub(crate) fn review(&mut self, now: Millis) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        let active = &mut self.active;
        for (window, held) in &mut self.windows {
            let holds = weekly::any_covers(&window.times, now);
            if std::mem::replace(held, holds) != holds {
                follow(active, &window.id(), &window.matchers, holds, &mut changed);
            }
        }
        for (id, kept) in &mut self.silences {
            let state = kept.silence.state(now);
            if state == SilenceState::Expired {
                // What is compiled takes memory.
                kept.matchers = Vec::new();
            } else if kept.matchers.is_empty() {
                // The clock was set back.
                kept.matchers = silence::matchers(&kept.silence.matchers).unwrap_or_default();
            }
            // No conditions would be met by every alert.
            let holds = state == SilenceState::Active && !kept.matchers.is_empty();
            if std::mem::replace(&mut kept.holds, holds) != holds {
                follow(active, id, &kept.matchers, holds, &mut changed);
            }
        }
        let is_shown = |end: Millis| now.saturating_sub(end) < limits::SILENCE_KEPT;
        self.silences.retain(|_, kept| kept.silence.ends_at.is_none_or(is_shown));
        changed
    }

    /// Puts a silence in the place of what it was; gives the alerts for which that may change something.
    pub(crate) fn put_silence(&mut self, silence: Silence, now: Millis) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        let id = silence.id.clone();
        follow(&mut self.active, &id, &[], false, &mut changed);
        self.apply(Entry::Silence(silence));
        changed.append(&mut self.review(now));
        changed
    }

    /// Takes which services nothing is heard of; gives the alerts for which that changes something.
    pub(crate) fn set_away(&mut self, away: Option<BTreeSet<String>>) -> BTreeSet<String> {
        let before = std::mem::replace(&mut self.away, away);
        if before == self.away {
            return BTreeSet::new();
        }
        let is_in = |away: &Option<BTreeSet<String>>, service: &str| {
            away.as_ref().is_some_and(|all| all.contains(service))
        };
        let differs = |active: &&Active| {
            let service = active.alert.service_name.as_str();
            is_in(&before, service) != is_in(&self.away, service)
        };
        let changed = self.active.values().filter(differs);
        changed.map(|active| active.alert.alert_id.clone()).collect()
    }

    /// How an alert that fires stands.
    pub(crate) fn standing(&self, id: &str) -> Standing {
        let Some(active) = self.active.get(id) else { return Standing::default() };
        let sources = self.inhibitions.iter().filter_map(|one| one.source_of(id).cloned());
        let is_away = self.away.as_ref().is_some_and(|all| all.contains(&active.alert.service_name));
        let mut inhibited_by: Vec<String> = sources.chain(is_away.then(|| BUS.to_owned())).collect();
        inhibited_by.dedup();
        Standing {
            silenced_by: active.silences.iter().cloned().collect(),
            inhibited_by,
            acknowledged: active.acknowledged.clone().map(Box::new),
            flapping: self.flaps.flapping(id),
        }
    }

    /// An alert that fires, as it is now: which of several alerts it is inhibited by is not told each time.
    pub(crate) fn listed(&self, id: &str) -> Option<Alert> {
        let alert = &self.active.get(id)?.alert;
        Some(Alert { standing: self.standing(id), ..alert.clone() })
    }

    /// How an alert stands that finds no place in the list: silences hold of it as of others.
    pub(crate) fn standing_unlisted(&self, alert: &Alert) -> Standing {
        let labels = labels_of(alert);
        let silences = self.silences.values().filter(|kept| kept.holds && admits(&kept.matchers, &labels));
        let windows = self.windows.iter().filter(|(one, holds)| *holds && admits(&one.matchers, &labels));
        let silenced_by =
            silences.map(|kept| kept.silence.id.clone()).chain(windows.map(|(one, _)| one.id())).collect();
        Standing { silenced_by, ..Standing::default() }
    }

    /// Alerts whose acknowledgement counts no longer.
    pub(crate) fn lapsed(&self, now: Millis) -> Vec<String> {
        let lapsed = |active: &&Active| {
            let acknowledged = active.acknowledged.as_ref();
            acknowledged.and_then(|one| one.expires).is_some_and(|expires| expires <= now)
        };
        self.active.values().filter(lapsed).map(|active| active.alert.alert_id.clone()).collect()
    }

    /// Patterns of silences that are compiled, but for those of one.
    pub(crate) fn patterns(&self, but: Option<&str>) -> usize {
        let others = self.silences.iter().filter(|(id, _)| Some(id.as_str()) != but);
        others.flat_map(|(_, kept)| &kept.matchers).filter(|matcher| matcher.is_compiled()).count()
    }

    /// How many alerts lie in a silence.
    pub(crate) fn count_in(&self, silence: &str) -> usize {
        self.active.values().filter(|active| active.silences.contains(silence)).count()
    }
}

/// Notes that a silence holds, or holds no more.
fn follow(
    active: &mut BTreeMap<String, Active>,
    silence: &str,
    matchers: &[Matcher],
    holds: bool,
    changed: &mut BTreeSet<String>,
) {
    for (id, one) in active {
        let is_other = if holds {
            admits(matchers, &one.labels) && one.silences.insert(silence.to_owned())
        } else {
            one.silences.remove(silence)
        };
        if is_other {
            changed.insert(id.clone());
        }
    }
}
