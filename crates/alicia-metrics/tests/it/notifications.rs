//! Who is told of alerts: receivers that answer, fail and hang, a collector that is killed meanwhile, a real Alertmanager.

use crate::collector::{Collector, Setup, program};
use crate::http_client::request;
use crate::wait::{free_port, until};
use parking_lot::Mutex;
use serde_json::Value;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// How a receiver behaves.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    Good,
    Failing,
    /// It takes the request and says nothing until its mood is another.
    Hanging,
}

/// A receiver over HTTP, which keeps what it took.
pub(crate) struct Ear {
    pub(crate) address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    heard: Arc<Mutex<Vec<Value>>>,
    /// Requests that came, whatever became of them.
    asked: Arc<Mutex<usize>>,
}

impl Ear {
    pub(crate) fn new(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let ear = Self {
            address: listener.local_addr().expect("an address"),
            mood: Arc::new(Mutex::new(mood)),
            heard: Arc::default(),
            asked: Arc::default(),
        };
        let (mood, heard, asked) = (ear.mood.clone(), ear.heard.clone(), ear.asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mood, heard, asked) = (mood.clone(), heard.clone(), asked.clone());
                std::thread::spawn(move || serve(stream, &mood, &heard, &asked));
            }
        });
        ear
    }

    fn become_good(&self) {
        *self.mood.lock() = Mood::Good;
    }

    /// The id of the change of every alert of every message that was taken, in order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let heard = self.heard.lock();
        let alerts = heard.iter().filter_map(|body| body["alerts"].as_array()).flatten();
        alerts.filter_map(|alert| alert["annotations"]["change_id"].as_str().map(str::to_owned)).collect()
    }

    /// Waits for so many changes.
    #[track_caller]
    pub(crate) fn hears(&self, collector: &Collector, count: usize) -> Vec<String> {
        until("the receiver hears", || match self.changes() {
            changes if changes.len() >= count => Ok(changes),
            changes => Err(format!("{changes:?}\n{}", collector.log())),
        })
    }
}

/// Answers the requests of one connection.
fn serve(mut stream: TcpStream, mood: &Mutex<Mood>, heard: &Mutex<Vec<Value>>, asked: &Mutex<usize>) {
    while let Some(body) = read(&mut stream) {
        *asked.lock() += 1;
        while *mood.lock() == Mood::Hanging {
            // Who asked may have gone away.
            crate::wait::pause();
        }
        let is_good = *mood.lock() == Mood::Good;
        let status = if is_good { "200 OK" } else { "503 Service Unavailable" };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok");
        // What it could not say to anybody was not taken.
        stream.set_nodelay(true).expect("a connection");
        if is_gone(&stream) || stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
        if is_good {
            heard.lock().push(serde_json::from_slice(&body).expect("JSON"));
        }
    }
}

fn is_gone(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("a connection");
    let is_gone = matches!(stream.peek(&mut [0]), Ok(0));
    stream.set_nonblocking(false).expect("a connection");
    is_gone
}

/// The body of the next request.
fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut part = [0; 4_096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let body = end + 4..end + 4 + length.unwrap_or(0);
            if bytes.len() >= body.end {
                return Some(bytes[body].to_vec());
            }
        }
        match stream.read(&mut part) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
}

pub(crate) const RULE: &str = "[[rule]]\nname = 'hot'\nmetric_name = 'temperature'\ncondition = 'value > 60'\n\
                    severity = 'error'\ndescription = 'Too hot'\ncooldown_period = 0\n";

/// A receiver that has so much time to answer that it does on a machine which does much else: whoever answers too late took what
/// nobody knows of, and is rightly told again.
pub(crate) fn receiver(name: &str, address: SocketAddr) -> String {
    receiver_within(name, address, "60s")
}

fn receiver_within(name: &str, address: SocketAddr, timeout: &str) -> String {
    format!(
        "[[receiver]]\nname = '{name}'\ntype = 'webhook'\nurl = 'http://{address}/hook'\ntimeout = '{timeout}'\n"
    )
}

pub(crate) fn route(receiver: &str) -> String {
    format!("[[route]]\nreceiver = '{receiver}'\ncontinue = true\ngroup_wait = '0s'\ngroup_interval = '0s'\n")
}

pub(crate) fn start(data: &Path, settings: &str) -> Collector {
    let config = data.join("settings.toml");
    fs::write(&config, settings).expect("written");
    let config = config.to_str().expect("a path");
    Setup::none().with(&["--config", config]).data_dir(&data.join("data")).start()
}

pub(crate) fn measure(collector: &Collector, value: f64) {
    let line = format!("temperature{{service=\"oven\",instance=\"a\"}} {value}\n");
    let answer = collector.ask("POST", "/api/v1/import/prometheus", &line);
    assert!(answer.status < 300, "{}", answer.body);
}

pub(crate) fn words(changes: &[String]) -> Vec<&str> {
    changes.iter().map(|id| id.rsplit(':').next().unwrap_or_default()).collect()
}

/// Waits until the collector knows that the good receiver took what it was sent.
#[track_caller]
fn is_sent(collector: &Collector) {
    let name = "alicia_metrics_notifications_sent_total{receiver=\"good\"}";
    until("the answer is known", || match collector.own_metric(name) {
        1.0 => Ok(()),
        sent => Err(sent),
    });
}

#[test]
fn live_everybody_hears_of_everything_in_order_though_receivers_and_collector_fail() {
    let data = tempfile::tempdir().expect("a directory");
    let (good, failing, hanging) = (Ear::new(Mood::Good), Ear::new(Mood::Failing), Ear::new(Mood::Hanging));
    let ears = [("good", &good, "60s"), ("failing", &failing, "60s"), ("hanging", &hanging, "1s")];
    let settings =
        ears.map(|(name, ear, timeout)| receiver_within(name, ear.address, timeout) + &route(name));
    let settings = settings.concat() + RULE;
    let collector = start(data.path(), &settings);
    measure(&collector, 91.0);
    let begun = good.hears(&collector, 1);
    assert_eq!(words(&begun), ["firing"], "others that fail hold up nobody");
    until("both are tried", || match (*failing.asked.lock(), *hanging.asked.lock()) {
        (1.., 1..) => Ok(()),
        other => Err(other),
    });
    is_sent(&collector);
    collector.kill();

    let collector = start(data.path(), &settings);
    measure(&collector, 20.0);
    assert_eq!(words(&good.hears(&collector, 2)), ["firing", "resolved"], "what was taken is not sent again");
    is_sent(&collector);
    until("it is counted", || {
        let name = "alicia_metrics_notifications_failed_total{receiver=\"hanging\"}";
        if collector.own_metric(name) >= 1.0 { Ok(()) } else { Err(collector.log()) }
    });
    let log = collector.json("/alerts/deliveries");
    let of_failing = log["deliveries"].as_array().expect("a list").clone();
    let of_failing: Vec<_> = of_failing.iter().filter(|one| one["receiver"] == "failing").collect();
    assert!(of_failing[0]["outcome"] == "retrying" && of_failing[0]["answer"] == "503 ok", "{log}");
    collector.kill();

    let collector = start(data.path(), &settings);
    failing.become_good();
    hanging.become_good();
    until("nothing waits", || {
        let waiting = ears.map(|(name, ..)| {
            collector.own_metric(&format!("alicia_metrics_notifications_waiting{{receiver=\"{name}\"}}"))
        });
        if waiting == [0.0; 3] { Ok(()) } else { Err((waiting, collector.log())) }
    });
    let told = failing.changes();
    assert_eq!(words(&told), ["firing", "resolved"], "what was refused was not taken");
    assert_eq!(told[0], begun[0], "the same change has the same id, whenever it is told");
    // Whoever hangs may have taken what nobody heard it take: it is told again, with the same id.
    let mut told = hanging.changes();
    told.dedup();
    assert_eq!(told, failing.changes());
    assert_eq!(good.changes(), told, "what was taken is not sent again");
}

#[test]
fn live_a_reload_brings_new_receivers_which_hear_what_fires() {
    let data = tempfile::tempdir().expect("a directory");
    let ear = Ear::new(Mood::Good);
    let collector = start(data.path(), RULE);
    measure(&collector, 91.0);
    let config = data.path().join("settings.toml");
    fs::write(&config, receiver("ear", ear.address) + &route("ear") + RULE).expect("written");
    assert_eq!(collector.ask("POST", "/-/reload", "").status, 200);
    assert_eq!(words(&ear.hears(&collector, 1)), ["firing"]);
    let answer = collector.ask("POST", "/alerts/receivers/ear/test", "");
    assert!(answer.json()["delivered"] == true, "{}", answer.body);
    assert_eq!(
        ear.heard.lock().last().map(|body| body["alerts"][0]["labels"]["alertname"].clone()),
        Some("test".into())
    );
    fs::write(&config, "[[route]]\nreceiver = 'nobody'\n").expect("written");
    assert_ne!(
        collector.ask("POST", "/-/reload", "").status,
        200,
        "settings that are not good leave the old ones"
    );
    measure(&collector, 20.0);
    assert_eq!(ear.hears(&collector, 3).last().map(|id| id.ends_with("resolved")), Some(true));
}

#[test]
fn live_secrets_of_receivers_targets_and_destinations_are_shown_nowhere() {
    let data = tempfile::tempdir().expect("a directory");
    let ear = Ear::new(Mood::Failing);
    let at = ear.address;
    let settings = format!(
        "[[receiver]]\nname = 'a'\ntype = 'telegram'\nurl = 'http://{at}'\ntoken = 'c4nary'\nchat_id = '1'\n\
         [[receiver]]\nname = 'b'\ntype = 'slack'\nurl = 'http://{at}/services/c4nary'\n\
         [[receiver]]\nname = 'c'\ntype = 'webhook'\nurl = 'http://127.0.0.1:1/c4nary'\nusername = 'u'\npassword = 'c4nary'\n\
         [[receiver]]\nname = 'd'\ntype = 'template'\nurl = 'http://{at}/x?key=c4nary'\nheaders = {{ X-Key = 'c4nary' }}\nbody = '{{}}'\n\
         [[scrape]]\njob = 'j'\ntargets = ['127.0.0.1:1']\ninterval = '1s'\nusername = 'u'\npassword = 'c4nary'\n\
         [[remote_write]]\nname = 'far'\nurl = 'http://{at}/?key=c4nary'\ntoken = 'c4nary'\nheaders = {{ X-Key = 'c4nary' }}\n\
         {}{}{}{}{RULE}",
        route("a"),
        route("b"),
        route("c"),
        route("d")
    );
    let collector = start(data.path(), &settings);
    measure(&collector, 91.0);
    let mut shown = String::new();
    for name in ["a", "b", "c", "d"] {
        let counter = format!("alicia_metrics_notifications_failed_total{{receiver=\"{name}\"}}");
        until("it is tried", || {
            if collector.own_metric(&counter) >= 1.0 { Ok(()) } else { Err(collector.log()) }
        });
        shown += &collector.ask("POST", &format!("/alerts/receivers/{name}/test"), "").body;
    }
    shown += &collector.get("/alerts/deliveries").body;
    for path in ["/metrics", "/status", "/api/v1/targets", "/api/v1/status/config", "/api/v1/status/flags"] {
        shown += &collector.get(path).body;
    }
    until("it is said", || {
        let log = collector.log();
        if log.matches("does not take a notification now").count() >= 4 { Ok(()) } else { Err(log) }
    });
    shown += &collector.log();
    let config = data.path().join("settings.toml");
    let checked = program().args(["check", "--config"]).arg(&config).output().expect("it runs");
    assert!(checked.status.success());
    shown += &String::from_utf8_lossy(&checked.stdout);
    shown += &String::from_utf8_lossy(&checked.stderr);
    assert!(!shown.contains("c4nary"), "{shown}");
    assert!(shown.contains("503 ok"), "{shown}");
}

/// A real Alertmanager, which tells `ear` of everything. Killed when dropped.
struct Alertmanager {
    child: Child,
    http: SocketAddr,
}

impl Alertmanager {
    fn start(dir: &Path, ear: &Ear) -> Self {
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let config = dir.join("alertmanager.yml");
        let text = format!(
            "route: {{receiver: ear, group_wait: 0s, group_interval: 1s, group_by: [alertname]}}\n\
             receivers: [{{name: ear, webhook_configs: [{{url: 'http://{}/'}}]}}]\n",
            ear.address
        );
        fs::write(&config, text).expect("written");
        let child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", dir.join("am").display()))
            .arg(format!("--web.listen-address={http}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("alertmanager runs");
        let alertmanager = Self { child, http };
        until("alertmanager is ready", || match request(http, "GET", "/-/ready", &[], "") {
            Ok(answer) if answer.status == 200 => Ok(()),
            Ok(answer) => Err(answer.body),
            Err(error) => Err(error.to_string()),
        });
        alertmanager
    }

    fn alerts(&self) -> Vec<Value> {
        let answer = request(self.http, "GET", "/api/v2/alerts", &[], "").expect("an answer");
        answer.json().as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn live_an_alertmanager_lists_our_alerts_and_our_webhooks_are_as_its_own() {
    let (data, theirs) =
        (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let (ours, its) = (Ear::new(Mood::Good), Ear::new(Mood::Good));
    let alertmanager = Alertmanager::start(theirs.path(), &its);
    let table =
        format!("[[receiver]]\nname = 'am'\ntype = 'alertmanager'\nurl = 'http://{}'\n", alertmanager.http);
    let settings = table + &receiver("ear", ours.address) + &route("am") + &route("ear") + RULE;
    let collector = start(data.path(), &settings);
    measure(&collector, 91.0);
    let listed = until("it is listed", || match alertmanager.alerts() {
        alerts if alerts.len() == 1 => Ok(alerts[0].clone()),
        alerts => Err(format!("{alerts:?}\n{}", collector.log())),
    });
    assert_eq!(
        (&listed["labels"]["alertname"], &listed["status"]["state"]),
        (&"hot".into(), &"active".into())
    );
    assert_eq!(listed["annotations"]["summary"], "Too hot: 91");
    measure(&collector, 20.0);
    until("it is over", || match alertmanager.alerts() {
        alerts if alerts.is_empty() => Ok(()),
        alerts => Err(alerts),
    });
    let both = |ear: &Ear, word: &str| {
        until("it is told", || {
            let heard = ear.heard.lock().clone();
            heard.into_iter().find(|body| body["status"] == word).ok_or_else(|| collector.log())
        })
    };
    for word in ["firing", "resolved"] {
        let (ours, its) = (both(&ours, word), both(&its, word));
        assert_eq!(keys(&ours), keys(&its), "{word}");
        let (our, their) = (&ours["alerts"][0], &its["alerts"][0]);
        assert_eq!(keys(our), keys(their), "{word}");
        for key in ["fingerprint", "labels", "status"] {
            assert_eq!(our[key], their[key], "{word} {key}");
        }
        if word == "firing" {
            assert_eq!(our["endsAt"], their["endsAt"]);
        }
        for key in ["version", "status", "groupLabels", "commonLabels", "truncatedAlerts"] {
            assert_eq!(ours[key], its[key], "{word} {key}");
        }
    }
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
}
