//! Introduces the house to Home Assistant: each second it is looked what it does not know yet, and its switches are obeyed.

mod look;

mod obey;

use crate::house::House;
use crate::smart_home::Work;
use look::Look;
use std::sync::Arc;
use std::time::Duration;

/// How often the house is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Tells Home Assistant what changes, and does what its switches say; ends with its task.
pub(crate) async fn run(house: Arc<House>) {
    let Some(Work { mut announcer, mut commands }) = house.smart_home.take_work() else { return };
    let mut look = Look::default();
    let mut stuck = None;
    let mut second = tokio::time::interval(LOOK);
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let command = tokio::select! {
            _ = second.tick() => None,
            command = commands.recv() => command,
        };
        let own = Arc::clone(&house);
        // The disk may be slow; the runtime's threads are not for waiting.
        let worked = tokio::task::spawn_blocking(move || {
            if let Some(command) = command {
                obey::obey(&own, &command);
            }
            let stuck = own.smart_home.work(&mut announcer, || look.at(&own), stuck);
            (announcer, look, stuck)
        });
        match worked.await {
            Ok(parts) => (announcer, look, stuck) = parts,
            Err(error) => return tracing::error!("telling Home Assistant failed: {error}"),
        }
        if house.smart_home.is_over(&announcer) {
            return house.smart_home.stop().await;
        }
    }
}
