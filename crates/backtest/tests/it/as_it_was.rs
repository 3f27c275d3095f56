//! A trial of a past time is what really was: the alerts of rules that judged the same samples as they came.

use crate::rig::{Kept, START, group, rule, series, trial};
use backtest::{Cell, Subject};
use model::{Announce, Append, Event, Millis, Point, Rule, Sample, Series, to_seconds};
use parking_lot::Mutex;
use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof, proptest};
use proptest::sample::select;
use query::Stop;
use rules::groups::{GroupRun, Round, RuleGroup, RuleSample, Templates};
use rules::stream::Follower;
use rules::{Change, Ledger, LedgerError, RuleBook};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

impl Announce for Told {
    fn announce(&self, event: Event) {
        self.0.lock().push(event);
    }
}

struct NoLedger;

impl Ledger for NoLedger {
    fn record(&self, _change: &Change) -> Result<(), LedgerError> {
        Ok(())
    }
}

struct Unwritten;

impl Round for Unwritten {
    fn begin(&self) {}

    fn took(&self) -> Duration {
        Duration::ZERO
    }

    fn stop(&self) -> Option<Stop> {
        None
    }

    fn write(&self, _samples: &[RuleSample]) -> Result<(), String> {
        Ok(())
    }
}

/// Beginnings and ends: the instance, and the times in seconds.
type Lives = BTreeSet<(String, String, Option<String>)>;

fn lives_of(events: &[Event]) -> Lives {
    let mut open = BTreeMap::new();
    let mut lives = Lives::new();
    let shown = |t: Millis| to_seconds(t).to_string();
    for event in events {
        match event {
            Event::AlertStarted(alert) => {
                open.insert(alert.alert_id.clone(), (alert.instance_id.clone(), alert.timestamp));
            }
            Event::AlertResolved(alert) => {
                let (instance, start) = open.remove(&alert.alert_id).expect("it began");
                lives.insert((instance, shown(start), alert.resolved_at.map(shown)));
            }
            _ => {}
        }
    }
    lives.extend(open.into_values().map(|(instance, start)| (instance, shown(start), None)));
    lives
}

fn lives_in(cell: &Cell) -> Lives {
    let of = |firing: &backtest::Firing| {
        let instance = firing.labels.get("instance").cloned().unwrap_or_default();
        (instance, firing.start.to_string(), firing.end.map(|end| end.to_string()))
    };
    cell.firings.iter().map(of).collect()
}

/// Times after the start, with which of two instances speak and what they say.
type Came = Vec<(Millis, [Option<f64>; 2])>;

fn samples() -> impl Strategy<Value = Came> {
    let value = || prop_oneof![1 => select(vec![None]), 3 => select(vec![Some(1.0), Some(6.0), Some(9.0)])];
    let step = prop_oneof![6 => 500..15_000_i64, 1 => 15_000..200_000_i64];
    vec((step, value(), value()), 1..60).prop_map(|steps| {
        let mut t = 0;
        let at = |(step, a, b): (Millis, Option<f64>, Option<f64>)| {
            t += step;
            (t, [a, b])
        };
        steps.into_iter().map(at).collect()
    })
}

/// The samples of one time.
fn batch<'a>(series: &'a [Arc<Series>; 2], (t, values): &(Millis, [Option<f64>; 2])) -> Vec<Sample<'a>> {
    let point = |v: f64| Point { t: START + t, v };
    series.iter().zip(values).filter_map(|(series, v)| Some(Sample { series, point: point((*v)?) })).collect()
}

/// What a rule of Alicia's does as the samples come.
fn live_rule(rule: &Rule, kept: &Kept, came: &Came, end: Millis) -> Lives {
    let told = Arc::<Told>::default();
    let book = RuleBook::new(Arc::new(NoLedger), told.clone(), Vec::new(), Vec::new());
    book.put(rule.clone()).expect("it is right");
    let series = [series("a"), series("b")];
    let mut second = START;
    for step in came {
        while second < START + step.0 {
            book.tick(second);
            second += 1_000;
        }
        let batch = batch(&series, step);
        kept.take(&batch);
        book.append(&batch).expect("it is judged");
    }
    while second <= end {
        book.tick(second);
        second += 1_000;
    }
    let events = told.0.lock();
    lives_of(&events)
}

/// What a group does as the samples come.
fn live_group(group: &RuleGroup, kept: &Kept, came: &Came, end: Millis) -> Lives {
    let follower = Follower::default();
    let (following, read) = follower.follow(group, &kept.0, START, Box::new(|| {}));
    read.expect("memory reads");
    let mut run = GroupRun::new(group.clone(), Arc::new(Templates::default()), false);
    let mut events = Vec::new();
    let series = [series("a"), series("b")];
    let (mut second, mut round) = (START, group.round_after(START - 1));
    let mut pass = |to: Millis, kept: &Kept, run: &mut GroupRun, events: &mut Vec<Event>| {
        while second.min(round) <= to {
            if round <= second {
                events.extend(run.evaluate(&kept.0, &Unwritten, round));
                round = group.round_after(round);
            } else {
                follower.tick(second);
                events.extend(run.hear(&following.changes(), &kept.0, &Unwritten));
                second += 1_000;
            }
        }
    };
    for step in came {
        pass(START + step.0 - 1, kept, &mut run, &mut events);
        let batch = batch(&series, step);
        kept.take(&batch);
        follower.append(&batch).expect("it is followed");
        events.extend(run.hear(&following.changes(), &kept.0, &Unwritten));
    }
    pass(end, kept, &mut run, &mut events);
    lives_of(&events)
}

proptest! {
    #[test]
    fn of_a_rule_of_alicias(
        came in samples(),
        condition in select(vec![
            "value > 5", "avg(1m) > 5", "max(30s) - min(30s) > 2", "absent(20s)", "value > 5 and avg(2m) < 7",
        ]),
        hold in select(vec![None, Some("10s"), Some("1m")]),
        cooldown in select(vec![0, 60]),
    ) {
        let rule = Rule { cooldown_period: cooldown, ..rule(condition, hold) };
        let kept = Kept::new();
        let seconds = came.last().map_or(0, |(t, _)| t / 1_000) + 400;
        let really = live_rule(&rule, &kept, &came, START + seconds * 1_000);
        let outcome = kept.try_it(&trial(Subject::Condition(Box::new(rule)), seconds)).expect("it is tried");
        assert_eq!(lives_in(&outcome.cells[0]), really, "{condition}");
    }

    #[test]
    fn of_a_rule_of_a_file(
        came in samples(),
        expr in select(vec![
            "temp > 5", "avg_over_time(temp[1m]) > 5", "rate(temp[1m]) > 0.05", "sum(temp) > 8", "absent(temp)",
            "temp > 5 unless temp > 7", "max_over_time(temp[5m:10s]) > 8", "temp offset 30s > 5",
        ]),
        hold in select(vec!["", "10s", "2m"]),
        keep in select(vec!["", "90s"]),
    ) {
        let group = group(expr, hold, keep);
        let kept = Kept::new();
        let seconds = came.last().map_or(0, |(t, _)| t / 1_000) + 400;
        let really = live_group(&group, &kept, &came, START + seconds * 1_000);
        let outcome = kept.try_it(&trial(Subject::Group(group), seconds)).expect("it is tried");
        assert_eq!(lives_in(&outcome.cells[0]), really, "{expr}");
    }
}
