//! Remote write over HTTP: what is answered to what.

use crate::counter::{Answer, Counter, NOW, runtime};
use crate::proto::{Message, Second, histogram, request, sample, series};
use model::Reason;

const V1: &str = "application/x-protobuf";
const V2: &str = "application/x-protobuf;proto=io.prometheus.write.v2.Request";

fn packed(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).expect("packs")
}

fn post(counter: &Counter, kind: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let headers = [("content-type", kind), ("content-encoding", encoding)];
    let headers: Vec<_> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    runtime().block_on(counter.send("POST", "/api/v1/write", &headers, body))
}

fn written(answer: &Answer) -> [&str; 3] {
    ["samples", "histograms", "exemplars"].map(|what| {
        let header = answer.headers.get(format!("x-prometheus-remote-write-{what}-written"));
        header.and_then(|value| value.to_str().ok()).unwrap_or("-")
    })
}

#[test]
fn what_is_written_is_read_back() {
    let counter = Counter::new();
    let body = request([series("up service=web instance=i", &[(NOW - 1_000, 1.0), (NOW, 0.0)])]);
    let answer = post(&counter, V1, "snappy", packed(&body));
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(written(&answer), ["2", "0", "0"]);
    assert_eq!(counter.gate.tally().samples(), 2);
    assert_eq!(counter.gate.registry().services(), [], "who writes is nobody of the bus");
}

#[test]
fn the_second_version_says_how_much_was_written() {
    let counter = Counter::new();
    let mut second = Second::new();
    second.series("m", &Message::default().message(2, &sample(NOW, 1.0)).message(4, &Message::default()));
    second.series("h", &Message::default().message(3, &histogram(NOW)));
    let answer = post(&counter, V2, "snappy", packed(&second.request()));
    assert_eq!((answer.status, written(&answer)), (204, ["1", "1", "0"]));
    second.series("a=1", &Message::default().message(2, &sample(NOW, 1.0)));
    let answer = post(&counter, V2, "snappy", packed(&second.request()));
    assert_eq!((answer.status, written(&answer)), (400, ["1", "1", "0"]));
    assert!(
        answer.text.starts_with("refused: 1 bad_name (") && answer.text.contains(r#"{a="1"}"#),
        "{}",
        answer.text
    );
}

#[test]
fn types_and_encodings_are_said_or_are_those_of_old() {
    let counter = Counter::new();
    let body = || packed(&request([series("m", &[(NOW, 1.0)])]));
    let plain = || request([series("m", &[(NOW, 1.0)])]);
    // A frame of zstd with one raw block.
    let mut zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0x20, u8::try_from(plain().len()).expect("short")];
    zstd.extend_from_slice(&(u32::try_from(plain().len()).expect("short") << 3 | 1).to_le_bytes()[..3]);
    zstd.extend_from_slice(&plain());
    let rows = [
        ("", "", body(), 204),
        (V1, "snappy", body(), 204),
        (V1, "Snappy", body(), 204),
        ("application/x-protobuf; proto=prometheus.WriteRequest", "", body(), 204),
        ("application/x-protobuf;charset=x", "snappy", body(), 204),
        (V1, "identity", plain(), 204),
        (V1, "zstd", zstd, 204),
        (V1, "gzip", body(), 415),
        (V1, "snappy, snappy", body(), 415),
        ("application/json", "snappy", body(), 415),
        ("application/x-protobuf;proto=io.prometheus.write.v9.Request", "snappy", body(), 415),
        (V2, "snappy", body(), 400),
        (V1, "snappy", plain(), 400),
        (V1, "zstd", plain(), 400),
        (V1, "snappy", b"".to_vec(), 400),
        (V1, "snappy", vec![0], 204),
    ];
    for (kind, encoding, body, status) in rows {
        let answer = post(&counter, kind, encoding, body);
        assert_eq!(answer.status, status, "{kind} {encoding}: {}", answer.text);
    }
    assert_eq!(counter.gate.tally().total(Reason::Unreadable), 4);
}

#[test]
fn bombs_are_refused_before_there_is_room_made_for_them() {
    let counter = Counter::new();
    let four_gib = [0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0];
    assert_eq!(post(&counter, V1, "snappy", four_gib.to_vec()).status, 413);
    let above = packed(&vec![0; (32 << 20) + 1]);
    assert_eq!(post(&counter, V1, "snappy", above).status, 413);
    assert_eq!(post(&counter, V1, "identity", vec![0; (16 << 20) + 1]).status, 413);
    // A window of half a gigabyte, as the head says.
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x98, 0x01, 0x00, 0x00];
    assert_eq!(post(&counter, V1, "zstd", window.to_vec()).status, 400);
    assert_eq!(counter.gate.tally().total(Reason::TooLarge), 2);
}

#[test]
fn cut_bodies_are_answered_as_such() {
    let counter = Counter::new();
    let body = request([series("m a=1", &[(NOW, 1.0)])]);
    for end in 1..body.len() {
        assert_eq!(post(&counter, V1, "snappy", packed(&body[..end])).status, 400, "{end}");
    }
    let body = packed(&body);
    for end in 0..body.len() {
        assert_eq!(post(&counter, V1, "snappy", body[..end].to_vec()).status, 400, "{end}");
    }
    assert_eq!(counter.gate.tally().samples(), 0);
}

proptest::proptest! {
    #[test]
    fn any_body_has_an_answer(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let counter = Counter::new();
        for (kind, encoding) in [(V1, "snappy"), (V2, "zstd"), (V2, "identity")] {
            let answer = post(&counter, kind, encoding, body.clone());
            proptest::prop_assert!([204, 400, 413].contains(&answer.status));
        }
    }
}

#[test]
fn exports_of_opentelemetry_are_answered_in_their_own_words() {
    let counter = Counter::new();
    let send = |path: &str, kind: &str, body: &str| {
        runtime().block_on(counter.send("POST", path, &[("content-type", kind)], body.as_bytes().to_vec()))
    };
    let nanos = NOW * 1_000_000;
    let point = format!(r#"{{"timeUnixNano":"{nanos}","asInt":"3"}}"#);
    let body = |name: &str| {
        format!(
            r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{{"name":"{name}","gauge":{{"dataPoints":[{point}]}}}}]}}]}}]}}"#
        )
    };
    for path in ["/api/v1/otlp/v1/metrics", "/v1/metrics"] {
        let answer = send(path, "application/json; charset=utf-8", &body("m"));
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        assert_eq!(answer.headers["content-type"], "application/json");
        let answer = send(path, "application/x-protobuf", "");
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    let partly = send("/v1/metrics", "application/json", &body(""));
    assert_eq!((partly.status, &partly.json()["partialSuccess"]["rejectedDataPoints"]), (200, &"1".into()));
    let answer = send("/v1/metrics", "application/json", "{");
    assert_eq!((answer.status, &answer.json()["code"]), (400, &400.into()));
    assert_eq!(send("/v1/metrics", "text/plain", "{}").status, 415);
    // A kilobyte that becomes a thousand.
    let bomb = vec![0_u8; 64 << 20];
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &bomb).expect("packs");
    let packed = packed.finish().expect("packs");
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let answer = runtime().block_on(counter.send("POST", "/v1/metrics", &headers, packed));
    assert_eq!(answer.status, 413);
}

#[test]
fn lines_of_influx_are_samples() {
    let counter = Counter::new();
    let send = |path: &str, body: &str| {
        runtime().block_on(counter.send("POST", path, &[], body.as_bytes().to_vec()))
    };
    let seconds = NOW / 1_000;
    let lines = format!(
        "# a note\ncpu,service=s,instance=i idle=1.5,busy=t,word=\"w\" {seconds}\n\nlux,service=s value=7i\n"
    );
    let answer = send("/write?db=x&precision=s", &lines);
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!((counter.gate.tally().samples(), counter.gate.tally().total(Reason::BadValue)), (3, 1));
    let answer = send("/api/v2/write?bucket=b&org=o&precision=s", &format!("m f=1 {seconds}\nm f\nm f=x\n"));
    let error = answer.json()["message"].to_string();
    assert_eq!(answer.status, 400);
    assert!(error.contains("partial write: refused: 2 unreadable") && error.contains("m f"), "{error}");
    assert_eq!(counter.gate.tally().samples(), 4);
    assert_eq!(send("/write?precision=y", "m f=1").status, 400);
    assert_eq!(send("/write", "").status, 204);
}
