//! The scan for insights at work: a little of it in each second, from one end of the services to the other.

use crate::house::House;
use insights::{Bound, News, Scan};
use model::{Announce, Event, limits};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// How long after the start the first scan begins: there is enough to do before.
const FIRST: Duration = Duration::from_secs(20);
/// How often the scan may work.
const SLICE: Duration = Duration::from_secs(1);
/// The service that the host's own metrics are of.
const HOST: &str = "system";

/// Scans again and again; ends with its task.
pub(crate) async fn run(house: Arc<House>) {
    tokio::time::sleep(FIRST).await;
    let mut seasons_of = 0;
    loop {
        let begun = house.clock.now();
        let hour = begun.div_euclid(limits::HOUR);
        let mut scan = begin(&house, begun, hour != seasons_of);
        seasons_of = hour;
        while let Some(rest) = work(&house, scan).await {
            scan = rest;
        }
        let left = limits::INSIGHT_ROUND - (house.clock.now() - begun);
        // A clock that was set meanwhile makes a scan wait no longer than usual.
        let pause = left.clamp(limits::SECOND, limits::INSIGHT_ROUND);
        tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
    }
}

fn begin(house: &House, now: model::Millis, with_seasons: bool) -> Scan {
    let mut services: Vec<String> =
        house.gate.registry().services().into_iter().map(|one| one.name).collect();
    if !services.iter().any(|name| name == HOST) {
        services.push(HOST.to_owned());
    }
    let bounds = house.book.rules().iter().filter_map(Bound::of_rule).collect();
    Scan::new(services, bounds, now, with_seasons)
}

/// Works for as long as a second allows, then rests until the average is right. The rest of the scan, if there is one.
async fn work(house: &Arc<House>, mut scan: Scan) -> Option<Scan> {
    let begun = house.clock.monotonic();
    let worker = Arc::clone(house);
    let done = tokio::task::spawn_blocking(move || {
        loop {
            match scan.step(&*worker.store) {
                Ok(ControlFlow::Break(())) => {
                    tell(&worker, scan);
                    return None;
                }
                Ok(ControlFlow::Continue(())) => {}
                Err(error) => tracing::warn!("a metric is left out of the insights: {error}"),
            }
            if worker.clock.monotonic().saturating_sub(begun) >= limits::INSIGHT_WORK {
                return Some(scan);
            }
        }
    });
    let Ok(rest) = done.await else {
        tracing::error!("looking for insights failed");
        return None;
    };
    // One metric of many instances may take longer than a slice, and is paid for with longer rest.
    let worked = house.clock.monotonic().saturating_sub(begun);
    let slices = worked.as_secs_f64() / limits::INSIGHT_WORK.as_secs_f64();
    tokio::time::sleep(SLICE.mul_f64(slices.max(1.0))).await;
    rest
}

fn tell(house: &House, scan: Scan) {
    let news = house.insights.table.lock().take(scan.finish(), house.clock.now());
    // What is told is written down before.
    if !news.is_empty() {
        house.insights.keep();
    }
    for one in news {
        house.outbox.announce(match one {
            News::Appeared(insight) => Event::InsightAppeared(insight),
            News::Resolved(insight) => Event::InsightResolved(insight),
        });
    }
}
