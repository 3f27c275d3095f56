//! A desk whose listeners are the test itself.

use alerts::{Condition, Desk, Draft, Entry, Ledger, LedgerError, Settings, Silence};
use model::{Alert, Announce, Event, Matcher, Millis, Severity, Standing, parse_matchers};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use world::{Chance, Clock, SimClock};

/// Monday, 5 January 2026, 12:00 UTC.
pub(crate) const NOON: Millis = 1_767_614_400_000;

/// Keeps entries in memory, unless it is broken, and hears everything.
#[derive(Default)]
pub(crate) struct Notebook {
    pub(crate) entries: Mutex<Vec<Entry>>,
    pub(crate) is_full: AtomicBool,
    heard: Mutex<Vec<Event>>,
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

impl Announce for Notebook {
    fn announce(&self, event: Event) {
        self.heard.lock().push(event);
    }
}

/// A desk and its world.
pub(crate) struct Rig {
    pub(crate) clock: Arc<SimClock>,
    pub(crate) notebook: Arc<Notebook>,
    pub(crate) desk: Desk,
    pub(crate) settings: Settings,
    starts: u64,
}

impl Rig {
    pub(crate) fn new(settings: Settings) -> Self {
        let (clock, notebook) = (Arc::new(SimClock::at(NOON)), Arc::new(Notebook::default()));
        let desk = open(&clock, &notebook, &settings, 0);
        Self { clock, notebook, desk, settings, starts: 0 }
    }

    pub(crate) fn plain() -> Self {
        Self::new(Settings::default())
    }

    /// Ends it and goes on with what the notebook has.
    pub(crate) fn restart(&mut self) {
        self.starts += 1;
        self.desk = open(&self.clock, &self.notebook, &self.settings, self.starts);
    }

    /// The same, with a ledger that was written anew.
    pub(crate) fn rewrite(&mut self) {
        let entries = self.desk.freeze(|entries| entries);
        *self.notebook.entries.lock() = Vec::new();
        entries.iter().for_each(|entry| self.notebook.record(entry).expect("kept"));
        self.restart();
    }

    /// Lets so many seconds pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.desk.tick();
    }

    pub(crate) fn start(&self, alert: Alert) -> Alert {
        let alert = Alert { timestamp: self.clock.now(), ..alert };
        self.desk.announce(Event::AlertStarted(alert.clone()));
        alert
    }

    pub(crate) fn end(&self, alert: &Alert) {
        self.desk.announce(Event::AlertResolved(over(alert, self.clock.now())));
    }

    /// What was heard since the last time: `started hot`, with a mark for how it stands.
    pub(crate) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.notebook.heard.lock()).iter().map(shown).collect()
    }

    pub(crate) fn silence(&self, matchers: &str, seconds: i64) -> Silence {
        self.desk.put_silence(draft(matchers, self.clock.now() + seconds * 1_000)).expect("a good silence")
    }
}

fn open(clock: &Arc<SimClock>, notebook: &Arc<Notebook>, settings: &Settings, seed: u64) -> Desk {
    let entries = notebook.entries.lock().clone();
    let chance = Chance::seeded(seed);
    Desk::new(notebook.clone(), clock.clone(), chance, notebook.clone(), settings.clone(), entries)
}

fn shown(event: &Event) -> String {
    let mark = |alert: &Alert| {
        let standing = &alert.standing;
        let marks = [
            (!standing.silenced_by.is_empty(), " silenced"),
            (!standing.inhibited_by.is_empty(), " inhibited"),
            (standing.acknowledged.is_some(), " acknowledged"),
            (standing.flapping.is_some(), " flapping"),
        ];
        marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect::<String>()
    };
    match event {
        Event::AlertStarted(alert) => format!("started {}{}", alert.rule_name, mark(alert)),
        Event::AlertChanged(alert) => format!("{} {}{}", alert.severity, alert.rule_name, mark(alert)),
        Event::AlertResolved(alert) => format!("resolved {}{}", alert.rule_name, mark(alert)),
        Event::AlertStanding(change, alert) => format!("{change:?} {}", alert.rule_name),
        other => format!("{other:?}"),
    }
}

pub(crate) fn matchers(text: &str) -> Vec<Matcher> {
    parse_matchers(text).expect("good conditions")
}

pub(crate) fn draft(text: &str, ends_at: Millis) -> Draft {
    Draft {
        matchers: matchers(text).iter().map(Condition::from).collect(),
        ends_at: Some(ends_at),
        created_by: "me".to_owned(),
        ..Draft::default()
    }
}

pub(crate) fn alert(rule: &str, service: &str) -> Alert {
    Alert {
        alert_id: Alert::id(rule, service, "i"),
        rule_name: rule.to_owned(),
        service_name: service.to_owned(),
        instance_id: "i".to_owned(),
        severity: Severity::Warning,
        message: rule.to_owned(),
        value: f64::INFINITY,
        threshold: -0.0,
        timestamp: NOON,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: Standing::default(),
    }
}

/// An alert of a rule file.
pub(crate) fn of_file(group: &str, rule: &str, number: u64) -> Alert {
    Alert { alert_id: format!("{group}:{rule}:{number:016x}"), ..alert(rule, "s") }
}

pub(crate) fn over(alert: &Alert, at: Millis) -> Alert {
    Alert { resolved: true, resolved_at: Some(at), ..alert.clone() }
}

pub(crate) fn ids(alerts: &[Alert]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.alert_id.as_str()).collect()
}
