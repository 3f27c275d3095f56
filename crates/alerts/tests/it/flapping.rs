//! Alerts that begin and end again and again.

use crate::rig::{Rig, alert};
use alerts::{FlapLimits, Settings};

fn settings() -> Settings {
    Settings { flapping: Some(FlapLimits { changes: 4, window: 600_000 }), ..Settings::default() }
}

/// Begins and ends so often; the last time it does not end.
fn flap(rig: &Rig, times: usize) -> model::Alert {
    for _ in 1..times {
        let hot = rig.start(alert("hot", "s"));
        rig.pass(1);
        rig.end(&hot);
        rig.pass(1);
    }
    rig.start(alert("hot", "s"))
}

#[test]
fn the_beginning_that_is_one_too_many_flaps_and_calm_settles_it() {
    for (writes_anew, settles_firing) in [(false, true), (true, true), (false, false), (true, false)] {
        let mut rig = Rig::new(settings());
        let again = |rig: &mut Rig| if writes_anew { rig.rewrite() } else { rig.restart() };
        let hot = flap(&rig, 3);
        let heard = rig.heard();
        assert_eq!(heard[3..], ["resolved hot", "started hot flapping", "Flaps hot"], "{heard:?}");
        again(&mut rig);
        rig.end(&hot);
        again(&mut rig);
        assert_eq!(rig.desk.resting().len(), 1);
        let hot = rig.start(hot);
        assert_eq!(rig.heard(), ["resolved hot flapping", "started hot flapping"]);
        assert_eq!(
            rig.desk.alert("hot:s:i").and_then(|one| one.standing.flapping).map(|one| one.changes),
            Some(7)
        );
        if !settles_firing {
            rig.end(&hot);
            rig.heard();
        }
        again(&mut rig);
        rig.pass(590);
        assert_eq!(rig.heard(), [""; 0]);
        rig.pass(13);
        assert_eq!(rig.heard(), ["Settled hot"]);
        again(&mut rig);
        assert!(rig.desk.resting().is_empty());
        rig.pass(1);
        assert_eq!(rig.heard(), [""; 0]);
    }
}

#[test]
fn without_limits_nothing_flaps_and_a_reload_settles_what_did() {
    let rig = Rig::plain();
    flap(&rig, 50);
    assert!(rig.heard().iter().all(|one| !one.contains("flap")));
    let rig = Rig::new(settings());
    flap(&rig, 9);
    rig.heard();
    rig.desk.set_settings(Settings::default());
    rig.pass(1);
    assert_eq!(rig.heard(), ["Settled hot"]);
}
