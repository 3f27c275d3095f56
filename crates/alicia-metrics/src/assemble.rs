//! Builds every part, connects it to the next, runs the house and stops it in reverse.

use crate::bus_questions::BusQuestions;
use crate::bystander::Onlookers;
use crate::capsule_desk::{self, HouseCapsules};
use crate::cli::ServeArgs;
use crate::data_dir;
use crate::desk::{self, DeskLedger};
use crate::flight::Flight;
use crate::forwarding::{self, Deliveries, Forward};
use crate::house::House;
use crate::kept_insights::KeptInsights;
use crate::ledger::{DiskLedger, Opened};
use crate::mappings::{self, MappingLedger};
use crate::notices::{self, Everybody, NoticeLedger};
use crate::reload;
use crate::rule_groups::RuleGroups;
use crate::settings::Settings;
use crate::smart_home::SmartHome;
use crate::snapshot::Snapshots;
use crate::timers;
use crate::unexplained;
use alerts::Desk;
use bus::{Bus, Inbox, Outbox};
use fields::Fields;
use ingest::Gate;
use model::{Announce, Append, Labels, NAME, Select, SelfHealth, TimeRange, limits};
use parking_lot::Mutex;
use rules::stream::Follower;
use rules::{InsightWatch, Ledger, RuleBook, default_rules};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{Disks, Store};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use traffic::Watcher;
use world::{Clock, Disk, RealDisk, SystemClock};

/// How long requests under way may take after the signal to stop.
const HTTP_GRACE: Duration = Duration::from_secs(3);

/// Why the program could not start or go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("cannot use the data directory {path}: {source}")]
    DataDir { path: String, source: std::io::Error },
    #[error("cannot open the rules and alerts: {0}")]
    Ledger(#[from] store::JournalError),
    #[error("cannot open the list of alerts: {0}")]
    Desk(#[source] store::JournalError),
    #[error("cannot open the notifications: {0}")]
    Notices(#[source] store::JournalError),
    #[error("cannot open the mappings: {0}")]
    Mappings(#[source] store::JournalError),
    #[error("cannot open the insights: {0}")]
    Insights(#[source] store::JournalError),
    #[error("cannot open the samples: {0}")]
    Store(#[from] store::WalError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Bus(#[from] bus::BusError),
    #[error(transparent)]
    Forward(#[from] forwarding::ForwardError),
    #[error("cannot hear signals: {0}")]
    Signals(std::io::Error),
    #[error("the demo cannot run: {0}")]
    Demo(String),
}

/// A running house.
pub(crate) struct Running {
    pub(crate) house: Arc<House>,
    /// Where HTTP listens.
    pub(crate) http: SocketAddr,
    ready: Arc<AtomicBool>,
    timers: tokio::task::JoinSet<()>,
    deliveries: Deliveries,
    stop_http: oneshot::Sender<()>,
    http_task: tokio::task::JoinHandle<std::io::Result<()>>,
    reload: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn serve(settings: Settings, args: ServeArgs) -> Result<(), ServeError> {
    let running = start(settings, args).await?;
    wait_for_signal(&running).await?;
    running.stop().await;
    Ok(())
}

/// Builds and starts everything.
pub(crate) async fn start(settings: Settings, args: ServeArgs) -> Result<Running, ServeError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let data = open_data_dir(&settings)?;
    let opened = open_ledger(Arc::clone(&data))?;
    // Listening comes before connecting: a port that is taken should stop the start, not a running bus.
    let listener = listen(settings.http_listen).await?;
    let http = listener.local_addr().unwrap_or(settings.http_listen);
    let (outbox, inbox) = bus::outbox(limits::OUTBOX);
    let store = open_store(&settings, &clock)?;
    let (desk_ledger, listed) = DeskLedger::open(Arc::clone(&data)).map_err(ServeError::Desk)?;
    let noticed = NoticeLedger::open(Arc::clone(&data)).map_err(ServeError::Notices)?;
    let insights = KeptInsights::open(Arc::clone(&data)).map_err(ServeError::Insights)?;
    let (fields, mapping_ledger) = open_fields(&settings, Arc::clone(&data))?;
    let messenger = Arc::new(http::Messenger::new(notices::notifier(&noticed, &clock, &settings.notify)));
    let flight = open_flight(&settings, &clock)?;
    // Who writes down what is to be told is asked first.
    let (curious, unexplained) = unexplained::listener();
    let everybody =
        hearers(vec![messenger.clone(), Arc::new(outbox.clone()), curious.clone(), flight.bell.clone()]);
    let desk = desk::desk(&desk_ledger, listed, &clock, everybody, &settings.desk);
    let book = build_book(&settings, &opened, &desk, &messenger, (&store, &clock));
    let (forwards, deliveries) = forwarding::open(&settings, &clock, &store)?;
    let follower = Arc::<Follower>::default();
    let gate = build_gate(&settings, &clock, &store, [book.clone(), follower.clone()], &forwards, &outbox);
    let (queries, questions) = desk_of_questions(&store, &clock);
    let (watcher, tail) = (Arc::new(Watcher::named(crate::SERVICE_NAME)), Arc::<http::Tail>::default());
    let onlookers = onlookers(&settings, (&tail, &flight), (&watcher, &fields));
    let bus = start_bus(&settings, &clock, &gate, inbox, questions, onlookers).await?;
    let smart_home = SmartHome::start(&settings, data, &bus, &gate, &clock)?;
    let scraper = build_scraper(&settings, &clock, &gate);
    let rule_groups = build_rule_groups(&settings, (&clock, &store, &gate), &desk, follower);
    let (settings_sender, settings) = watch::channel(settings);
    let house = Arc::new(House {
        clock,
        store,
        gate,
        book,
        ledger: opened.ledger,
        desk,
        desk_ledger,
        messenger,
        notices: noticed.ledger,
        outbox,
        bus,
        smart_home,
        forwards,
        queries,
        scraper,
        rule_groups,
        settings,
        host: Arc::new(Mutex::new(None)),
        insight_watch: Mutex::new(InsightWatch::default()),
        curious,
        watcher,
        fields,
        mapping_ledger,
        tail,
        flight,
        insights,
    });
    let ready = Arc::new(AtomicBool::new(false));
    let reload = reload::reloader(&house, settings_sender, args);
    let (stop_http, http_task) = start_http(listener, http_parts(&house, &ready, &reload));
    let timers = timers::start(&house, unexplained);
    let deliveries = Deliveries::start(deliveries);
    recall(&house);
    ready.store(true, Ordering::Release);
    tracing::info!("serving REST on http://{http}");
    Ok(Running { house, http, ready, timers, deliveries, stop_http, http_task, reload })
}

/// Serves HTTP until it is told to stop, or nobody is left to tell it.
fn start_http(
    listener: TcpListener,
    parts: http::Parts,
) -> (oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(http::serve(listener, http::router(parts), async move {
        // A dropped sender means the house is gone: stop as well.
        let _ = stopped.await;
    }));
    (stop, task)
}

/// All of them as one, in their order.
fn hearers(all: Vec<Arc<dyn Announce>>) -> Arc<dyn Announce> {
    Arc::new(Everybody(all))
}

/// Those that see what passes.
fn onlookers(
    settings: &Settings,
    (tail, flight): (&Arc<http::Tail>, &Arc<Flight>),
    (watcher, fields): (&Arc<Watcher>, &Arc<Fields>),
) -> Onlookers {
    Onlookers {
        all: vec![tail.clone(), flight.recorder.clone()],
        counted: vec![watcher.clone(), fields.clone()],
        client_id: settings.mqtt.client_id.clone(),
    }
}

/// The places of queries, and who answers what is asked over the bus.
fn desk_of_questions(store: &Arc<Store>, clock: &Arc<dyn Clock>) -> (Arc<http::Queries>, http::Desk) {
    let queries = Arc::<http::Queries>::default();
    let desk = http::Desk {
        select: store.clone(),
        clock: Arc::clone(clock),
        queries: Arc::clone(&queries),
        longest: limits::BUS_ANSWER_BYTES,
    };
    (queries, desk)
}

impl Running {
    /// Stops in reverse: no new requests, no new rounds, goodbye on the bus, everything on disk.
    pub(crate) async fn stop(mut self) {
        tracing::info!("stopping");
        self.ready.store(false, Ordering::Release);
        let _ = self.stop_http.send(());
        if tokio::time::timeout(HTTP_GRACE, self.http_task).await.is_err() {
            tracing::warn!("requests were still under way");
        }
        self.timers.shutdown().await;
        self.house.smart_home.stop().await;
        self.house.bus.stop().await;
        self.deliveries.stop().await;
        capsule_desk::finish(&self.house);
        if let Err(error) = self.house.desk_ledger.maintain(&self.house.desk) {
            tracing::error!("the last changes of the list of alerts may be lost in a power cut: {error}");
        }
        self.house.insights.keep();
        if let Err(error) = self.house.mapping_ledger.maintain(&self.house.fields) {
            tracing::error!("the mappings cannot be written anew: {error}");
        }
        if let Err(error) = self.house.notices.maintain(self.house.messenger.notifier()) {
            tracing::error!("the last notifications may be sent again after a power cut: {error}");
        }
        self.house.forwards.iter().for_each(Forward::stop);
        if let Err(error) = self.house.ledger.sync() {
            tracing::error!("the last alert changes may be lost in a power cut: {error}");
        }
        if let Err(error) = self.house.store.keep_metadata() {
            tracing::error!("types and units of the newest metrics may be lost: {error}");
        }
        if let Err(error) = self.house.store.maintain() {
            tracing::error!("the last samples may be lost: {error}");
        }
        tracing::info!("stopped");
    }
}

/// SIGHUP reloads; SIGTERM and SIGINT end the wait.
pub(crate) async fn wait_for_signal(running: &Running) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(ServeError::Signals)?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hangup.recv() => match (running.reload)() {
                Ok(()) => tracing::info!("settings reloaded"),
                Err(error) => tracing::error!("settings kept as they were: {error}"),
            },
        }
    }
}

fn open_data_dir(settings: &Settings) -> Result<Arc<dyn Disk>, ServeError> {
    let disk = RealDisk::open(&settings.data_dir)
        .map_err(|source| ServeError::DataDir { path: settings.data_dir.display().to_string(), source })?;
    Ok(Arc::new(disk))
}

fn open_flight(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Arc<Flight>, ServeError> {
    let flight = Flight::new(&settings.capsule, &settings.data_dir, clock.now());
    let path = || settings.data_dir.join(data_dir::CAPSULES).display().to_string();
    flight.map(Arc::new).map_err(|source| ServeError::DataDir { path: path(), source })
}

fn open_ledger(disk: Arc<dyn Disk>) -> Result<Opened, ServeError> {
    let opened = DiskLedger::open(disk)?;
    for damage in &opened.damage {
        tracing::error!("rules and alerts: {damage}");
    }
    Ok(opened)
}

fn open_fields(
    settings: &Settings,
    disk: Arc<dyn Disk>,
) -> Result<(Arc<Fields>, Arc<MappingLedger>), ServeError> {
    let (ledger, made) = MappingLedger::open(disk).map_err(ServeError::Mappings)?;
    Ok((Arc::new(Fields::restored(settings.mappings.clone(), ledger.clone(), made)), ledger))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}

fn open_store(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Arc<Store>, ServeError> {
    let disk = |name: &str| {
        let dir = settings.data_dir.join(name);
        let opened = RealDisk::open(&dir);
        opened.map_err(|source| ServeError::DataDir { path: dir.display().to_string(), source })
    };
    let disks = Disks { wal: Arc::new(disk(data_dir::WAL)?), blocks: Arc::new(disk(data_dir::BLOCKS)?) };
    let (store, recovery) =
        Store::open(settings.store(), Arc::clone(clock), disks, settings.durability.into())?;
    for damage in &recovery.told {
        tracing::error!("samples: {damage}");
    }
    store.set_retention_rules(settings.retention_rules.clone());
    let blocks = store.block_stats();
    tracing::info!(log = recovery.samples, blocks = blocks.samples, "history read");
    Ok(Arc::new(store))
}

fn build_book(
    settings: &Settings,
    opened: &Opened,
    desk: &Arc<Desk>,
    messenger: &Arc<http::Messenger>,
    (store, clock): (&Arc<Store>, &Arc<dyn Clock>),
) -> Arc<RuleBook> {
    let ledger: Arc<dyn Ledger> = opened.ledger.clone();
    let defaults = default_rules(settings.cpu_threshold, settings.memory_threshold);
    let book = RuleBook::new(ledger, desk.clone(), defaults, opened.changes.clone());
    // A change that was kept, and whose announcement a kill prevented.
    desk.reconcile(&book.alerts(true), &book.history(limits::ALERT_HISTORY));
    let over = desk.history(limits::ALERT_HISTORY);
    messenger.notifier().reconcile(&desk.alerts(true), &desk.resting(), &over);
    reload::put_file_rules(&book, settings);
    // The rules of the file are known by now, and no sample came yet.
    let (book, recalled) = book.with_history(store.clone(), clock.now());
    if let Err(error) = recalled {
        tracing::error!("rules know nothing of the samples before the start: {error}");
    }
    Arc::new(book)
}

fn build_gate(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    store: &Arc<Store>,
    judges: [Arc<dyn Append>; 2],
    forwards: &[Forward],
    outbox: &Outbox,
) -> Arc<Gate> {
    let mut appends: Vec<Arc<dyn Append>> = vec![store.clone()];
    appends.extend(judges);
    appends.extend(forwards.iter().map(|forward| -> Arc<dyn Append> { forward.queue.clone() }));
    let gate = Gate::new(settings.gate(), Arc::clone(clock), appends, Arc::new(outbox.clone()))
        .describing(store.clone());
    let lately = TimeRange::last(limits::DAY, clock.now());
    gate.restore(store.spans(&[], lately));
    Arc::new(gate)
}

fn build_scraper(settings: &Settings, clock: &Arc<dyn Clock>, gate: &Arc<Gate>) -> Arc<http::Scraper> {
    let scraper = http::Scraper::new(Arc::clone(gate), Arc::clone(clock));
    scraper.set_jobs(settings.scrape.clone(), settings.scrape_from_bus.clone());
    Arc::new(scraper)
}

fn build_rule_groups(
    settings: &Settings,
    (clock, store, gate): (&Arc<dyn Clock>, &Arc<Store>, &Arc<Gate>),
    desk: &Arc<Desk>,
    follower: Arc<Follower>,
) -> Arc<RuleGroups> {
    // Rules may have gone while nobody was there to end their alerts.
    desk.end_orphans(|alert| settings.rule_groups.iter().any(|group| group.owns(alert)));
    let (clock, store, gate) = (Arc::clone(clock), Arc::clone(store), Arc::clone(gate));
    let wanted = (settings.external_url(), settings.rule_groups.clone());
    Arc::new(RuleGroups::new(clock, store, gate, desk.clone(), follower, wanted))
}

/// Learns how often senders spoke, and makes services known again that were silent for the last day: that takes reading all
/// blocks' indexes, which the start does not wait for.
fn recall(house: &Arc<House>) {
    let house = Arc::clone(house);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = house.gate.recall_rhythms(&*house.store, house.clock.now()) {
            tracing::error!("how often senders spoke before the start is not known: {error}");
        }
        house.gate.restore(house.store.spans(&[], TimeRange::ALL));
    });
}

async fn start_bus(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    gate: &Arc<Gate>,
    inbox: Inbox,
    desk: http::Desk,
    onlookers: Onlookers,
) -> Result<Bus, ServeError> {
    let asked = Arc::clone(gate);
    let started = Arc::clone(clock);
    let begun = clock.monotonic();
    // Who asks over the bus is answered by a connected collector, so `healthy` needs no second look here.
    let health = move || self_health(&asked, true, started.monotonic().saturating_sub(begun));
    let answer = BusQuestions { desk: Arc::new(desk), runtime: Handle::current() };
    let (gate, clock) = (gate.clone(), Arc::clone(clock));
    let watch = Arc::new(onlookers);
    Ok(bus::start(settings.bus(), clock, gate, inbox, Arc::new(health), Arc::new(answer), watch).await?)
}

fn self_health(gate: &Gate, healthy: bool, uptime: Duration) -> SelfHealth {
    let tally = gate.tally();
    SelfHealth {
        healthy,
        uptime: uptime.as_secs_f64(),
        messages_processed: tally.messages(),
        errors: tally.errors(),
    }
}

fn http_parts(
    house: &Arc<House>,
    ready: &Arc<AtomicBool>,
    reload: &Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
) -> http::Parts {
    let bus = house.bus.status_fn();
    let begun = house.clock.monotonic();
    let select: Arc<dyn Select> = house.store.clone();
    let (gate, clock, status) = (Arc::clone(&house.gate), Arc::clone(&house.clock), Arc::clone(&bus));
    let host = Arc::clone(&house.host);
    let (own, store, kept) = (Arc::clone(house), Arc::clone(&house.store), Arc::clone(&house.store));
    let tried = Arc::clone(house);
    let data_dir = house.settings.borrow().data_dir.clone();
    let snapshots = Snapshots::new(data_dir, house);
    http::Parts {
        select,
        describe: house.store.clone(),
        gate: Arc::clone(&house.gate),
        scraper: Arc::clone(&house.scraper),
        messenger: Arc::clone(&house.messenger),
        watcher: Arc::clone(&house.watcher),
        fields: Arc::clone(&house.fields),
        try_message: Arc::new(move |topic, payload, first| {
            mappings::try_message(&tried.fields, (topic, payload.as_bytes()), first, tried.clock.now())
        }),
        tail: Arc::clone(&house.tail),
        capsules: Arc::new(http::Capsules::new(Arc::new(HouseCapsules(Arc::clone(house))))),
        insights: Arc::clone(&house.insights.table),
        book: Arc::clone(&house.book),
        desk: Arc::clone(&house.desk),
        groups: house.rule_groups.board(),
        clock: Arc::clone(&house.clock),
        self_health: Arc::new(move || {
            let bus = status();
            let healthy = bus.connected || bus.broker == model::BrokerKind::None;
            self_health(&gate, healthy, clock.monotonic().saturating_sub(begun))
        }),
        bus,
        host: Arc::new(move || *host.lock()),
        extra: Arc::new(move || own_metrics(&own)),
        storage: Arc::new(move || storage_status(&kept)),
        ready: Arc::clone(ready),
        reload: Arc::clone(reload),
        erase: Arc::new(move |request| crate::eraser::erase(&store, request)),
        snapshot: Arc::new(move || snapshots.make().map(|dir| dir.display().to_string())),
        queries: Arc::clone(&house.queries),
        access: house.settings.borrow().http_access.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// What is kept, and how much may be.
fn storage_status(store: &Store) -> http::StorageStatus {
    let (head, blocks, may) = (store.stats(), store.block_stats(), store.limits());
    http::StorageStatus {
        series: head.series,
        head_samples: head.samples,
        head_bytes: head.bytes,
        blocks: blocks.blocks,
        block_samples: blocks.samples,
        block_bytes: blocks.bytes,
        closed: store.wal_stats().closed,
        limits: http::StorageLimits {
            series: may.series,
            series_per_metric: may.series_per_metric,
            series_per_service: may.series_per_service,
            label_bytes: may.label_bytes,
            head_bytes: may.head_bytes,
            memory_bytes: may.memory_bytes,
            block_bytes: Some(may.block_bytes).filter(|bytes| *bytes != u64::MAX),
            retention_days: kept_days(may.retention),
        },
    }
}

/// Days that samples are kept; infinite, which JSON says as null, if they are kept for ever.
#[expect(clippy::cast_precision_loss, reason = "days")]
fn kept_days(retention: model::Millis) -> f64 {
    if retention >= limits::FOREVER { f64::INFINITY } else { retention as f64 / limits::DAY as f64 }
}

/// What the collector says of itself in the Prometheus text.
#[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
fn own_metrics(house: &House) -> Vec<(Labels, f64)> {
    let tally = house.gate.tally();
    let store = house.store.stats();
    let bus = house.bus.status();
    let (wal, blocks) = (house.store.wal_stats(), house.store.block_stats());
    [
        ("alicia_metrics_messages_total", tally.messages()),
        ("alicia_metrics_samples_total", tally.samples()),
        ("alicia_metrics_errors_total", tally.errors()),
        ("alicia_metrics_undecodable_messages_total", tally.undecodable()),
        ("alicia_metrics_series", house.store.series_count() as u64),
        ("alicia_metrics_head_series", store.series as u64),
        ("alicia_metrics_head_samples", store.samples as u64),
        ("alicia_metrics_head_bytes", store.bytes as u64),
        ("alicia_metrics_blocks", blocks.blocks as u64),
        ("alicia_metrics_block_samples", blocks.samples),
        ("alicia_metrics_block_bytes", blocks.bytes),
        ("alicia_metrics_wal_written_bytes_total", wal.written),
        ("alicia_metrics_wal_syncs_total", wal.syncs),
        ("alicia_metrics_wal_closed", u64::from(wal.closed.is_some())),
        ("alicia_metrics_alert_changes_not_kept_total", house.book.unkept()),
        ("alicia_metrics_alerts_over_limit_total", house.book.unlisted()),
        ("alicia_metrics_samples_not_judged_total", house.book.unjudged()),
        ("alicia_metrics_alerts_not_explained_total", house.curious.missed()),
        ("alicia_metrics_rule_windows_shortened_total", house.book.shortened()),
        ("alicia_metrics_rule_window_bytes", house.book.window_bytes() as u64),
        ("alicia_metrics_bus_connected", u64::from(bus.connected)),
        ("alicia_metrics_bus_connects_total", bus.connects),
        ("alicia_metrics_bus_publish_failures_total", bus.publish_failures),
        ("alicia_metrics_bus_questions_total", bus.questions),
        ("alicia_metrics_bus_questions_refused_total", bus.questions_refused),
        ("alicia_metrics_events_dropped_total", house.outbox.dropped()),
        ("alicia_metrics_scrape_targets", house.scraper.target_count() as u64),
        ("alicia_metrics_push_groups", house.gate.push_groups() as u64),
        ("alicia_metrics_scrapes_total", house.scraper.scrapes()),
        ("alicia_metrics_scrape_failures_total", house.scraper.failures()),
    ]
    .into_iter()
    .map(|(name, value)| (Labels::new([(NAME, name)]), value as f64))
    .chain(house.rule_groups.own_metrics())
    .chain(house.forwards.iter().flat_map(Forward::own_metrics))
    .chain(house.flight.own_metrics())
    .chain(desk::own_metrics(&house.desk))
    .chain(house.smart_home.own_metrics())
    .chain(notices::own_metrics(house.messenger.notifier()))
    .collect()
}
