//! Alerts by e-mail: a real server of mail takes, delays and refuses them, with and without TLS.

use crate::collector::Collector;
use crate::notifications::{RULE, measure, start};
use crate::wait::{free_port, until};
use serde_json::Value;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server of mail. Killed when dropped.
struct Sink {
    child: Child,
    port: u16,
    kept: PathBuf,
}

impl Sink {
    /// Keeps letters in `dir`; with TLS and a password if there is a certificate.
    fn start(dir: &Path, port: u16, certificate: Option<&(PathBuf, PathBuf)>) -> Self {
        let kept = dir.join("letters");
        let mut command =
            Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/venv-smtp/bin/python"));
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtp_sink.py"));
        command.arg(port.to_string()).arg(&kept);
        command.args(certificate.iter().flat_map(|(certificate, key)| [certificate, key]));
        let child = command.stdout(Stdio::null()).spawn().expect("the sink runs");
        let sink = Self { child, port, kept };
        until("the sink listens", || TcpStream::connect(("127.0.0.1", port)).map(drop));
        sink
    }

    fn becomes(&self, mood: &str) {
        for other in ["busy", "closed"] {
            let _ = fs::remove_file(self.kept.with_extension(other));
        }
        if !mood.is_empty() {
            fs::write(self.kept.with_extension(mood), "").expect("written");
        }
    }

    /// The letters that came while it was in this mood.
    fn letters(&self, mood: &str) -> Vec<Value> {
        let text = fs::read_to_string(&self.kept).unwrap_or_default();
        // The newest line may not be written to its end.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|letter| letter["asked"] == mood).collect()
    }

    #[track_caller]
    fn gets(&self, collector: &Collector, mood: &str, count: usize) -> Vec<Value> {
        until("the letter comes", || match self.letters(mood) {
            letters if letters.len() >= count => Ok(letters),
            letters => Err(format!("{letters:#?}\n{}", collector.log())),
        })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate for 127.0.0.1 and its key.
fn certificate(dir: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=sink \
                 -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE";
    let made = Command::new("openssl")
        .args(words.split_whitespace())
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    let made = made.expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (certificate, key)
}

fn receiver(port: u16, more: &str) -> String {
    format!(
        "[[receiver]]\nname = 'post'\ntype = 'email'\nserver = '127.0.0.1:{port}'\n\
         from = 'Häuschen <home@example.org>'\nto = ['me@example.org', 'You <you@example.org>']\n{more}\n\
         [[route]]\nreceiver = 'post'\ngroup_wait = '0s'\ngroup_interval = '0s'\n{RULE}"
    )
}

fn header<'a>(letter: &'a Value, name: &str) -> &'a str {
    let lines = letter["content"].as_str().unwrap_or_default().lines();
    let mut head = lines.take_while(|line| !line.is_empty());
    head.find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

#[test]
fn live_letters_are_brought_once_each_through_delays_refusals_and_a_kill() {
    let data = tempfile::tempdir().expect("a directory");
    let sink = Sink::start(data.path(), free_port(), None);
    sink.becomes("busy");
    let hostile = "Too hot </p><img src=http://127.0.0.1:1/seen> & \u{202e}toh";
    let settings = receiver(sink.port, "tls = 'none'").replace("Too hot", hostile);
    let collector = start(data.path(), &settings);
    measure(&collector, 91.0);
    sink.gets(&collector, "busy", 1);
    collector.kill();
    let collector = start(data.path(), &settings);
    sink.becomes("");
    let begun = sink.gets(&collector, "", 1).remove(0);
    assert_eq!(header(&begun, "Subject"), "FIRING: hot (oven)");
    assert_eq!(begun["to"], serde_json::json!(["me@example.org", "you@example.org"]));
    assert_eq!((&begun["from"], &begun["tls"]), (&"home@example.org".into(), &false.into()));
    assert!(header(&begun, "From").starts_with("=?utf-8?"), "{begun}");
    assert_eq!(header(&begun, "Auto-Submitted"), "auto-generated");
    // It reads as text, and in programs that show pages as a page of the same text.
    let parts = begun["parts"].as_array().expect("parts");
    let types: Vec<_> = parts.iter().map(|part| part[0].as_str().unwrap_or_default()).collect();
    assert_eq!(types, ["multipart/alternative", "text/plain", "text/html"]);
    let said = |at: usize| parts[at][1].as_str().unwrap_or_default();
    assert!(said(1).contains(&format!("[firing, error] {hostile}: 91")), "{}", said(1));
    let escaped = hostile.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert!(said(2).contains(&format!("<bdi>{escaped}: 91</bdi>")), "{}", said(2));
    assert!(!said(2).contains("<img"), "{}", said(2));
    measure(&collector, 20.0);
    let over = sink.gets(&collector, "", 2).remove(1);
    assert_eq!(header(&over, "Subject"), "RESOLVED: hot (oven)");
    assert_eq!(header(&over, "References"), header(&begun, "References"), "they stand together");
    assert_ne!(header(&over, "Message-ID"), header(&begun, "Message-ID"));
    // What is refused for good is given up, and said.
    sink.becomes("closed");
    measure(&collector, 92.0);
    until("it is given up", || {
        match collector.own_metric("alicia_metrics_notifications_dropped_total{receiver=\"post\"}") {
            1.0 => Ok(()),
            dropped => Err((dropped, collector.log())),
        }
    });
    let log = collector.json("/alerts/deliveries");
    assert_eq!(log["deliveries"][0]["answer"].as_str().map(|text| text.contains("554")), Some(true), "{log}");
    assert_eq!(sink.letters("").len(), 2);
}

#[test]
fn live_a_password_goes_over_tls_to_whom_is_trusted_alone() {
    let data = tempfile::tempdir().expect("a directory");
    let made = certificate(data.path());
    let port = free_port();
    let password = "username = 'me'\npassword = 'c4nary'\n";
    let trusting = format!("{password}ca = '{}'", made.0.display());
    // Nobody listens yet: it is tried until somebody does.
    let collector = start(data.path(), &receiver(port, &trusting));
    measure(&collector, 91.0);
    let failed = "alicia_metrics_notifications_failed_total{receiver=\"post\"}";
    until("it is tried", || if collector.own_metric(failed) >= 1.0 { Ok(()) } else { Err(collector.log()) });
    let sink = Sink::start(data.path(), port, Some(&made));
    let letter = sink.gets(&collector, "", 1).remove(0);
    assert_eq!((&letter["tls"], &letter["user"].is_null()), (&true.into(), &false), "{letter}");
    let test = |config: &str| {
        fs::write(data.path().join("settings.toml"), receiver(port, config)).expect("written");
        assert_eq!(collector.ask("POST", "/-/reload", "").status, 200, "{}", collector.log());
        collector.ask("POST", "/alerts/receivers/post/test", "").json()
    };
    let stranger = test(password);
    assert!(
        stranger["delivered"] == false && stranger["answer"].to_string().contains("certificate"),
        "{stranger}"
    );
    let wrong = test(&trusting.replace("c4nary", "c5nary"));
    assert!(wrong["delivered"] == false && wrong["status"] == 535, "{wrong}");
    let good = test(&trusting);
    assert!(good["delivered"] == true && good["status"] == 250, "{good}");
    let shown = collector.log() + &collector.get("/alerts/deliveries").body;
    assert!(!shown.contains("c4nary") && !shown.contains("c5nary"), "{shown}");
}
