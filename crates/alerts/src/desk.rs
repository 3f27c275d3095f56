//! Hears of alerts, keeps them and what people said about them, and passes them on with how they stand.

use crate::labels::{admits, labels_of};
use crate::ledger::{Entry, Ledger, LedgerError};
use crate::settings::Settings;
use crate::silence::{self, Draft, Silence, SilenceState, SilenceView};
use crate::state::State;
use model::{
    Acknowledgement, Alert, Announce, EXPLANATION, Event, Matcher, Millis, Standing, StandingChange, limits,
};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Builder;
use world::{Chance, Clock};

/// The desk of alerts.
pub struct Desk {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    chance: Mutex<Chance>,
    /// Who hears of alerts and of how they stand.
    announce: Arc<dyn Announce>,
    state: Mutex<State>,
    /// Entries that the ledger did not keep.
    unkept: AtomicU64,
    /// Alerts that began and found no place in the list.
    unlisted: AtomicU64,
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// There is no such silence, or no such alert fires.
    #[error("not found")]
    NotFound,
    /// It cannot be meant, for people.
    #[error("{0}")]
    Invalid(String),
    /// It could not be kept; nothing is changed.
    #[error("not kept: {0}")]
    NotKept(#[from] LedgerError),
}

impl Desk {
    /// Goes on where `restored` ends.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        chance: Chance,
        announce: Arc<dyn Announce>,
        settings: Settings,
        restored: Vec<Entry>,
    ) -> Self {
        let mut state = State::with(settings.clone());
        for entry in restored {
            state.apply(entry);
        }
        let now = clock.now();
        state.derive(settings, now);
        let ids: Vec<String> = state.active.keys().cloned().collect();
        for id in ids {
            let standing = state.standing(&id);
            if let Some(active) = state.active.get_mut(&id) {
                active.alert.standing = standing;
            }
        }
        Self {
            ledger,
            clock,
            chance: Mutex::new(chance),
            announce,
            state: Mutex::new(state),
            unkept: AtomicU64::new(0),
            unlisted: AtomicU64::new(0),
        }
    }

    /// Takes other settings, and tells what changes by them.
    pub fn set_settings(&self, settings: Settings) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        state.derive(settings, now);
        let all: BTreeSet<String> = state.active.keys().cloned().collect();
        self.restand(&mut state, all);
    }

    /// Compares what is listed with the alerts of the rule book: `active`, and `over` for when an alert ended. A kill between
    /// the change of an alert and its announcement is mended by that. To be asked before anything is announced. Alerts of
    /// rule files, which have ids of another form, are left as they are.
    pub fn reconcile(&self, active: &[Alert], over: &[Alert]) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        self.adopt(&mut state, over);
        let known: BTreeSet<(&str, Millis)> =
            active.iter().map(|alert| (alert.alert_id.as_str(), alert.timestamp)).collect();
        let listed = state.active.values().map(|one| &one.alert);
        let ended: Vec<Alert> = listed
            .filter(|alert| is_of_rule_book(alert))
            .filter(|alert| !known.contains(&(alert.alert_id.as_str(), alert.timestamp)))
            .cloned()
            .collect();
        for alert in ended {
            let is = |one: &&Alert| one.alert_id == alert.alert_id && one.timestamp == alert.timestamp;
            let end = over.iter().find(is).and_then(|one| one.resolved_at);
            self.end(&mut state, resolved(alert, end.unwrap_or(now)), now);
        }
        // The oldest first, as they began.
        for alert in active.iter().rev() {
            self.begin(&mut state, alert.clone(), now);
        }
    }

    /// A desk that knows of no alert that is over learns what the rule book has of them, and says nothing of it.
    fn adopt(&self, state: &mut State, over: &[Alert]) {
        if !state.past.is_empty() {
            return;
        }
        for alert in over.iter().rev() {
            let listed = state.active.get(&alert.alert_id);
            if listed.is_none_or(|listed| listed.alert.timestamp != alert.timestamp) {
                let at = alert.resolved_at.unwrap_or(alert.timestamp);
                self.keep(state, Entry::Ended { alert: alert.clone(), at });
            }
        }
    }

    /// Alerts that fire of this group of a rule file: those that were told as begun and not as over.
    pub fn told(&self, group: &str) -> Vec<Alert> {
        let prefix = format!("{group}:");
        let state = self.state.lock();
        let alerts = state.active.range(prefix.clone()..).take_while(|(id, _)| id.starts_with(&prefix));
        let alerts = alerts.map(|(_, active)| &active.alert).filter(|alert| !is_of_rule_book(alert));
        alerts.map(|alert| Alert { standing: Standing::default(), ..alert.clone() }).collect()
    }

    /// Ends the alerts of rule files whose rule `is_there` does not know.
    pub fn end_orphans(&self, is_there: impl Fn(&Alert) -> bool) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        let listed = state.active.values().map(|one| &one.alert);
        let orphans: Vec<Alert> =
            listed.filter(|alert| !is_of_rule_book(alert) && !is_there(alert)).cloned().collect();
        for alert in orphans {
            self.end(&mut state, resolved(alert, now), now);
        }
    }

    /// Looks at the clock: which silences hold, which acknowledgements count no longer, which alerts have calmed down. To be
    /// called each second.
    pub fn tick(&self) {
        let now = self.clock.now();
        let mut state = self.state.lock();
        let mut changed = state.review(now);
        for alert_id in state.lapsed(now) {
            self.keep(&mut state, Entry::Unacknowledged { alert_id: alert_id.clone() });
            changed.insert(alert_id);
        }
        let bounds = state.settings.flapping;
        for alert_id in state.flaps.calm(bounds, now) {
            let over = state.flaps.settle(&alert_id);
            self.keep(&mut state, Entry::Settled { alert_id: alert_id.clone() });
            match over {
                Some(over) => {
                    let over = Alert { standing: Standing::default(), ..over };
                    self.announce.announce(Event::AlertStanding(StandingChange::Settled, over));
                }
                None => {
                    changed.insert(alert_id);
                }
            }
        }
        self.restand(&mut state, changed);
    }

    /// Takes the services of which nothing is heard because the bus is away; `None` while it is not.
    pub fn set_away(&self, services: Option<BTreeSet<String>>) {
        let mut state = self.state.lock();
        let changed = state.set_away(services);
        self.restand(&mut state, changed);
    }

    /// Alerts, newest first: those that fire, and unless `active_only` those that ended within the hour.
    pub fn alerts(&self, active_only: bool) -> Vec<Alert> {
        let now = self.clock.now();
        let state = self.state.lock();
        let mut all: Vec<Alert> = state.active.keys().filter_map(|id| state.listed(id)).collect();
        if !active_only {
            let mut over: BTreeMap<&str, &Alert> = BTreeMap::new();
            let is_late = |noted: Millis| now.saturating_sub(noted) < limits::RESOLVED_ALERT_LISTED;
            for past in state.past.iter().filter(|past| is_late(past.noted)) {
                if !state.active.contains_key(&past.alert.alert_id) {
                    over.insert(&past.alert.alert_id, &past.alert);
                }
            }
            all.extend(over.into_values().cloned());
        }
        all.sort_by(|a, b| b.timestamp.cmp(&a.timestamp).then_with(|| a.alert_id.cmp(&b.alert_id)));
        all
    }

    /// Alerts that flap and do not fire now: whoever was told that they flap takes them for firing until they settle.
    pub fn resting(&self) -> Vec<Alert> {
        let state = self.state.lock();
        state.flaps.resting().cloned().collect()
    }

    /// The alert of this id that fires.
    pub fn alert(&self, id: &str) -> Option<Alert> {
        self.state.lock().listed(id)
    }

    /// The newest `limit` alerts that are over, newest first.
    pub fn history(&self, limit: usize) -> Vec<Alert> {
        self.state.lock().past.iter().rev().take(limit).map(|past| past.alert.clone()).collect()
    }

    /// When the oldest of the alerts ended that the history has, if older ones were let go; `None` if it has all.
    pub fn history_since(&self) -> Option<Millis> {
        let state = self.state.lock();
        let is_full = state.past.len() >= limits::ALERT_HISTORY;
        state.past.front().filter(|_| is_full).map(|past| past.noted)
    }

    /// How many alerts fire.
    pub fn active_count(&self) -> usize {
        self.state.lock().active.len()
    }

    /// How many alerts fire of which receivers hear nothing, because of a silence or of another alert.
    pub fn suppressed_count(&self) -> usize {
        let state = self.state.lock();
        state.active.values().filter(|active| active.alert.standing.is_suppressed()).count()
    }

    /// Alerts that fire and meet all conditions, newest first.
    pub fn matching(&self, matchers: &[Matcher]) -> Vec<Alert> {
        let mut all = self.alerts(true);
        all.retain(|alert| admits(matchers, &labels_of(alert)));
        all
    }

    /// Somebody takes care of an alert: until it is over, or until `expires`.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed then.
    pub fn acknowledge(
        &self,
        id: &str,
        by: &str,
        comment: &str,
        expires: Option<Millis>,
    ) -> Result<Alert, DeskError> {
        silence::texts(by, comment).map_err(DeskError::Invalid)?;
        let at = self.clock.now();
        if expires.is_some_and(|expires| expires <= at) {
            return Err(DeskError::Invalid("it would count no longer already".to_owned()));
        }
        let (by, comment) = (by.to_owned(), comment.to_owned());
        let acknowledgement = Acknowledgement { by, comment, at, expires };
        self.say(id, Entry::Acknowledged { alert_id: id.to_owned(), acknowledgement })
    }

    /// Nobody takes care of an alert any more.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed then.
    pub fn unacknowledge(&self, id: &str) -> Result<Alert, DeskError> {
        self.say(id, Entry::Unacknowledged { alert_id: id.to_owned() })
    }

    /// Takes why an alert fires, in words; `began` tells the alert from others of its id. Nothing happens if it is over, or that
    /// was known.
    pub fn explain(&self, id: &str, began: Millis, text: &str) {
        let mut state = self.state.lock();
        let Some(active) = state.active.get(id).filter(|active| active.alert.timestamp == began) else {
            return;
        };
        let mut alert = Alert { standing: Standing::default(), ..active.alert.clone() };
        let before = alert.annotations.insert(EXPLANATION.to_owned(), text.to_owned());
        if before.as_deref() == Some(text) {
            return;
        }
        self.keep(&mut state, Entry::Changed { alert });
        if let Some(active) = state.active.get(id) {
            self.announce.announce(Event::AlertExplained(active.alert.clone()));
        }
    }

    fn say(&self, id: &str, entry: Entry) -> Result<Alert, DeskError> {
        let mut state = self.state.lock();
        if !state.active.contains_key(id) {
            return Err(DeskError::NotFound);
        }
        self.ledger.record(&entry)?;
        state.apply(entry);
        self.restand(&mut state, [id.to_owned()]);
        state.listed(id).ok_or(DeskError::NotFound)
    }

    /// Another number whenever an alert, how it stands, or a silence changed.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }

    /// All silences: those that hold or will first, of these the one that ends first.
    pub fn silences(&self) -> Vec<SilenceView> {
        let now = self.clock.now();
        let state = self.state.lock();
        let mut all: Vec<SilenceView> =
            state.silences.values().map(|kept| view(&state, &kept.silence, now)).collect();
        all.sort_by_key(|one| {
            (one.state == SilenceState::Expired, one.silence.ends_at.unwrap_or(Millis::MAX))
        });
        all
    }

    /// The silence of this id.
    pub fn silence(&self, id: &str) -> Option<SilenceView> {
        let now = self.clock.now();
        let state = self.state.lock();
        state.silences.get(id).map(|kept| view(&state, &kept.silence, now))
    }

    /// Makes a silence, or changes one. One that is over stays so, and a new one is made in its place.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed then.
    pub fn put_silence(&self, draft: Draft) -> Result<Silence, DeskError> {
        let now = self.clock.now();
        let matchers = draft.check(now).map_err(DeskError::Invalid)?;
        let mut state = self.state.lock();
        let before = match &draft.id {
            Some(id) => Some(state.silences.get(id).ok_or(DeskError::NotFound)?.silence.clone()),
            None => None,
        };
        let before = before.filter(|before| before.state(now) != SilenceState::Expired);
        let is_over = |silence: &Silence| silence.state(now) == SilenceState::Expired;
        let is_full = state.silences.len() >= limits::SILENCES
            && !state.silences.values().any(|kept| is_over(&kept.silence));
        if before.is_none() && is_full {
            return Err(DeskError::Invalid(format!("there are {} silences already", limits::SILENCES)));
        }
        let compiled = matchers.iter().filter(|matcher| matcher.is_compiled()).count();
        let others = state.patterns(before.as_ref().map(|before| before.id.as_str()));
        if compiled + others > limits::SILENCE_PATTERNS {
            let most = limits::SILENCE_PATTERNS;
            return Err(DeskError::Invalid(format!("all silences together have more than {most} patterns")));
        }
        let silence = Silence {
            id: before.as_ref().map_or_else(|| self.id(), |before| before.id.clone()),
            matchers: draft.matchers,
            starts_at: draft.starts_at.or(before.map(|before| before.starts_at)).unwrap_or(now),
            ends_at: draft.ends_at,
            times: draft.times,
            created_by: draft.created_by,
            comment: draft.comment,
            updated_at: now,
        };
        self.set(&mut state, silence.clone(), now)?;
        Ok(silence)
    }

    /// Ends a silence now. One that is over already stays as it is.
    ///
    /// # Errors
    /// [`DeskError`]; nothing is changed then.
    pub fn expire_silence(&self, id: &str) -> Result<Silence, DeskError> {
        let now = self.clock.now();
        let mut state = self.state.lock();
        let mut silence = state.silences.get(id).ok_or(DeskError::NotFound)?.silence.clone();
        if silence.state(now) == SilenceState::Expired {
            return Ok(silence);
        }
        silence.starts_at = silence.starts_at.min(now);
        (silence.ends_at, silence.updated_at) = (Some(now), now);
        self.set(&mut state, silence.clone(), now)?;
        Ok(silence)
    }

    fn set(&self, state: &mut State, silence: Silence, now: Millis) -> Result<(), DeskError> {
        self.ledger.record(&Entry::Silence(silence.clone()))?;
        let changed = state.put_silence(silence, now);
        self.restand(state, changed);
        Ok(())
    }

    fn id(&self) -> String {
        let mut chance = self.chance.lock();
        let (high, low) = (chance.below(u64::MAX), chance.below(u64::MAX));
        let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Entries that the ledger did not keep; what they say was announced all the same.
    pub fn unkept(&self) -> u64 {
        self.unkept.load(Ordering::Relaxed)
    }

    /// Alerts that began and found no place in the list ([`limits::DESK_ALERTS`]); they were announced all the same.
    pub fn unlisted(&self) -> u64 {
        self.unlisted.load(Ordering::Relaxed)
    }

    /// Gives all that must be remembered to `write`, while nothing else can be recorded.
    pub fn freeze<T>(&self, write: impl FnOnce(Vec<Entry>) -> T) -> T {
        let state = self.state.lock();
        write(state.entries())
    }

    fn begin(&self, state: &mut State, alert: Alert, now: Millis) {
        let id = alert.alert_id.clone();
        if let Some(known) = state.active.get(&id).map(|active| active.alert.clone()) {
            if known.timestamp == alert.timestamp {
                // It was known already; that it got worse or better may not have been.
                if known.severity != alert.severity {
                    self.change(state, alert);
                }
                return;
            }
            // Its end was not announced.
            self.end(state, resolved(known, alert.timestamp), now);
        }
        if state.active.len() >= limits::DESK_ALERTS {
            self.unlisted.fetch_add(1, Ordering::Relaxed);
            let standing = state.standing_unlisted(&alert);
            return self.announce.announce(Event::AlertStarted(Alert { standing, ..alert }));
        }
        let was_flapping = state.flaps.flapping(&id).is_some();
        self.keep(state, Entry::Began { alert, at: now });
        let others = state.enter(&id);
        let standing = state.standing(&id);
        let Some(active) = state.active.get_mut(&id) else { return };
        active.alert.standing = standing;
        let alert = active.alert.clone();
        self.announce.announce(Event::AlertStarted(alert.clone()));
        if !was_flapping && alert.standing.flapping.is_some() {
            self.announce.announce(Event::AlertStanding(StandingChange::Flaps, alert));
        }
        self.restand(state, others);
    }

    /// An alert that fires has another severity: others may be silent about it, and others hear of it.
    fn change(&self, state: &mut State, alert: Alert) {
        let id = alert.alert_id.clone();
        let listed = state.active.get(&id).map(|active| active.alert.timestamp);
        if listed != Some(alert.timestamp) {
            let standing = state.standing_unlisted(&alert);
            return self.announce.announce(Event::AlertChanged(Alert { standing, ..alert }));
        }
        let mut others = state.leave(&id);
        let alert = explained(state, alert);
        self.keep(state, Entry::Changed { alert });
        others.extend(state.enter(&id));
        others.push(id.clone());
        self.restand(state, others);
        if let Some(active) = state.active.get(&id) {
            self.announce.announce(Event::AlertChanged(active.alert.clone()));
        }
    }

    /// An alert that fires says something else. That is not kept: after a restart its rule says it again.
    fn retell(&self, state: &mut State, alert: Alert) {
        let alert = explained(state, alert);
        let known = state.active.get_mut(&alert.alert_id);
        let Some(active) = known.filter(|active| active.alert.timestamp == alert.timestamp) else {
            return self.announce.announce(Event::AlertRetold(alert));
        };
        (active.alert.annotations, active.alert.generator) = (alert.annotations, alert.generator);
        let told = active.alert.clone();
        state.version += 1;
        self.announce.announce(Event::AlertRetold(told));
    }

    fn end(&self, state: &mut State, over: Alert, now: Millis) {
        let id = over.alert_id.clone();
        let listed = state.active.get(&id).map(|active| active.alert.timestamp);
        let listed = listed.filter(|began| over.resolved_at.is_none_or(|end| end >= *began));
        let Some(began) = listed else {
            // It was not listed, or it is the end of an earlier one: that is passed on.
            self.keep(state, Entry::Ended { alert: over.clone(), at: now });
            return self.announce.announce(Event::AlertResolved(over));
        };
        // Whoever heard that it began knows it by that.
        let over = Alert { standing: state.standing(&id), timestamp: began, ..explained(state, over) };
        let others = state.leave(&id);
        self.keep(state, Entry::Ended { alert: over.clone(), at: now });
        self.announce.announce(Event::AlertResolved(over));
        self.restand(state, others);
    }

    /// Looks how alerts stand now, and tells what changed.
    fn restand(&self, state: &mut State, ids: impl IntoIterator<Item = String>) {
        for id in ids {
            let standing = state.standing(&id);
            let Some(active) = state.active.get_mut(&id) else { continue };
            let changes = active.alert.standing.changes(&standing);
            if active.alert.standing != standing {
                state.version += 1;
            }
            active.alert.standing = standing;
            for change in changes {
                self.announce.announce(Event::AlertStanding(change, active.alert.clone()));
            }
        }
    }

    /// Records what is then announced. What cannot be recorded is counted and announced all the same: a full disk must not
    /// keep anybody from hearing that something is wrong.
    fn keep(&self, state: &mut State, entry: Entry) {
        if self.ledger.record(&entry).is_err() {
            self.unkept.fetch_add(1, Ordering::Relaxed);
        }
        state.apply(entry);
    }
}

/// What is no beginning and no end is passed on as it is.
impl Announce for Desk {
    fn announce(&self, event: Event) {
        let now = self.clock.now();
        match event {
            Event::AlertStarted(alert) => self.begin(&mut self.state.lock(), alert, now),
            Event::AlertChanged(alert) => self.change(&mut self.state.lock(), alert),
            Event::AlertRetold(alert) => self.retell(&mut self.state.lock(), alert),
            Event::AlertResolved(alert) => self.end(&mut self.state.lock(), alert, now),
            other => self.announce.announce(other),
        }
    }
}

fn view(state: &State, silence: &Silence, now: Millis) -> SilenceView {
    SilenceView { silence: silence.clone(), state: silence.state(now), alerts: state.count_in(&silence.id) }
}

/// The alert with the explanation that is listed of it: its rule does not know that.
fn explained(state: &State, mut alert: Alert) -> Alert {
    let listed =
        state.active.get(&alert.alert_id).and_then(|active| active.alert.annotations.get(EXPLANATION));
    if let Some(text) = listed {
        alert.annotations.entry(EXPLANATION.to_owned()).or_insert_with(|| text.clone());
    }
    alert
}

/// The alert as it is over; it never ends before it began, whatever the clocks say.
fn resolved(alert: Alert, at: Millis) -> Alert {
    Alert { resolved: true, resolved_at: Some(at.max(alert.timestamp)), ..alert }
}

/// Whether its id is of the form that the rule book gives: of an instance, or of a series of one.
fn is_of_rule_book(alert: &Alert) -> bool {
    let of_instance = Alert::id(&alert.rule_name, &alert.service_name, &alert.instance_id);
    let is_series =
        |digits: &str| digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let rest = alert.alert_id.strip_prefix(&of_instance);
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_series))
}
