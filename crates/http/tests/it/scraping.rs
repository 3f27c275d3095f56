//! The scraper against real small servers, good ones and bad ones.

use crate::counter::Counter;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use flate2::write::GzEncoder;
use http::{ScrapeFromBus, ScrapeJob, ScrapeSecret, Scraper};
use model::{Login, Secret};
use parking_lot::Mutex;
use serde_json::Value;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// What the good server shows.
type Shown = Arc<Mutex<String>>;

async fn page(State(shown): State<Shown>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shown.lock().clone()).into_response()
}

fn typed(kind: &'static str, body: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

async fn bomb() -> Response {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..32 {
        encoder.write_all(&[b'\n'; 1 << 20]).expect("memory");
    }
    ([(header::CONTENT_ENCODING, "gzip")], encoder.finish().expect("memory")).into_response()
}

async fn asked_as(headers: HeaderMap) -> Response {
    let word = headers.get(header::AUTHORIZATION).and_then(|word| word.to_str().ok()).unwrap_or("nobody");
    if word == "Bearer from-a-file" || word == "Basic bWU6c2VjcmV0" {
        return typed("text/plain", "let_in 1\n");
    }
    StatusCode::UNAUTHORIZED.into_response()
}

/// A server of one good page and many bad ones.
async fn server(shown: Shown) -> SocketAddr {
    let router = Router::new()
        .route("/metrics", get(page))
        .route("/secret", get(asked_as))
        .route("/failing", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/html", get(|| async { typed("text/html; charset=utf-8", "<html></html>") }))
        .route("/prose", get(|| async { typed("text/plain", "It is\nall right.\n") }))
        .route("/cut", get(|| async { typed("application/openmetrics-text; version=1.0.0", "a_total 1\n") }))
        .route("/away", get(|| async { Redirect::temporary("/metrics") }))
        .route("/hanging", get(|| async { std::future::pending::<()>().await }))
        .route("/huge", get(|| async { vec![b'\n'; 17 << 20] }))
        .route("/bomb", get(bomb))
        .with_state(shown);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A job that is asked each second.
fn job(name: &str, targets: &[String]) -> ScrapeJob {
    ScrapeJob {
        targets: targets.to_vec(),
        interval: Duration::from_secs(1),
        timeout: Duration::from_millis(900),
        ..ScrapeJob::new(name)
    }
}

/// Waits until `look` finds what it wants.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The targets, by the ends of their URLs.
async fn targets(counter: &Counter) -> Vec<Value> {
    let answer = counter.get("/api/v1/targets?state=active").await.json();
    assert_eq!(answer["status"], "success");
    answer["data"]["activeTargets"].as_array().expect("a list").clone()
}

/// The values that an expression has now, by the label `label`.
async fn values(counter: &Counter, expr: &str, label: &str) -> Vec<(String, String)> {
    let encoded: String = expr.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let answer = counter.get(&format!("/api/v1/query?query={encoded}")).await.json();
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let mut found: Vec<(String, String)> = answer["data"]["result"]
        .as_array()
        .expect("a vector")
        .iter()
        .map(|sample| (text(&sample["metric"][label]), text(&sample["value"][1])))
        .collect();
    found.sort();
    found
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn start(counter: &Counter, jobs: Vec<ScrapeJob>) {
    counter.scraper.set_jobs(jobs, ScrapeFromBus::default());
    tokio::spawn(counter.scraper.clone().run());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_is_scraped_shown_and_ends_with_its_series() {
    let counter = Counter::living();
    let shown = Shown::default();
    *shown.lock() = "a 1\nb{instance=\"x\"} 2\n".to_owned();
    let address = server(shown.clone()).await;
    start(&counter, vec![job("good", &[address.to_string()])]);

    let value = || async { Some(values(&counter, "a", "instance").await).filter(|found| !found.is_empty()) };
    assert_eq!(until("a value", value).await, pairs(&[(&address.to_string(), "1")]));
    assert_eq!(values(&counter, "b", "exported_instance").await, pairs(&[("x", "2")]));
    assert_eq!(values(&counter, "up", "job").await, pairs(&[("good", "1")]));
    assert_eq!(values(&counter, "scrape_samples_scraped", "job").await, pairs(&[("good", "2")]));

    let target = until("it is up", || async {
        targets(&counter).await.into_iter().find(|target| target["health"] == "up")
    });
    let target = target.await;
    assert_eq!(target["scrapeUrl"], format!("http://{address}/metrics"));
    assert_eq!(target["labels"], serde_json::json!({"instance": address.to_string(), "job": "good"}));
    assert_eq!(target["discoveredLabels"]["__address__"], address.to_string());
    assert_eq!(
        [&target["scrapePool"], &target["lastError"], &target["scrapeInterval"], &target["scrapeTimeout"]],
        ["good", "", "1s", "900ms"]
    );
    assert!(target["lastScrape"].as_str().is_some_and(|time| time.starts_with("20") && time.ends_with('Z')));
    let dropped = counter.get("/api/v1/targets?state=dropped").await.json();
    assert_eq!(dropped["data"]["activeTargets"], serde_json::json!([]));

    *shown.lock() = "b 2\n".to_owned();
    until("a is gone", || async { values(&counter, "a", "job").await.is_empty().then_some(()) }).await;
    until("it is counted", || async { (counter.scraper.scrapes() >= 2).then_some(()) }).await;
    assert_eq!(counter.scraper.failures(), 0);

    counter.scraper.set_jobs(Vec::new(), ScrapeFromBus::default());
    until("everything is gone", || async {
        let rest = values(&counter, "{job=\"good\"}", "__name__").await;
        rest.is_empty().then_some(())
    })
    .await;
    assert!(targets(&counter).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_targets_are_told_of_and_cost_the_good_one_nothing() {
    let counter = Counter::living();
    let shown = Shown::default();
    *shown.lock() = "a 1\n".to_owned();
    let address = server(shown).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let rows = [
        ("/failing", "HTTP status 500"),
        ("/missing", "HTTP status 404"),
        ("/html", "unsupported Content-Type \"text/html; charset=utf-8\""),
        ("/prose", "no line of the page can be read"),
        ("/cut", "# EOF"),
        ("/away", "redirects are not followed"),
        ("/hanging", "no whole answer within 0.9 s"),
        ("/huge", "more than 16777216 bytes"),
        ("/bomb", "more than 16777216 bytes"),
        ("/secret", "HTTP status 401"),
    ];
    let mut jobs: Vec<ScrapeJob> = rows
        .iter()
        .map(|(path, _)| ScrapeJob { path: (*path).to_owned(), ..job(path, &[address.to_string()]) })
        .collect();
    // On a busy machine it takes its time to find out that there is too much.
    for job in jobs.iter_mut().filter(|job| matches!(job.path.as_str(), "/huge" | "/bomb")) {
        (job.interval, job.timeout) = (Duration::from_secs(10), Duration::from_secs(10));
    }
    jobs.push(job("nobody", &[nobody.to_string()]));
    jobs.push(job("good", &[address.to_string()]));
    start(&counter, jobs);
    let all = until("everybody was asked", || async {
        let all = targets(&counter).await;
        let are_asked = all.iter().all(|target| target["health"] != "unknown");
        (are_asked && all.len() == rows.len() + 2).then_some(all)
    });
    let all = all.await;
    for (pool, error) in rows.into_iter().chain([("nobody", "Connection refused")]) {
        let target = all.iter().find(|target| target["scrapePool"] == pool).expect(pool);
        let said = target["lastError"].as_str().unwrap_or("");
        assert!(target["health"] == "down" && said.contains(error), "{pool}: {said}");
        assert_eq!(values(&counter, &format!("up{{job=\"{pool}\"}}"), "job").await, pairs(&[(pool, "0")]));
    }
    assert_eq!(values(&counter, "a", "job").await, pairs(&[("good", "1")]));
    assert!(counter.scraper.failures() >= rows.len() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_come_from_the_settings_or_from_a_file() {
    let counter = Counter::living();
    let address = server(Shown::default()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("token");
    std::fs::write(&file, "from-a-file\n").expect("written");
    let secret = |name: &str, auth: Login<ScrapeSecret>| ScrapeJob {
        path: "/secret".to_owned(),
        auth,
        ..job(name, &[address.to_string()])
    };
    start(
        &counter,
        vec![
            secret("basic", Login::Basic("me".to_owned(), ScrapeSecret::Given(Secret::new("secret")))),
            secret("bearer", Login::Bearer(ScrapeSecret::File(file))),
            secret("lost", Login::Bearer(ScrapeSecret::File(dir.path().join("missing")))),
        ],
    );
    let up = until("all three were asked", || async {
        Some(values(&counter, "up", "job").await).filter(|up| up.len() == 3)
    });
    assert_eq!(up.await, pairs(&[("basic", "1"), ("bearer", "1"), ("lost", "0")]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_name_targets_and_are_read_again_when_they_change() {
    let counter = Counter::living();
    let shown = Shown::default();
    *shown.lock() = "a 1\n".to_owned();
    let address = server(shown).await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("targets.json");
    let named = |rooms: &[&str]| {
        let groups: Vec<Value> = rooms
            .iter()
            .map(|room| serde_json::json!({"targets": [address.to_string()], "labels": {"room": room}}))
            .collect();
        std::fs::write(&file, Value::from(groups).to_string()).expect("written");
    };
    named(&["hall", "attic"]);
    start(&counter, vec![ScrapeJob { files: vec![file.clone()], ..job("found", &[]) }]);
    let rooms = |expect: &'static [(&str, &str)]| {
        let counter = &counter;
        until("these rooms", move || async move {
            (values(counter, "a", "room").await == pairs(expect)).then_some(())
        })
    };
    rooms(&[("attic", "1"), ("hall", "1")]).await;
    named(&["hall", "cellar two"]);
    rooms(&[("cellar two", "1"), ("hall", "1")]).await;
    std::fs::remove_file(&file).expect("removed");
    rooms(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_settings_keeps_what_is_the_same_and_times_are_steady() {
    let counter = Counter::living();
    let shown = Shown::default();
    *shown.lock() = "a 1\n".to_owned();
    let address = server(shown).await;
    start(&counter, vec![job("good", &[address.to_string()])]);
    let samples = |least: usize| {
        let counter = &counter;
        until("samples", move || async move {
            let answer = counter.get("/api/v1/query?query=a%5B1h%5D").await.json();
            let values = answer["data"]["result"][0]["values"].as_array().cloned().unwrap_or_default();
            (values.len() >= least).then_some(values)
        })
    };
    samples(2).await;
    let longer = ScrapeJob { timeout: Duration::from_millis(800), ..job("good", &[address.to_string()]) };
    counter.scraper.set_jobs(vec![longer], ScrapeFromBus::default());
    let values = samples(4).await;
    let millis: Vec<i64> = values
        .iter()
        .map(|value| model::from_seconds(value[0].as_f64().expect("a time")).expect("a time") % 1_000)
        .collect();
    let steady = millis.iter().filter(|place| **place == millis[0]).count();
    // Of a machine with much to do some may be late.
    assert!(steady * 2 > millis.len(), "{millis:?}");
    let nan = values.iter().filter(|value| value[1] == "NaN").count();
    assert_eq!(nan, 0);
    assert_eq!(targets(&counter).await[0]["scrapeTimeout"], "800ms");
}

#[test]
fn a_job_whose_targets_are_none_is_told_so() {
    let bad = [
        ScrapeJob { timeout: Duration::from_secs(20), ..ScrapeJob::new("j") },
        ScrapeJob { interval: Duration::from_millis(10), ..ScrapeJob::new("j") },
        ScrapeJob { scheme: "gopher".to_owned(), ..ScrapeJob::new("j") },
        ScrapeJob { labels: [("__name__".to_owned(), "x".to_owned())].into(), ..ScrapeJob::new("j") },
        job("j", &["a b".to_owned()]),
    ];
    for (at, job) in bad.iter().enumerate() {
        // Hidden labels are gone before series get them, so that the fourth is good.
        assert_eq!(Scraper::check(job).is_err(), at != 3, "{job:?}");
    }
}
