//! Who watches: sees each message, and once a second looks at the clock.

use crate::broker::{Broker, is_own};
use crate::neighbours::GraphView;
use crate::tables::Tables;
use crate::telling::{Told, UNCHANGED};
use crate::view::TrafficView;
use model::{Millis, Sighting, Watch, limits};
use parking_lot::Mutex;
use std::sync::Arc;

/// Looks at the clock that are further apart mean that we slept, or heard nothing meanwhile.
const PAUSE: Millis = 5 * limits::SECOND;

/// Watches the traffic.
#[derive(Debug, Default)]
pub struct Watcher {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    broker: Broker,
    changes: Vec<Change>,
    /// When samples were made last, and when of everything.
    told: Millis,
    told_all: Millis,
    /// The last look at the clock at which somebody could be heard.
    heard: Millis,
}

/// Something regular is overdue, or came after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who sends it; empty for those who name nobody.
    pub sender: Arc<str>,
    /// The kind of topic.
    pub topic: Arc<str>,
    /// How long it had been silent, in milliseconds.
    pub silence: Millis,
    /// Whether it came after all.
    pub is_back: bool,
}

impl Watch for Watcher {
    fn see(&self, sighting: &Sighting<'_>) {
        let mut state = self.state.lock();
        if is_own(sighting.topic) {
            return state.broker.see(sighting);
        }
        if let Some(returned) = state.tables.see(sighting)
            && state.changes.len() < limits::OUTBOX
        {
            state.changes.push(Change {
                sender: returned.sender,
                topic: returned.topic,
                silence: returned.silence,
                is_back: true,
            });
        }
    }
}

impl Watcher {
    /// The watcher of a collector that is called `own` on the bus.
    #[must_use]
    pub fn named(own: &str) -> Self {
        let watcher = Self::default();
        watcher.state.lock().tables.graph.own = Arc::from(own);
        watcher
    }

    /// To be called once a second. Gives what became overdue, and what came back, since the last time. While nobody can be
    /// heard (`is_deaf`) nothing is overdue, nor for a while after.
    pub fn tick(&self, now: Millis, is_deaf: bool) -> Vec<Change> {
        let mut state = self.state.lock();
        let State { tables, changes, heard, .. } = &mut *state;
        tables.expire(now);
        if is_deaf {
            tables.graph.follows.deafen(now);
        } else {
            if !(0..=PAUSE).contains(&(now - std::mem::replace(heard, now))) {
                tables.forgive(now);
            }
            tables.each_missed(now, |sender, stream| {
                let (sender, topic) = (Arc::clone(sender), Arc::clone(&stream.topic));
                changes.push(Change { sender, topic, silence: now - stream.last, is_back: false });
            });
        }
        let mut changes = std::mem::take(changes);
        changes.sort_by(|a, b| (&a.sender, &a.topic).cmp(&(&b.sender, &b.topic)));
        changes
    }

    /// The samples that are due now, if any are: every [`limits::TRAFFIC_EVERY`], what did not change each minute. What changed
    /// also in between, where there is news.
    pub fn tell(&self, now: Millis, is_news: bool) -> Vec<Told> {
        let mut state = self.state.lock();
        if (0..limits::TRAFFIC_EVERY).contains(&(now - state.told)) {
            return if is_news { state.tables.tell(now, false) } else { Vec::new() };
        }
        state.told = now;
        state.tables.graph.round();
        for sender in state.tables.senders.values_mut() {
            sender.messages.round();
            sender.bytes.round();
            sender.streams.values_mut().for_each(|stream| {
                stream.messages.round();
            });
        }
        let is_all = !(0..UNCHANGED).contains(&(now - state.told_all));
        if is_all {
            state.told_all = now;
            state.tables.forget(now);
        }
        let mut told = state.tables.tell(now, is_all);
        state.broker.tell(now, &mut told);
        told
    }

    /// What is known of the traffic.
    pub fn view(&self, now: Millis) -> TrafficView {
        self.state.lock().tables.view(now)
    }

    /// Who consumes what whom says.
    pub fn graph(&self, now: Millis) -> GraphView {
        self.state.lock().tables.graph(now)
    }
}
