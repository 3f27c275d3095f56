//! An instance with several series of one metric: which of them speak for its alert.

use crate::desk::{Desk, rule};
use model::{INSTANCE, stale_marker};
use proptest::prelude::{Strategy, prop_oneof, proptest};

fn desk() -> Desk {
    Desk::new(vec![rule("slow", "value > 500", 300)])
}

/// A sample of one endpoint, at `t` seconds.
fn say(desk: &Desk, endpoint: &str, t: i64, v: f64) {
    desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", endpoint)], t * 1_000, v);
}

fn again(desk: &Desk) -> Desk {
    let recorded = desk.watch.recorded.lock().clone();
    Desk::restored(vec![rule("slow", "value > 500", 300)], recorded)
}

#[test]
fn after_a_restart_a_series_that_is_well_does_not_end_the_alert_of_another() {
    let desk = desk();
    say(&desk, "/a", 1, 600.0);
    say(&desk, "/b", 1, 20.0);
    for restarted in [again(&desk), Desk::restored(desk.book.rules(), desk.book.freeze(|changes| changes))] {
        say(&restarted, "/b", 2, 20.0);
        say(&restarted, "/a", 2, 600.0);
        say(&restarted, "/b", 3, 20.0);
        assert_eq!(restarted.said(), [""; 0]);
        say(&restarted, "/a", 3, 20.0);
        assert_eq!(restarted.said(), ["end slow:s:i @3000"]);
    }
}

#[test]
fn after_a_restart_the_series_that_started_the_alert_ends_it_at_once() {
    let desk = desk();
    say(&desk, "/a", 1, 600.0);
    let restarted = again(&desk);
    say(&restarted, "/a", 2, 20.0);
    assert_eq!(restarted.said(), ["end slow:s:i @2000"]);
}

#[test]
fn a_series_that_never_comes_back_holds_an_alert_no_longer_than_two_reports_of_another() {
    let desk = desk();
    say(&desk, "/a", 1, 600.0);
    let restarted = again(&desk);
    say(&restarted, "/b", 2, 20.0);
    say(&restarted, "/b", 2, 21.0);
    assert_eq!(restarted.said(), [""; 0], "the same report");
    say(&restarted, "/b", 3, 20.0);
    assert_eq!(restarted.said(), ["end slow:s:i @3000"]);
}

#[test]
fn a_series_that_ended_is_outlived_by_one_that_goes_on() {
    let desk = desk();
    say(&desk, "/a", 1, 600.0);
    say(&desk, "/b", 1, 20.0);
    desk.said();
    say(&desk, "/a", 2, stale_marker());
    assert_eq!(desk.said(), [""; 0], "silence heals nothing");
    say(&desk, "/b", 3, 20.0);
    assert_eq!(desk.said(), ["end slow:s:i @3000"]);
}

#[test]
fn an_instance_that_was_silent_keeps_its_alert_until_all_its_series_had_their_say() {
    let desk = desk();
    say(&desk, "/a", 1, 600.0);
    say(&desk, "/b", 1, 20.0);
    say(&desk, "/a", 2, stale_marker());
    say(&desk, "/b", 2, stale_marker());
    desk.said();
    say(&desk, "/b", 9, 20.0);
    say(&desk, "/a", 9, 600.0);
    say(&desk, "/b", 10, 20.0);
    assert_eq!(desk.said(), [""; 0], "/a is as slow as before");
    say(&desk, "/a", 10, 20.0);
    assert_eq!(desk.said(), ["end slow:s:i @10000"]);
}

#[test]
fn names_with_colons_are_not_mixed_up() {
    let desk = Desk::new(vec![rule("high", "value > 5", 0)]);
    desk.sample("m", "s:i", &[(INSTANCE, "j")], 1, 9.0);
    desk.sample("m", "s", &[(INSTANCE, "i:j")], 1, 9.0);
    assert_eq!(desk.book.active_count(), 2);
    desk.sample("m", "s", &[(INSTANCE, "i:j")], 2, 1.0);
    let left = desk.book.alerts(true);
    assert_eq!((left.len(), left[0].service_name.as_str()), (1, "s:i"));
}

/// Series, time and value of a sample; `None` is the end of the series.
fn happening() -> impl Strategy<Value = (usize, i64, Option<bool>)> {
    let value = prop_oneof![
        6 => proptest::bool::ANY.prop_map(Some),
        1 => proptest::strategy::Just(None),
    ];
    (0..3_usize, 0..40_i64, value)
}

proptest! {
    /// Without ends of series: active while the newest sample of any series meets the condition.
    #[test]
    fn an_instance_is_judged_as_by_hand(
        happenings in proptest::collection::vec((0..3_usize, 0..40_i64, proptest::bool::ANY), 1..80),
        cooldown in 0..8_u64,
    ) {
        let desk = Desk::new(vec![rule("slow", "value > 500", cooldown)]);
        let cooldown = i64::try_from(cooldown).expect("small");
        let mut newest = [None::<(i64, bool)>; 3];
        let (mut active, mut last_start, mut expect) = (false, None::<i64>, Vec::new());
        for (series, t, meets) in happenings {
            say(&desk, ["/a", "/b", "/c"][series], t, if meets { 600.0 } else { 20.0 });
            if newest[series].is_some_and(|(known, _)| t < known) {
                continue;
            }
            newest[series] = Some((t, meets));
            let any = newest.iter().flatten().any(|(_, meets)| *meets);
            if active && !any {
                active = false;
                let end = t.max(last_start.expect("it started"));
                expect.push(format!("end slow:s:i @{}", end * 1_000));
            } else if !active && meets && last_start.is_none_or(|start| t - start >= cooldown) {
                active = true;
                last_start = Some(t);
                expect.push(format!("start slow:s:i 600 @{}", t * 1_000));
            }
        }
        assert_eq!(desk.said(), expect);
    }

    /// Whatever happens: what is said, listed and counted is one story, and nothing hangs once all are well.
    #[test]
    fn starts_and_ends_alternate_and_nothing_hangs(
        happenings in proptest::collection::vec(happening(), 1..80),
        restart_at in 0..80_usize,
    ) {
        let mut desk = Desk::new(vec![rule("slow", "value > 500", 3)]);
        let mut said = Vec::new();
        for (at, (series, t, meets)) in happenings.into_iter().enumerate() {
            if at == restart_at {
                said.extend(desk.said());
                let recorded = desk.watch.recorded.lock().clone();
                desk = Desk::restored(vec![rule("slow", "value > 500", 3)], recorded.clone());
                desk.watch.recorded.lock().extend(recorded);
            }
            let v = meets.map_or(stale_marker(), |meets| if meets { 600.0 } else { 20.0 });
            say(&desk, ["/a", "/b", "/c"][series], t, v);
        }
        for t in [100, 101] {
            say(&desk, "/c", t, 20.0);
            say(&desk, "/b", t, 20.0);
            say(&desk, "/a", t, 20.0);
        }
        said.extend(desk.said());
        assert!(said.iter().step_by(2).all(|line| line.starts_with("start")), "{said:?}");
        assert!(said.iter().skip(1).step_by(2).all(|line| line.starts_with("end")), "{said:?}");
        assert_eq!((desk.book.active_count(), said.len() % 2), (0, 0));
        assert_eq!(desk.book.history(1_000).len(), said.len() / 2);
    }
}
