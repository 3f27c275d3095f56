//! Questions over real brokers, asked with mosquitto's clients.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::kept_hour;
use crate::wait::{free_port, until};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A broker, a collector that keeps an hour, and when that ended in seconds.
fn house() -> (Mosquitto, Collector, TempDir, i64) {
    let (broker, dir, end) =
        (Mosquitto::in_memory(), tempfile::tempdir().expect("a directory"), kept_hour::newest());
    kept_hour::import(dir.path(), end);
    let collector = Setup::broker(broker.port).data_dir(dir.path()).connect();
    (broker, collector, dir, end / 1000)
}

/// Asks with `mosquitto_rr`, again while there are too many, of which only some are told so; gives the answer as it came,
/// after what `-F` says.
fn asked(port: u16, question: &str, words: &[&str]) -> String {
    let topic = "alicia/metrics/query/reply/test";
    until("the question is taken", || {
        let output = Command::new("mosquitto_rr")
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-W", "5"])
            .args(["-t", "alicia/metrics/query", "-e", topic, "-m", question])
            .args(words)
            .output()
            .expect("mosquitto_rr runs");
        let said = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        let is_taken = !said.is_empty() && !said.contains(r#""errorType":"unavailable""#);
        if is_taken { Ok(said) } else { Err(said) }
    })
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

/// What HTTP answers to the same parameters.
fn over_http(collector: &Collector, question: &Value) -> Value {
    let route = if question["start"].is_null() { "query" } else { "query_range" };
    let members = question.as_object().expect("an object").iter().filter(|(name, _)| *name != "id");
    let parameters = members.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("{name}={encoded}")
    });
    let path = format!("/api/v1/{route}?{}", parameters.collect::<Vec<_>>().join("&"));
    collector.get(&path).json()
}

#[test]
fn live_answers_over_the_bus_are_those_of_http() {
    let (broker, collector, _dir, end) = house();
    let start = end - 3_000;
    for question in [
        json!({"query": "sort(requests_total)", "time": end}),
        json!({"query": "{service=\"lamp\"}", "time": end - 7}),
        json!({"query": "rate(requests_total[5m]) > bool 1", "start": start, "end": end, "step": "30s"}),
        json!({"query": "cpu_percent", "start": start.to_string(), "end": end, "step": 7, "limit": 1}),
        json!({"query": "quantile(2, up)", "time": end}),
        json!({"query": "nothing_of_that_name"}),
        json!({"query": "\"a \\\"text\\\" with é\"", "time": end}),
        json!({"query": "sum by (service"}),
        json!({"query": "up + on(service) {__name__=~\"cpu.*|up\"}", "time": end}),
        json!({"query": "up", "time": "yesterday"}),
        json!({"query": "up", "start": end, "end": start, "step": 1}),
        json!({"query": "up", "start": 0, "end": end, "step": 1}),
        json!({"query": "up", "limit": "many"}),
        json!({"query": "up", "timeout": "soon"}),
        json!({"query": ""}),
    ] {
        let expect = over_http(&collector, &question);
        assert_eq!(json_of(&asked(broker.port, &question.to_string(), &[])), expect, "{question}");
        let (mut with_id, mut expect) = (question.clone(), expect);
        (with_id["id"], expect["id"]) = (json!("test"), json!("test"));
        // The same without properties.
        let plain = asked(broker.port, &with_id.to_string(), &["-V", "mqttv311"]);
        assert_eq!(json_of(&plain), expect, "{with_id}");
    }
    let correlated = ["-D", "PUBLISH", "correlation-data", "it's mine", "-q", "1", "-F", "%D|%q|%r|%p"];
    let answer = asked(broker.port, "count(up)", &correlated);
    assert!(answer.starts_with("it's mine|1|0|{\"status\":\"success\""), "{answer}");
}

#[test]
fn live_answers_that_are_too_long_or_take_too_long_are_errors() {
    let (broker, collector, _dir, end) = house();
    let ask = |question: Value| json_of(&asked(broker.port, &question.to_string(), &[]));
    let everything = |limit: i64| json!({"query": "{__name__=~\".+\"}", "start": end - 3_600, "end": end, "step": 1, "limit": limit});
    let long = ask(everything(0));
    assert_eq!(long["errorType"], "execution", "{long}");
    assert!(
        long["error"].as_str().is_some_and(|error| error.contains("longer than 1048576 bytes")),
        "{long}"
    );
    assert_eq!(ask(everything(1))["status"], "success");
    let slow = vec!["sum(quantile_over_time(0.5,cpu_percent[1m:1s]))"; 200].join("+");
    let slow = |timeout: &str| json!({"query": slow, "start": end - 10_000, "end": end, "step": 1, "timeout": timeout});
    let begun = Instant::now();
    assert_eq!(ask(slow("100ms"))["errorType"], "timeout");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // A stop does not wait for what nobody will hear.
    publish(
        broker.port,
        "alicia/metrics/query",
        &json!({"id": "x", "query": slow("30s")["query"], "start": end - 10_000, "end": end, "step": 1})
            .to_string(),
        &[],
    );
    until("it is asked", || {
        let asked = collector.json("/bus")["questions"].clone();
        if asked.as_u64() >= Some(4) { Ok(()) } else { Err(asked) }
    });
    let begun = Instant::now();
    collector.signal("TERM");
    collector.wait();
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn live_the_embedded_broker_carries_questions() {
    let (port, dir, end) = (free_port(), tempfile::tempdir().expect("a directory"), kept_hour::newest());
    kept_hour::import(dir.path(), end);
    let _collector = Setup::embedded(port).with(&["--retention", "forever"]).data_dir(dir.path()).connect();
    let correlated = ["-D", "PUBLISH", "correlation-data", "17", "-F", "%D %p"];
    let answer = asked(port, "count(up)", &correlated);
    assert!(answer.starts_with("17 {\"status\":\"success\"") && answer.ends_with("\"2\"]}]}}"), "{answer}");
    let plain = asked(port, r#"{"id":"test","query":"count(up)"}"#, &["-V", "mqttv311"]);
    assert!(plain.starts_with(r#"{"id":"test","status":"success""#), "{plain}");
}

#[test]
fn live_a_flood_of_questions_costs_the_others_nothing() {
    let (broker, collector, _dir, end) = house();
    let heavy = json!({"id": "flood", "query": "sum(quantile_over_time(0.5,cpu_percent[5m:1s]))",
        "start": end - 3_600, "end": end, "step": 1, "timeout": "2s"});
    let mut flood = lines_to(broker.port, "alicia/metrics/query");
    let mut samples = lines_to(broker.port, "alicia/metrics/steady");
    let taken = |collector: &Collector| collector.own_metric("alicia_metrics_bus_questions_total");
    let refused = |collector: &Collector| collector.own_metric("alicia_metrics_bus_questions_refused_total");
    for n in 1..=1_000 {
        for input in [
            (&mut flood, heavy.to_string()),
            (&mut samples, format!(r#"{{"metrics":[{{"name":"n","value":{n}}}]}}"#)),
        ] {
            let (client, line) = input;
            writeln!(client.stdin.as_mut().expect("piped"), "{line}").expect("mosquitto_pub reads");
        }
    }
    for mut client in [flood, samples] {
        drop(client.stdin.take());
        assert!(client.wait().expect("reaped").success());
    }
    until("all samples are kept", || {
        let count = collector.json("/metrics/steady/n?limit=10000")["data"].as_array().map(Vec::len);
        if count == Some(1_000) { Ok(()) } else { Err(count) }
    });
    until("all questions came", || {
        let (taken, refused) = (taken(&collector), refused(&collector));
        if taken == 1_000.0 && refused > 500.0 { Ok(()) } else { Err((taken, refused)) }
    });
    assert_eq!(collector.refused("too_many_questions") as f64, refused(&collector));
    // And HTTP has its turn.
    let begun = Instant::now();
    assert_eq!(collector.get("/api/v1/query?query=up").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

fn lines_to(port: u16, topic: &str) -> std::process::Child {
    Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-q", "1", "-t", topic, "-l"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("mosquitto_pub runs")
}

#[test]
fn live_every_documented_question_is_answered() {
    let (broker, _collector, dir, _) = house();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bus-queries.md");
    let document = std::fs::read_to_string(document).expect("the document");
    // Where mosquitto's clients look for flags that nobody gives them.
    let config = dir.path().join("config");
    std::fs::create_dir(&config).expect("created");
    for client in ["mosquitto_rr", "mosquitto_sub", "mosquitto_pub"] {
        std::fs::write(config.join(client), format!("-p {}\n", broker.port)).expect("written");
    }
    let mut count = 0;
    for line in document.lines().filter(|line| line.starts_with("mosquitto_")) {
        // The second client may be too early for the first.
        until(line, || {
            let shell = Command::new("sh").args(["-c", line]).env("XDG_CONFIG_HOME", &config).output();
            let said = String::from_utf8_lossy(&shell.expect("a shell").stdout).into_owned();
            let answer: Value = serde_json::from_str(&said).map_err(|_| said.clone())?;
            let is_full = answer["data"]["result"].as_array().is_some_and(|result| !result.is_empty());
            if answer["status"] == "success" && is_full { Ok(()) } else { Err(said) }
        });
        count += 1;
    }
    assert_eq!(count, 5);
}
