//! Silences, inhibitions, acknowledgements and flapping: what receivers hear of an alert, and what they do not.

use crate::rig::{NOON, Rig, alert, over, receiver, webhook};
use model::{Acknowledgement, Alert, Announce, Event, Flapping, Secret, Severity, Standing, StandingChange};
use notify::{Kind, Route, Settings, Timing};

const HOUR: u64 = 3_600;

fn rig() -> Rig {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let route = Route { timing, goes_on: true, ..Route::new("1", "a") };
    Rig::new(Settings { receivers: vec![webhook("a")], routes: vec![route] })
}

fn silenced() -> Standing {
    Standing { silenced_by: vec!["s".to_owned()], ..Standing::default() }
}

fn inhibited() -> Standing {
    Standing { inhibited_by: vec!["up:x:y".to_owned()], ..Standing::default() }
}

fn acknowledged() -> Standing {
    let by = "me".to_owned();
    let acknowledgement = Acknowledgement { by, comment: String::new(), at: NOON, expires: None };
    Standing { acknowledged: Some(Box::new(acknowledgement)), ..Standing::default() }
}

fn flapping() -> Standing {
    Standing { flapping: Some(Flapping { changes: 7, since: NOON }), ..Standing::default() }
}

fn hot(standing: Standing) -> Alert {
    Alert { standing, ..alert("hot", "i1", Severity::Error) }
}

/// Says how an alert that fires stands from now on.
fn stands(rig: &Rig, alert: &Alert, standing: Standing) -> Alert {
    let alert = Alert { standing, ..alert.clone() };
    rig.notifier.announce(Event::AlertStanding(StandingChange::Silenced, alert.clone()));
    alert
}

#[test]
fn what_begins_in_a_silence_is_told_when_it_is_over_and_what_ends_in_it_never() {
    for held in [silenced(), inhibited()] {
        let rig = rig();
        let first = rig.start(hot(held.clone()));
        rig.pass(5 * HOUR);
        assert_eq!(rig.take("a"), [""; 0]);
        rig.end(&first);
        rig.pass(1);
        assert_eq!(rig.take("a"), [""; 0], "nobody hears that it ends of which nobody heard that it began");
        assert_eq!((rig.notifier.muted(), rig.notifier.counts()[0].waiting), (2, 0));
        let second = rig.start(hot(held));
        let second = stands(&rig, &second, Standing::default());
        assert_eq!(rig.take("a"), ["firing:hot/i1"]);
        rig.end(&second);
        assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
    }
}

#[test]
fn what_was_told_is_not_repeated_in_a_silence_but_its_end_is_told() {
    for held in [silenced(), inhibited()] {
        let rig = rig();
        let first = rig.start(hot(Standing::default()));
        assert_eq!(rig.take("a"), ["firing:hot/i1"]);
        let first = stands(&rig, &first, held.clone());
        rig.pass(9 * HOUR);
        assert_eq!(rig.take("a"), [""; 0]);
        rig.end(&first);
        assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
        // It begins again in the same silence, and that is over.
        let again = rig.start(hot(held));
        assert_eq!(rig.take("a"), [""; 0]);
        stands(&rig, &again, Standing::default());
        assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    }
}

#[test]
fn after_a_silence_who_was_told_before_is_told_once_more() {
    let mut rig = rig();
    let told = rig.start(hot(Standing::default()));
    rig.start(alert("cold", "i1", Severity::Error));
    assert_eq!(rig.take("a").len(), 2);
    let told = stands(&rig, &told, silenced());
    rig.pass(60);
    stands(&rig, &told, Standing::default());
    assert_eq!(rig.take("a"), ["firing:hot/i1"], "and the other is not");
    assert_eq!(rig.take("a"), [""; 0]);
    // The same where the end of the silence is only seen after a restart.
    let told = stands(&rig, &told, silenced());
    rig.restart();
    let plain = Alert { standing: Standing::default(), ..told.clone() };
    let cold = Alert { timestamp: NOON, ..alert("cold", "i1", Severity::Error) };
    rig.notifier.reconcile(&[told, cold.clone()], &[], &[]);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.restart();
    rig.notifier.reconcile(&[plain, cold], &[], &[]);
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
}

#[test]
fn after_an_inhibition_only_what_waited_is_told() {
    let rig = rig();
    let told = rig.start(hot(Standing::default()));
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    let told = stands(&rig, &told, inhibited());
    rig.pass(60);
    stands(&rig, &told, Standing::default());
    assert_eq!(rig.take("a"), [""; 0]);
    rig.pass(4 * HOUR);
    assert_eq!(rig.take("a"), ["firing:hot/i1"], "it is repeated when it is time");
}

#[test]
fn what_somebody_takes_care_of_is_not_repeated_but_told_first_and_last() {
    let rig = rig();
    let first = rig.start(hot(acknowledged()));
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
    rig.pass(9 * HOUR);
    assert_eq!(rig.take("a"), [""; 0]);
    let other = rig.start(alert("hot", "i2", Severity::Error));
    assert_eq!(rig.take("a"), ["firing:hot/i2"], "nor in company");
    rig.pass(4 * HOUR);
    assert_eq!(rig.take("a"), ["firing:hot/i2"]);
    rig.end(&other);
    let first = stands(&rig, &first, Standing::default());
    assert_eq!(rig.take("a"), ["resolved:hot/i2 firing:hot/i1"]);
    rig.pass(4 * HOUR);
    assert_eq!(rig.take("a"), ["firing:hot/i1"], "nobody does any more");
    rig.end(&first);
    assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
}

#[test]
fn of_what_flaps_it_is_told_once_and_once_when_it_settles() {
    for settles_firing in [true, false] {
        let mut rig = rig();
        let first = rig.start(hot(Standing::default()));
        rig.end(&first);
        let flaps = rig.start(hot(flapping()));
        let title = rig.next("a").expect("the first");
        assert!(!String::from_utf8_lossy(&title.body).contains("flapping"));
        rig.notifier.answered("a", &crate::rig::status(200));
        assert_eq!(rig.take("a"), ["resolved:hot/i1", "firing:hot/i1"]);
        let mut last = flaps;
        for _ in 0..5 {
            rig.pass(10);
            rig.end(&last);
            rig.restart();
            let resting = over(&last, NOON);
            rig.notifier.reconcile(&[], &[resting], &[]);
            assert_eq!(rig.take("a"), [""; 0]);
            rig.pass(10);
            last = rig.start(hot(flapping()));
            assert_eq!(rig.take("a"), [""; 0]);
        }
        rig.pass(9 * HOUR);
        assert_eq!(rig.take("a"), [""; 0], "it is not repeated either");
        if settles_firing {
            stands(&rig, &last, Standing::default());
            assert_eq!(rig.take("a"), ["firing:hot/i1"]);
            rig.end(&Alert { standing: Standing::default(), ..last });
        } else {
            rig.end(&last);
            let settled = Alert { standing: Standing::default(), ..over(&last, NOON + 1) };
            rig.notifier.announce(Event::AlertStanding(StandingChange::Settled, settled));
        }
        assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
    }
}

#[test]
fn a_receiver_reads_that_an_alert_flaps() {
    let rig = rig();
    rig.start(hot(flapping()));
    let request = rig.next("a").expect("it is told");
    assert!(String::from_utf8_lossy(&request.body).contains(r#""flapping":"true""#));
    let ntfy = receiver("n", Kind::Ntfy { url: Secret::new("http://n"), topic: Secret::new("t") });
    let rig = Rig::new(Settings { receivers: vec![ntfy], routes: Vec::new() });
    rig.start(hot(flapping()));
    rig.pass(10);
    let request = rig.next("n").expect("it is told");
    assert!(String::from_utf8_lossy(&request.body).contains("FLAPPING: hot (kitchen)"));
}

#[test]
fn a_silence_stops_what_could_not_be_delivered_yet() {
    let rig = rig();
    let first = rig.start(hot(Standing::default()));
    assert!(rig.next("a").is_some());
    rig.notifier.answered("a", &crate::rig::status(503));
    stands(&rig, &first, silenced());
    rig.pass(600);
    assert_eq!(rig.take("a"), [""; 0]);
    stands(&rig, &first, Standing::default());
    assert_eq!(rig.take("a"), ["firing:hot/i1"]);
}

#[test]
fn an_alertmanager_goes_on_hearing_of_what_it_was_told_and_nothing_new() {
    let kind = Kind::Alertmanager { url: Secret::new("http://a") };
    let settings = Settings { receivers: vec![receiver("a", kind)], routes: vec![Route::new("1", "a")] };
    let rig = Rig::new(settings);
    let first = rig.start(hot(Standing::default()));
    assert_eq!(rig.take("a").len(), 1);
    stands(&rig, &first, silenced());
    rig.start(Alert { standing: silenced(), ..alert("cold", "i1", Severity::Error) });
    rig.pass(60);
    let told = rig.take("a");
    assert_eq!(told, ["-:hot/i1"], "else it would take the alert for over");
}

#[test]
fn what_holds_an_alert_back_is_remembered_in_a_ledger_that_is_written_anew() {
    let mut rig = rig();
    let told = rig.start(hot(Standing::default()));
    assert_eq!(rig.take("a").len(), 1);
    let told = stands(&rig, &told, silenced());
    let waits = rig.start(Alert { standing: silenced(), ..alert("cold", "i1", Severity::Error) });
    let entries = rig.notifier.freeze(|entries| entries);
    *rig.notebook.entries.lock() = entries.clone();
    rig.restart();
    assert_eq!(rig.notifier.freeze(|entries| entries), entries);
    rig.notifier.reconcile(&[told.clone(), waits.clone()], &[], &[]);
    assert_eq!(rig.take("a"), [""; 0]);
    rig.end(&told);
    rig.end(&waits);
    assert_eq!(rig.take("a"), ["resolved:hot/i1"]);
}
