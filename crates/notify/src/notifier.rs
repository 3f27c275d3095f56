//! Hears of alerts, says what is to be sent to whom and when, and what an answer means.

use crate::delivery::{Delivery, Outcome};
use crate::group::GroupKey;
use crate::lane::{Hand, Lane};
use crate::ledger::{Entry, Ledger};
use crate::message::Message;
use crate::notice::{LabelSet, Notice, RULE, SEVERITY};
use crate::receivers::{Errand, Receiver};
use crate::settings::Settings;
use crate::state::State;
use crate::verdict::{Verdict, judge, judge_mail};
use model::{Alert, Millis, limits};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use world::Clock;

/// Tells receivers of alerts.
pub struct Notifier {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Mutex<State>,
}

/// What is to be done for a receiver.
#[derive(Debug)]
pub enum Next {
    /// Send this to it, and tell [`Notifier::answered`] of the answer.
    Send(Errand),
    /// Ask again after this time, or when something was announced.
    Wait(Duration),
    /// There is no such receiver any more.
    Gone,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The receiver answered.
    Status {
        /// The status of HTTP.
        status: u16,
        /// How long it asks not to be asked.
        retry_after: Option<Duration>,
        /// What it says.
        text: String,
    },
    /// A server of mail answered.
    Mail {
        /// The code of SMTP.
        code: u16,
        /// What it says.
        text: String,
    },
    /// There was no answer, for this reason.
    Failed(String),
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Whether the receiver took it.
    pub is_taken: bool,
    /// The status of HTTP or the code of SMTP, if there was an answer.
    pub status: Option<u16>,
    /// What it said, cut and without secrets.
    pub answer: String,
}

/// How it went with a receiver since the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Its name.
    pub receiver: String,
    /// Messages that it took.
    pub sent: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Changes that were given up.
    pub dropped: u64,
    /// Changes that wait.
    pub waiting: usize,
}

impl Notifier {
    /// Goes on where `restored` ends.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        settings: Settings,
        restored: Vec<Entry>,
    ) -> Self {
        let mut state = State::default();
        let begun = clock.monotonic();
        for entry in restored {
            state.apply(entry, begun);
        }
        let notifier = Self { ledger, clock, state: Mutex::new(state) };
        notifier.set_settings(settings);
        notifier
    }

    /// Takes other receivers and routes. What waits for a receiver that is gone is given up; alerts that fire and were told to
    /// nobody go where the new routes lead.
    pub fn set_settings(&self, settings: Settings) {
        let (now, clock) = (self.clock.now(), self.clock.monotonic());
        let mut state = self.state.lock();
        state.settings = settings.suited();
        let names: BTreeSet<String> =
            state.settings.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let gone: Vec<GroupKey> =
            state.groups.keys().filter(|key| !names.contains(&key.receiver)).cloned().collect();
        for key in gone {
            let Some(group) = state.groups.get(&key) else { continue };
            let numbers: Vec<u64> = group.pending.iter().map(|change| change.number).collect();
            if !numbers.is_empty() {
                state.give_up(&*self.ledger, &key, numbers, now, "it is not in the settings any more");
            }
            state.groups.remove(&key);
        }
        for (_, to) in state.firing.values_mut() {
            to.retain(|key| names.contains(&key.receiver));
        }
        state.lanes.retain(|name, _| names.contains(name));
        for name in names {
            // Whoever was put right should be tried now.
            let lane = state.lanes.entry(name).or_default();
            lane.resting_until = Duration::ZERO;
        }
        let untold = state.firing.values().filter(|(_, to)| to.is_empty());
        let untold: Vec<Notice> = untold.map(|(notice, _)| notice.clone()).collect();
        for notice in untold {
            self.take(&mut state, notice, now, clock);
        }
    }

    /// The names of all receivers.
    pub fn receivers(&self) -> Vec<Receiver> {
        self.state.lock().settings.receivers.clone()
    }

    /// The names of those whom the alert goes to.
    pub fn receivers_of(&self, alert: &Alert) -> Vec<String> {
        let mut names: Vec<String> =
            self.state.lock().ways(&Notice::from(alert)).into_iter().map(|key| key.receiver).collect();
        names.dedup();
        names
    }

    /// The receiver of this name.
    pub fn receiver(&self, name: &str) -> Option<Receiver> {
        self.state.lock().settings.receiver(name).cloned()
    }

    /// What is to be done for the receiver now. Writes to the ledger, so not to be asked where others must not wait.
    pub fn next_step(&self, receiver: &str) -> Next {
        let (now, clock) = (self.clock.now(), self.clock.monotonic());
        let mut state = self.state.lock();
        let Some(asked) = state.settings.receiver(receiver).cloned() else { return Next::Gone };
        let Some(lane) = state.lanes.get(receiver) else { return Next::Gone };
        if clock < lane.resting_until {
            return Next::Wait(lane.resting_until - clock);
        }
        let fails = lane.back_off.failures() > 0;
        self.escalate(&mut state, &asked.name, now, clock);
        if fails {
            self.expire(&mut state, receiver, now, clock);
        }
        let hand = state.lanes.get_mut(receiver).and_then(|lane| lane.hand.take());
        let hand = hand.filter(|hand| !state.is_held(hand));
        let kept = hand.and_then(|hand| Some((state.message(&hand, now)?, hand)));
        let found = kept.or_else(|| {
            let hand = self.pick(&mut state, receiver, now)?;
            Some((state.message(&hand, now)?, hand))
        });
        let Some((message, mut hand)) = found else { return Next::Wait(wait(&state, receiver, now)) };
        hand.alerts = message.alerts().count() + message.truncated;
        if let Some(lane) = state.lanes.get_mut(receiver) {
            lane.hand = Some(hand);
        }
        Next::Send(asked.errand(&message))
    }

    /// What came of the request that [`Notifier::next_step`] gave.
    pub fn answered(&self, receiver: &str, reply: &Reply) {
        let (now, clock) = (self.clock.now(), self.clock.monotonic());
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let Some(asked) = state.settings.receiver(receiver).cloned() else { return };
        let Some(lane) = state.lanes.get_mut(receiver) else { return };
        let Some(mut hand) = lane.hand.take() else { return };
        hand.attempts += 1;
        let verdict = reply.verdict();
        let answer = reply.shown(|text| asked.scrubbed(text));
        let before = lane.back_off.failures();
        match verdict {
            Verdict::Taken => {
                lane.back_off.reset();
                lane.resting_until = Duration::ZERO;
                lane.sent += 1;
            }
            Verdict::Refused => {
                lane.back_off.reset();
                lane.resting_until = Duration::ZERO;
                lane.failed += 1;
            }
            Verdict::Again => {
                lane.resting_until = clock + lane.back_off.pause(reply.asked());
                lane.failed += 1;
            }
        }
        if verdict == Verdict::Taken && before > 0 {
            state.tell(format!("{receiver} takes notifications again after {before} attempts"));
        }
        if verdict == Verdict::Again && before == 0 {
            state.tell(format!("{receiver} does not take a notification now: {answer}"));
        }
        self.log(state, &asked, &mut hand, verdict, answer.clone(), now);
        let (group, numbers) = (hand.group.clone(), hand.numbers.clone());
        match verdict {
            Verdict::Taken => {
                state.keep(&*self.ledger, Entry::Done { group, numbers, at: Some(now) }, clock);
            }
            Verdict::Refused if !numbers.is_empty() => {
                state.give_up(&*self.ledger, &group, numbers, now, &answer);
            }
            Verdict::Refused => {
                state.keep(&*self.ledger, Entry::Done { group, numbers, at: Some(now) }, clock);
            }
            // A repetition is made anew of what fires then.
            Verdict::Again if hand.numbers.is_empty() => {}
            Verdict::Again => {
                if let Some(lane) = state.lanes.get_mut(receiver) {
                    lane.hand = Some(hand);
                }
            }
        }
    }

    /// A message that only tries whether the receiver can be reached.
    pub fn test(&self, receiver: &str) -> Option<Errand> {
        let now = self.clock.now();
        let asked = self.receiver(receiver)?;
        let labels = [(RULE, "test"), (model::SERVICE, "alicia_metrics"), ("severity", "info")];
        let notice = Notice {
            annotations: LabelSet::new(),
            alert_id: "test".to_owned(),
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            description: "Only a test: notifications come through".to_owned(),
            value: 1.0,
            threshold: 0.0,
            starts_at: now,
            ends_at: None,
            flapping: false,
            generator: None,
            implied: BTreeSet::new(),
            severity_changes: 0,
        };
        let message = Message {
            receiver: asked.name.clone(),
            route: "test".to_owned(),
            group: LabelSet::new(),
            changed: vec![notice],
            firing: Vec::new(),
            truncated: 0,
            now,
        };
        Some(asked.errand(&message))
    }

    /// What came of a test; it is put into the log of deliveries, and counted nowhere.
    pub fn tested(&self, receiver: &str, reply: &Reply) -> Tested {
        let mut state = self.state.lock();
        let asked = state.settings.receiver(receiver);
        let answer = reply.shown(|text| asked.map_or_else(|| text.to_owned(), |asked| asked.scrubbed(text)));
        let is_taken = reply.verdict() == Verdict::Taken;
        state.log.put(
            None,
            Delivery {
                timestamp: self.clock.now(),
                receiver: receiver.to_owned(),
                group: LabelSet::new(),
                changes: Vec::new(),
                alerts: 1,
                outcome: if is_taken { Outcome::Sent } else { Outcome::Dropped },
                answer: answer.clone(),
                attempts: 1,
                test: true,
            },
        );
        let status = match reply {
            Reply::Status { status: answered, .. } | Reply::Mail { code: answered, .. } => Some(*answered),
            Reply::Failed(_) => None,
        };
        Tested { is_taken, status, answer }
    }

    /// The newest messages, newest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state.lock().log.list()
    }

    /// How it went with each receiver.
    pub fn counts(&self) -> Vec<Counts> {
        let state = self.state.lock();
        let count = |(name, lane): (&String, &Lane)| Counts {
            receiver: name.clone(),
            sent: lane.sent,
            failed: lane.failed,
            dropped: lane.dropped,
            waiting: lane.waiting,
        };
        state.lanes.iter().map(count).collect()
    }

    /// Entries that the ledger did not keep; they are gone with the process.
    pub fn unkept(&self) -> u64 {
        self.state.lock().unkept
    }

    /// Alerts that nobody was told of because too many fire ([`limits::NOTIFY_FIRING`]).
    pub fn unlisted(&self) -> u64 {
        self.state.lock().unlisted
    }

    /// Changes that nobody was told of because they came and went in quiet hours or in a silence.
    pub fn muted(&self) -> u64 {
        self.state.lock().muted
    }

    /// Lines for the program's log since the last time.
    pub fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().told)
    }

    /// Gives all that must be remembered to `write`, while nothing else can be recorded.
    pub fn freeze<T>(&self, write: impl FnOnce(Vec<Entry>) -> T) -> T {
        let state = self.state.lock();
        write(state.entries())
    }

    /// Takes a change: what is known already is no change.
    pub(crate) fn take(&self, state: &mut State, mut notice: Notice, now: Millis, clock: Duration) {
        let known = state.firing.get(&notice.alert_id).cloned();
        let to = match (notice.is_firing(), known) {
            (true, Some((known, to))) if known.starts_at == notice.starts_at => {
                let is_other = known.label(SEVERITY) != notice.label(SEVERITY);
                if !to.is_empty() && !is_other {
                    return;
                }
                notice.severity_changes = known.severity_changes.saturating_add(u32::from(is_other));
                // Whoever heard of it hears how bad it is now, and whoever is to hear of what is so bad.
                let known: BTreeSet<GroupKey> = to.into_iter().chain(state.ways(&notice)).collect();
                known.into_iter().collect()
            }
            (true, Some((known, _))) => {
                // Its end was not announced.
                let over = Notice { ends_at: Some(notice.starts_at.max(known.starts_at)), ..known };
                self.take(state, over, now, clock);
                state.ways(&notice)
            }
            (true, None) if state.firing.len() >= limits::NOTIFY_FIRING => {
                state.unlisted += 1;
                return;
            }
            (true, None) => state.ways(&notice),
            (false, Some((known, to))) if notice.ends_at >= Some(known.starts_at) => {
                // Whoever heard that it began knows it by that, whatever is remembered elsewhere of its beginning.
                notice = Notice { ends_at: notice.ends_at, ..known };
                self.let_go_unseen(state, &notice.alert_id, &to, clock);
                let knows =
                    |key: &GroupKey| state.groups.get(key).is_some_and(|one| one.knows(&notice.alert_id));
                to.into_iter().filter(knows).collect()
            }
            // It ended before, or nobody heard that it began.
            (false, _) => return,
        };
        let receivers: Vec<String> = to.iter().map(|key| key.receiver.clone()).collect();
        let was_told = state.firing.get(&notice.alert_id).is_some_and(|(_, to)| !to.is_empty());
        let entry = Entry::Took { number: state.number(), at: now, notice, to };
        if receivers.is_empty() && !was_told {
            state.apply(entry, clock);
        } else {
            state.keep(&*self.ledger, entry, clock);
        }
        for receiver in receivers {
            self.make_room(state, &receiver, now);
        }
    }

    /// Gives up the oldest change of a receiver for which too many wait.
    pub(crate) fn make_room(&self, state: &mut State, receiver: &str, now: Millis) {
        if state.lanes.get(receiver).is_none_or(|lane| lane.waiting <= limits::NOTIFY_WAITING) {
            return;
        }
        let groups = state.groups.iter().filter(|(key, _)| key.receiver == receiver);
        let oldest = groups.filter_map(|(key, group)| Some((group.pending.front()?.number, key))).min();
        let Some((number, key)) = oldest.map(|(number, key)| (number, key.clone())) else { return };
        state.give_up(&*self.ledger, &key, vec![number], now, "too many wait");
    }

    /// Gives up what has waited too long for a receiver that does not answer.
    fn expire(&self, state: &mut State, receiver: &str, now: Millis, clock: Duration) {
        let mut old = Vec::new();
        for (key, group) in state.groups.iter().filter(|(key, _)| key.receiver == receiver) {
            let is_old = |taken: Duration| clock.saturating_sub(taken) > limits::NOTIFY_AGE;
            let numbers: Vec<u64> = group
                .pending
                .iter()
                .take_while(|change| is_old(change.taken))
                // In a silence it was not the receiver who let it wait.
                .filter(|change| !change.is_held(&state.holds))
                .map(|change| change.number)
                .collect();
            // In quiet hours it was not the receiver who let it wait.
            if !numbers.is_empty() && !state.route(key).is_quiet(now) {
                old.push((key.clone(), numbers));
            }
        }
        for (key, numbers) in old {
            state.give_up(&*self.ledger, &key, numbers, now, "it could not be reached for a day");
        }
    }

    /// Takes in hand what is due first.
    fn pick(&self, state: &mut State, receiver: &str, now: Millis) -> Option<Hand> {
        loop {
            self.mind_quiet_hours(state, receiver, now);
            let groups = state.groups.iter().filter(|(key, _)| key.receiver == receiver);
            let due = groups.filter_map(|(key, group)| {
                let route = state.route(key);
                let due = state.due(key, group, now).filter(|due| *due <= now && !route.is_quiet(now));
                due.map(|due| (due, key))
            });
            let key = due.min().map(|(_, key)| key.clone())?;
            let group = state.groups.get(&key)?;
            let numbers = group.batch(limits::NOTIFY_ALERTS, &state.holds);
            let is_silent = !state.route(&key).send_resolved
                && !numbers.is_empty()
                && !group.changes(&numbers).iter().any(Notice::is_firing);
            if !is_silent {
                return Some(Hand { group: key, numbers, attempts: 0, logged: None, alerts: 0 });
            }
            state.keep(&*self.ledger, Entry::Done { group: key, numbers, at: None }, Duration::ZERO);
        }
    }

    /// What came and went in quiet hours is not told when they are over.
    fn mind_quiet_hours(&self, state: &mut State, receiver: &str, now: Millis) {
        let mut unseen = Vec::new();
        let keys: Vec<GroupKey> =
            state.groups.keys().filter(|key| key.receiver == receiver).cloned().collect();
        for key in keys {
            let is_quiet = state.route(&key).is_quiet(now);
            let Some(group) = state.groups.get_mut(&key) else { continue };
            group.come_to(now);
            if is_quiet {
                group.was_quiet |= !group.pending.is_empty();
            } else if std::mem::take(&mut group.was_quiet) {
                unseen.push((key, group.unseen()));
            }
        }
        for (group, numbers) in unseen.into_iter().filter(|(_, numbers)| !numbers.is_empty()) {
            state.muted += numbers.len() as u64;
            state.keep(&*self.ledger, Entry::Done { group, numbers, at: None }, Duration::ZERO);
        }
    }

    fn log(
        &self,
        state: &mut State,
        asked: &Receiver,
        hand: &mut Hand,
        verdict: Verdict,
        answer: String,
        now: Millis,
    ) {
        if asked.is_chatty() && verdict == Verdict::Taken && hand.numbers.is_empty() {
            return;
        }
        let group = state.groups.get(&hand.group);
        let changed = group.map(|group| group.changes(&hand.numbers)).unwrap_or_default();
        let delivery = Delivery {
            timestamp: now,
            receiver: asked.name.clone(),
            group: hand.group.labels.clone(),
            changes: changed.iter().map(Notice::change_id).collect(),
            alerts: hand.alerts,
            outcome: match verdict {
                Verdict::Taken => Outcome::Sent,
                Verdict::Again => Outcome::Retrying,
                Verdict::Refused => Outcome::Dropped,
            },
            answer,
            attempts: hand.attempts,
            test: false,
        };
        hand.logged = Some(state.log.put(hand.logged, delivery));
    }
}

/// How long there is nothing to do for the receiver.
fn wait(state: &State, receiver: &str, now: Millis) -> Duration {
    let groups = state.groups.iter().filter(|(key, _)| key.receiver == receiver);
    let due = groups.filter_map(|(key, group)| state.due(key, group, now)).min();
    let left = due.map_or(i64::MAX, |due| due.saturating_sub(now).max(1));
    // Not at once again where quiet hours are what is waited for.
    let left = Duration::from_millis(left.unsigned_abs());
    if due.is_some_and(|due| due <= now) { limits::NOTIFY_LOOK } else { left.min(limits::NOTIFY_LOOK) }
}

impl Reply {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Status { status, .. } => judge(*status),
            Self::Mail { code, .. } => judge_mail(*code),
            Self::Failed(_) => Verdict::Again,
        }
    }

    fn asked(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Mail { .. } | Self::Failed(_) => None,
        }
    }

    /// For the log: without secrets, and then cut.
    fn shown(&self, scrub: impl Fn(&str) -> String) -> String {
        match self {
            Self::Status { status, text, .. } | Self::Mail { code: status, text } => {
                let text: String = scrub(text).trim().chars().take(limits::EXAMPLE_BYTES).collect();
                format!("{status} {text}").trim_end().to_owned()
            }
            Self::Failed(why) => scrub(why),
        }
    }
}
