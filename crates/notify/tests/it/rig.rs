//! A notifier whose receivers are the test itself.

use model::{Alert, Announce, Event, Login, Millis, Secret, Severity};
use notify::{Entry, Errand, Kind, Ledger, LedgerError, Next, Notifier, Receiver, Reply, Request, Settings};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use world::{Clock, SimClock};

/// Monday, 5 January 2026, 12:00 UTC.
pub(crate) const NOON: Millis = 1_767_614_400_000;

/// Keeps entries in memory, unless it is broken.
#[derive(Default)]
pub(crate) struct Notebook {
    pub(crate) entries: Mutex<Vec<Entry>>,
    pub(crate) is_full: AtomicBool,
}

impl Ledger for Notebook {
    fn record(&self, entry: &Entry) -> Result<(), LedgerError> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(LedgerError("full".to_owned()));
        }
        // As text, as on a disk.
        let text = serde_json::to_string(entry).expect("written");
        self.entries.lock().push(serde_json::from_str(&text).expect("read"));
        Ok(())
    }
}

/// A notifier and its world.
pub(crate) struct Rig {
    pub(crate) clock: Arc<SimClock>,
    pub(crate) notebook: Arc<Notebook>,
    pub(crate) notifier: Notifier,
    settings: Settings,
}

impl Rig {
    pub(crate) fn new(settings: Settings) -> Self {
        let (clock, notebook) = (Arc::new(SimClock::at(NOON)), Arc::new(Notebook::default()));
        let notifier = Notifier::new(notebook.clone(), clock.clone(), settings.clone(), Vec::new());
        Self { clock, notebook, notifier, settings }
    }

    /// Ends it and goes on with what the notebook has.
    pub(crate) fn restart(&mut self) {
        let entries = self.notebook.entries.lock().clone();
        self.notifier =
            Notifier::new(self.notebook.clone(), self.clock.clone(), self.settings.clone(), entries);
    }

    /// Lets so many seconds pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn start(&self, alert: Alert) -> Alert {
        let alert = Alert { timestamp: self.clock.now(), ..alert };
        self.notifier.announce(Event::AlertStarted(alert.clone()));
        alert
    }

    pub(crate) fn end(&self, alert: &Alert) {
        self.notifier.announce(Event::AlertResolved(over(alert, self.clock.now())));
    }

    /// The next request for `receiver`, if one is due.
    pub(crate) fn next(&self, receiver: &str) -> Option<Request> {
        match self.notifier.next_step(receiver) {
            Next::Send(Errand::Call(request)) => Some(request),
            Next::Send(Errand::Letter(letter)) => panic!("a letter: {letter:?}"),
            Next::Wait(_) | Next::Gone => None,
        }
    }

    /// All that is due for `receiver`, which takes it: of each message `status:rule/instance …`, the changes first.
    pub(crate) fn take(&self, receiver: &str) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(request) = self.next(receiver) {
            all.push(told(&request));
            self.notifier.answered(receiver, &status(200));
        }
        all
    }
}

/// The alerts of a webhook's payload.
pub(crate) fn told(request: &Request) -> String {
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    let alerts = body["alerts"].as_array().or(body.as_array()).cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let each = alerts.iter().map(|alert| {
        let labels = &alert["labels"];
        format!("{}:{}/{}", text(&alert["status"]), text(&labels["alertname"]), text(&labels["instance"]))
    });
    each.collect::<Vec<_>>().join(" ")
}

pub(crate) fn status(status: u16) -> Reply {
    Reply::Status { status, retry_after: None, text: String::new() }
}

pub(crate) fn alert(rule: &str, instance: &str, severity: Severity) -> Alert {
    Alert {
        alert_id: Alert::id(rule, "kitchen", instance),
        rule_name: rule.to_owned(),
        service_name: "kitchen".to_owned(),
        instance_id: instance.to_owned(),
        severity,
        message: format!("{rule} is \"wrong\" <&>"),
        value: 91.5,
        threshold: 90.0,
        timestamp: NOON,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: model::Standing::default(),
    }
}

pub(crate) fn over(alert: &Alert, at: Millis) -> Alert {
    Alert { resolved: true, resolved_at: Some(at), ..alert.clone() }
}

pub(crate) fn receiver(name: &str, kind: Kind) -> Receiver {
    Receiver { name: name.to_owned(), kind, login: Login::Open, ca: None, time: Duration::from_secs(10) }
}

pub(crate) fn webhook(name: &str) -> Receiver {
    receiver(name, Kind::Webhook { url: Secret::new(format!("http://{name}/hook")) })
}
