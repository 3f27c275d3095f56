//! What happens by the clock: the second's tick, the round of collection, the host, the sweep.

use crate::bystander;
use crate::capsule_desk;
use crate::desk;
use crate::explainer;
use crate::forwarding::Forward;
use crate::house::House;
use crate::insight_scan;
use crate::introducer;
use crate::unexplained::Waiting;
use ingest::{Gate, HostWatch};
use model::{Announce, Event, Select, Summary, TimeRange, limits};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use world::Chance;

/// A round of collection starts up to this share of the interval early or late, so that several collectors
/// and services do not march in step.
const JITTER: f64 = 0.1;
/// How often the summary goes to the bus (the protocol's 30 s).
const SUMMARY: Duration = Duration::from_secs(30);
/// How often old samples are swept out.
const SWEEP: Duration = Duration::from_secs(60);
/// How far insights look back (the seed's range).
const INSIGHT_RANGE: model::Millis = limits::HOUR;
/// How long after a connect silence is not judged: services reconnect within seconds, and report within a
/// minute.
const SETTLING: model::Millis = 15 * limits::SECOND;
/// How long after the start the host is read first: a processor's load is a difference of two readings.
const FIRST_HOST: Duration = Duration::from_secs(1);
/// How long after the start services are first asked: the bus should be connected by then.
const FIRST_ROUND: Duration = Duration::from_secs(2);

/// Starts every timer; they end with the set.
pub(crate) fn start(house: &Arc<House>, unexplained: Waiting) -> JoinSet<()> {
    let mut timers = JoinSet::new();
    timers.spawn(every_second(Arc::clone(house)));
    timers.spawn(durability(Arc::clone(house)));
    timers.spawn(queues(Arc::clone(house)));
    timers.spawn(rounds(Arc::clone(house)));
    timers.spawn(summaries(Arc::clone(house)));
    timers.spawn(host(Arc::clone(house)));
    timers.spawn(insight_scan::run(Arc::clone(house)));
    timers.spawn(bystander::run(Arc::clone(house)));
    timers.spawn(capsule_desk::run(Arc::clone(house)));
    timers.spawn(introducer::run(Arc::clone(house)));
    timers.spawn(sweeps(Arc::clone(house)));
    timers.spawn(Arc::clone(&house.scraper).run());
    timers.spawn(Arc::clone(&house.rule_groups).run());
    timers.spawn(Arc::clone(&house.rule_groups).tick());
    timers.spawn(pushes(Arc::clone(house)));
    timers.spawn(Arc::clone(&house.messenger).run());
    timers.spawn(notices(Arc::clone(house)));
    timers.spawn(explainer::run(Arc::clone(house), unexplained));
    timers.spawn(standings(Arc::clone(house)));
    timers
}

async fn every_second(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        second.tick().await;
        let now = house.clock.now();
        let is_heard = hears_the_bus(&house, now);
        house.book.tick_while(now, is_heard);
        if is_heard {
            house.gate.tick(now);
            house.book.watch(&|take| watch_senders(&house.gate, take));
        }
        let house = Arc::clone(&house);
        // The disk may be slow; the runtime's threads are not for waiting.
        let kept = tokio::task::spawn_blocking(move || {
            house.ledger.sync().map_err(|error| error.to_string())?;
            if house.ledger.is_long() {
                let written = house.book.freeze(|changes| house.ledger.rewrite(&changes));
                written.map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        });
        if let Ok(Err(error)) = kept.await {
            tracing::error!("alert state is not safe on disk: {error}");
        }
    }
}

/// Gives `take` all who speak on the bus.
pub(crate) fn watch_senders(gate: &Gate, take: &mut dyn FnMut(rules::Sender<'_>)) {
    gate.each_sender(&mut |sender| {
        take(rules::Sender {
            service: sender.service,
            instance: sender.instance,
            last_seen: sender.last_seen,
            messages: sender.messages,
            goes_on: sender.goes_on,
            regular_silence: sender.regular_silence,
            is_gone: sender.is_gone,
        });
    });
}

/// Brings the samples to the disk. Apart from the other seconds: a checkpoint may take some.
async fn durability(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = String::new();
    loop {
        second.tick().await;
        let maintained = Arc::clone(&house);
        let Ok(done) = tokio::task::spawn_blocking(move || maintained.store.maintain()).await else {
            tracing::error!("keeping the samples failed");
            continue;
        };
        // Said when it begins, when it changes and when it is over; not once a second.
        let error = done.err().map(|error| error.to_string()).unwrap_or_default();
        if error != told {
            if error.is_empty() {
                tracing::info!("samples are kept on disk again");
            } else {
                tracing::error!("samples are not safe on disk: {error}");
            }
            told = error;
        }
    }
}

/// Brings what is handed on to the disk, and says what is to be said of it. Apart from the samples, which do not wait for it.
async fn queues(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !house.forwards.is_empty() {
        second.tick().await;
        let maintained = Arc::clone(&house);
        let done =
            tokio::task::spawn_blocking(move || maintained.forwards.iter().for_each(Forward::maintain));
        if done.await.is_err() {
            tracing::error!("keeping the queues of remote write failed");
        }
    }
}

/// Brings what is to be told of alerts to the disk, and says what is to be said of it.
async fn notices(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        let kept = Arc::clone(&house);
        let done =
            tokio::task::spawn_blocking(move || kept.notices.maintain(kept.messenger.notifier())).await;
        if let Ok(Err(error)) = done {
            tracing::error!("notifications are not safe on disk: {error}");
        }
        for line in house.messenger.notifier().take_told() {
            tracing::warn!("{line}");
        }
    }
}

/// Lets the desk of alerts look at the clock and at the bus, and brings what it knows to the disk.
async fn standings(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut was_away = false;
    loop {
        second.tick().await;
        let away = desk::is_away(&house.bus.status(), was_away, house.clock.now());
        was_away = away;
        let kept = Arc::clone(&house);
        let done = tokio::task::spawn_blocking(move || {
            kept.desk.set_away(away.then(|| desk::services_of_the_bus(&kept.gate)));
            kept.desk.tick();
            if let Err(error) = kept.mapping_ledger.maintain(&kept.fields) {
                tracing::error!("the mappings cannot be written anew: {error}");
            }
            kept.desk_ledger.maintain(&kept.desk)
        });
        match done.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("the list of alerts is not safe on disk: {error}"),
            Err(error) => tracing::error!("looking after alerts failed: {error}"),
        }
    }
}

/// Whether silence means anything: not while the bus is away, nor before senders had time to come back.
fn hears_the_bus(house: &House, now: model::Millis) -> bool {
    let bus = house.bus.status();
    bus.broker == model::BrokerKind::None || (bus.connected && now - bus.since >= SETTLING)
}

/// Asks every service for its health and looks for insights.
async fn rounds(house: Arc<House>) {
    let mut chance = Chance::from_entropy();
    tokio::time::sleep(FIRST_ROUND).await;
    loop {
        house.gate.probe_sent(house.clock.now());
        house.bus.ask_health();
        let looked = Arc::clone(&house);
        if tokio::task::spawn_blocking(move || look_for_insights(&looked)).await.is_err() {
            tracing::error!("looking for insights failed");
        }
        let interval = Duration::from_secs(house.settings.borrow().collection_seconds);
        tokio::time::sleep(chance.jitter(interval, JITTER)).await;
    }
}

fn look_for_insights(house: &House) {
    let now = house.clock.now();
    for service in house.gate.registry().services() {
        match rules::insights::find(&*house.store, &service.name, TimeRange::last(INSIGHT_RANGE, now), now) {
            Ok(found) => {
                if house.insight_watch.lock().changed(&found) {
                    house.outbox.announce(Event::Insights(found));
                }
            }
            Err(error) => tracing::warn!(service = service.name, "no insights: {error}"),
        }
    }
}

async fn summaries(house: Arc<House>) {
    loop {
        tokio::time::sleep(SUMMARY).await;
        let counts = house.gate.registry().counts();
        house.outbox.announce(Event::Summary(Summary {
            total_services: counts.services,
            total_instances: counts.instances,
            total_metrics: house.store.series_count(),
            active_alerts: house.desk.active_count(),
            timestamp: house.clock.now(),
        }));
    }
}

async fn host(house: Arc<House>) {
    let Ok(watch) = tokio::task::spawn_blocking(HostWatch::new).await else {
        tracing::error!("the host cannot be watched");
        return;
    };
    let watch = Arc::new(Mutex::new(watch));
    tokio::time::sleep(FIRST_HOST).await;
    loop {
        let reader = Arc::clone(&watch);
        let reading = Arc::clone(&house);
        let read = tokio::task::spawn_blocking(move || {
            let now = reading.clock.now();
            let host = reader.lock().read(now);
            reading.gate.take_host(&host, now);
            host.summary
        });
        match read.await {
            Ok(summary) => {
                *house.host.lock() = Some(summary);
                house.outbox.announce(Event::Host(summary));
            }
            Err(error) => tracing::error!("reading the host failed: {error}"),
        }
        let interval = Duration::from_secs(house.settings.borrow().host_seconds);
        tokio::time::sleep(interval).await;
    }
}

/// Writes again what was pushed, when it is time to.
async fn pushes(house: Arc<House>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        let repeated = Arc::clone(&house);
        let done = tokio::task::spawn_blocking(move || repeated.gate.repeat_pushes(repeated.clock.now()));
        if done.await.is_err() {
            tracing::error!("writing again what was pushed failed");
        }
    }
}

async fn sweeps(house: Arc<House>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let swept = Arc::clone(&house);
        let tidied = tokio::task::spawn_blocking(move || (swept.store.tidy(), swept.store.take_told())).await;
        let Ok((gone, told)) = tidied else {
            tracing::error!("tidying the store failed");
            continue;
        };
        for damage in told {
            tracing::error!("samples: {damage}");
        }
        match gone {
            Ok(gone) => tracing::debug!(samples = gone.samples, "let go what is older than the retention"),
            Err(error) => tracing::error!("blocks could not be put together: {error}"),
        }
    }
}
