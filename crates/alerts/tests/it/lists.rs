//! The list of alerts and the history, what is passed on, and what a start mends.

use crate::rig::{NOON, Rig, alert, ids, of_file, over};
use model::{Alert, Announce, Event, Standing, limits};
use std::sync::atomic::Ordering;

#[test]
fn each_change_is_passed_on_once_and_in_order() {
    let rig = Rig::plain();
    let hot = rig.start(alert("hot", "s"));
    rig.desk.announce(Event::AlertStarted(hot));
    assert_eq!(rig.heard(), ["started hot"], "what is known is no news");
    rig.pass(1);
    let again = rig.start(alert("hot", "s"));
    assert_eq!(rig.heard(), ["resolved hot", "started hot"], "its end was not announced");
    rig.end(&again);
    rig.desk.announce(Event::AlertResolved(over(&alert("stranger", "s"), NOON)));
    rig.desk.announce(Event::AlertRecovery { timestamp: 5 });
    assert_eq!(rig.heard(), ["resolved hot", "resolved stranger", "AlertRecovery { timestamp: 5 }"]);
    assert_eq!(ids(&rig.desk.history(9)), ["stranger:s:i", "hot:s:i", "hot:s:i"]);
    assert!(rig.desk.history(9)[1].value.is_infinite());
}

#[test]
fn what_is_over_is_listed_for_an_hour_and_kept_in_the_history() {
    let rig = Rig::plain();
    let hot = rig.start(alert("hot", "s"));
    rig.pass(1);
    let cold = rig.start(alert("cold", "s"));
    assert_eq!(ids(&rig.desk.alerts(true)), ["cold:s:i", "hot:s:i"], "newest first");
    rig.end(&hot);
    assert_eq!(ids(&rig.desk.alerts(true)), ["cold:s:i"]);
    assert_eq!(ids(&rig.desk.alerts(false)), ["cold:s:i", "hot:s:i"]);
    rig.pass(3_599);
    assert_eq!(rig.desk.alerts(false).len(), 2);
    rig.pass(1);
    assert_eq!(ids(&rig.desk.alerts(false)), ["cold:s:i"]);
    assert_eq!(rig.desk.history(9).len(), 1);
    rig.end(&cold);
    let cold = rig.start(cold);
    assert_eq!(rig.desk.alerts(false), [cold], "of an alert there is one");
}

#[test]
fn an_end_is_that_of_the_alert_that_is_listed_unless_it_is_older() {
    let rig = Rig::plain();
    rig.pass(60);
    let hot = rig.start(alert("hot", "s"));
    rig.desk.announce(Event::AlertResolved(over(&alert("hot", "s"), NOON + 59_999)));
    assert_eq!(rig.desk.active_count(), 1, "it ended before this one began");
    let remembered = Alert { timestamp: NOON, ..hot };
    rig.desk.announce(Event::AlertResolved(over(&remembered, NOON + 70_000)));
    assert_eq!((rig.desk.active_count(), rig.desk.history(1)[0].timestamp), (0, NOON + 60_000));
}

#[test]
fn a_start_mends_what_a_kill_left_between_the_rule_book_and_the_desk() {
    let mut rig = Rig::plain();
    let (hot, cold) = (rig.start(alert("hot", "s")), rig.start(alert("cold", "s")));
    let of_file = rig.start(of_file("g", "wet", 1));
    rig.heard();
    rig.restart();
    let ended = over(&hot, NOON + 5_000);
    let anew = Alert { timestamp: NOON + 9_000, ..cold };
    rig.pass(60);
    rig.desk.reconcile(&[anew, alert("new", "s")], &[ended]);
    assert_eq!(rig.heard(), ["resolved cold", "resolved hot", "started new", "started cold"]);
    let ends: Vec<_> = rig.desk.history(2).iter().map(|alert| alert.resolved_at).collect();
    assert_eq!(ends, [Some(NOON + 5_000), Some(NOON + 60_000)], "as the book says, or now");
    assert_eq!(rig.desk.told("g"), [Alert { standing: Standing::default(), ..of_file }]);
}

#[test]
fn a_desk_without_a_past_learns_it_from_the_rule_book() {
    let rig = Rig::plain();
    let over = [over(&alert("b", "s"), NOON - 1), over(&alert("a", "s"), NOON - 2)];
    rig.desk.reconcile(&[], &over);
    assert_eq!(rig.desk.history(9), over);
    rig.desk.reconcile(&[], &over);
    assert_eq!((rig.desk.history(9).len(), rig.heard().len()), (2, 0), "once, and silently");
}

#[test]
fn alerts_of_rule_files_are_known_by_group_and_rule_and_end_with_them() {
    let rig = Rig::plain();
    for (group, rule, number) in [("g", "wet", 1), ("g", "wet", 2), ("g", "wetter", 3), ("g:wet", "x", 4)] {
        rig.start(of_file(group, rule, number));
    }
    rig.start(alert("g", "wet"));
    let told = |group: &str| ids(&rig.desk.told(group)).len();
    assert_eq!((told("g"), told("g:wet"), told("g:w")), (4, 3, 0));
    rig.heard();
    rig.desk.end_orphans(|alert| alert.rule_name == "wet");
    assert_eq!(rig.heard(), ["resolved x", "resolved wetter"]);
    assert_eq!(rig.desk.active_count(), 3, "alerts of the rule book are none of its business");
}

#[test]
fn a_full_disk_keeps_nobody_from_hearing() {
    let rig = Rig::plain();
    rig.notebook.is_full.store(true, Ordering::Relaxed);
    let hot = rig.start(alert("hot", "s"));
    rig.end(&hot);
    assert_eq!(rig.heard(), ["started hot", "resolved hot"]);
    assert_eq!(rig.desk.unkept(), 2);
    rig.start(alert("hot", "s"));
    assert!(
        rig.desk.acknowledge("hot:s:i", "me", "", None).is_err(),
        "what a person says is kept or refused"
    );
    assert_eq!(rig.desk.alert("hot:s:i").expect("it fires").standing, Standing::default());
}

#[test]
fn alerts_without_a_place_are_passed_on_and_silences_hold_of_them() {
    let rig = Rig::plain();
    for number in 0..limits::DESK_ALERTS {
        rig.start(alert("a", &number.to_string()));
    }
    rig.heard();
    rig.silence("rule=\"b\"", 60);
    let one = rig.start(alert("b", "s"));
    rig.end(&one);
    assert_eq!(rig.heard(), ["started b silenced", "resolved b"]);
    assert_eq!((rig.desk.unlisted(), rig.desk.active_count()), (1, limits::DESK_ALERTS));
}

#[test]
fn who_takes_care_of_an_alert_does_so_until_it_is_over_or_the_time_is() {
    let mut rig = Rig::plain();
    let hot = rig.start(alert("hot", "s"));
    let id = hot.alert_id.as_str();
    rig.desk.acknowledge(id, "me", "on it", Some(NOON + 60_000)).expect("it fires");
    assert_eq!(rig.heard(), ["started hot", "Acknowledged hot"]);
    rig.restart();
    let acknowledged = rig.desk.alert(id).expect("it fires").standing.acknowledged.expect("by me");
    assert_eq!((acknowledged.by.as_str(), acknowledged.comment.as_str()), ("me", "on it"));
    rig.pass(59);
    assert_eq!(rig.heard(), [""; 0]);
    rig.pass(1);
    assert_eq!(rig.heard(), ["Unacknowledged hot"]);
    rig.desk.acknowledge(id, "you", "", None).expect("it fires");
    rig.pass(100_000);
    rig.end(&hot);
    assert_eq!(rig.heard(), ["Acknowledged hot", "resolved hot acknowledged"]);
    assert!(rig.desk.history(1)[0].standing.acknowledged.is_some(), "the history knows who");
    rig.start(hot);
    assert_eq!(rig.heard(), ["started hot"], "the next is another");
}
