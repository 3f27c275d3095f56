//! Home Assistant is told of the house, by a real broker: what stands there, what its switches do, and what is left of it.

use crate::broker::{Listener, Mosquitto, publish};
use crate::collector::{Collector, Setup};
use crate::notifications::RULE;
use crate::wait::until;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const AVAILABILITY: &str = "alicia/metrics/home-assistant/alicia-metrics/availability";

/// A broker, and a collector that tells what is in the house.
struct Home {
    broker: Mosquitto,
    data: TempDir,
}

impl Home {
    fn new() -> Self {
        Self { broker: Mosquitto::start(), data: tempfile::tempdir().expect("a directory") }
    }

    /// Starts the collector with these lines of `[home_assistant]`.
    fn start(&self, lines: &str) -> Collector {
        let config = self.data.path().join("settings.toml");
        fs::write(&config, format!("[home_assistant]\n{lines}\n{RULE}")).expect("written");
        self.start_with(&config)
    }

    fn start_with(&self, config: &Path) -> Collector {
        let flags = ["--config", config.to_str().expect("a path")];
        Setup::bare(self.broker.port).with(&flags).data_dir(&self.data.path().join("data")).connect()
    }

    /// What stands on the broker now, for whoever comes.
    fn standing(&self) -> BTreeMap<String, Value> {
        let output = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &self.broker.port.to_string(), "-F", "%t %p", "-W", "1"])
            .args(["--retained-only", "-t", "#"])
            .output()
            .expect("mosquitto_sub runs; install it with `apt-get install mosquitto-clients`");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        lines.filter_map(|(topic, json)| Some((topic.to_owned(), serde_json::from_str(json).ok()?))).collect()
    }

    /// Waits until what stands there is as wanted.
    #[track_caller]
    fn until_standing<T>(
        &self,
        collector: &Collector,
        what: &str,
        find: impl Fn(&BTreeMap<String, Value>) -> Option<T>,
    ) -> T {
        until(what, || {
            let standing = self.standing();
            let topics: Vec<&String> = standing.keys().collect();
            find(&standing).ok_or_else(|| format!("{topics:#?}\n{}", collector.log()))
        })
    }

    /// Waits for the entity of this name; gives its document.
    #[track_caller]
    fn entity(&self, collector: &Collector, device: &str, name: &str) -> Value {
        self.until_standing(collector, name, |standing| entity(standing, device, name))
    }

    /// Waits until the entity says so.
    #[track_caller]
    fn says(&self, collector: &Collector, document: &Value, wanted: &Value) -> Value {
        let topic = document["state_topic"].as_str().expect("a topic");
        self.until_standing(collector, &format!("{} is {wanted}", document["name"]), |standing| {
            standing.get(topic).filter(|state| state["state"] == *wanted).cloned()
        })
    }

    /// The oven measures its temperature.
    fn measure(&self, value: f64) {
        let body = json!({"service_name": "oven", "instance_id": "a",
            "metrics": [{"name": "temperature", "value": value, "type": "gauge"}]});
        publish(self.broker.port, "alicia/metrics/oven", &body.to_string(), &[]);
    }

    fn command(&self, document: &Value, word: &str) {
        publish(self.broker.port, document["command_topic"].as_str().expect("a topic"), word, &[]);
    }
}

fn entity(standing: &BTreeMap<String, Value>, device: &str, name: &str) -> Option<Value> {
    let mut documents = standing.iter().filter(|(topic, _)| topic.ends_with("/config")).map(|(_, one)| one);
    documents.find(|one| one["device"]["name"] == device && one["name"] == name).cloned()
}

/// The silences that hold, by who made them.
fn silences(collector: &Collector) -> Vec<(String, String)> {
    let all = collector.json("/alerts/silences");
    let all = all["silences"].as_array().cloned().unwrap_or_default();
    let text = |one: &Value, key: &str| one[key].as_str().expect("a text").to_owned();
    let holding = all.iter().filter(|one| one["state"] == "active");
    holding.map(|one| (text(one, "created_by"), text(one, "id"))).collect()
}

#[track_caller]
fn until_silenced(collector: &Collector, by: &[&str]) {
    until("silences", || {
        let all = silences(collector);
        let all: Vec<&str> = all.iter().map(|(by, _)| by.as_str()).collect();
        if all == by { Ok(()) } else { Err(format!("{all:?}\n{}", collector.log())) }
    });
}

#[test]
fn live_an_alert_is_a_problem_and_a_switch_silences_its_rule() {
    let home = Home::new();
    let collector = home.start("enabled = true\nsilence = '2h'");
    let own = "Alicia Metrics";
    let hot = home.entity(&collector, own, "hot");
    let switch = home.entity(&collector, own, "Silence hot");
    let total = home.entity(&collector, own, "Alerts firing");
    home.says(&collector, &hot, &json!("OFF"));
    home.says(&collector, &switch, &json!("OFF"));
    let online = home.until_standing(&collector, "available", |all| all.get(AVAILABILITY).cloned());
    assert_eq!(online, json!({"status": "online"}));

    home.measure(91.0);
    let problem = home.says(&collector, &hot, &json!("ON"));
    assert_eq!(
        (
            &problem["attributes"]["services"],
            &problem["attributes"]["severity"],
            &problem["attributes"]["firing"]
        ),
        (&json!(["oven"]), &json!("error"), &json!(1))
    );
    assert!(problem["attributes"]["since"].as_str().is_some_and(|since| since.ends_with('Z')), "{problem}");
    home.says(&collector, &total, &json!(1));
    let connected = home.entity(&collector, "oven", "Connected");
    home.says(&collector, &connected, &json!("ON"));
    let alert = home.entity(&collector, "oven", "Alert");
    home.says(&collector, &alert, &json!("ON"));
    let seen = home.entity(&collector, "oven", "Last seen");
    assert_eq!(
        (&seen["device_class"], &seen["device"]["via_device"]),
        (&json!("timestamp"), &json!("alicia-metrics"))
    );

    // Nobody is to hear of it for two hours.
    home.command(&switch, "ON");
    until_silenced(&collector, &["home_assistant"]);
    home.says(&collector, &switch, &json!("ON"));
    let silenced = home.says(&collector, &hot, &json!("OFF"));
    assert_eq!(silenced["attributes"]["suppressed"], 1);
    let silence = collector.json(&format!("/alerts/silences/{}", silences(&collector)[0].1));
    let length = silence["silence"]["ends_at"].as_f64().zip(silence["silence"]["starts_at"].as_f64());
    let length = length.map(|(end, start)| end - start).expect("numbers");
    assert!((7_199.0..7_201.0).contains(&length), "{silence}");
    // A second word changes nothing, and the end of it is what it was.
    home.command(&switch, "ON");
    home.command(&switch, "OFF");
    until_silenced(&collector, &[]);
    home.says(&collector, &switch, &json!("OFF"));
    home.says(&collector, &hot, &json!("ON"));

    // Somebody else silences it; the switch ends that too.
    let body = json!({"matchers": "rule=\"hot\"", "duration": 3600, "created_by": "me"});
    assert_eq!(collector.ask("POST", "/alerts/silences", &body.to_string()).status, 200);
    let shown = home.says(&collector, &switch, &json!("ON"));
    assert_eq!(shown["attributes"]["silences"][0]["by"], "me");
    home.command(&switch, "OFF");
    until_silenced(&collector, &[]);
    home.says(&collector, &switch, &json!("OFF"));

    // What is no command is refused, counted and shown.
    home.command(&switch, "TOGGLE");
    publish(home.broker.port, "alicia/metrics/home-assistant/alicia-metrics/rule_x/set", "ON", &[]);
    until("both are refused", || match collector.refused("bad_command") {
        2 => Ok(()),
        other => Err(other),
    });
    assert_eq!(collector.own_metric("alicia_metrics_home_assistant_commands_refused_total"), 2.0);
    assert_eq!(silences(&collector), []);
    home.measure(20.0);
    home.says(&collector, &hot, &json!("OFF"));
    home.says(&collector, &total, &json!(0));
}

#[test]
fn live_what_is_gone_is_taken_down_and_nothing_is_left_where_it_is_turned_off() {
    let home = Home::new();
    // Of somebody else.
    publish(home.broker.port, "homeassistant/sensor/other/x/config", "{\"name\": \"theirs\"}", &["-r"]);
    let collector = home.start("enabled = true");
    let rule = json!({"name": "cold", "metric_name": "temperature", "condition": "value < 5", "severity": "warning",
        "description": "Too cold"});
    assert_eq!(collector.ask("POST", "/alerts/rules", &rule.to_string()).status, 200);
    home.entity(&collector, "Alicia Metrics", "cold");
    home.entity(&collector, "Alicia Metrics", "Silence cold");
    assert_eq!(collector.ask("DELETE", "/alerts/rules/cold", "").status, 200);
    home.until_standing(&collector, "the rule is gone", |all| {
        let is_left = entity(all, "Alicia Metrics", "cold").is_some()
            || all.keys().any(|topic| topic.contains("rule_cold"));
        (!is_left).then_some(())
    });
    // A rule that goes while nobody is there, and another prefix.
    let rule = Value::Object(
        rule.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect(),
    );
    assert_eq!(collector.ask("POST", "/alerts/rules", &rule.to_string()).status, 200);
    home.entity(&collector, "Alicia Metrics", "Silence cold");
    home.measure(20.0);
    home.entity(&collector, "oven", "Alert");
    collector.kill();
    let gone = home.standing();
    assert_eq!(gone.get(AVAILABILITY), Some(&json!({"status": "offline"})), "its will says so");
    let collector = home.start("enabled = true\nprefix = 'home/assistant'");
    home.until_standing(&collector, "all has moved", |all| {
        let config = |prefix: &str| all.keys().filter(|topic| topic.starts_with(prefix)).count();
        let is_moved = config("homeassistant/") == 1 && entity(all, "oven", "Alert").is_some();
        (is_moved && config("home/assistant/") > 5).then_some(())
    });
    // An orderly stop leaves it all there, but says that the collector is gone.
    collector.signal("TERM");
    assert!(collector.wait().success());
    let standing = home.standing();
    assert_eq!(standing.get(AVAILABILITY), Some(&json!({"status": "offline"})));
    assert!(entity(&standing, "oven", "Alert").is_some());
    // Turned off, nothing is left of it, and nothing of others is touched.
    let collector = home.start("enabled = false");
    home.until_standing(&collector, "nothing is left", |all| {
        let left: Vec<&str> =
            all.keys().map(String::as_str).filter(|topic| !topic.starts_with('$')).collect();
        (left == ["homeassistant/sensor/other/x/config"]).then_some(())
    });
    until("it is forgotten", || match fs::read(home.data.path().join("data/home_assistant.json")) {
        Ok(bytes) if bytes == b"[]" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    collector.kill();
    let collector = home.start("enabled = false");
    assert!(!collector.get("/metrics?format=prometheus").body.contains("home_assistant"));
}

#[test]
fn live_all_is_said_again_when_home_assistant_starts_and_when_the_broker_forgot() {
    let mut home = Home::new();
    let collector = home.start("enabled = true");
    let hot = home.entity(&collector, "Alicia Metrics", "hot");
    home.says(&collector, &hot, &json!("OFF"));
    until("all is said", || match collector.own_metric("alicia_metrics_home_assistant_waiting") {
        0.0 => Ok(()),
        waiting => Err(waiting),
    });
    let listener = Listener::start(home.broker.port, "homeassistant/#");
    let topic = format!(
        "homeassistant/binary_sensor/alicia-metrics/{}/config",
        hot["unique_id"].as_str().and_then(|id| id.strip_prefix("alicia-metrics_")).expect("an id")
    );
    let before = until("what stands there", || match listener.on(&topic).len() {
        0 => Err("silence"),
        count => Ok(count),
    });
    publish(home.broker.port, "homeassistant/status", "online", &[]);
    until("the document again", || if listener.on(&topic).len() > before { Ok(()) } else { Err("silence") });
    drop(listener);

    home.broker = {
        home.broker.kill();
        Mosquitto::on(home.broker.port)
    };
    home.entity(&collector, "Alicia Metrics", "hot");
    home.says(&collector, &hot, &json!("OFF"));
}

#[test]
fn live_only_rules_and_services_that_are_meant_are_announced_and_none_becomes_a_metric() {
    let home = Home::new();
    let config = home.data.path().join("settings.toml");
    let rules = home.data.path().join("rules.yml");
    fs::write(
        &rules,
        "groups:\n- name: g\n  rules:\n  - alert: Full\n    expr: disk > 1\n    labels: {severity: critical}\n  \
         - alert: Low\n    expr: disk < 1\n    labels: {severity: info}\n  - record: x\n    expr: disk\n",
    )
    .expect("written");
    let text = format!(
        "[mqtt]\nlisten = ['#']\n[rules]\nfiles = ['{}']\n[home_assistant]\nenabled = true\nseverities = ['error', 'critical']\n\
         services = 'service!=\"system\"'\n{RULE}",
        rules.display()
    );
    fs::write(&config, text).expect("written");
    let collector = home.start_with(&config);
    home.measure(20.0);
    let health = json!({"service_name": "oven", "instance_id": "a", "status": "healthy"});
    publish(home.broker.port, "alicia/system/health/oven", &health.to_string(), &[]);
    let sample = "error_rate{service=\"oven\",instance=\"a\"} 1.234\nresponse_time{service=\"oven\",instance=\"a\"} 12.5\n\
                  temperature{service=\"system\",instance=\"host\"} 1\n";
    assert!(collector.ask("POST", "/api/v1/import/prometheus", sample).status < 300);
    home.entity(&collector, "Alicia Metrics", "Full");
    home.entity(&collector, "oven", "Alert");
    let rate = home.entity(&collector, "oven", "Error rate");
    home.says(&collector, &rate, &json!(1.23));
    let time = home.entity(&collector, "oven", "Response time");
    home.says(&collector, &time, &json!(12.5));
    let standing = home.standing();
    for (device, name) in [
        ("Alicia Metrics", "Low"),
        ("Alicia Metrics", "x"),
        ("Alicia Metrics", "high_cpu"),
        ("system", "Alert"),
    ] {
        assert!(entity(&standing, device, name).is_none(), "{device} {name}");
    }
    // Its own words are nothing that it measures, and no traffic of anybody's.
    let services = collector.get("/services").body;
    assert!(!services.contains("home-assistant"), "{services}");
    let traffic = collector.json("/bus/traffic");
    assert!(
        !traffic.to_string().contains("home-assistant") && !traffic.to_string().contains("homeassistant"),
        "{traffic}"
    );
    let names = collector.get("/api/v1/label/__name__/values").body;
    assert!(!names.contains("suppressed"), "{names}");
}
