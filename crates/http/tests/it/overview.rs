//! The overview, once and as it changes.

use crate::counter::{Counter, runtime};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use model::{Registration, Report};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use tower::ServiceExt;

/// How long a change may take on a busy machine: it is told once a second.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn services_are_shown_with_their_states_and_what_fires() {
    let counter = Counter::new();
    counter.gauge("stt", "stt-1", "temp", &[(30, 1.0)]);
    counter.gauge("stt", "stt-2", "error_rate", &[(20, 2.5)]);
    counter.health("ai", Some("ai-1"), "degraded");
    counter.gauge("busy", "busy-1", "cpu_percent", &[(0, 99.0)]);
    counter.take(Report::Registered(Registration {
        service: "left".into(),
        started: None,
        capabilities: Vec::new(),
        version: None,
        metrics_url: None,
    }));
    counter.goodbye("left");
    let answer = runtime().block_on(counter.get("/overview?span=600")).json();
    let states: Vec<(&str, &str)> = answer["services"]
        .as_array()
        .expect("services")
        .iter()
        .map(|one| (one["name"].as_str().expect("a name"), one["state"].as_str().expect("a state")))
        .collect();
    assert_eq!(states, [("ai", "degraded"), ("busy", "healthy"), ("left", "gone"), ("stt", "healthy")]);
    assert_eq!(answer["services"][1]["firing"], json!(["warning"]));
    assert_eq!(answer["services"][3]["error_percent"], 2.5);
    assert_eq!(answer["services"][3]["instances"][0], json!(["stt-1", "healthy", 1_795_394_400.0]));
    assert_eq!((&answer["alerts"]["firing"], &answer["alerts"]["silenced"]), (&json!(1), &json!(0)));
    assert_eq!(answer["alerts"]["newest"][0]["id"], "high_cpu:busy:busy-1");
    assert_eq!(answer["bus"]["broker"], "bus:1883");
    assert_eq!(answer["host"]["cpu_percent"], 12.5);
    assert_eq!(answer["strip"], json!({"start": 1_795_393_810.0, "step": 10.0, "buckets": 60}));
    let strip = |at: usize| answer["services"][at]["strip"].as_str().expect("a strip").to_owned();
    assert_eq!(strip(1), format!("{}1", ".".repeat(59)));
    assert_eq!(strip(3), format!("{}0", ".".repeat(59)));
}

#[test]
fn what_was_silent_or_failed_is_in_the_strip() {
    let counter = Counter::new();
    counter.gauge("host", "h", "x", &[(0, 1.0)]);
    let up: Vec<(i64, f64)> =
        (0..30).rev().map(|at| (at * 10, f64::from(u8::from(!(10..20).contains(&at))))).collect();
    counter.gauge("oven", "", "up", &up);
    let answer = runtime().block_on(counter.get("/overview?span=600")).json();
    let oven = answer["services"]
        .as_array()
        .expect("services")
        .iter()
        .find(|one| one["name"] == "oven")
        .expect("oven");
    let strip = oven["strip"].as_str().expect("a strip");
    assert_eq!(strip.matches('x').count(), 10, "{strip}");
}

#[test]
fn a_span_is_a_number_of_seconds() {
    let counter = Counter::new();
    for (path, status) in [
        ("/overview?span=0", 200),
        ("/overview?span=2678400", 200),
        ("/overview?span=x", 422),
        ("/overview/live?span=-1", 422),
    ] {
        assert_eq!(runtime().block_on(counter.get(path)).status, status, "{path}");
    }
}

/// One who listens.
struct Listener {
    body: BodyDataStream,
    text: String,
}

impl Listener {
    async fn new(counter: &Counter) -> Result<Self, u16> {
        let request = Request::get("/overview/live").header("Accept-Encoding", "gzip");
        let request = request.body(Body::empty()).expect("a request");
        let response = counter.router.clone().oneshot(request).await.expect("an answer");
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        assert!(!response.headers().contains_key("content-encoding"), "packing would hold events back");
        Ok(Self { body: response.into_body().into_data_stream(), text: String::new() })
    }

    /// The next event: its kind and what it says; none if the stream is over.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (kind, data) = event.split_once('\n').expect("two lines");
                let kind = kind.strip_prefix("event: ").expect("a kind").to_owned();
                let data: Value =
                    serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("JSON");
                self.text = rest.to_owned();
                let schema = match kind.as_str() {
                    "overview" => "Overview",
                    "change" => "OverviewChange",
                    _ => "AlertsChange",
                };
                let faults = Counter::schemas().await.faults_of_named(schema, &data);
                assert!(faults.is_empty(), "{schema}: {faults:#?}\n{data}");
                return Some((kind, data));
            }
            let piece = std::future::poll_fn(|context| {
                futures_core::Stream::poll_next(Pin::new(&mut self.body), context)
            });
            let piece = timeout(SOON, piece).await.expect("an event in time")?;
            self.text.push_str(std::str::from_utf8(&piece.expect("a piece")).expect("text"));
        }
    }

    /// Waits for an event that is as it should be.
    async fn until(&mut self, is_meant: impl Fn(&str, &Value) -> bool) -> Value {
        let mut seen = Vec::new();
        while seen.len() < 60 {
            let (kind, data) = self.next().await.expect("the stream goes on");
            if is_meant(&kind, &data) {
                return data;
            }
            seen.push((kind, data));
        }
        panic!("not among {seen:?}");
    }
}

#[test]
fn who_listens_gets_the_whole_and_then_what_changes() {
    let counter = Counter::living();
    counter.gauge("stt", "stt-1", "temp", &[(30, 1.0)]);
    runtime().block_on(async {
        let mut listener = Listener::new(&counter).await.expect("a stream");
        let (kind, whole) = listener.next().await.expect("an event");
        assert_eq!((kind.as_str(), &whole["services"][0]["name"]), ("overview", &json!("stt")));
        counter.gauge("oven", "oven-1", "temp", &[(1, 200.0)]);
        let change = listener.until(|_, data| !data["services"].is_null()).await;
        let names: Vec<&Value> =
            change["services"].as_array().expect("rows").iter().map(|row| &row["name"]).collect();
        assert_eq!(names, ["oven"]);
        assert!(change["time"].is_f64() && change["bus"].is_null(), "{change}");
        let silence = r#"{"matchers": "service=\"oven\"", "duration": 60, "created_by": "me"}"#;
        let json = [("Content-Type", "application/json")];
        assert_eq!(counter.ask("POST", "/alerts/silences", &json, silence).await.status, 200);
        listener.until(|kind, _| kind == "alerts").await;
        counter.ready.store(false, Ordering::Release);
        while listener.next().await.is_some() {}
    });
}

#[test]
fn there_are_places_for_so_many_and_who_leaves_makes_room() {
    let counter = Counter::living();
    runtime().block_on(async {
        let mut all = Vec::new();
        for _ in 0..model::limits::OVERVIEW_STREAMS {
            all.push(Listener::new(&counter).await.expect("a place"));
        }
        assert_eq!(Listener::new(&counter).await.err(), Some(503));
        all.pop();
        let again = async {
            while Listener::new(&counter).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(SOON, again).await.expect("the place of who left");
    });
}

#[test]
fn two_thousand_instances_are_a_short_answer() {
    use std::io::Write;
    let counter = Counter::new();
    for service in 0..200 {
        for instance in 0..10 {
            counter.gauge(
                &format!("service-{service}"),
                &format!("service-{service}-{instance}"),
                "x",
                &[(1, 1.0)],
            );
        }
    }
    let answer = runtime().block_on(counter.get("/overview"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(answer.text.as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory").len();
    println!("2,000 instances: {} bytes, {packed} packed", answer.text.len());
    assert!(packed <= 100 * 1_024, "{packed}");
}
