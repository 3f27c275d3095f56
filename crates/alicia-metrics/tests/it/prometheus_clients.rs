//! Prometheus' own clients and plain HTTP against the running program: promtool, Python, the documented examples, and
//! every query of the dashboards.

use crate::collector::{Collector, Setup};
use crate::http_client::request;
use crate::kept_hour;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A collector over the hour, and when that ends.
fn collector() -> (Collector, TempDir, i64) {
    let (dir, end) = (tempfile::tempdir().expect("a directory"), kept_hour::newest());
    kept_hour::import(dir.path(), end);
    (Setup::none().data_dir(dir.path()).start(), dir, end)
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("it is installed");
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn promtool(args: &[&str]) -> String {
    run(Command::new("promtool").args(args))
}

#[test]
fn live_promtool_reads_what_is_kept() {
    let (collector, _dir, end) = collector();
    let server = format!("http://{}", collector.http);
    let time = (end / 1000).to_string();
    let start = (end / 1000 - 600).to_string();
    let instant = |expr: &str| promtool(&["query", "instant", "--time", &time, &server, expr]);
    assert_eq!(
        instant("sort(requests_total)"),
        format!(
            "requests_total{{instance=\"lamp-1\", service=\"lamp\"}} => 3600 @[{time}]\n\
             requests_total{{instance=\"door-1\", service=\"door\"}} => 7200 @[{time}]\n"
        )
    );
    assert_eq!(instant("round(sum(rate(requests_total[5m])), 0.001)"), format!("{{}} => 3 @[{time}]\n"));
    assert_eq!(instant("count(up) * 1.5"), format!("{{}} => 3 @[{time}]\n"));
    let range =
        ["query", "range", "--start", &start, "--end", &time, "--step", "5m", &server, "max(cpu_percent)"];
    let lines = promtool(&range);
    assert_eq!(lines.lines().filter(|line| line.contains(" @[")).count(), 3, "{lines}");
    let series = promtool(&["query", "series", "--match", "up", "--start", &start, "--end", &time, &server]);
    assert_eq!(series.lines().count(), 2, "{series}");
    assert!(series.contains("__name__=\"up\"") && series.contains("service=\"lamp\""), "{series}");
    let labels = promtool(&["query", "labels", "--start", &start, "--end", &time, &server, "instance"]);
    assert!(labels.contains("door-1") && labels.contains("lamp-1"), "{labels}");
    let wrong =
        Command::new("promtool").args(["query", "instant", &server, "sum("]).output().expect("it runs");
    assert!(text(&wrong.stderr).contains("unclosed left parenthesis"), "{}", text(&wrong.stderr));
}

#[test]
fn live_promtool_finds_nothing_wrong_with_the_text_formats() {
    let (collector, _dir, _) = collector();
    for path in ["/metrics", "/federate?match[]=%7Bservice!=%22%22%7D"] {
        let answer =
            request(collector.http, "GET", path, &[("Accept", "text/plain")], "").expect("an answer");
        let output = check_metrics(&answer.body);
        // 1: it cannot be read. 3: names that could be better, which are the services' own.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", text(&output.stderr));
        let complaints = text(&output.stderr);
        assert!(!complaints.contains("alicia_metrics_"), "{complaints}");
    }
}

fn check_metrics(metrics: &str) -> Output {
    use std::io::Write;
    let piped = Stdio::piped;
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(piped())
        .stdout(piped())
        .stderr(piped())
        .spawn()
        .expect("it is installed");
    child.stdin.take().expect("a pipe").write_all(metrics.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn live_python_asks_by_form_and_takes_packed_answers() {
    let (collector, _dir, end) = collector();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/prometheus_client.py");
    let said = run(Command::new("python3")
        .arg(client)
        .arg(collector.http.to_string())
        .arg((end / 1000).to_string()));
    assert_eq!(said, "2 series, 722 values, 3 metrics with c\n");
}

#[test]
fn live_every_documented_example_is_answered() {
    let (collector, dir, _) = collector();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let document = std::fs::read_to_string(document).expect("the document");
    std::fs::write(dir.path().join(".curlrc"), "fail-with-body\nsilent\nshow-error\n").expect("written");
    let mut count = 0;
    for line in document.lines().filter(|line| line.starts_with("curl ")) {
        let line = line.replace("127.0.0.1:8014", &collector.http.to_string());
        let said = run(Command::new("sh").args(["-c", &line]).env("CURL_HOME", dir.path()));
        assert!(!said.is_empty(), "{line}");
        if line.contains("%{http_code}") {
            let status = said.get(said.len().saturating_sub(3)..).and_then(|digits| digits.parse().ok());
            assert!(matches!(status, Some(200..300)), "{line}: {said}");
        } else if line.contains("/api/v1/") {
            let answer: Value = serde_json::from_str(&said).expect(&line);
            assert_eq!(answer["status"], "success", "{line}");
            assert!(!answer["data"].is_null(), "{line}");
        }
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn live_a_query_ends_when_its_client_goes() {
    let (collector, _dir, end) = collector();
    use std::io::Write;
    // Many times more than is computed in a second.
    let terms = vec!["sum(quantile_over_time(0.5,cpu_percent[1m:1s]))"; 200].join("%2B");
    let query =
        format!("/api/v1/query_range?query={terms}&start={}&end={}&step=1", end / 1000 - 10_000, end / 1000);
    let processor_time = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", collector.process())).expect("it lives");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        fields[11].parse::<u64>().expect("a number") + fields[12].parse::<u64>().expect("a number")
    };
    let mut stream = std::net::TcpStream::connect(collector.http).expect("a connection");
    write!(stream, "GET {query} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let before = processor_time();
    crate::wait::until("it is computed", || if processor_time() > before + 20 { Ok(()) } else { Err(()) });
    drop(stream);
    let gone = Instant::now();
    // A second of grace, and from then on (nearly) nothing is computed.
    while gone.elapsed() < Duration::from_secs(1) {
        crate::wait::pause();
    }
    let after = processor_time();
    while gone.elapsed() < Duration::from_secs(2) {
        crate::wait::pause();
    }
    assert!(processor_time() < after + 30, "{} hundredths of a second", processor_time() - after);
}

#[test]
fn live_every_query_of_the_dashboards_is_answered() {
    let (collector, _dir, end) = collector();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contrib/grafana/dashboards");
    let mut queries = Vec::new();
    for file in std::fs::read_dir(dir).expect("dashboards").map(|file| file.expect("a file").path()) {
        if file.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&file).expect("a dashboard");
            expressions(&serde_json::from_str(&text).expect("JSON"), &mut queries);
        }
    }
    assert!(queries.len() > 20, "{}", queries.len());
    let mut empty = Vec::new();
    for query in &queries {
        let asked = query
            .replace("$__rate_interval", "1m")
            .replace("$__interval", "30s")
            .replace("$__range", "1h")
            .replace("$service", "lamp")
            .replace("$instance", "lamp-1");
        let encoded: String = asked.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let path = format!(
            "/api/v1/query_range?query={encoded}&start={}&end={}&step=60",
            end / 1000 - 1800,
            end / 1000
        );
        let answer = collector.get(&path);
        assert_eq!(answer.status, 200, "{asked}: {}", answer.body);
        let answer = answer.json();
        assert!(answer["warnings"].is_null(), "{asked}: {}", answer["warnings"]);
        if answer["data"]["result"].as_array().is_some_and(Vec::is_empty) {
            empty.push(asked);
        }
    }
    // The fixture has no alarm and no host; the rest has something to show.
    assert!(empty.len() * 3 < queries.len(), "{} of {} show nothing: {empty:#?}", empty.len(), queries.len());
}

/// The members `expr` of a dashboard.
fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("expr").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| expressions(member, found));
        }
        Value::Array(all) => all.iter().for_each(|one| expressions(one, found)),
        _ => {}
    }
}
