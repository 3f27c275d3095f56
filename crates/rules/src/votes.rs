//! How the series of one rule stand: each has a vote, its newest sample; an instance is in alert while any of
//! its series votes yes (`docs/decisions/0002-an-alert-is-judged-series-by-series.md`).
//!
//! A series that ended (staleness marker, restart of the collector) cannot vote any more, but silence heals
//! nothing. So its yes stands until a sample says otherwise: one of its own, or the second no of another series
//! of the instance. The second, because a sender that comes back reports all its series in some order, and the
//! first no must not end an alert whose own series is two entries behind.

use hashbrown::HashMap;
use model::{HEALTH_STATUS, Millis, Sample, Series};
use std::sync::Arc;

/// An instance of a service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) service: Box<str>,
    pub(crate) instance: Box<str>,
}

impl Owner {
    /// Whose series this is; the service as a whole is called `<service>_unknown`.
    fn of(series: &Series) -> Self {
        let service = series.service();
        let instance = series.instance().map_or_else(|| format!("{service}_unknown").into(), Into::into);
        Self { service: service.into(), instance }
    }
}

/// The votes of all series of one rule.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    series: HashMap<u64, Vote>,
    owners: HashMap<Arc<Owner>, Standing>,
    /// Time of the newest sample of all.
    newest: Millis,
}

#[derive(Debug)]
struct Vote {
    /// Time of the newest sample.
    t: Millis,
    meets: bool,
    owner: Arc<Owner>,
}

/// How an instance stands.
#[derive(Debug, Default)]
struct Standing {
    /// Its series that vote yes.
    yes: usize,
    /// Those of them that ended.
    ended: Vec<u64>,
    is_active: bool,
    /// When its alert started last.
    last_start: Option<Millis>,
}

impl Standing {
    fn rests(&self, newest: Millis, cooldown: Millis) -> bool {
        self.last_start.is_some_and(|start| newest.saturating_sub(start) < cooldown)
    }
}

/// What a sample means for the alert of its instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing new.
    Same,
    /// It starts.
    Starts(Arc<Owner>),
    /// It is over.
    Ends(Arc<Owner>),
}

impl Votes {
    /// Takes a sample that meets the condition or does not. `cooldown` must have passed since the last start.
    pub(crate) fn take(&mut self, sample: &Sample<'_>, meets: bool, cooldown: Millis) -> Verdict {
        let key = key(sample.series);
        let t = sample.point.t;
        self.newest = self.newest.max(t);
        let Some(vote) = self.series.get_mut(&key) else {
            let owner = Arc::new(Owner::of(sample.series));
            let owner = self.owners.get_key_value(&owner).map_or(owner, |(known, _)| Arc::clone(known));
            self.owners.entry(Arc::clone(&owner)).or_default().yes += usize::from(meets);
            self.series.insert(key, Vote { t, meets, owner: Arc::clone(&owner) });
            return self.judge(&owner, t, meets, cooldown);
        };
        if t < vote.t {
            return Verdict::Same;
        }
        let is_later = t > vote.t;
        vote.t = t;
        let was = std::mem::replace(&mut vote.meets, meets);
        let owner = Arc::clone(&vote.owner);
        let Some(standing) = self.owners.get_mut(&owner) else { return Verdict::Same };
        standing.yes = standing.yes + usize::from(meets) - usize::from(was);
        if !standing.ended.is_empty() {
            let count = standing.ended.len();
            standing.ended.retain(|ended| *ended != key);
            let is_back = standing.ended.len() < count;
            if !meets && is_later && !is_back {
                for ended in standing.ended.drain(..) {
                    standing.yes -= usize::from(self.series.remove(&ended).is_some_and(|vote| vote.meets));
                }
            }
        }
        self.judge(&owner, t, meets, cooldown)
    }

    fn judge(&mut self, owner: &Arc<Owner>, t: Millis, meets: bool, cooldown: Millis) -> Verdict {
        let Some(standing) = self.owners.get_mut(owner) else { return Verdict::Same };
        if standing.is_active {
            if standing.yes == 0 {
                standing.is_active = false;
                return Verdict::Ends(Arc::clone(owner));
            }
        } else if meets && !standing.rests(t, cooldown) {
            standing.is_active = true;
            standing.last_start = Some(t);
            return Verdict::Starts(Arc::clone(owner));
        }
        Verdict::Same
    }

    /// A series ended: its no is forgotten, its yes stands for now.
    pub(crate) fn end(&mut self, series: &Series) {
        let key = key(series);
        // A health word that is no longer said was followed by another one, or by silence.
        let Some(vote) = self.series.get(&key).filter(|_| series.name() != HEALTH_STATUS) else { return };
        if !vote.meets {
            self.series.remove(&key);
        } else if let Some(standing) = self.owners.get_mut(&vote.owner)
            && !standing.ended.contains(&key)
        {
            standing.ended.push(key);
        }
    }

    /// An alert from before a restart. Its start counts for the cooldown; if it is active, so is the yes of
    /// the series that started it, if that is known. (If not, the first no of any series ends it.)
    pub(crate) fn remember(&mut self, owner: Owner, started: Millis, active: Option<Option<u64>>) {
        let owner = Arc::new(owner);
        let standing = self.owners.entry(Arc::clone(&owner)).or_default();
        standing.last_start = standing.last_start.max(Some(started));
        standing.is_active = active.is_some();
        if let Some(key) = active.flatten() {
            standing.yes = 1;
            standing.ended.push(key);
            self.series.insert(key, Vote { t: started, meets: true, owner });
        }
    }

    /// Takes back a start that could not be listed: the next sample that meets the condition tries again.
    pub(crate) fn withdraw(&mut self, owner: &Arc<Owner>) {
        if let Some(standing) = self.owners.get_mut(owner) {
            standing.is_active = false;
            // The cooldown before this start was over.
            standing.last_start = None;
        }
    }

    /// The rule was changed: how its series stand must be learnt anew. The cooldown goes on.
    pub(crate) fn restart(&mut self) {
        self.series.clear();
        self.owners.retain(|_, standing| {
            let last_start = standing.last_start;
            *standing = Standing { last_start, ..Standing::default() };
            last_start.is_some()
        });
    }

    /// Whether the series of `sample` has a vote.
    pub(crate) fn knows(&self, series: &Series) -> bool {
        self.series.contains_key(&key(series))
    }

    /// Series and instances that are remembered.
    pub(crate) fn len(&self) -> usize {
        self.series.len() + self.owners.len()
    }

    /// Forgets what can be learnt again: series that vote no, and instances without alert or `cooldown`.
    pub(crate) fn forget(&mut self, cooldown: Millis) {
        self.series.retain(|_, vote| vote.meets);
        let newest = self.newest;
        self.owners
            .retain(|_, standing| standing.yes > 0 || standing.is_active || standing.rests(newest, cooldown));
    }
}

/// What a series is known by: its fingerprint; for health that of its owner.
pub(crate) fn key(series: &Series) -> u64 {
    if series.name() == HEALTH_STATUS {
        let owner = [("service", series.service()), ("instance", series.instance().unwrap_or(""))];
        return model::Labels::new(owner).fingerprint();
    }
    series.fingerprint()
}
