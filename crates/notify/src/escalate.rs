//! Alerts that nobody takes care of go to further receivers.
//!
//! It is looked for whenever such a receiver is asked what is to be sent to it. That an alert went further is an entry of the
//! ledger like any other change, so that a kill neither forgets it nor tells it twice, and the end goes the same way.

use crate::group::GroupKey;
use crate::ledger::Entry;
use crate::notice::Notice;
use crate::notifier::Notifier;
use crate::route::Route;
use crate::state::State;
use model::Millis;
use std::time::Duration;

impl Notifier {
    /// Gives to `receiver` what has been left alone for so long that it is to hear of it.
    pub(crate) fn escalate(&self, state: &mut State, receiver: &str, now: Millis, clock: Duration) {
        let mut found: Vec<(Notice, GroupKey)> = Vec::new();
        for route in &state.settings.routes {
            let Some(after) = route.escalates_after(receiver) else { continue };
            if !route.is_quiet_within(after, now) {
                found.extend(state.left_alone(route, receiver, after, now));
            }
        }
        for (notice, key) in found {
            // By another route it may have come already.
            if !state.is_told(&notice.alert_id, receiver) {
                let entry = Entry::Took { number: state.number(), at: now, notice, to: vec![key] };
                state.keep(&*self.ledger, entry, clock);
                self.make_room(state, receiver, now);
            }
        }
        state.come_to(now);
    }

    /// Somebody takes care of an alert: whom it went further to and who has not heard of it yet, hears nothing. What is under
    /// way may have been heard.
    pub(crate) fn call_back(&self, state: &mut State, alert_id: &str, clock: Duration) {
        let to = state.firing.get(alert_id).map(|(_, to)| to.clone()).unwrap_or_default();
        for group in to.into_iter().filter(|key| state.is_escalated(key)).collect::<Vec<_>>() {
            let Some(number) = state.groups.get(&group).and_then(|one| one.untold(alert_id)) else {
                continue;
            };
            let hand = state.lanes.get(&group.receiver).and_then(|lane| lane.hand.as_ref());
            if !hand.is_some_and(|hand| hand.group == group && hand.numbers.contains(&number)) {
                let entry = Entry::Unseen { group, numbers: vec![number] };
                state.keep(&*self.ledger, entry, clock);
            }
        }
    }
}

impl State {
    /// What went by the route, fires, and was left alone for so long; with the group that it goes to.
    fn left_alone<'a>(
        &'a self,
        route: &'a Route,
        receiver: &'a str,
        after: Millis,
        now: Millis,
    ) -> impl Iterator<Item = (Notice, GroupKey)> + 'a {
        let is_due = move |id: &String| {
            let since = self.loose.get(id).filter(|_| self.holds.of(id).repeats());
            since.is_some_and(|since| since.saturating_add(after) <= now) && !self.is_told(id, receiver)
        };
        let went = self.firing.iter().filter(move |(id, (_, to))| {
            is_due(id) && to.iter().any(|key| key.route == route.name && key.receiver == route.receiver)
        });
        let way = self.settings.escalation(&route.name, receiver);
        went.filter_map(move |(_, (notice, _))| {
            let labels = way.as_ref()?.group_of(notice);
            Some((notice.clone(), GroupKey::new(receiver, &route.name, labels)))
        })
    }

    /// Whether the receiver was told of an alert that fires, or is to be, by whatever way.
    fn is_told(&self, alert_id: &str, receiver: &str) -> bool {
        let to = self.firing.get(alert_id).map(|(_, to)| to.as_slice()).unwrap_or_default();
        let knows = |key: &GroupKey| self.groups.get(key).is_some_and(|group| group.knows(alert_id));
        to.iter().any(|key| key.receiver == receiver && knows(key))
    }

    /// Whether alerts come to the group only when nobody takes care of them.
    fn is_escalated(&self, key: &GroupKey) -> bool {
        self.settings.route(&key.route, &key.receiver).is_none()
            && self.settings.escalation(&key.route, &key.receiver).is_some()
    }

    /// After a clock was set back nothing waits for long, as in groups.
    fn come_to(&mut self, now: Millis) {
        for since in self.loose.values_mut() {
            *since = now.min(*since);
        }
    }
}
