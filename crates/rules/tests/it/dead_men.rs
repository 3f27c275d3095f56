//! Alerts of senders that fall silent.

use crate::desk::Desk;
use model::{Rule, RuleKind, Severity, limits};
use rules::{RuleError, Sender, default_rules};
use std::cell::RefCell;

/// A house with senders, whose seconds pass one by one.
struct House {
    desk: Desk,
    now: i64,
    senders: RefCell<Vec<Sent>>,
}

#[derive(Clone, Copy)]
struct Sent {
    service: &'static str,
    instance: Option<&'static str>,
    last_seen: i64,
    messages: u64,
    regular: Option<i64>,
    is_gone: bool,
    was_there: bool,
}

fn dead_man() -> Rule {
    Rule {
        name: "silent".to_owned(),
        kind: RuleKind::DeadMan,
        severity: Severity::Error,
        description: "it is silent".to_owned(),
        cooldown_period: 0,
        ..Rule::default()
    }
}

impl House {
    fn new(rules: Vec<Rule>) -> Self {
        Self::of(Desk::new(rules), 0)
    }

    fn of(desk: Desk, now: i64) -> Self {
        Self { desk, now, senders: RefCell::default() }
    }

    /// A sender speaks, with a rhythm in seconds once it spoke four times.
    fn hears(&self, service: &'static str, instance: Option<&'static str>, regular: Option<i64>) {
        let mut senders = self.senders.borrow_mut();
        let known = senders.iter_mut().find(|sent| sent.service == service && sent.instance == instance);
        let sent = match known {
            Some(sent) => sent,
            None => {
                senders.push(Sent {
                    service,
                    instance,
                    last_seen: 0,
                    messages: 0,
                    regular: None,
                    is_gone: false,
                    was_there: false,
                });
                senders.last_mut().expect("just put")
            }
        };
        (sent.last_seen, sent.messages, sent.is_gone) = (self.now * 1_000, sent.messages + 1, false);
        sent.regular = regular.map(|seconds| seconds * 1_000).filter(|_| sent.messages >= 4);
    }

    fn goodbye(&self, service: &str) {
        self.senders
            .borrow_mut()
            .iter_mut()
            .filter(|sent| sent.service == service)
            .for_each(|sent| sent.is_gone = true);
    }

    fn pass(&mut self, seconds: i64, is_heard: bool) {
        for _ in 0..seconds {
            self.now += 1;
            self.desk.book.tick_while(self.now * 1_000, is_heard);
            if !is_heard {
                continue;
            }
            let senders = self.senders.borrow();
            self.desk.book.watch(&|take| {
                for sent in &*senders {
                    take(Sender {
                        service: sent.service,
                        instance: sent.instance,
                        last_seen: sent.last_seen,
                        messages: sent.messages,
                        goes_on: sent.messages > 1 || sent.was_there,
                        regular_silence: sent.regular,
                        is_gone: sent.is_gone,
                    });
                }
            });
        }
    }

    /// A sender of two instances with a rhythm of ten seconds.
    fn steady(rules: Vec<Rule>) -> Self {
        let mut house = Self::new(rules);
        for _ in 0..6 {
            house.hears("s", Some("a"), Some(30));
            house.hears("s", Some("b"), Some(30));
            house.pass(10, true);
        }
        house
    }

    fn said(&self) -> Vec<String> {
        self.desk.said()
    }
}

#[test]
fn a_sender_that_falls_silent_is_missed_until_it_is_heard() {
    let mut house = House::steady(vec![dead_man()]);
    for _ in 0..3 {
        house.hears("s", Some("a"), Some(30));
        house.pass(10, true);
    }
    // b was heard last at 50.
    assert_eq!(house.said(), ["start silent:s:b 31 @81000"]);
    let alert = house.desk.book.alerts(true).remove(0);
    assert_eq!(
        (alert.severity, alert.threshold, alert.message.as_str()),
        (Severity::Error, 30.0, "it is silent")
    );
    house.hears("s", Some("b"), Some(30));
    house.pass(1, true);
    assert_eq!(house.said(), ["end silent:s:b @90000"]);
    house.hears("s", Some("a"), Some(30));
    house.pass(32, true);
    assert_eq!(house.said().len(), 2, "now both");
}

#[test]
fn who_says_goodbye_is_not_missed_and_who_was_missed_is_let_go() {
    let mut house = House::steady(vec![dead_man()]);
    house.goodbye("s");
    house.pass(100, true);
    assert_eq!(house.said(), [""; 0]);
    let mut house = House::steady(vec![dead_man()]);
    house.pass(40, true);
    assert_eq!(house.said().len(), 2);
    house.goodbye("s");
    house.pass(1, true);
    assert_eq!(house.said(), ["end silent:s:a @101000", "end silent:s:b @101000"]);
}

#[test]
fn who_has_no_rhythm_or_spoke_once_is_not_missed() {
    let mut house = House::new(vec![
        dead_man(),
        Rule { name: "fixed".to_owned(), interval: Some("1m".to_owned()), ..dead_man() },
    ]);
    house.hears("once", Some("a"), None);
    house.hears("twice", None, None);
    house.pass(1, true);
    house.hears("twice", None, None);
    house.pass(200, true);
    assert_eq!(house.said(), ["start fixed:twice:twice_unknown 61 @62000"]);
}

#[test]
fn neither_an_outage_of_the_bus_nor_a_sleep_makes_an_alarm() {
    let mut house = House::steady(vec![dead_man()]);
    house.pass(600, false);
    house.pass(30, true);
    assert_eq!(house.said(), [""; 0], "who comes back within the rhythm was not missed");
    house.hears("s", Some("a"), Some(30));
    house.pass(1, true);
    assert_eq!(house.said(), [format!("start silent:s:b 31 @{}", house.now * 1_000)], "who does not, is");
    house.now += 10_000;
    house.hears("s", Some("b"), Some(30));
    house.pass(25, true);
    assert_eq!(house.said(), ["end silent:s:b @10691000"]);
}

#[test]
fn a_restart_neither_forgets_nor_invents() {
    let mut house = House::steady(vec![dead_man()]);
    house.pass(15, true);
    house.hears("s", Some("a"), Some(30));
    house.pass(6, true);
    assert_eq!(house.said(), ["start silent:s:b 31 @81000"]);
    let changes = house.desk.watch.recorded.lock().clone();
    let mut again = House::of(Desk::restored(vec![dead_man()], changes), 100);
    let silent = |instance| Sent {
        service: "s",
        instance: Some(instance),
        last_seen: 50_000,
        messages: 0,
        regular: None,
        is_gone: false,
        was_there: false,
    };
    *again.senders.borrow_mut() = vec![silent("a"), silent("b")];
    again.pass(700, true);
    assert_eq!((again.said().len(), again.desk.book.active_count()), (0, 1), "nobody was heard since");
    again.hears("s", Some("b"), None);
    again.pass(1, true);
    assert_eq!(again.said(), ["end silent:s:b @800000"]);
}

#[test]
fn who_was_there_before_a_restart_and_does_not_come_back_is_missed() {
    let mut house = House::new(vec![dead_man()]);
    house.now = 100;
    let silent = |instance, was_there| Sent {
        service: "s",
        instance: Some(instance),
        last_seen: 50_000,
        messages: 0,
        regular: Some(30_000),
        is_gone: false,
        was_there,
    };
    *house.senders.borrow_mut() = vec![silent("a", true), silent("b", false), silent("c", true)];
    house.pass(20, false);
    house.pass(10, true);
    house.hears("s", Some("c"), Some(30));
    house.pass(20, true);
    assert_eq!(house.said(), [""; 0], "silence counts from when somebody listened");
    house.pass(1, true);
    assert_eq!(house.said(), ["start silent:s:a 31 @151000"]);
}

#[test]
fn whoever_nobody_knows_any_more_is_missed_no_longer() {
    let mut house = House::steady(vec![dead_man()]);
    house.pass(40, true);
    assert_eq!(house.said().len(), 2);
    house.senders.borrow_mut().clear();
    let passes = i64::try_from(limits::DEAD_MAN_PASSES).expect("small");
    house.pass(passes - 102, true);
    assert_eq!(house.said(), [""; 0]);
    house.pass(3, true);
    assert_eq!((house.said().len(), house.desk.book.active_count()), (2, 0));
}

#[test]
fn rules_choose_senders_and_say_more_of_them() {
    let texts = |name: &str, text: &str| [(name.to_owned(), text.to_owned())].into();
    let rule = Rule {
        matching: Some("service=~\"s|t\",instance!=\"a\"".to_owned()),
        annotations: texts(
            "summary",
            "{{ $labels.service }} is silent since {{ $value | humanizeDuration }}",
        ),
        labels: texts("team", "home"),
        ..dead_man()
    };
    let mut house = House::steady(vec![rule.clone()]);
    house.pass(40, true);
    assert_eq!(house.said(), ["start silent:s:b 31 @81000"]);
    let alert = house.desk.book.alerts(true).remove(0);
    assert_eq!(
        (alert.annotations["summary"].as_str(), alert.labels["team"].as_str()),
        ("s is silent since 31s", "home")
    );
    // A change of the rule ends its alerts and misses anew.
    house.desk.book.put(Rule { severity: Severity::Info, ..rule }).expect("good");
    house.pass(1, true);
    assert_eq!(house.said(), ["end silent:s:b @100000", "start silent:s:b 51 @101000"]);
    house.desk.book.set_enabled("silent", false).expect("there");
    house.pass(5, true);
    assert_eq!(house.said(), ["end silent:s:b @101000"]);
}

#[test]
fn the_cooldown_holds_for_senders_too() {
    let mut house = House::steady(vec![Rule { cooldown_period: 300, ..dead_man() }]);
    house.goodbye("s");
    for _ in 0..9 {
        house.hears("s", Some("a"), Some(30));
        house.pass(40, true);
    }
    // Missed at 91; heard each forty seconds, missed again after 391.
    let starts: Vec<String> = house.said().into_iter().filter(|line| line.starts_with("start")).collect();
    assert_eq!(starts, ["start silent:s:a 31 @91000", "start silent:s:a 31 @411000"]);
}

#[test]
fn a_dead_man_rule_says_nothing_of_samples() {
    let put = |rule: Rule| Desk::new(Vec::new()).book.put(rule).map(|_| ());
    assert_eq!(put(dead_man()), Ok(()));
    for (rule, field) in [
        (Rule { condition: "value > 1".to_owned(), ..dead_man() }, "condition"),
        (Rule { metric_name: "m".to_owned(), ..dead_man() }, "metric_name"),
        (Rule { hold: Some("1m".to_owned()), ..dead_man() }, "for"),
    ] {
        assert_eq!(put(rule), Err(RuleError::Misplaced(field)));
    }
    let text = r#"{"name":"silent","kind":"dead-man","severity":"error","description":"d","interval":"5m"}"#;
    let rule: Rule = serde_json::from_str(text).expect("it is a rule");
    assert_eq!((rule.kind, rule.metric_name.as_str()), (RuleKind::DeadMan, ""));
    let last = default_rules(90.0, 85.0).pop().expect("there are some");
    assert_eq!(
        (last.name.as_str(), last.kind, put(last.clone())),
        ("service_silent", RuleKind::DeadMan, Ok(()))
    );
}

#[test]
fn samples_are_judged_while_senders_are_looked_at() {
    let house = House::steady(vec![dead_man()]);
    let (judged, hears) = std::sync::mpsc::sync_channel(1);
    std::thread::scope(|scope| {
        house.desk.book.watch(&|_| {
            let (book, judged) = (&house.desk.book, judged.clone());
            // It waits for the same lock as a sample that is judged.
            scope.spawn(move || judged.send(book.active_count()));
            let hears = hears.recv_timeout(std::time::Duration::from_secs(30));
            assert_eq!(hears, Ok(0), "whoever gives senders may hold what the judging of samples waits for");
        });
    });
}
