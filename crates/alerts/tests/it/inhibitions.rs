//! Alerts that other alerts explain, and those of services that are only known by a bus that is away.

use crate::rig::{Rig, alert, matchers};
use alerts::{Inhibit, Settings};

fn rig() -> Rig {
    let inhibit = Inhibit {
        source: matchers("rule=\"down\""),
        target: matchers("rule=~\"hot|down\",severity=\"warning\""),
        equal: vec!["service".to_owned()],
    };
    Rig::new(Settings { inhibits: vec![inhibit], ..Settings::default() })
}

#[test]
fn a_source_inhibits_what_fires_and_what_begins_while_it_fires() {
    let mut rig = rig();
    let hot = rig.start(alert("hot", "s"));
    rig.start(alert("hot", "t"));
    let down = rig.start(alert("down", "s"));
    assert_eq!(rig.heard(), ["started hot", "started hot", "started down", "Inhibited hot"]);
    assert_eq!(rig.desk.alert(&hot.alert_id).expect("it fires").standing.inhibited_by, ["down:s:i"]);
    rig.end(&hot);
    rig.restart();
    let hot = rig.start(hot);
    assert_eq!(rig.heard(), ["resolved hot inhibited", "started hot inhibited"]);
    rig.silence("rule=\"down\"", 60);
    assert_eq!(rig.heard(), ["Silenced down"], "who is silenced inhibits all the same");
    rig.end(&down);
    assert_eq!(rig.heard(), ["resolved down silenced", "Uninhibited hot"]);
    rig.desk.set_settings(Settings::default());
    rig.start(down);
    assert_eq!(rig.heard(), ["started down silenced"]);
    assert!(rig.desk.alert(&hot.alert_id).expect("it fires").standing.inhibited_by.is_empty());
}

#[test]
fn while_the_bus_is_away_its_services_are_not_told_of() {
    let rig = Rig::plain();
    rig.start(alert("hot", "s"));
    let away = || Some(["s".to_owned()].into());
    rig.desk.set_away(away());
    rig.desk.set_away(away());
    rig.start(alert("cold", "s"));
    rig.start(alert("cold", "scraped"));
    assert_eq!(rig.heard(), ["started hot", "Inhibited hot", "started cold inhibited", "started cold"]);
    assert_eq!(rig.desk.alerts(true)[0].standing.inhibited_by, ["bus"]);
    rig.desk.set_away(None);
    assert_eq!(rig.heard(), ["Uninhibited cold", "Uninhibited hot"]);
}
