//! A group over any data gives what a model gives that knows nothing of stores, series and markers.

use crate::groups_desk::{GroupDesk, START, STEP, alert, begun, group, record};
use proptest::collection::vec;
use proptest::prelude::{Strategy, proptest};
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};

const INSTANCES: [&str; 3] = ["a", "b", "c"];

/// What one alert is after the rounds in which its series is there: how long it must be, and stays.
fn modelled(rounds: &[bool], hold: i64, keep: i64) -> Option<(bool, i64)> {
    let mut alert: Option<(bool, i64)> = None;
    let mut seen = 0;
    for (round, is_there) in (0..).zip(rounds) {
        alert = match (alert, is_there) {
            (None, true) => Some((false, round)),
            (None, false) | (Some((false, _)), false) => None,
            (Some(known), true) => Some(known),
            // The first round without the series begins the time.
            (Some(known), false) => Some(known).filter(|_| keep > 0 && round - (seen + 1) < keep),
        };
        if *is_there {
            seen = round;
        }
        alert = alert.map(|(fires, since)| (fires || round - since >= hold, since));
    }
    alert
}

fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
    vec(select(vec![None, Some(1.0), Some(6.0), Some(7.0)]), INSTANCES.len())
}

proptest! {
    #[test]
    fn a_group_gives_what_the_model_gives(data in vec(values(), 1..14), hold in 0..4_i64, keep in 0..3_i64) {
        let desk = GroupDesk::new();
        let rule = alert("High", "r", &format!("{hold}m"), &format!("{keep}m"));
        let mut run = begun(group(vec![record("r", "m > 5"), rule]));
        let (mut told, mut had) = (BTreeSet::new(), BTreeSet::new());
        for (round, values) in (0..).zip(&data) {
            for (instance, value) in INSTANCES.iter().zip(values) {
                let labels = [("__name__", "m"), ("instance", *instance)];
                match value {
                    Some(value) => desk.sample(&labels, round, *value),
                    None if had.contains(instance) => desk.end(&labels, round),
                    None => {}
                }
                if value.is_some() { had.insert(instance) } else { had.remove(instance) };
            }
            for event in desk.round(&mut run, round) {
                let is_new = match event.strip_prefix("+High ") {
                    Some(instance) => told.insert(instance.to_owned()),
                    None => told.remove(event.strip_prefix("-High ").expect("an end")),
                };
                assert!(is_new, "{event} in round {round}");
            }
            let is_high = |value: &Option<f64>| value.filter(|value| *value > 5.0);
            let (mut recorded, mut alerts, mut since, mut firing) =
                (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
            for (at, instance) in INSTANCES.iter().enumerate() {
                if let Some(value) = is_high(&values[at]) {
                    recorded.insert(format!("r{{instance={instance:?}}}"), value);
                }
                let rounds: Vec<bool> =
                    data[..=usize::try_from(round).expect("few")].iter().map(|row| is_high(&row[at]).is_some()).collect();
                if let Some((fires, began)) = modelled(&rounds, hold, keep) {
                    let state = if fires { "firing" } else { "pending" };
                    alerts.insert(format!("ALERTS{{alertname=\"High\",alertstate={state:?},instance={instance:?}}}"), 1.0);
                    let began = model::to_seconds(START + began * STEP);
                    since.insert(format!("ALERTS_FOR_STATE{{alertname=\"High\",instance={instance:?}}}"), began);
                    if fires {
                        firing.insert((*instance).to_owned());
                    }
                }
            }
            assert_eq!(desk.ask("r", round), recorded, "round {round}");
            assert_eq!(desk.ask("ALERTS", round), alerts, "round {round}");
            assert_eq!(desk.ask("ALERTS_FOR_STATE", round), since, "round {round}");
            assert_eq!(told, firing, "round {round}");
        }
    }
}
