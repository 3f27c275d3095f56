//! Alerts that nobody takes care of go further, those that somebody does do not, and no death forgets or doubles that.

use crate::rig::{NOON, Rig, alert, over, status, told, webhook};
use alerts::{Weekly, Zone};
use model::limits::MINUTE;
use model::{Acknowledgement, Alert, Announce, Event, Flapping, Severity, Standing, StandingChange};
use notify::{Escalation, Route, Settings, Timing};
use world::Clock as _;

const NOTHING: [&str; 0] = [];

fn step(minutes: i64, receivers: &[&str]) -> Escalation {
    let receivers = receivers.iter().map(|name| (*name).to_owned()).collect();
    Escalation { after: minutes * MINUTE, receivers }
}

/// Everything goes to `a`, after 15 minutes to `b` and after 30 to `c`.
fn route() -> Route {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    Route { timing, escalate: vec![step(15, &["b"]), step(30, &["c"])], ..Route::new("1", "a") }
}

fn rig(routes: Vec<Route>) -> Rig {
    Rig::new(Settings { receivers: ["a", "b", "c"].map(webhook).to_vec(), routes })
}

fn hot() -> Alert {
    alert("hot", "i1", Severity::Error)
}

fn minutes(rig: &Rig, minutes: u64) {
    rig.pass(minutes * 60);
}

fn stands(rig: &Rig, alert: &Alert, standing: Standing) {
    let alert = Alert { standing, ..alert.clone() };
    rig.notifier.announce(Event::AlertStanding(StandingChange::Silenced, alert));
}

fn acknowledged() -> Standing {
    let by = "me".to_owned();
    let acknowledgement = Acknowledgement { by, comment: String::new(), at: NOON, expires: None };
    Standing { acknowledged: Some(Box::new(acknowledgement)), ..Standing::default() }
}

/// All that keeps people from hearing of an alert.
fn holds() -> [Standing; 4] {
    [
        acknowledged(),
        Standing { silenced_by: vec!["s".to_owned()], ..Standing::default() },
        Standing { inhibited_by: vec!["up:x:y".to_owned()], ..Standing::default() },
        Standing { flapping: Some(Flapping { changes: 7, since: NOON }), ..Standing::default() },
    ]
}

#[test]
fn what_is_left_alone_goes_further_step_by_step_and_its_end_to_all_who_heard() {
    let rig = rig(vec![route()]);
    let first = rig.start(hot());
    assert_eq!((rig.take("a"), rig.take("b")), (vec!["firing:hot/i1".to_owned()], Vec::new()));
    rig.pass(15 * 60 - 1);
    assert_eq!(rig.take("b"), NOTHING);
    rig.pass(1);
    assert_eq!((rig.take("b"), rig.take("c")), (vec!["firing:hot/i1".to_owned()], Vec::new()));
    assert_eq!(rig.take("b"), NOTHING, "once");
    rig.end(&first);
    minutes(&rig, 30);
    let told = ["a", "b", "c"].map(|name| rig.take(name).join(","));
    assert_eq!(told, ["resolved:hot/i1", "resolved:hot/i1", ""]);
    // It begins again, and nobody is told of it before it is time.
    rig.start(hot());
    minutes(&rig, 14);
    assert_eq!(rig.take("b"), NOTHING);
    minutes(&rig, 16);
    assert_eq!((rig.take("b").len(), rig.take("c").len()), (1, 1));
    minutes(&rig, 4 * 60);
    assert_eq!(rig.take("b"), ["firing:hot/i1"], "who heard of it is told again like the first");
}

#[test]
fn what_somebody_takes_care_of_goes_no_further_and_its_time_begins_anew_afterwards() {
    for held in holds() {
        let rig = rig(vec![route()]);
        let first = rig.start(hot());
        rig.take("a");
        minutes(&rig, 14);
        stands(&rig, &first, held.clone());
        minutes(&rig, 60);
        assert_eq!((rig.take("b").len(), rig.take("c").len()), (0, 0), "{held:?}");
        stands(&rig, &first, Standing::default());
        minutes(&rig, 14);
        assert_eq!(rig.take("b"), NOTHING, "{held:?}");
        minutes(&rig, 1);
        assert_eq!(rig.take("b"), ["firing:hot/i1"], "{held:?}");
        // Who heard hears the end, whatever is said of the alert.
        stands(&rig, &first, acknowledged());
        rig.end(&first);
        assert_eq!((rig.take("b"), rig.take("c").len()), (vec!["resolved:hot/i1".to_owned()], 0), "{held:?}");
    }
}

#[test]
fn what_waits_for_a_further_receiver_is_called_back_when_somebody_takes_care() {
    for is_acknowledged in [false, true] {
        let rig = rig(vec![route()]);
        rig.start(alert("cold", "i1", Severity::Error));
        rig.pass(1);
        let second = rig.start(hot());
        rig.take("a");
        rig.pass(15 * 60 - 1);
        // The first is under way and fails twice, and the second waits behind it.
        for _ in 0..2 {
            assert_eq!(rig.next("b").as_ref().map(told).as_deref(), Some("firing:cold/i1"));
            rig.notifier.answered("b", &status(503));
            rig.pass(1);
        }
        assert_eq!(rig.notifier.counts()[1].waiting, 2);
        if is_acknowledged {
            stands(&rig, &second, acknowledged());
            assert_eq!(rig.notifier.counts()[1].waiting, 1);
        }
        rig.pass(1);
        let expect: &[&str] =
            if is_acknowledged { &["firing:cold/i1"] } else { &["firing:cold/i1", "firing:hot/i1"] };
        assert_eq!(rig.take("b"), expect);
    }
}

#[test]
fn who_was_told_by_another_route_is_not_told_again() {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let rig = rig(vec![Route { goes_on: true, ..route() }, Route { timing, ..Route::new("2", "b") }]);
    rig.start(hot());
    assert_eq!(rig.take("b"), ["firing:hot/i1"]);
    minutes(&rig, 31);
    assert_eq!((rig.take("b").len(), rig.take("c").len()), (0, 1));
}

#[test]
fn in_quiet_hours_nothing_goes_further_and_its_time_begins_when_they_end() {
    // From noon to one o'clock.
    let mute = vec![Weekly { from: 12 * 60, to: 13 * 60, days: Vec::new(), zone: Zone::Offset(0) }];
    let rig = rig(vec![Route { mute, ..route() }]);
    rig.start(hot());
    minutes(&rig, 59);
    assert_eq!((rig.take("a").len(), rig.take("b").len()), (0, 0));
    minutes(&rig, 1);
    assert_eq!((rig.take("a").len(), rig.take("b").len()), (1, 0));
    minutes(&rig, 14);
    assert_eq!(rig.take("b"), NOTHING);
    minutes(&rig, 1);
    assert_eq!(rig.take("b"), ["firing:hot/i1"]);
}

#[test]
fn a_death_at_any_time_neither_forgets_nor_doubles_that_an_alert_went_further() {
    for written_anew in [false, true] {
        let mut rig = rig(vec![route()]);
        let again = |rig: &mut Rig, active: &[Alert], over: &[Alert]| {
            if written_anew {
                *rig.notebook.entries.lock() = rig.notifier.freeze(|entries| entries);
            }
            rig.restart();
            rig.notifier.reconcile(active, &[], over);
        };
        let first = rig.start(hot());
        rig.take("a");
        minutes(&rig, 5);
        stands(&rig, &first, acknowledged());
        let held = Alert { standing: acknowledged(), ..first.clone() };
        again(&mut rig, &[held], &[]);
        minutes(&rig, 5);
        stands(&rig, &first, Standing::default());
        again(&mut rig, std::slice::from_ref(&first), &[]);
        minutes(&rig, 14);
        assert_eq!(rig.take("b"), NOTHING, "the time counts from when nobody took care any more");
        minutes(&rig, 1);
        // It went further, and the message was not answered.
        assert!(rig.next("b").is_some());
        again(&mut rig, std::slice::from_ref(&first), &[]);
        assert_eq!(rig.take("b"), ["firing:hot/i1"]);
        again(&mut rig, std::slice::from_ref(&first), &[]);
        assert_eq!(rig.take("b"), NOTHING);
        let end = over(&first, rig.clock.now());
        again(&mut rig, &[], &[end]);
        let told = ["a", "b", "c"].map(|name| rig.take(name).join(","));
        assert_eq!(told, ["resolved:hot/i1", "resolved:hot/i1", ""]);
    }
}

#[test]
fn a_ledger_of_before_there_were_escalations_is_read() {
    let text = r#"{"Stood":{"alert_id":"hot:kitchen:i1","hold":{"acknowledged":true}}}"#;
    let entry: notify::Entry = serde_json::from_str(text).expect("read");
    assert!(matches!(entry, notify::Entry::Stood { at: 0, .. }));
}
