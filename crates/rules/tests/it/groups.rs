//! Rule groups: what recording rules write, the life of alerts, changes and faults.

use crate::groups_desk::{GroupDesk, START, STEP, alert, begun, checked, group, record, restarted, told};
use model::{Alert, Event, Severity};
use rules::groups::{AlertState, GroupRun, GroupSpec, Health, RuleSpec, RuleViewKind, Templates};
use std::collections::BTreeMap;
use std::sync::Arc;

const A: &[(&str, &str)] = &[("__name__", "m"), ("instance", "a")];
const B: &[(&str, &str)] = &[("__name__", "m"), ("instance", "b")];

/// The alerts of rule `at`: instance and state.
fn states(run: &GroupRun, at: usize) -> Vec<(String, AlertState)> {
    let view = run.view(&[]);
    let RuleViewKind::Alerting { alerts, .. } = &view.rules[at].kind else { return Vec::new() };
    alerts
        .iter()
        .map(|alert| (alert.labels.get("instance").unwrap_or_default().to_owned(), alert.state))
        .collect()
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// Lets `m{instance="a"}` be 1 in the rounds of `x` and end in those of `.`, and gives what is told and the state of each.
fn life(hold: &str, keep: &str, script: &str) -> String {
    let desk = GroupDesk::new();
    let mut run = begun(group(vec![alert("Up", "m == 1", hold, keep)]));
    let mut line = String::new();
    for (round, c) in (0..).zip(script.chars()) {
        if c == 'x' {
            desk.sample(A, round, 1.0);
        } else {
            desk.end(A, round);
        }
        let events = desk.round(&mut run, round);
        let state = match states(&run, 0).first() {
            None => '.',
            Some((_, AlertState::Pending)) => 'p',
            Some((_, AlertState::Firing)) => 'F',
        };
        line.push(state);
        for event in events {
            line.push(if event.starts_with('+') { '+' } else { '-' });
        }
        let series = desk.ask("ALERTS", round);
        let expected = match state {
            '.' => BTreeMap::new(),
            'p' => {
                BTreeMap::from([(text(r#"ALERTS{alertname="Up",alertstate="pending",instance="a"}"#), 1.0)])
            }
            _ => BTreeMap::from([(text(r#"ALERTS{alertname="Up",alertstate="firing",instance="a"}"#), 1.0)]),
        };
        assert_eq!(series, expected, "round {round} of {script}");
        assert_eq!(desk.ask("ALERTS_FOR_STATE", round).len(), usize::from(state != '.'), "round {round}");
    }
    line
}

#[test]
fn an_alert_lives_as_prometheus_lets_it() {
    for (hold, keep, script, expected) in [
        ("", "", "x.xx.", "F+.-F+F.-"),
        ("2m", "", "xx.xxxx.", "pp.ppF+F.-"),
        ("2m", "", "xxxxx", "ppF+FF"),
        ("", "2m", "x.xx....", "F+FFFFF.-."),
        ("1m", "1m", "xx.x.x...", "pF+FFFFF.-."),
        ("1m", "", ".x.x.xx", ".p.p.pF+"),
    ] {
        assert_eq!(life(hold, keep, script), expected, "for {hold:?}, keep {keep:?}: {script}");
    }
}

#[test]
fn a_later_rule_sees_what_an_earlier_one_wrote_in_the_same_round() {
    let desk = GroupDesk::new();
    desk.sample(A, 0, 2.0);
    desk.sample(B, 0, 3.0);
    let mut first = record("m:sum", "sum(m)");
    first.labels.insert(text("team"), text("home"));
    let mut run =
        begun(group(vec![first, record("m:twice", "m:sum * 2"), alert("High", "m:twice > 9", "", "")]));
    assert_eq!(desk.round(&mut run, 0), ["+High "]);
    let one = |name: &str, value: f64| BTreeMap::from([(format!("{name}{{team=\"home\"}}"), value)]);
    assert_eq!(desk.ask("m:sum", 0), one("m:sum", 5.0));
    assert_eq!(desk.ask("m:twice", 0), one("m:twice", 10.0));
    assert_eq!(run.view(&[]).rules[2].health, Health::Good);
}

#[test]
fn a_recorded_series_ends_when_its_source_does_and_a_number_is_recorded_too() {
    let desk = GroupDesk::new();
    let mut run = begun(group(vec![record("r", "m * 2"), record("n", "1 + 1")]));
    desk.sample(A, 0, 1.0);
    desk.sample(B, 0, 1.0);
    desk.round(&mut run, 0);
    desk.end(B, 1);
    desk.round(&mut run, 1);
    assert_eq!(desk.ask("r", 1), BTreeMap::from([(text(r#"r{instance="a"}"#), 2.0)]));
    assert_eq!(desk.ask("n", 1), BTreeMap::from([(text("n{}"), 2.0)]));
    desk.round(&mut run, 2);
    assert_eq!(desk.points("r"), 3 + 2, "one end, not one in each round");
}

#[test]
fn a_rule_that_fails_costs_only_itself_and_keeps_what_it_had() {
    let desk = GroupDesk::new();
    let mut twice = record("twice", "m");
    twice.labels.insert(text("instance"), text("same"));
    let mut same = alert("Same", "m", "", "");
    same.labels.insert(text("instance"), text("same"));
    let rules = vec![record("range", "m[5m]"), twice, same, record("good", "m")];
    let mut run = begun(group(rules));
    desk.sample(A, 0, 1.0);
    desk.round(&mut run, 0);
    assert_eq!(run.errors().filter_map(|(_, error)| error).count(), 1);
    desk.sample(B, 1, 1.0);
    assert_eq!(desk.round(&mut run, 1), Vec::<String>::new(), "the alert neither begins anew nor ends");
    let errors: Vec<_> = run.errors().map(|(name, error)| (name, error.unwrap_or_default())).collect();
    assert_eq!(errors[0], ("range", "rule result is not a vector or scalar"));
    assert_eq!(errors[1].1, "vector contains metrics with the same labelset after applying rule labels");
    assert_eq!(errors[2].1, "vector contains metrics with the same labelset after applying alert labels");
    assert_eq!(errors[3].1, "");
    let health = |at: usize| run.view(&[]).rules[at].health;
    assert_eq!((health(0), health(3)), (Health::Bad, Health::Good));
    assert_eq!(states(&run, 2).len(), 1);
    desk.is_slow.set(true);
    desk.round(&mut run, 2);
    assert!(run.errors().all(|(_, error)| {
        error.is_some_and(|error| error.contains("timed out") || error.contains("not a vector"))
    }));
}

#[test]
fn a_rule_over_its_limit_writes_nothing_and_its_alerts_are_none() {
    let desk = GroupDesk::new();
    let mut spec = group(vec![record("r", "m"), alert("Any", "m", "", "")]);
    spec.limit = 1;
    let mut run = begun(spec);
    desk.sample(A, 0, 1.0);
    assert_eq!(desk.round(&mut run, 0), ["+Any a"]);
    desk.sample(B, 1, 1.0);
    desk.round(&mut run, 1);
    let errors: Vec<_> = run.errors().filter_map(|(_, error)| error).collect();
    assert_eq!(errors, ["exceeded limit of 1 with 2 series", "exceeded limit of 1 with 2 alerts"]);
    assert_eq!(states(&run, 1), []);
    desk.end(A, 2);
    let mut events = desk.round(&mut run, 2);
    events.sort();
    assert_eq!(events, ["+Any b", "-Any a"]);
}

#[test]
fn an_alert_is_told_in_the_words_of_the_bus() {
    let desk = GroupDesk::new();
    let mut rule = alert("Hot", "temperature > 30", "", "");
    rule.labels =
        BTreeMap::from([(text("severity"), text("critical")), (text("room"), text("{{ $labels.place }}"))]);
    rule.annotations = BTreeMap::from([
        (
            text("summary"),
            text(
                "{{ $labels.place }} has {{ $value | humanize }}{{ with query \"sum(temperature)\" }}, {{ . | first | value }} in all{{ end }}",
            ),
        ),
        (text("broken"), text("{{ humanize \"x\" }}")),
    ]);
    let series = [("__name__", "temperature"), ("service", "lamp"), ("instance", "i"), ("place", "attic")];
    desk.sample(&series, 0, 31.5);
    let mut run = begun(group(vec![rule]));
    let events = run.evaluate(&desk.store, &desk, START);
    let [Event::AlertStarted(told)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(told.message, "attic has 31.5, 31.5 in all");
    assert_eq!((told.service_name.as_str(), told.instance_id.as_str()), ("lamp", "i"));
    assert_eq!((told.severity, told.value, told.timestamp), (Severity::Critical, 31.5, START));
    let view = run.view(&[]);
    let RuleViewKind::Alerting { alerts, .. } = &view.rules[0].kind else { panic!("it alerts") };
    assert_eq!(alerts[0].labels.get("room"), Some("attic"));
    assert!(alerts[0].annotations["broken"].starts_with("<error expanding template: "));
    let ended = run.end(&desk, START + STEP);
    let [Event::AlertResolved(over)] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!((&over.alert_id, over.resolved_at), (&told.alert_id, Some(START + STEP)));
    assert_eq!(desk.ask("ALERTS", 1), BTreeMap::new());
}

#[test]
fn who_hears_of_alerts_hears_of_them_even_if_nothing_can_be_written() {
    let desk = GroupDesk::new();
    desk.sample(A, 0, 1.0);
    *desk.broken.borrow_mut() = Some(text("the disk is full"));
    let mut run = begun(group(vec![alert("Any", "m", "", "")]));
    assert_eq!(desk.round(&mut run, 0), ["+Any a"]);
    assert_eq!(run.errors().next(), Some(("Any", Some("the disk is full"))));
    *desk.broken.borrow_mut() = None;
    desk.end(A, 1);
    assert_eq!(desk.round(&mut run, 1), ["-Any a"]);
    assert_eq!(run.view(&[]).rules[0].health, Health::Good);
}

#[test]
fn query_offset_looks_and_writes_so_much_earlier() {
    let desk = GroupDesk::new();
    desk.sample(A, 0, 1.0);
    desk.sample(A, 1, 2.0);
    let mut spec = group(vec![record("r", "m")]);
    spec.query_offset = Some(text("1m"));
    desk.round(&mut begun(spec), 1);
    assert_eq!(desk.ask("r", 0), BTreeMap::from([(text(r#"r{instance="a"}"#), 1.0)]));
}

#[test]
fn rules_that_did_not_change_go_on_and_those_that_are_gone_end() {
    let desk = GroupDesk::new();
    desk.sample(A, 0, 1.0);
    let kept = || alert("Kept", "m", "2m", "");
    let mut run = begun(group(vec![kept(), alert("Gone", "m", "", ""), record("r", "m")]));
    assert_eq!(desk.round(&mut run, 0), ["+Gone a"]);
    let next = checked(group(vec![record("s", "m"), kept()]));
    let mut changed = GroupRun::new(next, Arc::new(Templates::default()), false);
    assert_eq!(told(&changed.take_over(run, START)), ["-Gone a"]);
    desk.sample(A, 1, 1.0);
    assert_eq!(desk.round(&mut changed, 1), Vec::<String>::new());
    assert_eq!(desk.ask("r or ALERTS{alertname=\"Gone\"}", 1), BTreeMap::new());
    desk.sample(A, 2, 1.0);
    assert_eq!(desk.round(&mut changed, 2), ["+Kept a"], "it was pending since the first round");
}

/// Runs a rule with `for: 1h` so many rounds, leaves it for so many, and gives the round in which it fires.
fn fires_after_restart(before: i64, outage: i64) -> i64 {
    let desk = GroupDesk::new();
    let spec = || group(vec![alert("Long", "m", "1h", "")]);
    let mut run = begun(spec());
    for round in 0..before {
        desk.sample(A, round, 1.0);
        desk.round(&mut run, round);
    }
    let mut run = restarted(spec());
    for round in before + outage.. {
        desk.sample(A, round, 1.0);
        desk.round(&mut run, round);
        if states(&run, 0).iter().any(|(_, state)| *state == AlertState::Firing) {
            return round;
        }
    }
    unreachable!("rounds have no end")
}

#[test]
fn a_long_wait_goes_on_after_a_restart() {
    // 30 minutes pending, 10 away: the outage does not count. The last round before it was the 30th.
    assert_eq!(fires_after_restart(31, 10), 60 + 11 + 1);
    // 55 minutes pending: five are left, but ten are the least.
    assert_eq!(fires_after_restart(56, 10), 66 + 1 + 10);
    // It fired: it does so at once, when it is known.
    assert_eq!(fires_after_restart(70, 10), 80 + 2);
    // Away for longer than is tolerated: it begins anew.
    assert_eq!(fires_after_restart(31, 90), 31 + 90 + 60);
}

#[test]
fn an_alert_that_was_over_when_the_program_ended_begins_anew() {
    let desk = GroupDesk::new();
    let spec = || group(vec![alert("Long", "m", "10m", "")]);
    let mut run = begun(spec());
    for round in 0..8 {
        if round < 7 {
            desk.sample(A, round, 1.0);
        } else {
            desk.end(A, round);
        }
        desk.round(&mut run, round);
    }
    let mut run = restarted(spec());
    for round in 10..20 {
        desk.sample(A, round, 1.0);
        desk.round(&mut run, round);
        assert_eq!(states(&run, 0)[0].1, AlertState::Pending, "{round}");
    }
}

/// The alerts that were told as begun and not as over, as whoever keeps the list of alerts has them.
#[derive(Default)]
struct Told(BTreeMap<String, Alert>);

impl Told {
    /// A round, and what it tells.
    fn round(&mut self, desk: &GroupDesk, run: &mut GroupRun, round: i64) -> Vec<String> {
        let events = run.evaluate(&desk.store, desk, START + round * STEP);
        for event in &events {
            match event {
                Event::AlertStarted(alert) => drop(self.0.insert(alert.alert_id.clone(), alert.clone())),
                Event::AlertResolved(alert) => drop(self.0.remove(&alert.alert_id)),
                _ => {}
            }
        }
        told(&events)
    }

    fn restarted(&self, spec: GroupSpec) -> GroupRun {
        let mut run = restarted(spec);
        run.recall_told(&self.0.values().cloned().collect::<Vec<_>>());
        run
    }
}

#[test]
fn the_bus_hears_after_a_restart_that_an_alert_is_over_and_only_once() {
    let desk = GroupDesk::new();
    let mut list = Told::default();
    let spec = || group(vec![alert("Any", "m", "1m", "")]);
    let mut run = begun(spec());
    for round in 0..2 {
        desk.sample(A, round, 1.0);
        desk.sample(B, round, 1.0);
        let events = list.round(&desk, &mut run, round);
        assert_eq!(events.len(), if round == 1 { 2 } else { 0 });
    }
    // Killed. One is there again, late; the other is not.
    desk.end(A, 3);
    desk.end(B, 3);
    let mut run = list.restarted(spec());
    assert_eq!(list.round(&desk, &mut run, 3), Vec::<String>::new(), "senders may not be back yet");
    desk.sample(A, 4, 1.0);
    assert_eq!(list.round(&desk, &mut run, 4), Vec::<String>::new());
    desk.sample(A, 5, 1.0);
    assert_eq!(list.round(&desk, &mut run, 5), ["-Any b"], "the first is known, and is not told again");
    desk.sample(A, 6, 1.0);
    assert_eq!(list.round(&desk, &mut run, 6), Vec::<String>::new());
    // And again, when none is there.
    desk.end(A, 7);
    assert_eq!(list.round(&desk, &mut run, 7), ["-Any a"]);
    let mut run = list.restarted(spec());
    let events: Vec<_> = (8..12).flat_map(|round| list.round(&desk, &mut run, round)).collect();
    assert_eq!(events, Vec::<String>::new());
}

#[test]
fn what_was_written_and_not_told_before_a_kill_is_told_after_it() {
    let desk = GroupDesk::new();
    let spec = || group(vec![alert("Any", "m", "", "")]);
    let mut run = begun(spec());
    for series in [A, B] {
        desk.sample(series, 0, 1.0);
    }
    // Its series are committed, and then it is killed: nobody was told.
    assert_eq!(desk.round(&mut run, 0).len(), 2);
    let mut list = Told::default();
    let mut run = list.restarted(spec());
    desk.sample(A, 1, 1.0);
    desk.end(B, 1);
    assert_eq!(list.round(&desk, &mut run, 1), ["+Any a"]);
    for round in 2..4 {
        desk.sample(A, round, 1.0);
        assert_eq!(list.round(&desk, &mut run, round), Vec::<String>::new());
    }
    let left = desk.ask("ALERTS", 3);
    assert_eq!(left.len(), 1, "the series of the other has its end too: {left:?}");
}

#[test]
fn alerts_are_recalled_by_the_rule_whose_labels_they_have() {
    let desk = GroupDesk::new();
    let labelled = |site: &str| {
        let labels =
            [("site".to_owned(), site.to_owned()), ("room".to_owned(), "{{ $labels.room }}".to_owned())];
        RuleSpec { labels: labels.into(), ..alert("Any", "m", "", "") }
    };
    let spec = || group(vec![labelled("home"), labelled("away")]);
    let mut list = Told::default();
    desk.sample(A, 0, 1.0);
    assert_eq!(list.round(&desk, &mut begun(spec()), 0).len(), 2);
    desk.end(A, 1);
    let mut run = list.restarted(spec());
    let events: Vec<_> = (1..6).flat_map(|round| list.round(&desk, &mut run, round)).collect();
    assert_eq!(events, ["-Any a", "-Any a"], "each once");
    let alert = |site: &str| {
        let labels = [("site".to_owned(), site.to_owned())].into();
        Alert { alert_id: "g:Any:00ff".to_owned(), labels, ..sample_alert() }
    };
    let group = checked(spec());
    assert!(group.owns(&alert("home")) && !group.owns(&alert("elsewhere")));
    assert!(!group.owns(&Alert { alert_id: "g:Anything:00ff".to_owned(), ..alert("home") }));
    assert!(!group.owns(&Alert { alert_id: "h:Any:00ff".to_owned(), ..alert("home") }));
}

fn sample_alert() -> Alert {
    Alert {
        alert_id: String::new(),
        rule_name: "Any".to_owned(),
        service_name: String::new(),
        instance_id: String::new(),
        severity: Severity::Warning,
        message: String::new(),
        value: 1.0,
        threshold: 0.0,
        timestamp: START,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: model::Standing::default(),
    }
}

#[test]
fn rounds_keep_their_place_in_the_interval() {
    let group = checked(group(vec![record("r", "m")]));
    let first = group.round_after(START);
    assert!(first > START && first <= START + STEP);
    for (t, expected) in
        [(first - 1, first), (first, first + STEP), (first + 1, first + STEP), (first - STEP, first)]
    {
        assert_eq!(group.round_after(t), expected, "{t}");
    }
    assert!(group.round_after(-5) > -5 && group.round_after(-5) <= STEP);
}
