//! What the settings say about messages.

use crate::rig::Rig;
use fields::{Entry, Fields, Ledger, MappingError};
use model::Sighting;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn told(mappings: &[&str], topic: &str, payload: &str) -> Vec<String> {
    let rig = Rig::with(mappings);
    rig.say(topic, payload);
    rig.told()
}

#[test]
fn a_mapping_names_scales_and_labels_a_field() {
    let rule = "topic = 'home/{room}/+/climate'\npath = 'data.temp'\nname = 'temperature'\nunit = '°C'\nscale = 0.1\nlabels = { floor = '1' }";
    assert_eq!(
        told(&[rule], "home/attic/x/climate", r#"{"data":{"temp":215,"hum":40}}"#),
        [
            r#"hum{topic="home/attic/x/climate"} 40"#,
            r#"temperature_celsius{floor="1",room="attic",topic="home/attic/x/climate"} 21.5"#,
        ]
    );
    // Where every level is meant or named the labels say all.
    let rule = "topic = 'home/{room}/t'\nname = 'temperature'\nunit = 'celsius'";
    assert_eq!(told(&[rule], "home/attic/t", "21.5 °C"), [r#"temperature_celsius{room="attic"} 21.5"#]);
}

#[test]
fn the_first_mapping_that_speaks_of_a_field_counts() {
    let rules = ["topic = 'a/#'\npath = 'secret'\ndrop = true", "topic = 'a/b'\nlabels = { site = 'x' }"];
    assert_eq!(told(&rules, "a/b", r#"{"secret":1,"open":2}"#), [r#"open{site="x",topic="a/b"} 2"#]);
    let rig = Rig::with(&["topic = 'a/#'\ndrop = true"]);
    rig.say("a/b", "\u{0}");
    rig.say("a/c", "5");
    assert_eq!((rig.told().len(), rig.left("dropped"), rig.fields.inbox().0.len()), (0, 2, 0));
}

#[test]
fn a_label_may_stand_in_the_message() {
    let rule = "topic = 'rtl_433/events'\nlabels = { model = '$.model', sensor = '$.id' }";
    let rig = Rig::with(&[rule]);
    for (id, temperature) in [(7, 20.5), (8, 21.5)] {
        rig.say(
            "rtl_433/events",
            format!(r#"{{"model":"Acurite Tower","id":{id},"temperature_C":{temperature}}}"#),
        );
    }
    assert_eq!(
        rig.told(),
        [
            r#"temperature_c{model="Acurite Tower",sensor="7",topic="rtl_433/events"} 20.5"#,
            r#"temperature_c{model="Acurite Tower",sensor="8",topic="rtl_433/events"} 21.5"#,
        ]
    );
}

#[test]
fn other_mappings_take_effect_at_once() {
    let rig = Rig::new();
    rig.say("a/b", "1");
    assert_eq!(rig.told(), [r#"b{topic="a/b"} 1"#]);
    rig.fields.set_mappings(vec![toml::from_str("topic = 'a/b'\nname = 'c'").expect("a mapping")]);
    rig.say("a/b", "1");
    assert_eq!(rig.told(), ["c{} 1"]);
}

#[test]
fn a_mapping_makes_silent_topics_speak() {
    let rule = "topic = 'cmnd/{device}/Dimmer'\nname = 'wanted_dimmer'";
    assert_eq!(told(&[rule], "cmnd/lamp/Dimmer", "70"), [r#"wanted_dimmer{device="lamp"} 70"#]);
}

#[test]
fn an_entry_of_the_inbox_is_settled_by_the_mapping_that_it_suggests() {
    let rig = Rig::new();
    rig.say("home/attic/wind", "12 m/s from the west");
    rig.say("home/attic/note", "the roof is wet again, as it was yesterday");
    let inbox = rig.fields.inbox().0;
    let wind = inbox.iter().find(|entry| entry.topic.ends_with("wind")).expect("kept");
    let made = rig.fields.make_mapping(wind.mapping.clone().expect("suggested")).expect("made");
    assert_eq!((made.id, rig.fields.inbox().0.len()), (Some(1), 1), "only the note is left");
    rig.say("home/attic/wind", "12 m/s from the west");
    assert_eq!(rig.told(), ["wind{} 12"]);
    let again = rig.fields.make_mapping(made.mapping.clone());
    assert!(matches!(again, Err(MappingError::Wrong(_))), "{again:?}");
    assert_eq!(rig.fields.remove_mapping(1).expect("removed"), made);
    assert_eq!(rig.fields.remove_mapping(1), Err(MappingError::Unknown));
}

/// Keeps entries in memory, as long as it is told to.
#[derive(Debug, Default)]
struct Notebook(Mutex<Vec<Entry>>, AtomicBool);

impl Ledger for Notebook {
    fn record(&self, entry: &Entry) -> Result<(), String> {
        if self.1.load(Ordering::Relaxed) {
            return Err("the disk is full".to_owned());
        }
        self.0.lock().push(entry.clone());
        Ok(())
    }
}

#[test]
fn what_was_made_is_kept_or_not_made_and_no_number_is_given_twice() {
    let mapping = |text: &str| toml::from_str(text).expect("a mapping");
    let notebook = Arc::new(Notebook::default());
    let fields = Fields::restored(vec![mapping("topic = 's'\ndrop = true")], notebook.clone(), Vec::new());
    for topic in ["a", "b"] {
        fields.make_mapping(mapping(&format!("topic = '{topic}'\nname = 'x'"))).expect("made");
    }
    fields.remove_mapping(2).expect("removed");
    notebook.1.store(true, Ordering::Relaxed);
    let refused = fields.make_mapping(mapping("topic = 'c'\nname = 'x'"));
    assert_eq!(refused, Err(MappingError::NotKept("the disk is full".to_owned())));
    assert!(matches!(fields.remove_mapping(1), Err(MappingError::NotKept(_))));
    let known = fields.mappings();
    assert_eq!(known.iter().map(|one| one.id).collect::<Vec<_>>(), [None, Some(1)]);
    // From its records, and from those that it is written anew by.
    let frozen = Mutex::new(Vec::new());
    fields
        .freeze(&|entries| {
            *frozen.lock() = entries;
            Ok(())
        })
        .expect("frozen");
    for entries in [notebook.0.lock().clone(), frozen.lock().clone()] {
        let again = Fields::restored(vec![mapping("topic = 's'\ndrop = true")], Arc::new(()), entries);
        assert_eq!(again.mappings(), known);
        assert_eq!(again.make_mapping(mapping("topic = 'd'\nname = 'x'")).expect("made").id, Some(3));
    }
}

#[test]
fn a_message_is_tried_before_a_mapping_is_made() {
    let rig = Rig::new();
    let sighting = Sighting { topic: "home/x", payload: b"21.5 degrees", bytes: 12, ..Sighting::default() };
    let (view, inbox) = rig.fields.try_message(&sighting, None);
    assert_eq!((view.metrics, inbox.len()), (0, 1));
    let mapping =
        toml::from_str("topic = 'home/{room}'\nname = 'temperature'\nunit = '°C'").expect("a mapping");
    let (view, inbox) = rig.fields.try_message(&sighting, Some(mapping));
    assert_eq!(
        (view.fields[0].metric.as_str(), view.fields[0].value, inbox.len()),
        ("temperature_celsius", Some(21.5), 0)
    );
    assert_eq!((rig.told().len(), rig.fields.inbox().0.len()), (0, 0), "nothing is kept of it");
}

#[test]
fn what_the_broker_says_of_itself_is_not_said_here() {
    let rig = Rig::new();
    rig.say("$SYS/broker/clients/connected", "5");
    assert_eq!((rig.told().len(), rig.left("taken")), (0, 1));
}
