//! What a group hears between its rounds: samples begin and end its alerts.

use crate::groups_desk::{GroupDesk, START, STEP, alert, begun, checked, group, told};
use model::{Append, Labels, MetricKind, Millis, Point, Sample, Series, stale_marker};
use rules::groups::{GroupRun, GroupSpec, Judged};
use rules::stream::{Follower, Following, judged};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A group that is followed, over a store.
struct Rig {
    desk: GroupDesk,
    run: GroupRun,
    follower: Follower,
    following: Arc<Following>,
    rung: Arc<AtomicUsize>,
}

impl Rig {
    fn new(spec: &GroupSpec) -> Self {
        Self::over(GroupDesk::new(), spec, START)
    }

    fn over(desk: GroupDesk, spec: &GroupSpec, now: Millis) -> Self {
        let (follower, rung) = (Follower::default(), Arc::<AtomicUsize>::default());
        let ringer = Arc::clone(&rung);
        let ring = Box::new(move || _ = ringer.fetch_add(1, Ordering::Relaxed));
        let (following, read) = follower.follow(&checked(spec.clone()), &desk.store, now, ring);
        read.expect("memory reads");
        Self { desk, run: begun(spec.clone()), follower, following, rung }
    }

    /// Takes samples of `m{instance}` at so many seconds, and gives what is told.
    fn samples(&mut self, seconds: i64, samples: &[(&str, f64)]) -> Vec<String> {
        for (instance, v) in samples {
            let labels = Labels::new([("__name__", "m"), ("instance", instance)]);
            let series = Arc::new(Series::new(labels, MetricKind::Gauge));
            let batch = [Sample { series: &series, point: Point { t: START + seconds * 1_000, v: *v } }];
            self.desk.store.append(&batch).expect("memory takes it");
            self.follower.append(&batch).expect("it is followed");
        }
        self.hear()
    }

    fn hear(&mut self) -> Vec<String> {
        told(&self.run.hear(&self.following.changes(), &self.desk.store, &self.desk))
    }

    fn round(&mut self, round: i64) -> Vec<String> {
        self.desk.round(&mut self.run, round)
    }

    fn tick(&mut self, seconds: i64) -> Vec<String> {
        self.follower.tick(START + seconds * 1_000);
        self.hear()
    }
}

#[test]
fn an_alert_begins_and_ends_with_the_sample_that_is_to_blame() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "", "")]));
    assert_eq!(rig.samples(1, &[("a", 4.0), ("b", 6.0)]), ["+High b"]);
    assert_eq!(rig.rung.load(Ordering::Relaxed), 1, "the group was told that something changed");
    assert_eq!(rig.samples(2, &[("a", 9.0), ("b", 7.0)]), ["+High a"]);
    assert_eq!(rig.samples(3, &[("b", 1.0), ("b", 8.0)]), ["-High b", "+High b"], "none is left out");
    assert_eq!(rig.samples(4, &[("b", stale_marker())]), ["-High b"]);
    assert_eq!(rig.desk.ask("ALERTS", 1).len(), 1);
    assert_eq!(rig.round(1), Vec::<String>::new(), "the round finds the same");
    assert_eq!(rig.desk.ask("ALERTS", 1).len(), 1);
}

#[test]
fn an_alert_is_pending_for_as_long_as_between_rounds() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "10s", "")]));
    let nothing = Vec::<String>::new();
    assert_eq!(rig.samples(1, &[("a", 6.0)]), nothing);
    assert_eq!(rig.desk.ask(r#"ALERTS{alertstate="pending"}"#, 1).len(), 1);
    assert_eq!(rig.samples(10, &[("a", 6.0)]), nothing);
    assert_eq!(rig.samples(11, &[("a", 6.0)]), ["+High a"]);
    assert_eq!(rig.samples(12, &[("a", 1.0)]), ["-High a"]);
    assert_eq!(rig.samples(13, &[("a", 7.0)]), nothing, "it begins anew");
    assert_eq!(rig.round(1), ["+High a"], "a round fires what is due without a sample");
}

#[test]
fn what_was_heard_is_not_taken_back_by_a_round_of_an_earlier_time() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "", "")]));
    rig.samples(0, &[("a", 1.0), ("b", 9.0)]);
    // The round is of the first minute, but is late.
    assert_eq!(rig.samples(61, &[("a", 9.0), ("b", 1.0)]), ["+High a", "-High b"]);
    assert_eq!(rig.round(1), Vec::<String>::new());
    assert_eq!(rig.round(2), Vec::<String>::new());
    assert_eq!(rig.desk.ask("ALERTS", 2).len(), 1);
}

#[test]
fn an_alert_is_kept_firing_and_its_round_ends_it() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "", "2m")]));
    assert_eq!(rig.samples(1, &[("a", 6.0)]), ["+High a"]);
    assert_eq!(rig.samples(2, &[("a", 1.0)]), Vec::<String>::new());
    assert_eq!(rig.round(1), Vec::<String>::new());
    assert_eq!(rig.round(2), Vec::<String>::new());
    assert_eq!(rig.round(3), ["-High a"]);
}

#[test]
fn a_series_that_is_silent_ends_its_alert_by_the_clock() {
    let mut rig =
        Rig::new(&group(vec![alert("High", "m > 5", "", ""), alert("Fast", "rate(m[10s]) > 1", "", "")]));
    assert_eq!(rig.samples(1, &[("a", 6.0)]), ["+High a"]);
    assert_eq!(rig.samples(3, &[("a", 66.0)]), ["+Fast a"]);
    assert_eq!(rig.tick(12), ["-Fast a"]);
    assert_eq!(rig.tick(300), Vec::<String>::new());
    assert_eq!(rig.tick(303), ["-High a"]);
}

#[test]
fn windows_begin_with_what_is_kept() {
    let desk = GroupDesk::new();
    for round in -5..=0 {
        desk.sample(&[("__name__", "m"), ("instance", "a")], round, 6.0);
    }
    let spec = group(vec![alert("High", "avg_over_time(m[10m]) > 5", "", "")]);
    let mut rig = Rig::over(desk, &spec, START + 1_000);
    assert_eq!(rig.hear(), ["+High a"], "what is kept says so already");
    assert_eq!(rig.samples(2, &[("a", 2.0)]), Vec::<String>::new(), "the mean of seven");
    assert_eq!(rig.samples(3, &[("a", 2.0)]), ["-High a"], "of eight it is 5");
}

#[test]
fn samples_of_long_ago_judge_nothing() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "", "")]));
    assert_eq!(rig.samples(-400, &[("a", 9.0)]), Vec::<String>::new());
    assert_eq!(rig.samples(1, &[("a", 9.0)]), ["+High a"]);
    assert_eq!(rig.samples(-399, &[("a", 1.0)]), Vec::<String>::new());
}

#[test]
fn what_cannot_be_followed_says_why() {
    for (expr, why) in [
        ("m > 5", None),
        ("sum by (job) (rate(m[5m])) / on (job) group_left () sum by (job) (n) > 2", None),
        ("absent(m)", Some("absent holds while no sample comes: only the time shows it")),
        ("m offset 5m > 5", Some("`offset` looks at another time")),
        ("m @ 100 > 5", Some("`@` looks at another time")),
        ("max_over_time(m[5m:1m]) > 5", Some("a subquery is evaluated at times of its own")),
        ("topk(3, m)", Some("topk looks at all series of a group at once")),
        ("m > time()", Some("a number that depends on the time stands beside an operator")),
        ("m > scalar(n)", Some("a number that depends on the time stands beside an operator")),
        ("histogram_quantile(0.9, m) > 1", Some("histogram_quantile is not followed sample by sample")),
        ("sum by (__name__) (m)", Some("it groups by the metric's name")),
        ("vector(1)", Some("vector is not followed sample by sample")),
        ("1 > bool 0", Some("it is a number and no series")),
    ] {
        let group = checked(group(vec![alert("A", expr, "", "")]));
        assert_eq!(judged(&group, &group.rules[0]).reason(), why, "{expr}");
    }
    let labelled = |text: &str| {
        let mut rule = alert("A", "m > 5", "", "");
        rule.labels = BTreeMap::from([("l".to_owned(), text.to_owned())]);
        let group = checked(group(vec![rule]));
        judged(&group, &group.rules[0])
    };
    assert_eq!(labelled("{{ $labels.instance }}"), Judged::AtArrival);
    assert_eq!(labelled("{{ $value }}").reason(), Some("its labels depend on the value"));
}

#[test]
fn two_series_that_are_one_are_left_to_the_rounds() {
    let mut rig =
        Rig::new(&group(vec![alert("High", "max by (instance) (m) + ignoring (instance) m > 5", "", "")]));
    assert_eq!(rig.samples(1, &[("a", 3.0)]), ["+High "]);
    rig.samples(2, &[("b", 3.0)]);
    assert_eq!(rig.following.judged()[0].reason(), Some("two series are one to the expression"));
    assert_eq!(rig.follower.rules(), 0);
    rig.round(1);
    assert!(rig.run.errors().all(|(_, error)| error.is_some()), "the engine says that it is an error");
}

#[test]
fn a_flood_of_changes_is_bounded_and_the_round_finds_them() {
    let mut rig = Rig::new(&group(vec![alert("High", "m > 5", "", "")]));
    let names: Vec<String> =
        (0..model::limits::FOLLOWED_CHANGES + 10).map(|at| format!("i{at:06}")).collect();
    let labels = |name: &String| Labels::new([("__name__", "m"), ("instance", name)]);
    let series: Vec<_> =
        names.iter().map(|name| Arc::new(Series::new(labels(name), MetricKind::Gauge))).collect();
    let point = Point { t: START + 1_000, v: 9.0 };
    let batch: Vec<_> = series.iter().map(|series| Sample { series, point }).collect();
    rig.desk.store.append(&batch).expect("memory takes it");
    rig.follower.append(&batch).expect("it is followed");
    assert_eq!(rig.follower.missed(), 10);
    assert_eq!(rig.hear().len(), model::limits::FOLLOWED_CHANGES);
    assert_eq!(rig.round(1).len(), 10);
}

#[test]
fn series_that_are_gone_are_let_go() {
    let mut rig = Rig::new(&group(vec![alert("High", "sum by (job) (m) > 5", "", "")]));
    for minute in 0..40 {
        let names: Vec<String> = (0..50).map(|at| format!("{minute}-{at}")).collect();
        let samples: Vec<(&str, f64)> = names.iter().map(|name| (name.as_str(), 0.1)).collect();
        rig.samples(minute * STEP / 1_000, &samples);
        rig.tick(minute * STEP / 1_000);
    }
    assert!(rig.follower.samples() < 2_000, "{} of 2,000 series and more", rig.follower.samples());
}
