//! Silences and windows of maintenance.

use crate::rig::{NOON, Rig, alert, draft, ids, matchers};
use alerts::{DeskError, Draft, Maintenance, Settings, SilenceState, Weekday, Weekly, Zone};
use model::{Alert, Announce as _, Event, Severity, limits};

fn evening() -> Weekly {
    Weekly { days: vec![Weekday::Monday], from: 20 * 60, to: 6 * 60, zone: Zone::Offset(0) }
}

#[test]
fn a_silence_holds_of_what_fires_and_what_begins_until_it_is_over() {
    let mut rig = Rig::plain();
    let (hot, cold) = (rig.start(alert("hot", "s")), rig.start(alert("cold", "s")));
    rig.heard();
    let silence = rig.silence("rule=\"hot\"", 60);
    assert_eq!(rig.heard(), ["Silenced hot"]);
    assert_eq!(rig.desk.alert("hot:s:i").expect("it fires").standing.silenced_by, [silence.id.as_str()]);
    rig.start(alert("hot", "t"));
    rig.end(&hot);
    rig.end(&cold);
    assert_eq!(rig.heard(), ["started hot silenced", "resolved hot silenced", "resolved cold"]);
    rig.restart();
    assert_eq!(rig.desk.silences()[0].alerts, 1);
    rig.pass(59);
    assert_eq!(rig.heard(), [""; 0]);
    rig.pass(1);
    assert_eq!(rig.heard(), ["Unsilenced hot"]);
    assert_eq!(rig.desk.silence(&silence.id).expect("it is kept").state, SilenceState::Expired);
    rig.pass(5 * 24 * 3_600);
    assert!(rig.desk.silences().is_empty(), "for some days");
}

#[test]
fn what_gets_worse_leaves_the_silence_of_what_was_less_bad() {
    let mut rig = Rig::plain();
    let hot = rig.start(alert("hot", "s"));
    rig.silence("severity=\"warning\"", 600);
    rig.heard();
    let worse = Alert { severity: Severity::Critical, ..hot.clone() };
    rig.desk.announce(Event::AlertChanged(worse.clone()));
    assert_eq!(rig.heard(), ["Unsilenced hot", "critical hot"]);
    rig.restart();
    rig.rewrite();
    assert_eq!(rig.desk.alert("hot:s:i").map(|alert| alert.severity), Some(Severity::Critical));
    rig.desk.announce(Event::AlertChanged(hot.clone()));
    assert_eq!(rig.heard(), ["Silenced hot", "warning hot silenced"]);
    // A kill came before it could be said; the rule book has it.
    rig.desk.reconcile(&[worse], &[]);
    assert_eq!(rig.heard(), ["Unsilenced hot", "critical hot"]);
    let of_before = Alert { timestamp: NOON - 1, ..hot };
    rig.desk.announce(Event::AlertChanged(of_before));
    assert_eq!(rig.heard(), ["warning hot silenced"], "what is not listed is passed on");
}

#[test]
fn of_several_silences_the_last_that_is_over_counts() {
    let rig = Rig::plain();
    rig.start(alert("hot", "s"));
    let first = rig.silence("service=\"s\"", 600);
    rig.silence("rule=~\"h.*t\"", 60);
    assert_eq!(rig.heard(), ["started hot", "Silenced hot"]);
    rig.desk.expire_silence(&first.id).expect("it holds");
    assert_eq!(rig.heard(), [""; 0]);
    rig.pass(60);
    assert_eq!(rig.heard(), ["Unsilenced hot"]);
}

#[test]
fn a_silence_of_tomorrow_begins_tomorrow_and_may_be_changed_and_taken_back() {
    let rig = Rig::plain();
    rig.start(alert("hot", "s"));
    rig.heard();
    let later = Draft { starts_at: Some(NOON + 60_000), ..draft("rule=\"hot\"", NOON + 120_000) };
    let one = rig.desk.put_silence(later.clone()).expect("good");
    assert_eq!(rig.desk.silence(&one.id).expect("there").state, SilenceState::Pending);
    rig.pass(60);
    assert_eq!(rig.heard(), ["Silenced hot"]);
    let other = Draft { id: Some(one.id.clone()), ..draft("rule=\"cold\"", NOON + 120_000) };
    let changed = rig.desk.put_silence(other).expect("good");
    assert_eq!((&changed.id, changed.starts_at), (&one.id, NOON + 60_000));
    assert_eq!(rig.heard(), ["Unsilenced hot"]);
    let two = rig.desk.put_silence(Draft { starts_at: Some(NOON + 90_000), ..later }).expect("good");
    let gone = rig.desk.expire_silence(&two.id).expect("there");
    assert_eq!((gone.starts_at, gone.ends_at), (NOON + 60_000, Some(NOON + 60_000)));
    rig.pass(60);
    assert_eq!(rig.heard(), [""; 0]);
    assert_eq!(rig.desk.expire_silence(&two.id).map(|same| same.ends_at), Ok(Some(NOON + 60_000)), "once");
}

#[test]
fn what_comes_again_holds_at_its_times_of_the_week() {
    let mut rig = Rig::plain();
    rig.start(alert("hot", "s"));
    rig.heard();
    let draft = Draft { ends_at: None, times: vec![evening()], ..draft("rule=\"hot\"", 0) };
    let silence = rig.desk.put_silence(draft).expect("it needs no end");
    assert_eq!(rig.desk.silence(&silence.id).expect("there").state, SilenceState::Pending);
    rig.pass(8 * 3_600);
    assert_eq!(rig.heard(), ["Silenced hot"]);
    rig.restart();
    rig.pass(10 * 3_600);
    assert_eq!(rig.heard(), ["Unsilenced hot"]);
    rig.pass(14 * 3_600);
    assert_eq!(rig.heard(), [""; 0], "Tuesday is no Monday");
    rig.pass(6 * 24 * 3_600);
    assert_eq!(rig.heard(), ["Silenced hot"]);
}

#[test]
fn windows_of_maintenance_are_silences_that_nobody_makes() {
    let window =
        |text: &str, times| Maintenance { name: "night".to_owned(), matchers: matchers(text), times };
    let with = |one| Settings { maintenance: vec![one], ..Settings::default() };
    let rig = Rig::new(with(window("service=\"s\"", vec![evening()])));
    rig.start(alert("hot", "s"));
    rig.pass(8 * 3_600);
    rig.start(alert("cold", "s"));
    assert_eq!(rig.heard(), ["started hot", "Silenced hot", "started cold silenced"]);
    assert_eq!(rig.desk.alerts(true)[0].standing.silenced_by, ["maintenance:night"]);
    assert_eq!(rig.desk.suppressed_count(), 2);
    rig.desk.set_settings(with(window("rule=\"cold\"", Vec::new())));
    assert_eq!(rig.heard(), ["Unsilenced hot"], "after a reload");
    rig.pass(10 * 3_600);
    assert_eq!(rig.heard(), [""; 0], "without times it is always");
}

#[test]
fn a_clock_that_is_set_back_brings_a_silence_back_and_silences_nothing_else() {
    let rig = Rig::plain();
    rig.start(alert("hot", "s"));
    rig.start(alert("cold", "s"));
    rig.silence("rule=\"hot\"", 60);
    rig.pass(60);
    rig.heard();
    rig.clock.set(NOON + 30_000);
    rig.desk.tick();
    assert_eq!(rig.heard(), ["Silenced hot"]);
}

#[test]
fn there_are_only_so_many_silences_and_patterns() {
    let mut rig = Rig::plain();
    let old = rig.silence("n=\"old\"", 1);
    let older = rig.silence("n=\"older\"", 2);
    rig.pass(2);
    for number in 0..limits::SILENCES - 1 {
        rig.silence(&format!("n=\"{number}\""), 3_600);
    }
    assert!(rig.desk.silence(&old.id).is_none() && rig.desk.silence(&older.id).is_some());
    rig.silence("n=\"last\"", 3_600);
    assert!(rig.desk.silence(&older.id).is_none(), "those that are over make room");
    for number in 0..100_000 - limits::SILENCES {
        let refused = rig.desk.put_silence(draft(&format!("n=\"{number}\""), NOON + 9_999_999));
        assert!(matches!(refused, Err(DeskError::Invalid(why)) if why.contains("1000 silences already")));
    }
    assert!(rig.notebook.entries.lock().len() <= limits::SILENCES + 2, "what is refused is not kept");
    rig.restart();
    assert_eq!(rig.desk.silences().len(), limits::SILENCES);

    let rig = Rig::plain();
    let many =
        |count: usize| (0..count).map(|n| format!("n{n}=~\"(a|b){{9}}\"")).collect::<Vec<_>>().join(",");
    let full = rig.silence(&many(20), 60);
    for _ in 0..4 {
        rig.silence(&many(20), 3_600);
    }
    let one_more = || rig.desk.put_silence(draft(&many(1), NOON + 3_600_000));
    assert!(matches!(one_more(), Err(DeskError::Invalid(why)) if why.contains("more than 100 patterns")));
    let same = Draft { id: Some(full.id), ..draft(&many(20), NOON + 60_000) };
    assert!(rig.desk.put_silence(same).is_ok(), "its own are not counted twice");
    rig.pass(60);
    assert!(one_more().is_ok(), "what is over holds none");
}

#[test]
fn what_a_silence_would_match_is_seen_before() {
    let rig = Rig::plain();
    rig.start(alert("hot", "s"));
    rig.start(alert("hot", "t"));
    let seen = rig.desk.matching(&matchers("alertname=\"hot\",service!=\"t\",severity=\"warning\""));
    assert_eq!(ids(&seen), ["hot:s:i"]);
}
