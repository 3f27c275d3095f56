//! `top`: the overview of a running collector as a text, and on a terminal.

use crate::broker::{Mosquitto, publish};
use crate::collector::{Collector, Setup, program};
use crate::wait::{free_port, until};
use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use tempfile::TempDir;

/// A collector that heard two services, one of which has a hostile name; a rule fires.
fn collector(broker: &Mosquitto, flags: &[&str]) -> Collector {
    let collector = Setup::broker(broker.port).with(flags).connect();
    let rule = r#"{"name":"hot","metric_name":"heat","condition":"value > 1","severity":"error","description":"Too \u001b[2Jhot"}"#;
    let authorization = [("Authorization", "Bearer secret")];
    let made = crate::http_client::request(collector.http, "POST", "/alerts/rules", &authorization, rule);
    let made = made.expect("an answer");
    assert!(made.status < 300, "{}", made.body);
    for (name, metric) in [("oven", "heat"), ("sh\u{202e}y", "light")] {
        let payload = format!(r#"{{"metrics":[{{"name":"{metric}","value":21.5}}]}}"#);
        publish(broker.port, &format!("alicia/metrics/{name}"), &payload, &[]);
    }
    collector
}

fn run(args: &[&str]) -> Output {
    program().arg("top").args(args).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn live_top_prints_the_overview_where_there_is_no_terminal() {
    let broker = Mosquitto::start();
    let collector = collector(&broker, &["--http-token", "secret"]);
    let whom = ["--http", &collector.http.to_string(), "--http-token", "secret"];
    until("the alert is told", || {
        let text = said(&run(&[&["--span", "10m"], &whom[..]].concat()));
        let parts = [
            "strips show 10m",
            "1 firing",
            "oven",
            "healthy",
            "error   hot   oven",
            "Too \u{fffd}[2Jhot",
            "sh\u{fffd}y",
            "messages/s",
        ];
        match parts.iter().find(|part| !text.contains(**part)) {
            None if !text.contains(['\u{1b}', '\u{202e}']) => Ok(()),
            missing => Err(format!("{missing:?}\n{text}")),
        }
    });
    let json = said(&run(&[&["--json"], &whom[..]].concat()));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert!(
        json["services"].as_array().expect("a list").iter().any(|service| service["name"] == "oven"),
        "{json}"
    );
}

#[test]
fn live_top_says_in_words_why_it_shows_nothing() {
    let collector = Setup::none().with(&["--http-token", "secret"]).start();
    let here = collector.http.to_string();
    let nowhere = format!("127.0.0.1:{}", free_port());
    for (args, code, word) in [
        (vec!["--http", &nowhere], 1, "no collector answers"),
        (vec!["--http", &here, "--once"], 1, "--http-token"),
        (vec!["--span", "soon"], 2, "length of time"),
    ] {
        let output = run(&args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && text.contains(word), "{args:?} {word}\n{text}");
        assert!(!text.contains("--data-dir"), "it cannot be asked of a data directory\n{text}");
    }
}

/// The program on a terminal that `script` makes.
struct Watched {
    child: std::process::Child,
    /// Holds a file with the number of the program's process.
    dir: TempDir,
    written: Receiver<Vec<u8>>,
    text: String,
}

impl Watched {
    fn start(flags: &str, variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let inside = format!(
            "stty cols 120 rows 40; sh -c 'echo $$ > \"$0\"; exec \"$@\"' '{}' '{}' top {flags}; echo \"ended with $?\"",
            dir.path().join("process").display(),
            env!("CARGO_BIN_EXE_alicia-metrics")
        );
        let mut child = Command::new("script")
            .args(["--quiet", "--flush", "--return", "--command", &inside, "/dev/null"])
            .env_remove("NO_COLOR")
            .envs([("TERM", "xterm-256color")])
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script starts");
        let mut output = child.stdout.take().expect("its output");
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, dir, written, text: String::new() }
    }

    fn press(&mut self, keys: &str) {
        let input = self.child.stdin.as_mut().expect("its input");
        input.write_all(keys.as_bytes()).and_then(|()| input.flush()).expect("it reads");
    }

    /// Waits until it has written this, behind what was waited for before; gives all up to its end.
    #[track_caller]
    fn wait_for(&mut self, part: &str) -> String {
        until(part, || {
            while let Ok(bytes) = self.written.try_recv() {
                self.text.push_str(&String::from_utf8_lossy(&bytes));
            }
            if self.text.contains(part) { Ok(()) } else { Err(self.text.clone()) }
        });
        let end = self.text.find(part).map_or(0, |at| at + part.len());
        self.text.drain(..end).collect()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What enters and what leaves the second screen of a terminal.
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";

#[test]
fn live_top_on_a_terminal_follows_keys_and_the_collector_and_leaves_it_in_order() {
    let broker = Mosquitto::start();
    let collector = collector(&broker, &["--http-token", "secret"]);
    let flags = format!("--http {} --http-token secret", collector.http);
    let mut watched = Watched::start(&flags, &[]);
    watched.wait_for(ENTER);
    watched.wait_for("oven");
    publish(broker.port, "alicia/metrics/latecomer", r#"{"metrics":[{"name":"x","value":1}]}"#, &[]);
    watched.wait_for("latecomer");
    watched.press("/oven\r\r");
    watched.wait_for("heat");
    watched.press("\u{1b}[D");
    // Only what is another letter is written: `15m` in the place of `1h`.
    watched.wait_for("5m ");
    drop(collector);
    watched.wait_for("✗");
    watched.press("q");
    watched.wait_for(LEAVE);
    watched.wait_for("ended with 0");
}

#[test]
fn live_top_without_colours_and_ended_by_a_signal_leaves_the_terminal_in_order() {
    let collector = Setup::none().start();
    let mut watched = Watched::start(&format!("--http {}", collector.http), &[("NO_COLOR", "1")]);
    let text = watched.wait_for("Nobody has spoken yet");
    assert!(!text.contains("38;5;"), "{text:?}");
    watched.press("?");
    watched.wait_for("Keys and signs");
    let process = std::fs::read_to_string(watched.dir.path().join("process")).expect("its number");
    let told = Command::new("kill").args(["-s", "TERM", process.trim()]).status();
    assert!(told.is_ok_and(|status| status.success()));
    watched.wait_for(LEAVE);
    watched.wait_for("ended with 0");
}
