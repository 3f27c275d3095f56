//! What the notifier makes of what it hears: beginnings and ends of alerts, and how they stand.
//!
//! Of an alert that lies in a silence, or that another one explains, nothing is told but the end of what was told before.
//! What waits goes its way when that is over; what had been told before a silence is told once more, if it still fires.

use crate::group::GroupKey;
use crate::hold::Hold;
use crate::ledger::Entry;
use crate::notice::Notice;
use crate::notifier::Notifier;
use crate::state::State;
use model::{Alert, Announce, Event, Millis};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The time at which something is heard: the wall's, and that of the clock that is never set.
#[derive(Clone, Copy)]
struct Heard(Millis, Duration);

impl Notifier {
    /// Compares what is known with all alerts that fire, `active`, newest first, with how they stand; with those that flap and
    /// do not fire now, `resting`; and `over` for when an alert ended. A kill between the change of an alert and its
    /// announcement is mended by that. To be asked before anything is announced.
    pub fn reconcile(&self, active: &[Alert], resting: &[Alert], over: &[Alert]) {
        let heard = self.heard();
        let mut state = self.state.lock();
        let known: BTreeMap<&str, &Alert> =
            active.iter().map(|alert| (alert.alert_id.as_str(), alert)).collect();
        let resting: BTreeSet<&str> = resting.iter().map(|alert| alert.alert_id.as_str()).collect();
        let is_over = |notice: &Notice| match known.get(notice.alert_id.as_str()) {
            // Who flaps is known by an earlier beginning.
            Some(alert) => alert.timestamp != notice.starts_at && alert.standing.flapping.is_none(),
            None => !resting.contains(notice.alert_id.as_str()),
        };
        let firing = state.firing.values().map(|(notice, _)| notice);
        let ended: Vec<Notice> = firing.filter(|notice| is_over(notice)).cloned().collect();
        for notice in ended {
            let is =
                |alert: &&Alert| alert.alert_id == notice.alert_id && alert.timestamp == notice.starts_at;
            let end = over.iter().find(is).and_then(|alert| alert.resolved_at);
            let hold = state.holds.of(&notice.alert_id);
            // It settled, and that was not heard.
            self.stand(&mut state, &notice.alert_id, Hold { flapping: false, ..hold }, heard);
            let over = Notice { ends_at: Some(end.unwrap_or(heard.0)), ..notice };
            self.take(&mut state, over, heard.0, heard.1);
        }
        let is_known = |id: &String| known.contains_key(id.as_str()) || resting.contains(id.as_str());
        let stale: Vec<String> =
            state.holds.all().map(|(id, _)| id.clone()).filter(|id| !is_known(id)).collect();
        for id in stale {
            self.stand(&mut state, &id, Hold::default(), heard);
        }
        // The oldest first, as they began.
        for alert in active.iter().rev() {
            self.stands(&mut state, alert, heard);
            self.begins(&mut state, alert, heard);
            state.retell(alert);
        }
    }

    fn heard(&self) -> Heard {
        Heard(self.clock.now(), self.clock.monotonic())
    }

    /// Takes how an alert that fires stands. What it had been told of before a silence, or of while it flapped, is told again.
    fn stands(&self, state: &mut State, alert: &Alert, heard: Heard) {
        let (before, now) = (state.holds.of(&alert.alert_id), Hold::of(&alert.standing));
        let is_heard_again = (before.silenced && now.repeats()) || (before.flapping && !now.flapping);
        if is_heard_again && !now.is_mute() {
            // Told before it is noted: a kill between the two tells it twice, and not never.
            self.retell(state, Notice::from(alert), heard);
        }
        self.stand(state, &alert.alert_id, now, heard);
    }

    fn stand(&self, state: &mut State, alert_id: &str, hold: Hold, heard: Heard) {
        if state.holds.of(alert_id) != hold {
            let entry = Entry::Stood { alert_id: alert_id.to_owned(), hold, at: heard.0 };
            state.keep(&*self.ledger, entry, heard.1);
        }
        if hold.acknowledged {
            self.call_back(state, alert_id, heard.1);
        }
    }

    fn begins(&self, state: &mut State, alert: &Alert, heard: Heard) {
        // Of one that flaps that was told, by an earlier beginning.
        let is_told = state.firing.contains_key(&alert.alert_id) && alert.standing.flapping.is_some();
        if !is_told {
            self.take(state, Notice::from(alert), heard.0, heard.1);
        }
    }

    /// Tells those once more of an alert who were told of it.
    fn retell(&self, state: &mut State, notice: Notice, heard: Heard) {
        let Some((_, to)) = state.firing.get(&notice.alert_id) else { return };
        let was_told = |key: &&GroupKey| {
            let group = state.groups.get(key);
            group.is_some_and(|one| {
                one.members.contains_key(&notice.alert_id) && one.untold(&notice.alert_id).is_none()
            })
        };
        let to: Vec<GroupKey> = to.iter().filter(was_told).cloned().collect();
        if !to.is_empty() {
            let entry = Entry::Took { number: state.number(), at: heard.0, notice, to };
            state.keep(&*self.ledger, entry, heard.1);
        }
    }

    /// An alert ends in a silence: those who were not told of its beginning are told of neither. What is under way may have
    /// been heard.
    pub(crate) fn let_go_unseen(&self, state: &mut State, alert_id: &str, to: &[GroupKey], clock: Duration) {
        if !state.holds.of(alert_id).is_mute() {
            return;
        }
        for key in to {
            let Some(number) = state.groups.get(key).and_then(|group| group.untold(alert_id)) else {
                continue;
            };
            let hand = state.lanes.get(&key.receiver).and_then(|lane| lane.hand.as_ref());
            let is_under_way = hand.is_some_and(|hand| hand.group == *key && hand.numbers.contains(&number));
            if !is_under_way {
                state.muted += 2;
                let entry = Entry::Unseen { group: key.clone(), numbers: vec![number] };
                state.keep(&*self.ledger, entry, clock);
            }
        }
    }
}

impl Announce for Notifier {
    fn announce(&self, event: Event) {
        let heard = self.heard();
        let mut state = self.state.lock();
        match event {
            Event::AlertStarted(alert) => {
                let was_flapping = state.holds.of(&alert.alert_id).flapping;
                self.stand(&mut state, &alert.alert_id, Hold::of(&alert.standing), heard);
                if was_flapping {
                    self.begins(&mut state, &alert, heard);
                } else {
                    self.take(&mut state, Notice::from(&alert), heard.0, heard.1);
                }
            }
            // Who was told that it flaps is told when it settles.
            Event::AlertResolved(alert) if !state.holds.of(&alert.alert_id).flapping => {
                self.take(&mut state, Notice::from(&alert), heard.0, heard.1);
            }
            Event::AlertChanged(alert) => {
                self.stands(&mut state, &alert, heard);
                // Who was told that it flaps hears how bad it is when it settles.
                if !state.holds.of(&alert.alert_id).flapping {
                    self.take(&mut state, Notice::from(&alert), heard.0, heard.1);
                }
            }
            Event::AlertStanding(_, alert) if alert.resolved => {
                let hold = state.holds.of(&alert.alert_id);
                self.stand(&mut state, &alert.alert_id, Hold { flapping: false, ..hold }, heard);
                self.take(&mut state, Notice::from(&alert), heard.0, heard.1);
            }
            Event::AlertStanding(_, alert) => self.stands(&mut state, &alert, heard),
            // The message waits for company, and the explanation is mostly there before it goes.
            Event::AlertExplained(alert) | Event::AlertRetold(alert) => state.retell(&alert),
            _ => {}
        }
    }
}
