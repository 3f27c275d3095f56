//! How a field lives: when it is told, when it is a state, when it ends.

use crate::rig::Rig;
use model::limits;

const NOTHING: [&str; 0] = [];

#[test]
fn of_many_values_in_a_second_the_newest_is_told_and_none_twice() {
    let mut rig = Rig::new();
    for value in 0..100 {
        rig.say("home/x/temp", value.to_string());
    }
    assert_eq!(rig.told(), [r#"temp{topic="home/x/temp"} 99"#]);
    rig.now += 1_000;
    assert_eq!(rig.told(), NOTHING);
}

#[test]
fn what_the_broker_kept_and_what_is_read_elsewhere_is_no_sample() {
    let rig = Rig::new();
    rig.retained("home/x/temp", "7");
    rig.say("alicia/metrics/x", r#"{"metrics":[{"name":"a","value":1}]}"#);
    rig.say("alicia/system/health/x", r#"{"status":"healthy","uptime":5}"#);
    rig.say("alicia/metrics/query/reply/x", r#"{"data":1}"#);
    assert_eq!(rig.told(), NOTHING);
    assert_eq!((rig.left("retained"), rig.left("taken")), (1, 3));
}

#[test]
fn a_state_has_a_series_for_each_word_of_which_one_is_1() {
    let mut rig = Rig::new();
    let mode = |rig: &Rig, word: &str| {
        rig.say(
            "alicia/heating/status",
            format!(r#"{{"message_id":"{}","source":"heating","payload":{{"program":"{word}"}}}}"#, rig.now),
        );
        rig.told()
    };
    let series = |word: &str, value: u8| {
        format!(r#"program{{service="heating",state="{word}",topic="alicia/+/status"}} {value}"#)
    };
    assert_eq!(mode(&rig, "eco"), NOTHING);
    rig.now += 1_000;
    assert_eq!(mode(&rig, "eco"), [series("eco", 1)]);
    for word in ["boost", "boost", "eco"] {
        rig.now += 1_000;
        mode(&rig, word);
    }
    assert_eq!(mode(&rig, "boost"), [series("boost", 1), series("eco", 0)]);
    // Of ever other words it is no state: what was told ends.
    for n in 0..limits::FIELD_WORDS {
        mode(&rig, &format!("word{n}"));
    }
    let view = rig.fields.view(None, None);
    assert_eq!((view.metrics, rig.left("text") > 0), (0, true));
}

#[test]
fn a_number_that_is_gone_ends_its_series() {
    let mut rig = Rig::new();
    rig.say("node/sensor/a_temperature/state", "20.5");
    rig.told();
    let series = r#"temperature_celsius{device="node",entity="a_temperature",profile="esphome"}"#;
    for word in ["unavailable", "nan"] {
        rig.say("node/sensor/a_temperature/state", word);
    }
    assert_eq!(rig.told(), [format!("{series} end")]);
    rig.now += 1_000;
    rig.say("node/sensor/a_temperature/state", "21");
    assert_eq!(rig.told(), [format!("{series} 21")]);
}

#[test]
fn what_was_announced_to_expire_ends_by_itself() {
    let mut rig = Rig::new();
    let config = r#"{"name":"T","stat_t":"t","dev_cla":"temperature","unit_of_meas":"°C","exp_aft":60,"dev":{"name":"D"}}"#;
    rig.retained("homeassistant/sensor/t/config", config);
    rig.say("t", "5");
    let series = r#"temperature_celsius{device="D",entity="T",topic="t"}"#;
    assert_eq!(rig.told(), [format!("{series} 5")]);
    rig.now += 60_000;
    assert_eq!(rig.told(), NOTHING);
    rig.now += 1;
    assert_eq!(rig.told(), [format!("{series} end")]);
    assert_eq!(rig.told(), NOTHING);
    rig.say("t", "6");
    assert_eq!(rig.told(), [format!("{series} 6")]);
    // What is taken back means what it says again.
    rig.retained("homeassistant/sensor/t/config", "");
    rig.say("t", "7");
    assert_eq!(rig.told(), [r#"t{topic="t"} 7"#]);
}

#[test]
fn the_collectors_own_announcements_are_not_listened_to() {
    let rig = Rig::new();
    rig.retained(
        "homeassistant/sensor/own/config",
        r#"{"stat_t":"own","name":"x","o":{"name":"alicia-metrics"}}"#,
    );
    assert_eq!(rig.fields.view(None, None).announced, 0);
}

#[test]
fn moments_are_no_numbers_even_where_nobody_says_so() {
    let rig = Rig::new();
    rig.say("a/b", format!(r#"{{"begun":{},"bytes":1795394248}}"#, rig.now));
    assert_eq!(rig.told(), [r#"bytes{topic="a/b"} 1795394248"#]);
}

#[test]
fn fields_of_one_name_are_told_apart() {
    let rig = Rig::new();
    rig.say("a", r#"{"data":{"x_ms":1},"payload":{"x_ms":2}}"#);
    let series = |name: &str, value: u8| format!(r#"{name}{{topic="a"}} {value}"#);
    assert_eq!(rig.told(), [series("payload_x_milliseconds", 2), series("x_milliseconds", 1)]);
    // Where nothing tells them apart there is one of them.
    rig.say("b", r#"{"y":1,"Y":2}"#);
    assert_eq!((rig.told(), rig.left("ambiguous")), (vec![r#"y{topic="b"} 1"#.to_owned()], 1));
    // Names that the message speaks of are no kind of topic, and yet two topics are two.
    for lamp in ["lamp1", "lamp2"] {
        rig.say(
            &format!("home/{lamp}/status"),
            format!(
                r#"{{"message_id":"{lamp}","source":"hub","payload":{{"requester":"{lamp}","power":4}}}}"#
            ),
        );
    }
    assert_eq!(
        rig.told(),
        [
            r#"power{service="hub",topic="home/+/status"} 4"#,
            r#"power{service="hub",topic="home/lamp2/status"} 4"#
        ]
    );
}

#[test]
fn what_was_silent_for_a_day_is_forgotten() {
    let mut rig = Rig::new();
    rig.say("a/b", "1");
    rig.told();
    rig.now += limits::FIELDS_KEPT + 1;
    rig.told();
    let view = rig.fields.view(None, None);
    assert_eq!((view.metrics, view.others), (0, 0));
}

#[test]
fn a_message_that_is_not_understood_is_kept_with_a_mapping_that_helps() {
    let rig = Rig::new();
    for n in 0..30 {
        rig.say(&format!("garden/probe{n}a/soil"), "21.5 %");
    }
    rig.say("a/picture", [0xff, 0xd8, 0xff, 0]);
    rig.say("b/cut", r#"{"a":1"#);
    rig.say("c/log", "something happened to somebody");
    let (entries, left_out) = rig.fields.inbox();
    let short: Vec<_> = entries.iter().map(|entry| (&*entry.kind, entry.reason)).collect();
    assert!(short.contains(&("garden/+/soil", "free_text")) && left_out == 0, "{short:?}");
    for entry in [("a/picture", "binary"), ("b/cut", "broken_json"), ("c/log", "free_text")] {
        assert!(short.contains(&entry), "{short:?}");
    }
    let soil = entries.iter().find(|entry| entry.kind == "garden/+/soil").expect("kept");
    assert_eq!(
        soil.suggestion,
        "[[mapping]]\ntopic = \"garden/{level_2}/soil\"\nname = \"soil\"\nunit = \"percent\"\n"
    );
    let helped = Rig::with(&[&soil.suggestion.replace("[[mapping]]\n", "")]);
    helped.say("garden/probe7a/soil", "21.5 %");
    assert_eq!(helped.told(), [r#"soil_percent{level_2="probe7a"} 21.5"#]);
    assert_eq!(helped.fields.inbox().0, []);
}

/// Bytes that are written in hexadecimal digits.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair =
        |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("a byte");
    digits.chunks(2).map(pair).collect()
}

#[test]
fn packed_objects_say_what_json_says() {
    // A key that is a number is no name: a mapping gives one.
    let rig = Rig::with(&["topic = 'a/cbor'\npath = '7'\nname = 'level'"]);
    // {"temp": 21.5, "hum": 40, "on": true, "in": {"co2": 640}, 7: -1, "at": 1(1795394248)}: the examples of RFC 8949 put together.
    rig.say("a/cbor", bytes("a6 6474656d70 f94d60 6368756d 1828 626f6e f5 62696e a1 63636f32 190280 07 20 626174 c1 1a6b036f88"));
    // {"temp":21.5,"hum":40,"on":true}, after the specification of MessagePack.
    rig.say("a/msgpack", bytes("83 a474656d70 cb4035800000000000 a368756d 28 a26f6e c3"));
    assert_eq!(
        rig.told(),
        [
            r#"hum{topic="a/cbor"} 40"#,
            r#"hum{topic="a/msgpack"} 40"#,
            r#"in_co2_ppm{topic="a/cbor"} 640"#,
            r#"level{} -1"#,
            r#"on{topic="a/cbor"} 1"#,
            r#"on{topic="a/msgpack"} 1"#,
            r#"temp{topic="a/cbor"} 21.5"#,
            r#"temp{topic="a/msgpack"} 21.5"#,
        ]
    );
}

#[test]
fn bytes_that_only_look_packed_wait_in_the_inbox() {
    let rig = Rig::new();
    for (n, hex) in [
        // Cut, with something behind it, lengths that lie, deep, and noise.
        "a26161",
        "a16161 01 00",
        "bb ffffffffffffffff",
        "df ffffffff",
        "a1 6161 9b ffffffffffffffff",
        "81 a161 dd ffffffff",
        "9f9f9f",
    ]
    .into_iter()
    .enumerate()
    {
        rig.say(&format!("noise/kind{n}"), bytes(hex));
    }
    let deep = [vec![0xa1, 0x61, 0x61], vec![0x81; 60_000], vec![0x01]].concat();
    rig.say("noise/deep", deep);
    assert_eq!(rig.told(), Vec::<String>::new());
    assert_eq!(rig.left("binary"), 8);
}
