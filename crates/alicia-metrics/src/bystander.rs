//! What the traffic on the bus comes to, each second: events of what is overdue, and samples of what was counted.

use crate::house::House;
use bus::DiscoveryTopics;
use ingest::{Gate, WriteError};
use model::{Announce, Event, Millis, Overdue, Passage, Point, Sighting, Watch, to_seconds};
use std::sync::Arc;
use std::time::Duration;
use traffic::Change;

/// What samples of the traffic are counted by.
const TRAFFIC: &str = "traffic";
/// What samples of numbers in messages are counted by.
const FIELDS: &str = "fields";

/// Those that see what passes.
pub(crate) struct Onlookers {
    /// They see all of it.
    pub(crate) all: Vec<Arc<dyn Watch>>,
    /// They count it, and take its numbers: not of what Home Assistant is told, which is known already.
    pub(crate) counted: Vec<Arc<dyn Watch>>,
    /// Of the collector that tells it.
    pub(crate) client_id: String,
}

impl Watch for Onlookers {
    fn see(&self, sighting: &Sighting<'_>) {
        self.all.iter().for_each(|one| one.see(sighting));
        if !DiscoveryTopics::is_between(sighting.topic, &self.client_id) {
            self.counted.iter().for_each(|one| one.see(sighting));
        }
    }

    fn pass(&self, passage: &Passage<'_>) {
        self.all.iter().chain(&self.counted).for_each(|one| one.pass(passage));
    }
}

/// Watches the clock for the watcher; ends with its task.
pub(crate) async fn run(house: Arc<House>) {
    if !house.bus.listens() {
        return;
    }
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        second.tick().await;
        let now = house.clock.now();
        let changes = house.watcher.tick(now, !house.bus.is_listening());
        let told = house.watcher.tell(now, !changes.is_empty());
        for change in &changes {
            house.outbox.announce(event(change, now));
        }
        let said = house.fields.tell(now);
        if told.is_empty() && said.is_empty() {
            continue;
        }
        let house = Arc::clone(&house);
        // The disk may be slow; the runtime's threads are not for waiting.
        let kept = tokio::task::spawn_blocking(move || keep(&house.gate, &told, &said, now));
        if let Ok(Err(error)) = kept.await {
            tracing::warn!("what passes on the bus is not kept: {error}");
        }
    }
}

/// Hands on what the traffic came to at the time `now`, and the numbers in messages.
pub(crate) fn keep(
    gate: &Gate,
    counted: &[traffic::Told],
    said: &[fields::Told],
    now: Millis,
) -> Result<(), WriteError> {
    let counted = counted.iter().map(|(labels, v)| (labels, Point { t: now, v: *v }));
    gate.take_results(TRAFFIC, counted, now)?;
    let said = said.iter().map(|(labels, point)| (labels, *point));
    gate.take_results(FIELDS, said, now)?;
    gate.commit_results()
}

/// What is told on the bus of a change.
pub(crate) fn event(change: &Change, now: Millis) -> Event {
    let overdue = Overdue {
        service_name: change.sender.to_string(),
        topic: change.topic.to_string(),
        silence: to_seconds(change.silence),
        timestamp: now,
    };
    if change.is_back { Event::SenderReturned(overdue) } else { Event::SenderOverdue(overdue) }
}
