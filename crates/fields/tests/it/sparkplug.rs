//! Sparkplug B, after its specification (version 3.0, chapter 6), written by an encoder of its own.

use crate::rig::Rig;

/// A field of a message: its number, and what it holds.
enum Field<'a> {
    Number(u64, u64),
    Float(u64, f32),
    Double(u64, f64),
    Bytes(u64, &'a [u8]),
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}

fn message(fields: &[Field<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        match field {
            Field::Number(tag, number) => {
                varint(tag << 3, &mut out);
                varint(*number, &mut out);
            }
            Field::Double(tag, number) => {
                varint(tag << 3 | 1, &mut out);
                out.extend(number.to_le_bytes());
            }
            Field::Float(tag, number) => {
                varint(tag << 3 | 5, &mut out);
                out.extend(number.to_le_bytes());
            }
            Field::Bytes(tag, bytes) => {
                varint(tag << 3 | 2, &mut out);
                varint(bytes.len() as u64, &mut out);
                out.extend(*bytes);
            }
        }
    }
    out
}

/// A payload with a time, metrics and a number in the sequence.
fn payload(seq: u64, metrics: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = vec![Field::Number(1, 1_795_394_248_000)];
    fields.extend(metrics.iter().map(|metric| Field::Bytes(2, metric)));
    fields.push(Field::Number(3, seq));
    message(&fields)
}

/// A metric of a birth.
fn born(name: &str, alias: u64, datatype: u64, value: Field<'_>, unit: &str) -> Vec<u8> {
    let property = message(&[Field::Number(1, 12), Field::Bytes(8, unit.as_bytes())]);
    let properties = message(&[Field::Bytes(1, b"engUnit"), Field::Bytes(2, &property)]);
    let mut fields = vec![
        Field::Bytes(1, name.as_bytes()),
        Field::Number(2, alias),
        Field::Number(3, 1_795_394_248_000),
        Field::Number(4, datatype),
    ];
    if !unit.is_empty() {
        fields.push(Field::Bytes(9, &properties));
    }
    fields.push(value);
    message(&fields)
}

/// A metric of data: an alias and a value.
fn said(alias: u64, value: Field<'_>) -> Vec<u8> {
    message(&[Field::Number(2, alias), value])
}

/// A node with a device, both born.
fn plant() -> Rig {
    let rig = Rig::new();
    let node = [
        born("bdSeq", 0, 4, Field::Number(11, 3), ""),
        born("Node Control/Rebirth", 1, 11, Field::Number(14, 0), ""),
        born("Properties/CPU", 2, 10, Field::Double(13, 12.5), "%"),
        born("Started", 3, 13, Field::Number(11, 1_795_394_248_000), ""),
    ];
    rig.say("spBv1.0/plant/NBIRTH/press", payload(0, &node));
    let device = [
        born("Inputs/Oil/Temperature", 10, 9, Field::Float(12, 61.5), "°C"),
        born("Inputs/Offset", 11, 1, Field::Number(10, 0xffff_fffe), ""),
        born("Running", 12, 11, Field::Number(14, 1), ""),
    ];
    rig.say("spBv1.0/plant/DBIRTH/press/line1", payload(1, &device));
    rig
}

#[test]
fn births_tell_names_types_and_units_and_data_go_by_aliases() {
    let rig = plant();
    let whole = |metric: &str, device: &str, value: &str| {
        let device = if device.is_empty() { String::new() } else { format!("device={device:?},") };
        format!("{metric}{{{device}group=\"plant\",node=\"press\",profile=\"sparkplug\"}} {value}")
    };
    assert_eq!(
        rig.told(),
        [
            whole("inputs_offset", "line1", "-2"),
            whole("inputs_oil_temperature_celsius", "line1", "61.5"),
            whole("properties_cpu_percent", "", "12.5"),
            whole("running", "line1", "1"),
            whole("sparkplug_gaps_total", "", "0"),
            whole("sparkplug_online", "line1", "1"),
            whole("sparkplug_online", "", "1"),
        ]
    );
    let data = [
        said(10, Field::Float(12, 62.25)),
        said(11, Field::Number(10, 0xff)),
        said(99, Field::Number(10, 5)),
    ];
    rig.say("spBv1.0/plant/DDATA/press/line1", payload(2, &data));
    assert_eq!(
        rig.told(),
        [
            whole("inputs_offset", "line1", "-1"),
            whole("inputs_oil_temperature_celsius", "line1", "62.25"),
            whole("sparkplug_online", "line1", "1"),
        ]
    );
    assert_eq!((rig.left("unnamed"), rig.left("time")), (1, 1), "an alias that no birth told, and a moment");
}

#[test]
fn deaths_end_what_was_said_and_gaps_are_counted() {
    let rig = plant();
    rig.told();
    rig.say("spBv1.0/plant/NDATA/press", payload(5, &[said(2, Field::Double(13, 13.0))]));
    let gaps = |told: &[String]| told.iter().find(|one| one.starts_with("sparkplug_gaps_total")).cloned();
    assert!(gaps(&rig.told()).is_some_and(|one| one.ends_with(" 1")), "2, 3 and 4 are missing");
    rig.say(
        "spBv1.0/plant/NDEATH/press",
        message(&[Field::Bytes(2, &born("bdSeq", 0, 4, Field::Number(11, 3), ""))]),
    );
    let told = rig.told();
    let ended: Vec<&String> = told.iter().filter(|one| one.ends_with(" end")).collect();
    assert_eq!(ended.len(), 5, "the node's own and all of its device: {told:?}");
    assert!(
        told.iter().any(|one| one.starts_with("sparkplug_online{group") && one.ends_with(" 0")),
        "{told:?}"
    );
    // Who is dead dies no second time; who is born again says the same series.
    rig.say("spBv1.0/plant/NDEATH/press", message(&[]));
    assert!(rig.told().iter().all(|one| !one.ends_with(" end")));
    rig.say(
        "spBv1.0/plant/NBIRTH/press",
        payload(0, &[born("Properties/CPU", 2, 10, Field::Double(13, 1.5), "%")]),
    );
    let told = rig.told();
    assert!(
        told.iter().any(|one| one.starts_with("properties_cpu_percent") && one.ends_with(" 1.5")),
        "{told:?}"
    );
    assert!(gaps(&told).is_some_and(|one| one.ends_with(" 1")), "a birth begins anew");
}

#[test]
fn what_is_none_of_sparkplugs_harms_nobody() {
    let rig = plant();
    rig.told();
    rig.say("spBv1.0/plant/NCMD/press", payload(0, &[]));
    rig.say("spBv1.0/STATE/host", r#"{"online":true,"timestamp":1795394248000}"#);
    assert_eq!(rig.left("profile"), 4, "commands, hosts, and what steers");
    rig.say("spBv1.0/plant/NDATA/press", [0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    rig.say("spBv1.0/plant/NDATA/press", "no protobuf");
    assert_eq!((rig.left("binary"), rig.fields.inbox().0.len()), (2, 1));
    assert_eq!(rig.told(), Vec::<String>::new());
    for n in 0..2_000 {
        rig.say(&format!("spBv1.0/plant/NDATA/node{n}"), payload(0, &[]));
    }
    assert_eq!(rig.left("too_many_fields"), 2_000 - 999, "nodes are bounded");
}
