//! What is known of services that say nothing of themselves, on a real bus.

use crate::broker::{Listener, Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::wait::{pause, until};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A message in Alicia's envelope.
fn said(source: &str, payload: &Value) -> String {
    let id = format!("{source}-{:?}", Instant::now());
    json!({"message_id": id, "source": source, "destination": "broadcast", "message_type": "event", "payload": payload})
        .to_string()
}

fn sender(collector: &Collector, name: &str) -> Result<Value, String> {
    let view = collector.json(&format!("/bus/traffic?service={name}"));
    let senders = view["senders"].as_array().cloned().unwrap_or_default();
    senders.into_iter().find(|sender| sender["service"] == name).ok_or_else(|| view.to_string())
}

#[test]
fn live_what_the_broker_says_of_itself_is_asked_of_promql() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    // Mosquitto says it every ten seconds, and once to whoever begins to listen.
    until("the broker's numbers", || {
        let answer = collector.json("/api/v1/query?query=mqtt_clients_connected%7Bjob%3D%22bus%22%7D");
        let value =
            answer["data"]["result"][0]["value"][1].as_str().and_then(|text| text.parse::<f64>().ok());
        value.filter(|clients| *clients >= 1.0).ok_or(answer)
    });
    let view = collector.json("/bus/traffic");
    assert!(!view.to_string().contains("$SYS"), "{view}");
}

#[test]
fn live_who_asks_whom_is_seen_and_asked_of_promql() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    until("it listens", || {
        let status = collector.json("/bus");
        if status["listening"]["connected"] == true { Ok(()) } else { Err(status) }
    });
    for n in 0..4 {
        let body = json!({"text": "hi", "session_id": n.to_string()});
        publish(broker.port, "alicia/voice/ai/request", &said("operator", &body), &[]);
        let error = json!({"message_id": "e", "source": "ai", "destination": "operator", "message_type": "error",
            "payload": {"error": "no", "original_request": body}});
        let (topic, answer) = match n {
            0 => ("alicia/voice/ai/error", said("ai", &error)),
            _ => ("alicia/voice/ai/response", said("ai", &body)),
        };
        publish(broker.port, topic, &answer, &[]);
    }
    let pairs = until("four answers", || {
        let view = collector.json("/bus/traffic");
        if view["pairs"][0]["answers"] == 4 { Ok(view["pairs"].clone()) } else { Err(view) }
    });
    let pair = json!([pairs[0]["asker"], pairs[0]["responder"], pairs[0]["topic"], pairs[0]["errors"]]);
    assert_eq!(pair, json!(["operator", "ai", "alicia/voice/ai/request", 1]));
    // What is found out is asked for as everything else; and it makes nobody a service who was none.
    let value = |query: &str| {
        let answer = collector.json(&format!("/api/v1/query?query={query}"));
        answer["data"]["result"][0]["value"][1].as_str().map(str::to_owned).ok_or(answer)
    };
    until("samples of it", || value("error_rate%7Bservice=%22ai%22%7D").map(|rate| assert_eq!(rate, "25")));
    assert_eq!(value("bus_answers_total%7Bservice=%22ai%22%7D"), Ok("4".to_owned()));
    assert_eq!(value("sum(bus_messages_total%7Bservice=%22operator%22%7D)"), Ok("4".to_owned()));
    let services = collector.get("/services").body;
    assert!(!services.contains("operator") && !services.contains("\"ai\""), "{services}");
}

/// A process that publishes the lines that it is given.
struct Talker(Child);

impl Talker {
    fn start(port: u16, topic: &str) -> Self {
        let mut command = Command::new("mosquitto_pub");
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", topic, "-l"]).stdin(Stdio::piped());
        Self(
            command.spawn().expect("mosquitto_pub runs; install it with `apt-get install mosquitto-clients`"),
        )
    }

    fn say(&mut self, line: &str) {
        writeln!(self.0.stdin.as_mut().expect("piped"), "{line}").expect("it reads");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.0.id().to_string()]).status().expect("kill runs");
        assert!(status.success(), "{name}");
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.0.kill().expect("it was alive");
        self.0.wait().expect("it is reaped");
    }
}

/// Lets somebody speak each 700 ms until `is_enough`.
fn speak(talker: &mut Talker, source: &str, mut is_enough: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut due = Instant::now();
    while !is_enough() {
        assert!(Instant::now() < deadline, "{source} is never understood");
        if Instant::now() >= due {
            talker.say(&said(source, &json!({})));
            due += Duration::from_millis(700);
        }
        pause();
    }
}

#[test]
fn live_who_freezes_is_missed_and_noticed_when_it_goes_on() {
    let broker = Mosquitto::start();
    let events = Listener::start(broker.port, "alicia/metrics/events");
    let collector = Setup::broker(broker.port).connect();
    let mut talker = Talker::start(broker.port, "alicia/lamps/status");
    let rhythm = || sender(&collector, "lamps").ok().and_then(|one| one["streams"][0]["every"].as_f64());
    speak(&mut talker, "lamps", || rhythm().is_some());
    let every = rhythm().expect("waited for");
    assert!((0.4..1.2).contains(&every), "{every}");
    talker.signal("-STOP");
    let event = |kind: &str| {
        until(kind, || {
            let all = events.on("alicia/metrics/events");
            let found = all.iter().find(|event| event["payload"]["event_type"] == kind);
            found.map(|event| event["payload"]["event_data"].clone()).ok_or(all)
        })
    };
    let missed = event("sender_overdue");
    assert_eq!((&missed["service_name"], &missed["topic"]), (&json!("lamps"), &json!("alicia/+/status")));
    // Two seconds are the shortest silence that means something; a second passes between two looks.
    assert!((2.0..4.5).contains(&missed["silence"].as_f64().expect("a number")), "{missed}");
    assert_eq!(sender(&collector, "lamps").expect("known")["state"], "overdue");
    talker.signal("-CONT");
    talker.say(&said("lamps", &json!({})));
    event("sender_returned");
    assert_eq!(sender(&collector, "lamps").expect("known")["state"], "alive");
}

#[test]
fn live_nobody_listens_where_that_is_not_wanted() {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).with(&["--mqtt-listen", "none"]).connect();
    assert_eq!(collector.json("/bus")["listening"], Value::Null);
    publish(broker.port, "alicia/metrics/a", &said("a", &json!({"metrics": []})), &[]);
    until("it is taken", || {
        let services = collector.get("/services").body;
        if services.contains("\"name\":\"a\"") { Ok(()) } else { Err(services) }
    });
    assert_eq!(collector.json("/bus/traffic")["messages"], 0);
}
