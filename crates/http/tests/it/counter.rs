//! A counter at which every route can be asked: the house behind it is real, its clock stands still.

use crate::capsules::Source;
use crate::schema::Schemas;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use fields::Fields;
use http::{Access, EraseError, Parts, Queries, Scraper, StorageStatus};
use ingest::{Gate, GateSettings};
use model::{
    Announce, Append, BrokerKind, BusStatus, Describe, Entry, Event, Health, HostSummary, Intake, Labels,
    Measurements, Metadata, MetricKind, NAME, Origin, Reason, Report, Select, SelfHealth, Sighting,
    Unregistration,
};
use parking_lot::Mutex;
use rules::groups::GroupBoard;
use rules::stream::Follower;
use rules::{Change, Ledger, LedgerError, RuleBook, default_rules};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{MemoryLimits, MemoryStore};
use tokio::sync::OnceCell;
use tower::ServiceExt;
use world::{Chance, Clock, SimClock, SystemClock};

/// Now: seconds 1,795,394,400.
pub(crate) const NOW: i64 = 1_795_394_400_000;

/// Keeps every change, unless it is broken, and what is known of metrics; hears nothing.
#[derive(Default)]
pub(crate) struct Keeper {
    pub(crate) broken: AtomicBool,
    described: Mutex<BTreeMap<Box<str>, Metadata>>,
}

impl Describe for Keeper {
    fn describe(&self, metric: &str, metadata: Metadata) -> Result<(), Reason> {
        self.described.lock().insert(metric.into(), metadata);
        Ok(())
    }

    fn described(&self, metric: Option<&str>) -> Vec<(Box<str>, Metadata)> {
        let all = self.described.lock().clone();
        all.into_iter().filter(|(name, _)| metric.is_none_or(|metric| **name == *metric)).collect()
    }
}

impl Ledger for Keeper {
    fn record(&self, _: &Change) -> Result<(), LedgerError> {
        if self.broken.load(Ordering::Relaxed) { Err(LedgerError("full".to_owned())) } else { Ok(()) }
    }
}

impl notify::Ledger for Keeper {
    fn record(&self, _: &notify::Entry) -> Result<(), notify::LedgerError> {
        Ok(())
    }
}

impl alerts::Ledger for Keeper {
    fn record(&self, _: &alerts::Entry) -> Result<(), alerts::LedgerError> {
        if self.broken.load(Ordering::Relaxed) { Err(alerts::LedgerError("full".to_owned())) } else { Ok(()) }
    }
}

impl Announce for Keeper {
    fn announce(&self, _: Event) {}
}

/// What the document says of answers: the same for all counters.
static SCHEMAS: OnceCell<Schemas> = OnceCell::const_new();

/// The counter.
pub(crate) struct Counter {
    pub(crate) router: Router,
    pub(crate) gate: Arc<Gate>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) scraper: Arc<Scraper>,
    pub(crate) groups: Arc<GroupBoard>,
    pub(crate) desk: Arc<alerts::Desk>,
    pub(crate) tail: Arc<http::Tail>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) notifier: Arc<notify::Notifier>,
    pub(crate) follower: Arc<Follower>,
    pub(crate) watcher: Arc<traffic::Watcher>,
    pub(crate) fields: Arc<Fields>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self::with_access(Access::Open)
    }

    pub(crate) fn with_access(access: Access) -> Self {
        Self::built(access, Queries::default(), None, Arc::new(SimClock::at(NOW)))
    }

    /// One that reads samples from elsewhere, with these places for queries.
    pub(crate) fn reading(select: Arc<dyn Select>, queries: Queries) -> Self {
        Self::built(Access::Open, queries, Some(select), Arc::new(SimClock::at(NOW)))
    }

    /// One whose clock goes.
    pub(crate) fn living() -> Self {
        Self::built(Access::Open, Queries::default(), None, Arc::new(SystemClock::default()))
    }

    /// One whose clock goes when it is told, and which tells these of alerts.
    pub(crate) fn telling(clock: Arc<SimClock>, receivers: notify::Settings) -> Self {
        Self::whole(Access::Open, Queries::default(), None, clock, receivers)
    }

    fn built(
        access: Access,
        queries: Queries,
        select: Option<Arc<dyn Select>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self::whole(access, queries, select, clock, receivers())
    }

    fn whole(
        access: Access,
        queries: Queries,
        select: Option<Arc<dyn Select>>,
        clock: Arc<dyn Clock>,
        receivers: notify::Settings,
    ) -> Self {
        let keeper = Arc::new(Keeper::default());
        let store = Arc::new(MemoryStore::new(MemoryLimits::default(), clock.clone()));
        let flapping = Some(alerts::FlapLimits { changes: 6, window: 1_800_000 });
        let settings = alerts::Settings { flapping, ..alerts::Settings::default() };
        let notifier = Arc::new(notify::Notifier::new(keeper.clone(), clock.clone(), receivers, Vec::new()));
        let desk = Arc::new(alerts::Desk::new(
            keeper.clone(),
            clock.clone(),
            Chance::seeded(1),
            notifier.clone(),
            settings,
            Vec::new(),
        ));
        let book =
            Arc::new(RuleBook::new(keeper.clone(), desk.clone(), default_rules(90.0, 85.0), Vec::new()));
        let follower = Arc::<Follower>::default();
        let appends: Vec<Arc<dyn Append>> = vec![store.clone(), book.clone(), follower.clone()];
        let gate = Gate::new(GateSettings::default(), clock.clone(), appends, keeper.clone());
        let gate = Arc::new(gate.describing(keeper.clone()));
        let ready = Arc::new(AtomicBool::new(true));
        let host = HostSummary {
            cpu_percent: 12.5,
            memory_percent: 40.0,
            disk_percent: 60.0,
            network_connections: 7,
        };
        let scraper = Arc::new(Scraper::new(gate.clone(), clock.clone()));
        let groups = Arc::new(GroupBoard::default());
        let tail = Arc::new(http::Tail::new());
        let (watcher, fields) = (Arc::<traffic::Watcher>::default(), Arc::<Fields>::default());
        let router = http::router(Parts {
            select: select.unwrap_or(store.clone()),
            gate: gate.clone(),
            scraper: scraper.clone(),
            messenger: Arc::new(http::Messenger::new(notifier.clone())),
            watcher: watcher.clone(),
            fields: fields.clone(),
            try_message: Arc::new(|topic, payload, mapping| {
                let (bytes, payload) = (payload.len(), payload.as_bytes());
                Fields::default()
                    .try_message(&Sighting { topic, payload, bytes, ..Sighting::default() }, mapping)
            }),
            tail: tail.clone(),
            capsules: Arc::new(http::Capsules::new(Arc::new(Source))),
            insights: Arc::default(),
            book,
            desk: desk.clone(),
            groups: groups.clone(),
            clock,
            describe: keeper.clone(),
            bus: Arc::new(|| BusStatus {
                connected: true,
                broker: BrokerKind::External,
                address: "bus:1883".to_owned(),
                ..BusStatus::default()
            }),
            self_health: Arc::new(|| SelfHealth {
                healthy: true,
                uptime: 5.5,
                messages_processed: 3,
                errors: 1,
            }),
            host: Arc::new(move || Some(host)),
            extra: Arc::new(|| {
                let queue = [(NAME, "alicia_metrics_queue"), ("destination", "far")];
                vec![(Labels::new([(NAME, "alicia_metrics_messages_total")]), 3.0), (Labels::new(queue), 0.5)]
            }),
            storage: Arc::new(|| StorageStatus { blocks: 3, ..StorageStatus::default() }),
            ready: ready.clone(),
            reload: Arc::new(|| Err("line 3: no such key".to_owned())),
            snapshot: Arc::new(|| Err("the disk is full".to_owned())),
            erase: Arc::new(|request| match (&*request.series, request.start.as_deref()) {
                ("x", Some("1")) => Ok(()),
                ("x", _) => Err(EraseError::Failed("the disk is full".to_owned())),
                _ => Err(EraseError::Unclear("no such words".to_owned())),
            }),
            queries: Arc::new(queries),
            access,
            version: "0.0.0".to_owned(),
        });
        Self {
            router,
            gate,
            keeper,
            ready,
            scraper,
            groups,
            desk,
            tail,
            store,
            notifier,
            follower,
            watcher,
            fields,
        }
    }

    /// Takes a report as if it had come over the bus now.
    pub(crate) fn take(&self, report: Report<'_>) {
        let origin = Origin {
            topic: "t",
            source: None,
            message_id: None,
            sent_at: None,
            received_at: NOW,
            bytes: 0,
            retained: false,
        };
        self.gate.take(&origin, report).expect("the gate takes it");
    }

    /// Samples of a gauge without labels, `(seconds before now, value)`.
    pub(crate) fn gauge(&self, service: &str, instance: &str, name: &str, samples: &[(i64, f64)]) {
        self.metric(service, instance, name, MetricKind::Gauge, &[], samples);
    }

    pub(crate) fn metric(
        &self,
        service: &str,
        instance: &str,
        name: &str,
        kind: MetricKind,
        labels: &[(&str, &str)],
        samples: &[(i64, f64)],
    ) {
        let entry = |(ago, value): &(i64, f64)| Entry {
            name: name.to_owned().into(),
            value: *value,
            kind,
            timestamp: Some(model::to_seconds(NOW - ago * 1_000)),
            labels: labels.iter().map(|(n, v)| ((*n).to_owned().into(), (*v).to_owned().into())).collect(),
        };
        self.take(Report::Measurements(Measurements {
            service: service.to_owned().into(),
            instance: instance.to_owned().into(),
            entries: samples.iter().map(entry).collect(),
            rejected: Vec::new(),
        }));
    }

    pub(crate) fn health(&self, service: &str, instance: Option<&str>, word: &str) {
        self.take(Report::Health(Health {
            service: service.to_owned().into(),
            instance: instance.map(|instance| instance.to_owned().into()),
            word: word.to_owned().into(),
            readings: Vec::new(),
            timestamp: None,
        }));
    }

    pub(crate) fn goodbye(&self, service: &str) {
        self.take(Report::Unregistered(Unregistration { service: service.to_owned().into() }));
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(method, path, headers, body.as_bytes().to_vec()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            // It goes on for as long as somebody listens.
            return Answer { status, headers, text: String::new() };
        }
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let answer = Answer { status, headers, text: String::from_utf8(bytes.to_vec()).expect("text") };
        Self::is_as_described(method, path, &answer).await;
        answer
    }

    /// Stops if a good answer in JSON is not what the document says.
    async fn is_as_described(method: &str, path: &str, answer: &Answer) {
        let is_json = answer.headers.get("content-type").is_some_and(|kind| kind == "application/json");
        if !is_json || !(200..300).contains(&answer.status) {
            return;
        }
        let schemas = Self::schemas().await;
        if let Some(described) = schemas.path_of(method, path) {
            let faults = schemas.faults(method, described, answer.status, &answer.json());
            assert!(faults.is_empty(), "{method} {path}: {faults:#?}\n{}", answer.text);
        }
    }

    /// What the document says of answers.
    pub(crate) async fn schemas() -> &'static Schemas {
        SCHEMAS.get_or_init(|| async { Schemas::new(Self::document().await) }).await
    }

    /// The OpenAPI document.
    pub(crate) async fn document() -> Value {
        let request = Request::get("/openapi.json").body(Body::empty()).expect("a request");
        let open = Self::new().router.oneshot(request).await.expect("an answer");
        let bytes = to_bytes(open.into_body(), usize::MAX).await.expect("a body");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Compares status and exact text of `GET path`.
    #[track_caller]
    pub(crate) fn check(&self, rows: &[(&str, u16, &str)]) {
        let runtime = runtime();
        for (path, status, text) in rows {
            let answer = runtime.block_on(self.get(path));
            assert_eq!((answer.status, answer.text.as_str()), (*status, *text), "{path}");
        }
    }
}

/// One receiver, at a place where nobody listens.
fn receivers() -> notify::Settings {
    let far = notify::Receiver {
        name: "far".to_owned(),
        kind: notify::Kind::Webhook { url: model::Secret::new("http://127.0.0.1:1/hidden") },
        login: model::Login::Open,
        ca: None,
        time: std::time::Duration::from_secs(5),
    };
    notify::Settings { receivers: vec![far], routes: Vec::new() }
}

/// A runtime for one test.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}
