//! What the traffic on the bus comes to, each second: events of what is overdue, and samples of what was counted.

use crate::house::House;
use bus::DiscoveryTopics;
use http::Tail;
use model::{Announce, Event, Overdue, Point, Sighting, Watch, to_seconds};
use std::sync::Arc;
use std::time::Duration;
use traffic::{Change, Watcher};

/// What these samples are counted by.
const SOURCE: &str = "traffic";

/// Those that see what passes: the watcher of the traffic, and who shows it.
pub(crate) struct Onlookers {
    pub(crate) watcher: Arc<Watcher>,
    pub(crate) tail: Arc<Tail>,
    /// Of the collector.
    pub(crate) client_id: String,
}

impl Watch for Onlookers {
    fn see(&self, sighting: &Sighting<'_>) {
        self.tail.see(sighting);
        // What Home Assistant is told is known already: nothing is to be counted of it.
        if !DiscoveryTopics::is_between(sighting.topic, &self.client_id) {
            self.watcher.see(sighting);
        }
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
        if told.is_empty() {
            continue;
        }
        let house = Arc::clone(&house);
        // The disk may be slow; the runtime's threads are not for waiting.
        let kept = tokio::task::spawn_blocking(move || {
            let samples = told.iter().map(|(labels, v)| (labels, Point { t: now, v: *v }));
            house.gate.take_results(SOURCE, samples, now)?;
            house.gate.commit_results()
        });
        if let Ok(Err(error)) = kept.await {
            tracing::warn!("what passes on the bus is not kept: {error}");
        }
    }
}

fn event(change: &Change, now: model::Millis) -> Event {
    let overdue = Overdue {
        service_name: change.sender.to_string(),
        topic: change.topic.to_string(),
        silence: to_seconds(change.silence),
        timestamp: now,
    };
    if change.is_back { Event::SenderReturned(overdue) } else { Event::SenderOverdue(overdue) }
}
