//! OTLP through the gate, as protobuf and as JSON.

use crate::house::{House, START};
use crate::proto::Message;
use ingest::{Otlp, WriteError};

fn attribute(name: &str, value: &str) -> Message {
    Message::default().text(1, name).message(2, &Message::default().text(1, value))
}

fn fixed(mut message: Message, field: u32, value: u64) -> Message {
    message = message.double(field, f64::from_bits(value));
    message
}

/// A point of a number at milliseconds after the start.
fn number(ms: i64, value: f64, attributes: &[(&str, &str)]) -> Message {
    let point = fixed(Message::default(), 3, (START + ms).cast_unsigned() * 1_000_000).double(4, value);
    point.all(7, attributes.iter().map(|(name, value)| attribute(name, value)))
}

fn metric(name: &str, unit: &str, kind: u32, data: &Message) -> Message {
    Message::default().text(1, name).text(2, "help").text(3, unit).message(kind, data)
}

fn export(metrics: impl IntoIterator<Item = Message>) -> Vec<u8> {
    let attributes = [("service.name", "shop"), ("service.instance.id", "i1"), ("host.name", "h")];
    let resource = Message::default().all(1, attributes.map(|(name, value)| attribute(name, value)));
    let scope = Message::default().all(2, metrics);
    let source = Message::default().message(1, &resource).message(2, &scope);
    Message::default().message(1, &source).0
}

fn take(house: &House, body: &[u8]) -> Vec<String> {
    match house.gate.otlp(Otlp::Protobuf, body, START) {
        Ok(told) => {
            told.refused.iter().map(|one| format!("{} {} {}", one.reason, one.times, one.example)).collect()
        }
        Err(error) => vec![error.to_string()],
    }
}

const NOTHING: &[&str] = &[];

#[test]
fn gauges_and_sums_are_series_and_their_source_is_target_info() {
    let house = House::new();
    let gauge = Message::default().message(1, &number(0, 0.5, &[("cpu.id", "0")]));
    let sum = Message::default().message(1, &number(0, 7.0, &[])).varint(2, 2).varint(3, 1);
    let body = export([metric("cpu.use", "1", 5, &gauge), metric("http.requests", "{request}", 7, &sum)]);
    assert_eq!(take(&house, &body), NOTHING);
    assert_eq!(
        house.kept(),
        [
            r#"cpu_use_ratio{cpu_id="0",instance="i1",job="shop"} = 0.5@0"#,
            r#"http_requests_total{instance="i1",job="shop"} = 7@0"#,
            r#"target_info{host_name="h",instance="i1",job="shop"} = 1@0"#,
        ]
    );
}

#[test]
fn differences_are_added_up() {
    let house = House::new();
    let send = |ms: i64, value: f64| {
        let sum = Message::default().message(1, &number(ms, value, &[])).varint(2, 1).varint(3, 1);
        take(&house, &export([metric("n", "", 7, &sum)]))
    };
    assert_eq!(send(0, 2.0), NOTHING);
    assert_eq!(send(1, 3.0), NOTHING);
    assert_eq!(send(1, 3.0), ["duplicate 1 n_total"], "told again after an answer that was lost");
    *house.store.broken.lock() = true;
    assert!(send(2, 5.0)[0].starts_with("storage does not accept"));
    *house.store.broken.lock() = false;
    assert_eq!(send(2, 5.0), NOTHING, "what was not taken was not added");
    let kept = house.kept_of("n_total");
    assert_eq!(
        kept.iter().map(|line| line.rsplit_once(' ').expect("words").1).collect::<Vec<_>>(),
        ["2@0", "5@1", "10@2"]
    );
}

#[test]
fn histograms_are_classic_and_exponential_ones_native() {
    let house = House::new();
    let time = |message| fixed(message, 3, START.cast_unsigned() * 1_000_000);
    let eights =
        |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let point = fixed(time(Message::default()), 4, 3).double(5, 4.5).bytes(6, &eights(&[1, 0, 2]));
    let point = point.bytes(7, &eights(&[1.0_f64.to_bits(), 2.5_f64.to_bits()]));
    let classic = Message::default().message(1, &point).varint(2, 2);
    assert_eq!(take(&house, &export([metric("d", "ms", 9, &classic)])), NOTHING);
    let labels = r#"instance="i1",job="shop""#;
    assert_eq!(
        house.kept_of("d_milli"),
        [
            format!(r#"d_milliseconds_bucket{{{labels},le="+Inf"}} = 3@0"#),
            format!(r#"d_milliseconds_bucket{{{labels},le="1"}} = 1@0"#),
            format!(r#"d_milliseconds_bucket{{{labels},le="2.5"}} = 1@0"#),
            format!("d_milliseconds_count{{{labels}}} = 3@0"),
            format!("d_milliseconds_sum{{{labels}}} = 4.5@0"),
        ]
    );
    let house = House::new();
    let run = Message::default().zigzag(1, 3).packed(2, [1, 0, 2]);
    let point = fixed(time(Message::default()), 4, 4).double(5, 9.0).zigzag(6, 9).message(8, &run);
    let point = fixed(point, 7, 1);
    let native = Message::default().message(1, &point).varint(2, 2);
    assert_eq!(take(&house, &export([metric("e", "", 10, &native)])), NOTHING);
    let kept: Vec<String> =
        house.kept_of("e{").iter().map(|line| line.split("= ").last().unwrap_or("").to_owned()).collect();
    // Of scale 9 the buckets 3 and 5 are in those of scale 8 that end with 2 and 3.
    assert_eq!(kept, ["4@0", "1@0", "2@0", "8@0", "9@0", "1@0"]);
    assert!(house.kept_of("positive2").len() == 1 && house.kept_of("positive3").len() == 1);
}

#[test]
fn summaries_have_quantiles() {
    let house = House::new();
    let quantile = Message::default().double(1, 0.5).double(2, 7.0);
    let point = fixed(fixed(Message::default(), 3, START.cast_unsigned() * 1_000_000), 4, 2).double(5, 9.0);
    let summary = Message::default().message(1, &point.message(6, &quantile));
    assert_eq!(take(&house, &export([metric("s", "", 11, &summary)])), NOTHING);
    assert_eq!(house.kept_of(r#"quantile="0.5""#).len(), 1);
    assert_eq!(house.kept().len(), 4);
}

#[test]
fn json_says_the_same() {
    let house = House::new();
    let nanos = START.cast_unsigned() * 1_000_000;
    let body = format!(
        r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},
        "scopeMetrics":[{{"metrics":[
        {{"name":"cpu.use","unit":"1","gauge":{{"dataPoints":[{{"timeUnixNano":"{nanos}","asDouble":0.5,
            "attributes":[{{"key":"n","value":{{"intValue":"3"}}}},{{"key":"n","value":{{"arrayValue":{{"values":[{{"boolValue":true}}]}}}}}}]}}]}}}},
        {{"name":"h","histogram":{{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE",
            "dataPoints":[{{"timeUnixNano":{nanos},"count":"1","sum":2,"bucketCounts":["1","0"],"explicitBounds":[3]}}]}}}}
        ]}}]}}]}}"#
    );
    let told = house.gate.otlp(Otlp::Json, body.as_bytes(), START);
    assert!(told.is_ok_and(|told| told.refused.is_empty() && told.samples == 5));
    assert_eq!(house.kept_of("cpu"), [r#"cpu_use_ratio{job="shop",n="3;[\"true\"]"} = 0.5@0"#]);
    assert_eq!(house.kept_of("le=\"3\""), [r#"h_bucket{job="shop",le="3"} = 1@0"#]);
    for bad in ["", "[]", "{", "null"] {
        let told = house.gate.otlp(Otlp::Json, bad.as_bytes(), START);
        assert!(matches!(told, Err(WriteError::Unreadable(_))), "{bad}");
    }
    let deep = "{\"a\":".repeat(100_000);
    assert!(house.gate.otlp(Otlp::Json, deep.as_bytes(), START).is_err());
}

#[test]
fn what_contradicts_itself_is_refused_and_the_rest_is_kept() {
    let house = House::new();
    let eights =
        |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let bad = Message::default().message(1, &Message::default().bytes(6, &eights(&[1, 2, 3])));
    let many: Vec<(String, String)> = (0..129).map(|n| (format!("a{n}"), "1".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (&**name, &**value)).collect();
    let wide = Message::default().message(1, &number(0, 1.0, &many)).message(1, &number(0, 1.0, &[]));
    let body = export([metric("d", "", 9, &bad), metric("w", "", 5, &wide)]);
    assert_eq!(take(&house, &body), ["bad_histogram 1 d", "too_many_labels 1 w"]);
    assert_eq!(house.kept_of("w{").len(), 1);
    let cut = &body[..body.len() - 1];
    assert!(take(&house, cut)[0].contains("cannot be read"));
}

proptest::proptest! {
    #[test]
    fn any_change_of_one_byte_does_no_harm(at in 0..400_usize, to in proptest::num::u8::ANY) {
        let house = House::new();
        let gauge = Message::default().message(1, &number(0, 0.5, &[("cpu.id", "0")]));
        let run = Message::default().zigzag(1, 3).packed(2, [1, 0, 2]);
        let point = fixed(Message::default(), 4, 4).double(5, 9.0).zigzag(6, 9).message(8, &run);
        let native = Message::default().message(1, &point).varint(2, 1);
        let mut body = export([metric("cpu", "1", 5, &gauge), metric("e", "", 10, &native)]);
        let at = at % body.len();
        body[at] = to;
        let _ = house.gate.otlp(Otlp::Protobuf, &body, START);
        let _ = house.gate.otlp(Otlp::Json, &body, START);
    }
}

#[test]
fn what_one_request_says_once_is_not_repeated_without_end() {
    let house = House::new();
    let long = "x".repeat(16 << 10);
    let points: Vec<Message> = (0..10_000).map(|_| number(0, 1.0, &[])).collect();
    let metrics = Message::default().all(2, [metric("m", "", 5, &Message::default().all(1, points))]);
    let resource = Message::default().message(1, &attribute("service.name", &long));
    let source = Message::default().message(1, &resource).message(2, &metrics);
    let taken = house.gate.otlp(Otlp::Protobuf, &Message::default().message(1, &source).0, START);
    assert_eq!(taken, Err(WriteError::TooLarge));
    let fields: Vec<String> = (0..100_000).map(|n| format!("f{n}=1")).collect();
    let line = format!("{long} {}", fields.join(","));
    assert_eq!(
        house.gate.influx(line.as_bytes(), ingest::Precision::NANOSECONDS, START),
        Err(WriteError::TooLarge)
    );
}
