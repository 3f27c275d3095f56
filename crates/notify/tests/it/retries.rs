//! Receivers that are away, slow, unwilling, or gone for good.

use crate::rig::{NOON, Rig, alert, status, told, webhook};
use model::{Alert, Secret, Severity, limits};
use notify::{Kind, Next, Outcome, Reply, Route, Settings, Timing};
use std::sync::atomic::Ordering;
use std::time::Duration;

fn settings() -> Settings {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let goes_on = Route { goes_on: true, timing, ..Route::new("1", "a") };
    let second = Route { timing, ..Route::new("2", "b") };
    Settings { receivers: vec![webhook("a"), webhook("b")], routes: vec![goes_on, second] }
}

fn counts(rig: &Rig, receiver: &str) -> (u64, u64, u64, usize) {
    let all = rig.notifier.counts();
    let one = all.iter().find(|one| one.receiver == receiver).expect("it is there");
    (one.sent, one.failed, one.dropped, one.waiting)
}

#[test]
fn a_receiver_that_is_down_is_asked_ever_less_often_and_holds_up_nobody() {
    let rig = Rig::new(settings());
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    rig.end(&hot);
    assert_eq!(rig.take("b"), ["firing:hot/i1", "resolved:hot/i1"]);
    let mut pauses = Vec::new();
    for attempt in 0..12 {
        let request = rig.next("a").expect("it is due");
        assert_eq!(told(&request), "firing:hot/i1", "the order is kept");
        let reply = if attempt % 2 == 0 { status(503) } else { Reply::Failed("no answer".to_owned()) };
        rig.notifier.answered("a", &reply);
        let Next::Wait(pause) = rig.notifier.next_step("a") else { panic!("it rests") };
        pauses.push(pause.as_secs());
        rig.pass(pause.as_secs());
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    assert_eq!(rig.take("a"), ["firing:hot/i1", "resolved:hot/i1"]);
    assert_eq!((counts(&rig, "a"), counts(&rig, "b")), ((2, 12, 0, 0), (2, 0, 0, 0)));
    let told = rig.notifier.take_told();
    assert_eq!(told.len(), 2, "once that it is down, once that it is back: {told:?}");
    let log = rig.notifier.deliveries();
    let of_a: Vec<_> = log.iter().filter(|one| one.receiver == "a").collect();
    assert_eq!((of_a[1].attempts, of_a[1].outcome, of_a.len()), (13, Outcome::Sent, 2));
    assert_eq!(of_a[1].changes, [format!("hot:kitchen:i1@{NOON}:firing")]);
}

#[test]
fn a_receiver_may_ask_to_be_left_alone() {
    let rig = Rig::new(settings());
    rig.start(alert("hot", "i1", Severity::Error));
    rig.next("a").expect("it is due");
    let retry_after = Some(Duration::from_secs(30));
    rig.notifier.answered("a", &Reply::Status { status: 429, retry_after, text: "slow down".to_owned() });
    rig.pass(29);
    assert!(rig.next("a").is_none());
    rig.pass(1);
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
}

#[test]
fn what_a_receiver_does_not_want_is_not_sent_again_and_costs_nothing_else() {
    let rig = Rig::new(settings());
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    rig.next("a").expect("it is due");
    rig.notifier.answered("a", &status(400));
    rig.end(&hot);
    assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
    assert_eq!(counts(&rig, "a"), (1, 1, 1, 0));
    assert!(rig.notifier.take_told().join("").contains("given up for a: 400"));
}

#[test]
fn what_waits_is_bounded_in_age_and_number() {
    let rig = Rig::new(settings());
    let old = rig.start(alert("old", "i1", Severity::Error));
    rig.next("a").expect("it is due");
    rig.notifier.answered("a", &status(500));
    rig.pass(24 * 3_600 + 1);
    rig.end(&old);
    assert_eq!(rig.take("a"), ["resolved:old/i1"], "that it began is news of yesterday");
    assert_eq!(counts(&rig, "a"), (1, 1, 1, 0));
    for n in 0..limits::NOTIFY_WAITING + 5 {
        rig.start(alert("many", &format!("i{n}"), Severity::Error));
    }
    assert_eq!(counts(&rig, "a"), (1, 1, 6, limits::NOTIFY_WAITING));
    let messages = rig.take("a");
    assert!(messages[0].starts_with("firing:many/i5 "), "the oldest went: {}", &messages[0][..40]);
    assert_eq!(messages.len(), limits::NOTIFY_WAITING / limits::NOTIFY_ALERTS);
}

#[test]
fn a_full_disk_keeps_nobody_from_hearing() {
    let rig = Rig::new(settings());
    rig.notebook.is_full.store(true, Ordering::Relaxed);
    rig.start(alert("hot", "i1", Severity::Error));
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    assert_eq!(rig.notifier.unkept(), 2);
}

#[test]
fn an_answer_that_repeats_a_secret_does_not_show_it() {
    let kind = Kind::Telegram {
        url: Secret::new("http://bot"),
        token: Secret::new("123:hidden"),
        chat: "1".to_owned(),
    };
    let receivers = vec![crate::rig::receiver("t", kind)];
    let rig = Rig::new(Settings { receivers, routes: Vec::new() });
    rig.start(alert("hot", "i1", Severity::Error));
    rig.pass(10);
    let request = rig.next("t").expect("it is due");
    assert!(request.url.reveal().contains("123:hidden") && !format!("{request:?}").contains("hidden"));
    // Where the text is cut, a part of the secret would be no secret any more.
    let text = format!("{} /bot123:hidden/sendMessage is not here", "x".repeat(185));
    rig.notifier.answered("t", &Reply::Status { status: 404, retry_after: None, text });
    let shown = format!("{:?} {:?}", rig.notifier.deliveries(), rig.notifier.take_told());
    assert!(shown.contains("404") && !shown.contains("123"), "{shown}");
}

#[test]
fn numbers_that_json_does_not_know_survive_a_restart() {
    let mut rig = Rig::new(settings());
    for (n, value) in [f64::INFINITY, f64::NAN, 1e-300].into_iter().enumerate() {
        rig.start(Alert { value, ..alert("odd", &n.to_string(), Severity::Error) });
    }
    rig.restart();
    assert_eq!(rig.take("a"), ["firing:odd/0 firing:odd/1 firing:odd/2"]);
}
