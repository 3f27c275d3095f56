//! How it leaves.

use crate::mosquitto::{Listener, Mosquitto};
use crate::rig::{Rig, external};
use crate::said::OWN;
use model::{Announce, Event};

const UNREGISTER: &str = "alicia/system/discovery/unregister";

#[test]
fn live_defect_42_a_stop_says_goodbye_and_a_death_leaves_a_will() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, UNREGISTER, &[]);
    Rig::connect(external(broker.port)).stop();
    let goodbye = listener.wait_for(UNREGISTER, 1).remove(0);
    assert_eq!((&goodbye["source"], &goodbye["payload"]["service_name"]), (&OWN.into(), &OWN.into()));
    assert_eq!(goodbye["payload"]["status"], "offline");

    Rig::connect(external(broker.port)).die();
    let will = listener.wait_for(UNREGISTER, 2).remove(1);
    assert_eq!((&will["source"], &will["payload"]["status"]), (&OWN.into(), &"offline".into()));
    assert_eq!(will["payload"]["service_name"], OWN);
}

#[test]
fn live_a_stop_leaves_no_will_behind() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, UNREGISTER, &[]);
    Rig::connect(external(broker.port)).stop();
    // What comes after the goodbye of the second would have come after that of the first.
    Rig::connect(external(broker.port)).stop();
    assert_eq!(listener.wait_for(UNREGISTER, 2).len(), 2);
}

#[test]
fn live_what_was_announced_before_a_stop_is_published_first() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, "alicia/#", &[]);
    let rig = Rig::connect(external(broker.port));
    for timestamp in 0..200 {
        rig.outbox.announce(Event::AlertRecovery { timestamp });
    }
    rig.stop();
    listener.wait_for(UNREGISTER, 1);
    assert_eq!(listener.on("alicia/metrics/alert_recovery").len(), 200);
    assert!(!rig.status().connected);
}
