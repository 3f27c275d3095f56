//! Series that say nothing: `absent`.

use crate::desk::{Desk, rule};
use crate::held::tick;
use model::{INSTANCE, limits, stale_marker};

fn desk() -> Desk {
    Desk::new(vec![rule("gone", "absent(1m)", 0)])
}

#[test]
fn silence_starts_an_alert_and_a_sample_ends_it() {
    let desk = desk();
    tick(&desk, 0, 10);
    desk.at(10, 1.0);
    tick(&desk, 11, 71);
    assert_eq!(desk.said(), [""; 0]);
    tick(&desk, 72, 72);
    assert_eq!(desk.said(), ["start gone:s:i 60 @70000"]);
    assert_eq!(desk.book.alerts(true)[0].threshold, 60.0);
    desk.at(90, 1.0);
    assert_eq!(desk.said(), ["end gone:s:i @90000"]);
}

#[test]
fn a_series_that_said_it_ended_is_missed_all_the_same() {
    let desk = desk();
    tick(&desk, 0, 10);
    desk.at(10, 1.0);
    desk.at(20, stale_marker());
    tick(&desk, 21, 80);
    assert_eq!(desk.said(), ["start gone:s:i 60 @70000"]);
    // Another series of the instance does not speak for it.
    for t in 81..90 {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", "/b")], t * 1_000, 1.0);
    }
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn while_nobody_is_heard_silence_says_nothing() {
    let desk = desk();
    tick(&desk, 0, 10);
    desk.at(10, 1.0);
    (11..=300).for_each(|t| desk.book.tick_while(t * 1_000, false));
    assert_eq!(desk.said(), [""; 0]);
    tick(&desk, 301, 361);
    assert_eq!(desk.said(), [""; 0], "from then on a minute must pass");
    tick(&desk, 362, 362);
    assert_eq!(desk.said(), ["start gone:s:i 60 @360000"]);
}

#[test]
fn a_sleep_of_the_machine_is_no_silence() {
    let desk = desk();
    tick(&desk, 0, 10);
    desk.at(10, 1.0);
    tick(&desk, 10_000, 10_050);
    assert_eq!(desk.said(), [""; 0]);
    desk.at(10_051, 1.0);
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn silence_together_with_values() {
    let desk = Desk::new(vec![rule("stuck", "value > 5 and absent(1m)", 0)]);
    tick(&desk, 0, 1);
    desk.sample("m", "s", &[(INSTANCE, "low")], 1_000, 1.0);
    desk.sample("m", "s", &[(INSTANCE, "high")], 1_000, 9.0);
    tick(&desk, 2, 100);
    let said = desk.said();
    assert_eq!((said.len(), said[0].starts_with("start stuck:s:high")), (1, true), "{said:?}");
}

#[test]
fn series_that_come_and_go_leave_no_windows() {
    let desk = Desk::new(vec![rule("busy", "avg(1m) > 50", 0)]);
    for number in 0..2_000_i64 {
        let t = number * limits::SECOND;
        let id = number.to_string();
        desk.sample("m", "s", &[(INSTANCE, &id)], t, 1.0);
        desk.sample("m", "s", &[(INSTANCE, &id)], t + 1, stale_marker());
        desk.book.tick(t + 2);
    }
    // Of each instance is remembered that there was one, until the room is needed.
    assert!(desk.book.remembered() < 2_000 + 200, "{}", desk.book.remembered());
}
