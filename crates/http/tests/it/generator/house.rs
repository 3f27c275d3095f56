//! A rule file, the rooms that its alerts pass, and an Alertmanager that is the test itself.

use crate::counter::{Counter, NOW, runtime};
use model::{Announce, Labels, Login, Millis, Point, Secret, stale_marker};
use notify::{Errand, Kind, Next, Receiver, Reply, Route, Settings};
use query::{Engine, Options, Stop, Value as Answer};
use rules::groups::{Expand, FileSpec, GroupRun, Round, RuleGroup, RuleSample, Templates};
use rules::stream::Following;
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use world::{Clock, SimClock};

/// The name of the receiver.
const ALERTMANAGER: &str = "am";
/// Where others find the collector.
pub(super) const URL: &str = "http://house:8014";

/// Labels, the metric's name aside.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// Whether samples that arrive begin and end alerts, or rounds alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    AtArrival,
    InRounds,
}

/// The house. Its clock goes from round to round.
pub(super) struct House {
    pub(super) clock: Arc<SimClock>,
    pub(super) counter: Counter,
    group: RuleGroup,
    run: Option<GroupRun>,
    following: Option<Arc<Following>>,
    /// Whether nothing can be evaluated in time.
    pub(super) is_slow: Cell<bool>,
}

impl House {
    /// The one group of a rule file: its rules as they stand in it, and `interval`.
    pub(super) fn new(judged: Judged, interval: &str, rules: &str) -> Self {
        let kind = Kind::Alertmanager { url: Secret::new("http://am:9093") };
        let (name, login, time) = (ALERTMANAGER.to_owned(), Login::Open, Duration::from_secs(5));
        let receivers = vec![Receiver { name, kind, login, ca: None, time }];
        let settings = Settings { receivers, routes: vec![Route::new("1", ALERTMANAGER)] };
        let clock = Arc::new(SimClock::at(NOW));
        let counter = Counter::telling(clock.clone(), settings);
        let file = format!("groups:\n- name: g\n  interval: {interval}\n  rules:\n{rules}");
        let spec: FileSpec = serde_saphyr::from_str(&file).expect("a rule file");
        let groups = RuleGroup::check("f.yml", spec, 60_000, &Templates::default()).expect("it is right");
        let group = groups.into_iter().next().expect("one group");
        let run = Some(GroupRun::new(group.clone(), expand(), false));
        let mut house = Self { clock, counter, group, run, following: None, is_slow: Cell::new(false) };
        if judged == Judged::AtArrival {
            let store = &*house.counter.store;
            let (following, read) = house.counter.follower.follow(&house.group, store, NOW, Box::new(|| {}));
            read.expect("memory reads");
            house.following = Some(following);
        }
        house.show();
        house
    }

    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Lets seconds pass.
    pub(super) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Samples of `m{…}` at this time; `None` is the end of a series.
    pub(super) fn samples(&mut self, samples: &[(Pairs<'_>, Option<f64>)]) {
        let t = self.now();
        let all: Vec<(Labels, Point)> = samples
            .iter()
            .map(|(labels, v)| {
                let labels = Labels::new([("__name__", "m")].iter().chain(*labels).copied());
                (labels, Point { t, v: v.unwrap_or_else(stale_marker) })
            })
            .collect();
        let lent = all.iter().map(|(labels, point)| (labels, *point));
        let told = self.counter.gate.take_results("test", lent, t).expect("the gate takes them");
        assert!(told.refused.is_empty(), "{:?}", told.refused);
        self.counter.gate.commit_results().expect("they are kept");
        self.hear();
    }

    /// A sample of `m{instance="…"}`, or its end.
    pub(super) fn sample(&mut self, instance: &str, v: Option<f64>) {
        self.samples(&[(&[("instance", instance)], v)]);
    }

    /// What groups hear between their rounds.
    fn hear(&mut self) {
        let Some(following) = &self.following else { return };
        let (following, mut run) = (Arc::clone(following), self.run.take().expect("it is at work"));
        let events = run.hear(&following.changes(), &*self.counter.store, &Served(self));
        self.run = Some(run);
        events.into_iter().for_each(|event| self.counter.desk.announce(event));
        self.show();
    }

    /// A round at this time.
    pub(super) fn round(&mut self) {
        self.counter.follower.tick(self.now());
        self.hear();
        let mut run = self.run.take().expect("it is at work");
        let events = run.evaluate(&*self.counter.store, &Served(self), self.now());
        self.run = Some(run);
        self.counter.gate.commit_results().expect("they are kept");
        events.into_iter().for_each(|event| self.counter.desk.announce(event));
        self.show();
    }

    fn show(&self) {
        let judged = self.following.as_ref().map(|following| following.judged()).unwrap_or_default();
        self.counter.groups.show(self.run.as_ref().expect("it is at work").view(&judged));
    }

    /// After the interval: a sample of the instance, if it has one, a round, and what the Alertmanager is sent.
    pub(super) fn step(&mut self, instance: &str, v: Option<f64>) -> Vec<Value> {
        self.clock.advance(Duration::from_millis(self.group.interval.unsigned_abs()));
        self.sample(instance, v);
        self.round();
        self.sent()
    }

    /// The program begins anew: what it had on the disk is there, what it remembered is not.
    pub(super) fn restart(&mut self) {
        let mut run = GroupRun::new(self.group.clone(), expand(), true);
        run.recall_told(&self.counter.desk.told(&self.group.name));
        self.run = Some(run);
        self.show();
    }

    /// All that is sent to the Alertmanager now, and taken by it.
    pub(super) fn sent(&self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Next::Send(Errand::Call(request)) = self.counter.notifier.next_step(ALERTMANAGER) {
            assert_eq!(request.url.reveal(), "http://am:9093/api/v2/alerts");
            let body: Value = serde_json::from_slice(&request.body).expect("JSON");
            all.extend(body.as_array().expect("a list").clone());
            let taken = Reply::Status { status: 200, retry_after: None, text: String::new() };
            self.counter.notifier.answered(ALERTMANAGER, &taken);
        }
        all
    }

    /// `data` of an answer of Prometheus' interface.
    pub(super) fn api(&self, path: &str) -> Value {
        let answer = runtime().block_on(self.counter.get(path));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()["data"].take()
    }

    /// The rule at this place in its group, as the interface shows it.
    pub(super) fn rule(&self, at: usize) -> Value {
        self.api("/api/v1/rules?rule_group[]=g")["groups"][0]["rules"][at].take()
    }

    /// States of all alerts, by instance.
    pub(super) fn states(&self) -> Vec<String> {
        let found = self.api("/api/v1/alerts");
        let text = |alert: &Value, name: &str| alert[name].as_str().unwrap_or("-").to_owned();
        let alerts = found["alerts"].as_array().cloned().unwrap_or_default();
        alerts
            .iter()
            .map(|one| format!("{} {}", text(&one["labels"], "instance"), text(one, "state")))
            .collect()
    }

    /// What an expression comes to now: values by series.
    pub(super) fn ask(&self, expr: &str) -> BTreeMap<String, f64> {
        let store = &*self.counter.store;
        let answer = Engine::new(store, Options::default(), &|| None).instant(expr, self.now());
        let Answer::Vector(found) = answer.expect("an answer").value else { panic!("{expr} is no vector") };
        let value = |sample| match sample {
            query::Sample::Float(value) => value,
            query::Sample::Histogram(_) => f64::NAN,
        };
        found.into_iter().map(|found| (found.labels.to_string(), value(found.sample))).collect()
    }
}

/// A time within hours of [`NOW`], in the way of the payload.
pub(super) fn date(t: Millis) -> String {
    let (minutes, rest) = (40 + (t - NOW) / 60_000, (t - NOW) % 60_000);
    format!("2026-11-23T{:02}:{:02}:{:02}.{:03}Z", minutes / 60, minutes % 60, rest / 1_000, rest % 1_000)
}

fn expand() -> Arc<dyn Expand> {
    Arc::new(Templates { external_url: URL.to_owned() })
}

/// What a round is given.
struct Served<'a>(&'a House);

impl Round for Served<'_> {
    fn begin(&self) {}

    fn took(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn stop(&self) -> Option<Stop> {
        self.0.is_slow.get().then_some(Stop::Timeout)
    }

    fn write(&self, samples: &[RuleSample]) -> Result<(), String> {
        let samples = samples.iter().map(|sample| (&sample.labels, sample.point));
        let told = self.0.counter.gate.take_results("rules", samples, self.0.now());
        let told = told.map_err(|error| error.to_string())?;
        assert!(told.refused.is_empty(), "{:?}", told.refused);
        Ok(())
    }
}

/// `instance status` of each alert that was sent, where the status is `firing` until its end.
pub(super) fn short(sent: &[Value], now: Millis) -> Vec<String> {
    let now = date(now);
    let each = sent.iter().map(|alert| {
        let is_over = alert["endsAt"].as_str().expect("an end") <= now.as_str();
        let instance = alert["labels"]["instance"].as_str().unwrap_or("-");
        format!("{instance} {}", if is_over { "resolved" } else { "firing" })
    });
    each.collect()
}

/// Runs a test with rounds alone, and with samples that are judged as they arrive: what is told is the same if they arrive with
/// the rounds.
pub(super) fn both(interval: &str, rules: &str, test: impl Fn(House)) {
    for judged in [Judged::InRounds, Judged::AtArrival] {
        test(House::new(judged, interval, rules));
    }
}
