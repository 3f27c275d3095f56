//! Everything the notifier remembers, and what each entry of the ledger makes of it. Where entries are applied one after
//! the other, as when the ledger is read, the same state comes of them.

use crate::delivery::Deliveries;
use crate::group::{Change, Group, GroupKey};
use crate::hold::Holds;
use crate::lane::{Hand, Lane};
use crate::ledger::{Entry, Ledger};
use crate::message::Message;
use crate::notice::Notice;
use crate::receivers::Receiver;
use crate::route::{Route, Timing};
use crate::settings::Settings;
use model::{Alert, Millis, limits};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The state.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) groups: BTreeMap<GroupKey, Group>,
    pub(crate) lanes: BTreeMap<String, Lane>,
    /// What fires, and where it went.
    pub(crate) firing: BTreeMap<String, (Notice, Vec<GroupKey>)>,
    /// What keeps receivers from hearing of alerts.
    pub(crate) holds: Holds,
    /// Since when nothing keeps receivers from hearing of what fires, as far as `holds` has nothing of it.
    pub(crate) loose: BTreeMap<String, Millis>,
    pub(crate) log: Deliveries,
    /// For the program's log.
    pub(crate) told: Vec<String>,
    /// Entries that the ledger did not keep.
    pub(crate) unkept: u64,
    /// Alerts that were not told of because too many fire.
    pub(crate) unlisted: u64,
    /// Changes that nobody was told of because they came and went in quiet hours or in a silence.
    pub(crate) muted: u64,
    next: u64,
}

impl State {
    /// Keeps the entry and does what it says. What cannot be kept is done all the same: a full disk must not keep anybody
    /// from hearing that something is wrong.
    pub(crate) fn keep(&mut self, ledger: &dyn Ledger, entry: Entry, clock: Duration) {
        if ledger.record(&entry).is_err() {
            self.unkept += 1;
        }
        self.apply(entry, clock);
    }

    /// Does what the entry says.
    pub(crate) fn apply(&mut self, entry: Entry, clock: Duration) {
        match entry {
            Entry::Took { number, at, notice, to } => self.took(number, at, &notice, to, clock),
            Entry::Done { group, numbers, at } => self.done(&group, &numbers, at),
            Entry::Unseen { group, numbers } => self.unseen(&group, &numbers),
            Entry::Stood { alert_id, hold, at } => {
                if let Some(since) = self.loose.get_mut(&alert_id).filter(|_| hold.repeats()) {
                    *since = at.max(*since);
                }
                self.holds.set(alert_id, hold);
            }
            Entry::Stands { group, members, last } => {
                let members = members.into_iter().map(|one| (one.alert_id.clone(), one)).collect();
                let stands = self.groups.entry(group).or_default();
                (stands.members, stands.last) = (members, last);
            }
            Entry::Fires { notice, to, loose_since } => {
                let since = loose_since.unwrap_or(notice.starts_at);
                self.loose.insert(notice.alert_id.clone(), since);
                self.firing.insert(notice.alert_id.clone(), (notice, to));
            }
            Entry::Next(number) => self.next = self.next.max(number),
        }
    }

    fn took(&mut self, number: u64, at: Millis, notice: &Notice, to: Vec<GroupKey>, clock: Duration) {
        self.next = self.next.max(number + 1);
        for key in &to {
            self.lanes.entry(key.receiver.clone()).or_default().waiting += 1;
            let change = Change { number, at, taken: clock, notice: notice.clone() };
            self.groups.entry(key.clone()).or_default().pending.push_back(change);
        }
        if !notice.is_firing() {
            self.firing.remove(&notice.alert_id);
            self.loose.remove(&notice.alert_id);
            return self.holds.end(&notice.alert_id);
        }
        self.loose.entry(notice.alert_id.clone()).or_insert(at);
        // One that is told again to some went to others too.
        let known =
            self.firing.entry(notice.alert_id.clone()).or_insert_with(|| (notice.clone(), Vec::new()));
        known.0 = notice.clone();
        let others: Vec<GroupKey> = to.into_iter().filter(|key| !known.1.contains(key)).collect();
        known.1.extend(others);
    }

    /// Notes what is said of an alert now (why it fires, the texts of its rule), where it is told of and where it waits to be. That
    /// is kept by nobody here: after a restart whoever knows says it again.
    pub(crate) fn retell(&mut self, alert: &Alert) {
        let is_it =
            |notice: &Notice| notice.alert_id == alert.alert_id && notice.starts_at == alert.timestamp;
        let Some((known, to)) = self.firing.get_mut(&alert.alert_id).filter(|(known, _)| is_it(known)) else {
            return;
        };
        let retell = |notice: &mut Notice| {
            notice.annotations.clone_from(&alert.annotations);
            notice.generator.clone_from(&alert.generator);
        };
        retell(known);
        for key in to {
            let Some(group) = self.groups.get_mut(key) else { continue };
            let waiting = group.pending.iter_mut().map(|change| &mut change.notice);
            let told = group.members.get_mut(&alert.alert_id).into_iter();
            told.chain(waiting).filter(|one| is_it(one)).for_each(retell);
        }
    }

    fn unseen(&mut self, key: &GroupKey, numbers: &[u64]) {
        let Some(group) = self.groups.get_mut(key) else { return };
        let count = group.forget(numbers);
        if group.is_over() {
            self.groups.remove(key);
        }
        if let Some(lane) = self.lanes.get_mut(&key.receiver) {
            lane.waiting = lane.waiting.saturating_sub(count);
        }
    }

    fn done(&mut self, key: &GroupKey, numbers: &[u64], at: Option<Millis>) {
        let forgets = self.is_chatty(&key.receiver);
        let Some(group) = self.groups.get_mut(key) else { return };
        let count = group.done(numbers, at, forgets);
        if group.is_over() {
            self.groups.remove(key);
        }
        if let Some(lane) = self.lanes.get_mut(&key.receiver) {
            lane.waiting = lane.waiting.saturating_sub(count);
        }
    }

    /// The number of the next change.
    pub(crate) fn number(&self) -> u64 {
        self.next
    }

    /// All that must be remembered, as entries. What fires comes last: what waits is older.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries = vec![Entry::Next(self.next)];
        let mut waiting: BTreeMap<u64, Entry> = BTreeMap::new();
        for (key, group) in &self.groups {
            let members = group.members.values().cloned().collect();
            entries.push(Entry::Stands { group: key.clone(), members, last: group.last });
            for Change { number, at, notice, .. } in &group.pending {
                let took = waiting.entry(*number).or_insert_with(|| Entry::Took {
                    number: *number,
                    at: *at,
                    notice: notice.clone(),
                    to: Vec::new(),
                });
                if let Entry::Took { to, .. } = took {
                    to.push(key.clone());
                }
            }
        }
        entries.extend(waiting.into_values());
        // After what waits, some of which are ends.
        entries.extend(self.holds.all().map(|(id, hold)| Entry::Stood { alert_id: id.clone(), hold, at: 0 }));
        let firing = self.firing.values().filter(|(_, to)| !to.is_empty());
        entries.extend(firing.map(|(notice, to)| Entry::Fires {
            notice: notice.clone(),
            to: to.clone(),
            loose_since: self.loose.get(&notice.alert_id).copied(),
        }));
        entries
    }

    /// The route of a group. One whose route is gone goes its way without waiting.
    pub(crate) fn route(&self, key: &GroupKey) -> Route {
        let found = self.settings.route(&key.route, &key.receiver).cloned();
        let found = found.or_else(|| self.settings.escalation(&key.route, &key.receiver));
        found.unwrap_or_else(|| Route {
            timing: Timing { group_wait: 0, group_interval: 0, ..Timing::default() },
            ..Route::new(&key.route, &key.receiver)
        })
    }

    /// When there is something to tell to a group.
    pub(crate) fn due(&self, key: &GroupKey, group: &Group, now: Millis) -> Option<Millis> {
        group.due(&self.route(key), &self.holds, self.is_chatty(&key.receiver), now)
    }

    /// Whether the receiver is told again and again of everything.
    fn is_chatty(&self, receiver: &str) -> bool {
        self.settings.receiver(receiver).is_some_and(Receiver::is_chatty)
    }

    /// Whether a message that was not taken is not to be sent again: it tells of what nobody is to hear of now.
    pub(crate) fn is_held(&self, hand: &Hand) -> bool {
        let Some(group) = self.groups.get(&hand.group) else { return false };
        let mut changes = group.pending.iter().filter(|one| hand.numbers.binary_search(&one.number).is_ok());
        changes.any(|change| change.is_held(&self.holds))
    }

    /// Where an alert goes.
    pub(crate) fn ways(&self, notice: &Notice) -> Vec<GroupKey> {
        let routes = self.settings.routes_of(notice).into_iter();
        let mut ways: Vec<GroupKey> =
            routes.map(|route| GroupKey::new(&route.receiver, &route.name, route.group_of(notice))).collect();
        ways.dedup();
        ways
    }

    /// The message that a hand is to bring; `None` if there is nothing in it any more.
    pub(crate) fn message(&self, hand: &Hand, now: Millis) -> Option<Message> {
        let group = self.groups.get(&hand.group)?;
        let receiver = self.settings.receiver(&hand.group.receiver)?;
        let mut changed = group.changes(&hand.numbers);
        if changed.len() < hand.numbers.len() {
            return None;
        }
        let is_told = |notice: &&Notice| receiver.is_chatty() || self.holds.of(&notice.alert_id).repeats();
        let mut firing: Vec<Notice> = group.others(&changed).filter(is_told).cloned().collect();
        let begun: BTreeSet<&str> = changed.iter().map(|notice| notice.alert_id.as_str()).collect();
        firing.extend(group.ended(now).filter(|one| !begun.contains(one.alert_id.as_str())).cloned());
        if changed.is_empty() && firing.is_empty() {
            return None;
        }
        let truncated = firing.len().saturating_sub(receiver.most_firing());
        firing.truncate(receiver.most_firing());
        if !self.route(&hand.group).send_resolved {
            changed.retain(Notice::is_firing);
        }
        Some(Message {
            receiver: receiver.name.clone(),
            route: hand.group.route.clone(),
            group: hand.group.labels.clone(),
            changed,
            firing,
            truncated,
            now,
        })
    }

    /// Gives up changes: they are counted, and told.
    pub(crate) fn give_up(
        &mut self,
        ledger: &dyn Ledger,
        group: &GroupKey,
        numbers: Vec<u64>,
        now: Millis,
        why: &str,
    ) {
        let count = numbers.len();
        if let Some(lane) = self.lanes.get_mut(&group.receiver) {
            lane.dropped += count as u64;
        }
        self.tell(format!("{count} changes of alerts are given up for {}: {why}", group.receiver));
        // The clock of the entry is of no use here.
        self.keep(ledger, Entry::Done { group: group.clone(), numbers, at: Some(now) }, Duration::ZERO);
    }

    /// Keeps a line for the program's log, of which there are only so many.
    pub(crate) fn tell(&mut self, line: String) {
        if self.told.len() < limits::NOTIFY_TOLD {
            self.told.push(line);
        }
    }
}
