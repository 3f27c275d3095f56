//! What the settings say about messages.

use crate::rig::Rig;

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
