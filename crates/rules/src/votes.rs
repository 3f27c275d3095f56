//! How the series of one rule stand: each has a vote, its newest sample; an instance is in alert while any of
//! its series votes yes (`docs/decisions/0002-an-alert-is-judged-series-by-series.md`).
//!
//! A series that ended (staleness marker, restart of the collector) cannot vote any more, but silence heals
//! nothing. So its yes stands until a sample says otherwise: one of its own, or the second no of another series
//! of the instance. The second, because a sender that comes back reports all its series in some order, and the
//! first no must not end an alert whose own series is two entries behind.

//!
//! A vote is a level: 0 is no, and of a ladder of severities the higher ones are worse. The alert has the highest.

use crate::timed::Timed;
use hashbrown::{HashMap, HashSet};
use model::{HEALTH_STATUS, Millis, Per, Series, limits};
use std::sync::Arc;

/// What has an alert of its own: an instance of a service, or a series of one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) service: Box<str>,
    pub(crate) instance: Box<str>,
    /// What the series is known by.
    pub(crate) series: Option<u64>,
}

impl Owner {
    /// Whose series this is; the service as a whole is called `<service>_unknown`.
    pub(crate) fn of(series: &Series, per: Per) -> Self {
        let service = series.service();
        let instance = series.instance().map_or_else(|| format!("{service}_unknown").into(), Into::into);
        Self { service: service.into(), instance, series: (per == Per::Series).then(|| key(series)) }
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
pub(crate) struct Vote {
    /// Time of the newest sample.
    t: Millis,
    level: u8,
    owner: Arc<Owner>,
    /// Where more than the newest sample counts.
    pub(crate) timed: Option<Box<Timed>>,
}

/// How an instance stands.
#[derive(Debug, Default)]
struct Standing {
    /// Its series by the level that they vote for, from 1.
    at: [u32; limits::RULE_LEVELS],
    /// Those of them that ended.
    ended: Vec<u64>,
    /// The level of its alert; 0 if there is none.
    level: u8,
    /// When its alert started last.
    last_start: Option<Millis>,
}

impl Standing {
    fn rests(&self, newest: Millis, cooldown: Millis) -> bool {
        self.last_start.is_some_and(|start| newest.saturating_sub(start) < cooldown)
    }

    /// The highest level that is voted for.
    fn top(&self) -> u8 {
        (1..).zip(self.at).filter(|(_, count)| *count > 0).map(|(level, _)| level).max().unwrap_or(0)
    }

    /// A series votes for another level.
    fn moves(&mut self, from: u8, to: u8) {
        let place = |level: u8| usize::from(level).checked_sub(1);
        if let Some(count) = place(from).and_then(|at| self.at.get_mut(at)) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = place(to).and_then(|at| self.at.get_mut(at)) {
            *count += 1;
        }
    }
}

/// What a vote means for the alert of its instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing new.
    Same,
    /// It starts, at this level.
    Starts(Arc<Owner>, u8),
    /// It goes on at this level.
    Changes(Arc<Owner>, u8),
    /// It is over.
    Ends(Arc<Owner>),
}

impl Votes {
    /// Takes a sample by which its series votes for a level. `cooldown` must have passed since the last start.
    pub(crate) fn take(
        &mut self,
        series: &Series,
        per: Per,
        t: Millis,
        level: u8,
        cooldown: Millis,
    ) -> Verdict {
        let key = key(series);
        self.newest = self.newest.max(t);
        let Some(vote) = self.series.get_mut(&key) else {
            let owner = self.owner(series, per);
            self.owners.entry(Arc::clone(&owner)).or_default().moves(0, level);
            self.series.insert(key, Vote { t, level, owner: Arc::clone(&owner), timed: None });
            return self.judge(&owner, t, level, cooldown);
        };
        if t < vote.t {
            return Verdict::Same;
        }
        let is_later = t > vote.t;
        vote.t = t;
        let was = std::mem::replace(&mut vote.level, level);
        let owner = Arc::clone(&vote.owner);
        let Some(standing) = self.owners.get_mut(&owner) else { return Verdict::Same };
        standing.moves(was, level);
        if !standing.ended.is_empty() {
            let count = standing.ended.len();
            standing.ended.retain(|ended| *ended != key);
            let is_back = standing.ended.len() < count;
            if level == 0 && is_later && !is_back {
                for ended in std::mem::take(&mut standing.ended) {
                    let gone = self.series.remove(&ended);
                    standing.moves(gone.map_or(0, |vote| vote.level), 0);
                }
            }
        }
        self.judge(&owner, t, level, cooldown)
    }

    /// Time passed, and a series votes for another level, or the same.
    pub(crate) fn pass(&mut self, key: u64, t: Millis, level: u8, cooldown: Millis) -> Verdict {
        let Some(vote) = self.series.get_mut(&key) else { return Verdict::Same };
        let was = std::mem::replace(&mut vote.level, level);
        if was == level {
            return Verdict::Same;
        }
        let owner = Arc::clone(&vote.owner);
        if let Some(standing) = self.owners.get_mut(&owner) {
            standing.moves(was, level);
        }
        self.judge(&owner, t, level, cooldown)
    }

    /// The owner of a series, the same for all of them.
    fn owner(&self, series: &Series, per: Per) -> Arc<Owner> {
        let owner = Arc::new(Owner::of(series, per));
        self.owners.get_key_value(&owner).map_or(owner, |(known, _)| Arc::clone(known))
    }

    fn judge(&mut self, owner: &Arc<Owner>, t: Millis, level: u8, cooldown: Millis) -> Verdict {
        let Some(standing) = self.owners.get_mut(owner) else { return Verdict::Same };
        let top = standing.top();
        if standing.level > 0 {
            if top == standing.level {
                return Verdict::Same;
            }
            standing.level = top;
            let owner = Arc::clone(owner);
            return if top == 0 { Verdict::Ends(owner) } else { Verdict::Changes(owner, top) };
        }
        if level > 0 && !standing.rests(t, cooldown) {
            standing.level = top;
            standing.last_start = Some(t);
            return Verdict::Starts(Arc::clone(owner), top);
        }
        Verdict::Same
    }

    /// What is remembered of a series of which more than the newest sample counts; made by `new` of the level that its vote
    /// is for.
    pub(crate) fn timed(
        &mut self,
        series: &Series,
        per: Per,
        t: Millis,
        new: impl FnOnce(u8) -> Timed,
    ) -> &mut Timed {
        let owners = &mut self.owners;
        let vote = self.series.entry(key(series)).or_insert_with(|| {
            let owner = Arc::new(Owner::of(series, per));
            let owner = owners.get_key_value(&owner).map_or(owner, |(known, _)| Arc::clone(known));
            owners.entry(Arc::clone(&owner)).or_default();
            Vote { t, level: 0, owner, timed: None }
        });
        let level = vote.level;
        vote.timed.get_or_insert_with(|| Box::new(new(level)))
    }

    /// The same, if there is anything.
    pub(crate) fn known(&mut self, key: u64) -> Option<&mut Timed> {
        self.series.get_mut(&key)?.timed.as_deref_mut()
    }

    /// Forgets a series that votes no.
    pub(crate) fn let_go(&mut self, key: u64) {
        if self.series.get(&key).is_some_and(|vote| vote.level == 0) {
            self.series.remove(&key);
        }
    }

    /// All series of which more than the newest sample counts, and whether their instances are in alert.
    pub(crate) fn all_timed(&self) -> impl Iterator<Item = (&Owner, &Timed, bool)> {
        self.series.values().filter_map(|vote| {
            let is_active = self.owners.get(&vote.owner).is_some_and(|standing| standing.level > 0);
            Some((&*vote.owner, vote.timed.as_deref()?, is_active))
        })
    }

    /// A series ended: its no is forgotten, its yes stands for now. Where silence itself is judged, it goes on.
    pub(crate) fn end(&mut self, series: &Series, judges_silence: bool) {
        let key = key(series);
        // A health word that is no longer said was followed by another one, or by silence.
        let Some(vote) = self.series.get_mut(&key).filter(|_| series.name() != HEALTH_STATUS) else { return };
        if let Some(timed) = &mut vote.timed {
            timed.end();
        }
        if vote.level == 0 {
            if vote.timed.is_none() {
                self.series.remove(&key);
            }
        } else if !judges_silence
            && let Some(standing) = self.owners.get_mut(&vote.owner)
            && !standing.ended.contains(&key)
        {
            standing.ended.push(key);
        }
    }

    /// An alert from before a restart. Its start counts for the cooldown; if it is active at a level, so is the yes of
    /// the series that started it, if that is known. (If not, the first no of any series ends it.)
    pub(crate) fn remember(&mut self, owner: Owner, started: Millis, active: Option<(Option<u64>, u8)>) {
        let owner = Arc::new(owner);
        let standing = self.owners.entry(Arc::clone(&owner)).or_default();
        standing.last_start = standing.last_start.max(Some(started));
        standing.level = active.map_or(0, |(_, level)| level);
        if let Some((Some(key), level)) = active {
            standing.at = <[u32; limits::RULE_LEVELS]>::default();
            standing.moves(0, level);
            standing.ended = vec![key];
            self.series.insert(key, Vote { t: started, level, owner, timed: None });
        }
    }

    /// Takes back a start that could not be listed: the next sample that meets the condition tries again.
    pub(crate) fn withdraw(&mut self, owner: &Arc<Owner>) {
        if let Some(standing) = self.owners.get_mut(owner) {
            standing.level = 0;
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

    /// Whether the series has a vote.
    pub(crate) fn knows(&self, series: &Series) -> bool {
        self.series.contains_key(&key(series))
    }

    /// Whether more than its newest sample is remembered of the series.
    pub(crate) fn is_timed(&self, series: &Series) -> bool {
        self.series.get(&key(series)).is_some_and(|vote| vote.timed.is_some())
    }

    /// Series and instances that are remembered.
    pub(crate) fn len(&self) -> usize {
        self.series.len() + self.owners.len()
    }

    /// Forgets what can be learnt again: series that vote no, and instances without alert or `cooldown`. What time is
    /// counted of stays.
    pub(crate) fn forget(&mut self, cooldown: Millis) {
        let matters = |timed: &Timed| timed.matters();
        self.series.retain(|_, vote| vote.level > 0 || vote.timed.as_deref().is_some_and(matters));
        let newest = self.newest;
        let timed: HashSet<Arc<Owner>> = self
            .series
            .values()
            .filter(|vote| vote.timed.is_some())
            .map(|vote| Arc::clone(&vote.owner))
            .collect();
        self.owners.retain(|owner, standing| {
            standing.top() > 0
                || standing.level > 0
                || standing.rests(newest, cooldown)
                || timed.contains(owner)
        });
    }

    /// Bytes that are counted for windows.
    pub(crate) fn counted(&self) -> usize {
        self.series.values().filter_map(|vote| Some(vote.timed.as_ref()?.counted)).sum()
    }

    /// The alarm that is set for a series.
    pub(crate) fn armed(&self, key: u64) -> Option<Millis> {
        self.series.get(&key)?.timed.as_ref()?.armed
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
