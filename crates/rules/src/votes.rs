//! How the series of one rule stand: each has a vote, its newest sample; an instance is in alert while any of
//! its series votes yes (`docs/decisions/0002-an-alert-is-judged-series-by-series.md`).

use hashbrown::HashMap;
use model::{Millis, Sample, Series, limits};

/// The metric whose series differ by the health word: of an instance the newest word counts alone.
const HEALTH: &str = "health_status";

/// An instance of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) service: Box<str>,
    pub(crate) instance: Box<str>,
}

impl Owner {
    /// Whose series this is; the service as a whole is called `<service>_unknown`.
    pub(crate) fn of(series: &Series) -> Self {
        let service = series.service();
        let instance = series.instance().map_or_else(|| format!("{service}_unknown").into(), Into::into);
        Self { service: service.into(), instance }
    }
}

/// The votes of all series of one rule.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    series: HashMap<u64, Vote>,
    owners: HashMap<Owner, Standing>,
}

#[derive(Debug)]
struct Vote {
    /// Time of the newest sample.
    t: Millis,
    meets: bool,
    owner: Owner,
}

/// How an instance stands.
#[derive(Debug, Default)]
struct Standing {
    /// Its series that vote yes.
    yes: usize,
    is_active: bool,
    /// When its alert started last.
    last_start: Option<Millis>,
}

/// What a sample means for the alert of its instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing new.
    Same,
    /// It starts.
    Starts(Owner),
    /// It is over.
    Ends(Owner),
}

impl Votes {
    /// Takes a sample that meets the condition or does not. `cooldown` must have passed since the last start.
    pub(crate) fn take(&mut self, sample: &Sample<'_>, meets: bool, cooldown: Millis) -> Verdict {
        let key = key(sample.series);
        let t = sample.point.t;
        let Some(vote) = self.series.get_mut(&key) else {
            self.make_room();
            let owner = Owner::of(sample.series);
            self.owners.entry(owner.clone()).or_default().yes += usize::from(meets);
            self.series.insert(key, Vote { t, meets, owner: owner.clone() });
            return self.judge(&owner, t, meets, cooldown);
        };
        if t < vote.t {
            return Verdict::Same;
        }
        vote.t = t;
        let was = std::mem::replace(&mut vote.meets, meets);
        if !was && !meets {
            // The usual case; unless an alert from before a restart waits for a word.
            let is_active =
                self.owners.get(&vote.owner).is_some_and(|standing| standing.is_active && standing.yes == 0);
            if !is_active {
                return Verdict::Same;
            }
        }
        let owner = vote.owner.clone();
        if let Some(standing) = self.owners.get_mut(&owner) {
            standing.yes = standing.yes + usize::from(meets) - usize::from(was);
        }
        self.judge(&owner, t, meets, cooldown)
    }

    fn judge(&mut self, owner: &Owner, t: Millis, meets: bool, cooldown: Millis) -> Verdict {
        let Some(standing) = self.owners.get_mut(owner) else { return Verdict::Same };
        if standing.is_active {
            if standing.yes == 0 {
                standing.is_active = false;
                return Verdict::Ends(owner.clone());
            }
        } else if meets && standing.last_start.is_none_or(|start| t.saturating_sub(start) >= cooldown) {
            standing.is_active = true;
            standing.last_start = Some(t);
            return Verdict::Starts(owner.clone());
        }
        Verdict::Same
    }

    /// A series ended. Its no is forgotten; its yes stands until a sample says otherwise, for silence heals
    /// nothing.
    pub(crate) fn end(&mut self, series: &Series) {
        let key = key(series);
        if series.name() != HEALTH && self.series.get(&key).is_some_and(|vote| !vote.meets) {
            self.series.remove(&key);
        }
    }

    /// An alert from before a restart: active until a sample says otherwise, or over; its start counts for the
    /// cooldown.
    pub(crate) fn remember(&mut self, owner: Owner, started: Millis, is_active: bool) {
        let standing = self.owners.entry(owner).or_default();
        standing.is_active = is_active;
        standing.last_start = standing.last_start.max(Some(started));
    }

    /// Takes back a start that could not be listed.
    pub(crate) fn withdraw(&mut self, owner: &Owner) {
        if let Some(standing) = self.owners.get_mut(owner) {
            standing.is_active = false;
        }
    }

    /// Series that vote no can be forgotten: their next sample brings them back.
    fn make_room(&mut self) {
        if self.series.len() >= limits::SERIES {
            self.series.retain(|_, vote| vote.meets);
            self.owners.retain(|_, standing| {
                standing.yes > 0 || standing.is_active || standing.last_start.is_some()
            });
        }
    }
}

/// What a series is known by: its fingerprint; for health that of its owner.
fn key(series: &Series) -> u64 {
    if series.name() == HEALTH {
        let owner = [("service", series.service()), ("instance", series.instance().unwrap_or(""))];
        return model::Labels::new(owner).fingerprint();
    }
    series.fingerprint()
}
