//! What is written is read back, bit for bit; what others write is understood; what is bad is told.

use super::{Reader, Writer};
use crate::cli::TransferFormat;
use crate::transfer::fault::Fault;
use model::{Labels, MetricKind, NAME, Point, Series};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use std::sync::Arc;

const FORMATS: [TransferFormat; 3] = [TransferFormat::Jsonl, TransferFormat::Csv, TransferFormat::Prometheus];

fn text_of(all: &[(Arc<Series>, Vec<Point>)], format: TransferFormat) -> String {
    let mut text = String::new();
    let mut writer = Writer::begin(format, &mut text);
    all.iter().for_each(|(series, points)| writer.push(&mut text, series, points));
    text
}

/// Name and labels, kind, time, bits of the value.
type Plain = (Labels, MetricKind, i64, u64);

fn plain(series: &Arc<Series>, point: &Point) -> Plain {
    (series.labels().clone(), series.kind(), point.t, point.v.to_bits())
}

fn read_all(text: &str, format: TransferFormat) -> (Vec<Plain>, Vec<(usize, Fault)>) {
    let (mut reader, mut found, mut faults) = (Reader::new(format), Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        if let Err(fault) = reader.read(line, &mut found) {
            faults.push((at + 1, fault));
        }
    }
    (found.iter().map(|(series, point)| plain(series, point)).collect(), faults)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_][a-z0-9_]{0,8}", any::<String>(), "[\"\\\\\n\r,{}=# \tä0:]{1,6}"]
        .prop_filter("an empty value is no label", |text| !text.is_empty())
}

fn any_kind() -> impl Strategy<Value = MetricKind> {
    prop::sample::select(vec![
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::Summary,
    ])
}

fn any_series() -> impl Strategy<Value = (Arc<Series>, Vec<Point>)> {
    let value = prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        Just(model::stale_marker()),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        (-1_000_i32..1_000).prop_map(f64::from),
    ];
    let point = (any::<i64>(), value).prop_map(|(t, v)| Point { t, v });
    let labels = prop::collection::vec((any_text(), any_text()), 0..4);
    (any_text(), labels, any_kind(), prop::collection::vec(point, 1..5)).prop_map(
        |(name, mut labels, kind, points)| {
            labels.push((NAME.to_owned(), name));
            (Arc::new(Series::new(Labels::new(labels), kind)), points)
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_bit_for_bit(all in prop::collection::vec(any_series(), 0..6)) {
        let expected: Vec<Plain> =
            all.iter().flat_map(|(series, points)| points.iter().map(|point| plain(series, point))).collect();
        for format in FORMATS {
            let text = text_of(&all, format);
            let (found, faults) = read_all(&text, format);
            prop_assert_eq!(&faults, &vec![], "{:?}\n{}", format, text);
            prop_assert_eq!(&found, &expected, "{:?}\n{}", format, text);
        }
    }

    #[test]
    fn no_text_stops_a_reader(text in "([a-z{}=\",# \\\\0-9.:\\[\\]]|NaN|TYPE|\n|[^\n]){0,80}") {
        for format in FORMATS.into_iter().chain([TransferFormat::Openmetrics]) {
            let (mut reader, mut found) = (Reader::new(format), Vec::new());
            for line in text.lines() {
                let before = found.len();
                if reader.read(line, &mut found).is_err() {
                    prop_assert_eq!(found.len(), before);
                }
            }
        }
    }
}

fn series(labels: &[(&str, &str)], kind: MetricKind) -> Arc<Series> {
    Arc::new(Series::new(Labels::new(labels.iter().copied()), kind))
}

#[test]
fn the_formats_look_like_this() {
    let lamp = series(&[(NAME, "lux"), ("service", "lamp"), ("room", "a \"b\"")], MetricKind::Counter);
    let odd = series(&[(NAME, "room.lux")], MetricKind::Gauge);
    let all = [
        (lamp, vec![Point { t: 1_000, v: 0.1 }, Point { t: 2_000, v: f64::INFINITY }]),
        (odd, vec![Point { t: 1_000, v: model::stale_marker() }]),
    ];
    assert_eq!(
        text_of(&all, TransferFormat::Jsonl),
        r#"{"metric":{"__name__":"lux","room":"a \"b\"","service":"lamp"},"type":"counter","values":[0.1,"Infinity"],"timestamps":[1000,2000]}
{"metric":{"__name__":"room.lux"},"type":"gauge","values":[null],"timestamps":[1000],"nan_bits":{"0":"7ff0000000000002"}}
"#
    );
    assert_eq!(
        text_of(&all, TransferFormat::Csv),
        r#"name,type,labels,timestamp_ms,value
lux,counter,"{""room"":""a \""b\"""",""service"":""lamp""}",1000,0.1
lux,counter,"{""room"":""a \""b\"""",""service"":""lamp""}",2000,+Inf
room.lux,gauge,{},1000,NaN:7ff0000000000002
"#
    );
    assert_eq!(
        text_of(&all, TransferFormat::Prometheus),
        r#"# TYPE lux counter
lux{room="a \"b\"",service="lamp"} 0.1 1000
lux{room="a \"b\"",service="lamp"} +Inf 2000
# TYPE "room.lux" gauge
# NaN-bits 7ff0000000000002
{"room.lux"} NaN 1000
"#
    );
}

/// `text` gives samples, written as `name{labels} kind value @time`.
fn check(text: &str, format: TransferFormat, expected: &[&str]) {
    let (found, faults) = read_all(text, format);
    assert_eq!(faults, [], "{text}");
    let found: Vec<String> = found
        .iter()
        .map(|(labels, kind, t, bits)| format!("{labels} {kind} {} @{t}", f64::from_bits(*bits)))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn what_other_programs_write_is_understood() {
    check(
        "{\"metric\":{\"__name__\":\"up\",\"job\":\"x\"},\"values\":[1,null, 2.5e3],\"timestamps\":[ 1,2 ,3]}\n\
         {\"metric\":{\"__name__\":\"up\"},\"values\":[],\"timestamps\":[]}",
        TransferFormat::Jsonl,
        &["up{job=\"x\"} gauge 1 @1", "up{job=\"x\"} gauge NaN @2", "up{job=\"x\"} gauge 2500 @3"],
    );
    check(
        "timestamp_ms,name,room,value\n5,lux,kitchen,1\n6,lux,,2\n\n7,\"l,\"\"ux\",hall,3\n",
        TransferFormat::Csv,
        &["lux{room=\"kitchen\"} gauge 1 @5", "lux{} gauge 2 @6", "l,\"ux{room=\"hall\"} gauge 3 @7"],
    );
    check(
        "# HELP t_seconds Time.\n# TYPE t_seconds histogram\n\
         t_seconds_bucket{le=\"+Inf\"} 3 1000\nt_seconds_sum 4.5 1000\nup 1 1000\n# a comment\n\n\
         # TYPE x untyped\nx{a=\"1\", b=\"\\n\\\\\",} -Inf 7\n  x { a = \"1\" } 2 8 \n",
        TransferFormat::Prometheus,
        &[
            "t_seconds_bucket{le=\"+Inf\"} counter 3 @1000",
            "t_seconds_sum{} counter 4.5 @1000",
            "up{} gauge 1 @1000",
            "x{a=\"1\",b=\"\\n\\\\\"} gauge -inf @7",
            "x{a=\"1\"} gauge 2 @8",
        ],
    );
    check(
        "# TYPE a counter\n# UNIT a seconds\na_total{x=\"#\"} 3 1.5 # {trace=\"q\"} 1 1.0\na_created 1 1.5\n# EOF\n",
        TransferFormat::Openmetrics,
        &["a_total{x=\"#\"} counter 3 @1500", "a_created{} gauge 1 @1500"],
    );
}

#[test]
fn what_is_bad_is_told_and_costs_only_its_line() {
    let good = "{\"metric\":{\"__name__\":\"a\"},\"values\":[1],\"timestamps\":[1]}";
    for (bad, word, format) in [
        ("nonsense", "bad_syntax", TransferFormat::Jsonl),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[1,2],\"timestamps\":[1]}",
            "bad_syntax",
            TransferFormat::Jsonl,
        ),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[\"x\"],\"timestamps\":[1]}",
            "bad_value",
            TransferFormat::Jsonl,
        ),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[1e999],\"timestamps\":[1]}",
            "bad_value",
            TransferFormat::Jsonl,
        ),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[1],\"timestamps\":[1.5]}",
            "bad_time",
            TransferFormat::Jsonl,
        ),
        ("{\"metric\":{\"x\":\"a\"},\"values\":[1],\"timestamps\":[1]}", "bad_name", TransferFormat::Jsonl),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"type\":\"z\",\"values\":[1],\"timestamps\":[1]}",
            "bad_type",
            TransferFormat::Jsonl,
        ),
        (
            "{\"metric\":{\"__name__\":\"a\"},\"values\":[1],\"timestamps\":[1],\"nan_bits\":{\"0\":\"7ff8000000000001\"}}",
            "bad_value",
            TransferFormat::Jsonl,
        ),
        ("a,1,x,9", "bad_syntax", TransferFormat::Csv),
        ("a,\"1,2", "bad_syntax", TransferFormat::Csv),
        ("a,x,2", "bad_time", TransferFormat::Csv),
        ("a,1,two", "bad_value", TransferFormat::Csv),
        ("a 1", "bad_time", TransferFormat::Prometheus),
        ("a{b=\"c\" 1 2", "bad_syntax", TransferFormat::Prometheus),
        ("a{b=\"c} 1 2", "bad_syntax", TransferFormat::Prometheus),
        ("a{b=\"c\",b=\"d\"} 1 2", "bad_labels", TransferFormat::Prometheus),
        ("a one 2", "bad_value", TransferFormat::Prometheus),
        ("a 1 2 3", "bad_syntax", TransferFormat::Prometheus),
        ("# TYPE a thing", "bad_type", TransferFormat::Prometheus),
        ("a 1 1.5", "bad_time", TransferFormat::Prometheus),
    ] {
        let (before, good) = match format {
            TransferFormat::Jsonl => ("", good),
            TransferFormat::Csv => ("name,timestamp_ms,value\n", "a,1,1"),
            _ => ("", "a 1 1"),
        };
        let (found, faults) = read_all(&format!("{before}{good}\n{bad}\n{good}\n"), format);
        assert_eq!(found.len(), 2, "{bad}");
        let line = 2 + before.lines().count();
        let told: Vec<_> = faults.iter().map(|(line, fault)| (*line, fault.word)).collect();
        assert_eq!(told, [(line, word)], "{bad}");
    }
}

#[test]
fn a_table_without_the_columns_it_needs_is_refused_as_a_whole() {
    for header in ["name,value", "name,timestamp_ms,value,value", "1,2,3"] {
        let (_, faults) = read_all(header, TransferFormat::Csv);
        assert!(matches!(&faults[..], [(1, fault)] if fault.is_final), "{header}: {faults:?}");
    }
}
