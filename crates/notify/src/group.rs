//! A group of alerts on its way to one receiver: what it was told, what it is to be told, and when. Pure.

use crate::hold::Holds;
use crate::notice::{LabelSet, Notice};
use crate::route::Route;
use model::{Millis, limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Which group: of which receiver, by which route, with which labels in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupKey {
    /// The receiver's name.
    pub receiver: String,
    /// The route's name.
    pub route: String,
    /// What the alerts have in common.
    pub labels: BTreeMap<String, String>,
}

impl GroupKey {
    pub(crate) fn new(receiver: &str, route: &str, labels: LabelSet) -> Self {
        Self { receiver: receiver.to_owned(), route: route.to_owned(), labels }
    }
}

/// An alert began or ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) at: Millis,
    /// When it was taken, by the clock that is never set; after a restart, when that was.
    pub(crate) taken: Duration,
    pub(crate) notice: Notice,
}

impl Change {
    /// Whether it is not told now. Ends are told whatever is said of the alert.
    pub(crate) fn is_held(&self, holds: &Holds) -> bool {
        self.notice.is_firing() && holds.of(&self.notice.alert_id).is_mute()
    }
}

/// A group.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// What the receiver was told, and fires.
    pub(crate) members: BTreeMap<String, Notice>,
    /// What the receiver was told is over, and is told again for a while: only of those that are told everything again.
    pub(crate) over: BTreeMap<String, Notice>,
    /// What it is to be told, the oldest first.
    pub(crate) pending: VecDeque<Change>,
    /// When it was last told something.
    pub(crate) last: Option<Millis>,
    /// There was more than went into the last message.
    pub(crate) has_more: bool,
    /// It kept silent though there was something to tell.
    pub(crate) was_quiet: bool,
}

impl Group {
    /// After a clock was set back, what lies in the future happened now: nothing waits for long.
    pub(crate) fn come_to(&mut self, now: Millis) {
        self.last = self.last.map(|last| last.min(now));
        for change in self.pending.iter_mut().filter(|change| change.at > now) {
            change.at = now;
        }
        self.over.retain(|_, notice| is_of_late(notice, now));
    }

    /// When there is something to tell; `None` while there is nothing. Who is `chatty` is told again of all that fires.
    pub(crate) fn due(&self, route: &Route, holds: &Holds, chatty: bool, now: Millis) -> Option<Millis> {
        let mut ready = self.pending.iter().filter(|change| !change.is_held(holds));
        let first = ready.next();
        if self.has_more && first.is_some() {
            return Some(now);
        }
        if let Some(first) = first {
            return Some(match self.last {
                None => first.at.saturating_add(route.timing.group_wait),
                Some(last) => last.saturating_add(route.timing.group_interval).max(first.at),
            });
        }
        let told = self.members.values().filter(|one| chatty || holds.of(&one.alert_id).repeats());
        let told = told.chain(self.ended(now));
        // The whole group as often as that of it which is told most often.
        let repeats_after = told.map(|one| route.repeats_after(one)).min()?;
        // Who was told nothing, though it fires, was told what could not be delivered.
        Some(self.last.map_or(now, |last| last.saturating_add(repeats_after)))
    }

    /// The changes of the next message, at most so many: the oldest first, and of each alert only one.
    pub(crate) fn batch(&self, most: usize, holds: &Holds) -> Vec<u64> {
        let mut seen = BTreeSet::new();
        let first = self.pending.iter().filter(|change| seen.insert(change.notice.alert_id.as_str()));
        first.filter(|change| !change.is_held(holds)).take(most).map(|change| change.number).collect()
    }

    /// Those of the changes; their numbers grow.
    pub(crate) fn changes(&self, numbers: &[u64]) -> Vec<Notice> {
        let wanted = self.pending.iter().filter(|change| numbers.binary_search(&change.number).is_ok());
        wanted.map(|change| change.notice.clone()).collect()
    }

    /// What fires besides these changes.
    pub(crate) fn others(&self, changed: &[Notice]) -> impl Iterator<Item = &Notice> {
        let changed: BTreeSet<String> = changed.iter().map(|notice| notice.alert_id.clone()).collect();
        self.members.values().filter(move |member| !changed.contains(&member.alert_id))
    }

    /// What ended of late and is told again.
    pub(crate) fn ended(&self, now: Millis) -> impl Iterator<Item = &Notice> {
        self.over.values().filter(move |notice| is_of_late(notice, now))
    }

    /// These changes are told or given up; gives how many there were. Who `forgets` is told again of ends.
    pub(crate) fn done(&mut self, numbers: &[u64], at: Option<Millis>, forgets: bool) -> usize {
        let mut count = 0;
        let (members, over, before) = (&mut self.members, &mut self.over, self.pending.len());
        self.pending.retain(|change| {
            if numbers.binary_search(&change.number).is_err() {
                return true;
            }
            count += 1;
            let notice = &change.notice;
            if notice.is_firing() {
                members.insert(notice.alert_id.clone(), notice.clone());
                over.remove(&notice.alert_id);
            } else {
                members.remove(&notice.alert_id);
                if forgets && over.len() < limits::ALERTMANAGER_OVER {
                    over.insert(notice.alert_id.clone(), notice.clone());
                }
            }
            false
        });
        self.has_more = at.is_some() && count > 0 && count < before;
        self.last = at.or(self.last);
        count
    }

    /// Whether the receiver was told of the alert, or is to be.
    pub(crate) fn knows(&self, alert_id: &str) -> bool {
        self.members.contains_key(alert_id)
            || self.pending.iter().any(|change| change.notice.alert_id == alert_id)
    }

    /// The number of the beginning of an alert that the receiver was not told of yet, if that is the last there is of it.
    pub(crate) fn untold(&self, alert_id: &str) -> Option<u64> {
        let mut changes = self.pending.iter().rev().filter(|change| change.notice.alert_id == alert_id);
        changes.next().filter(|change| change.notice.is_firing()).map(|change| change.number)
    }

    /// Forgets changes; gives how many there were.
    pub(crate) fn forget(&mut self, numbers: &[u64]) -> usize {
        let before = self.pending.len();
        self.pending.retain(|change| numbers.binary_search(&change.number).is_err());
        before - self.pending.len()
    }

    /// Those of the changes that came and went unseen: alerts that began and ended since the receiver was last told.
    pub(crate) fn unseen(&self) -> Vec<u64> {
        let mut open: BTreeMap<&str, u64> = BTreeMap::new();
        let mut gone = Vec::new();
        for change in &self.pending {
            let id = change.notice.alert_id.as_str();
            if change.notice.is_firing() {
                open.insert(id, change.number);
            } else if let Some(begun) = open.remove(id) {
                gone.extend([begun, change.number]);
            }
        }
        gone.sort_unstable();
        gone
    }

    pub(crate) fn is_over(&self) -> bool {
        self.pending.is_empty() && self.members.is_empty() && self.over.is_empty()
    }
}

/// Whether an end is told again.
fn is_of_late(over: &Notice, now: Millis) -> bool {
    over.ends_at.is_some_and(|end| now.saturating_sub(end) < limits::ALERTMANAGER_RETELLS)
}
