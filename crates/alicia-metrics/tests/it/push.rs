//! Pushing with Python's real `prometheus_client`.

use crate::collector::{Collector, Setup};
use crate::wait::until;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A job that does what it is told, step by step. Killed when dropped.
struct Job {
    child: Child,
    told: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Job {
    fn start(collector: &Collector) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(root.join("../../target/venv-prometheus/bin/python"))
            // Beside the script there is one that is called as the library.
            .arg("-P")
            .arg(root.join("tests/clients/push_client.py"))
            .arg(collector.http.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a Python with prometheus_client: `./scripts/test` makes it");
        let (told, said) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        Self { child, told, said: BufReader::new(said) }
    }

    fn go(&mut self, step: &str) {
        writeln!(self.told, "{step}").expect("it listens");
        let mut said = String::new();
        self.said.read_line(&mut said).expect("it speaks");
        assert_eq!(said, format!("done {step}\n"));
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What an expression comes to: `labels value`, without the metric's name.
fn values(collector: &Collector, expr: &str) -> Vec<String> {
    let encoded: String = expr.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let answer = collector.json(&format!("/api/v1/query?query={encoded}"));
    let found = answer["data"]["result"].as_array().cloned().unwrap_or_default();
    let text = |sample: &serde_json::Value| {
        let mut labels = sample["metric"].clone();
        labels.as_object_mut().expect("labels").remove("__name__");
        format!("{labels} {}", sample["value"][1].as_str().unwrap_or(""))
    };
    found.iter().map(text).collect()
}

#[test]
fn live_python_pushes_adds_and_deletes_as_at_a_pushgateway() {
    let collector = Setup::none().start();
    let mut job = Job::start(&collector);
    job.go("put");
    let group = r#""dir":"/var/tmp","instance":"night","job":"backup""#;
    assert_eq!(values(&collector, "backup_files"), [format!("{{{group},\"kind\":\"full\"}} 3")]);
    assert_eq!(values(&collector, "backup_bytes"), [format!("{{{group},\"kind\":\"full\"}} 1000000000")]);
    assert_eq!(values(&collector, "backup_runs_total"), [format!("{{{group}}} 2")]);
    assert_eq!(values(&collector, "backup_seconds_count"), [format!("{{{group}}} 1")]);
    assert_eq!(
        values(&collector, "histogram_quantile(0.5, backup_seconds_bucket)"),
        [format!("{{{group}}} 5.5")]
    );
    assert_eq!(values(&collector, "time() - push_time_seconds < bool 60"), [format!("{{{group}}} 1")]);
    let known = collector.json("/api/v1/metadata?metric=backup_files");
    assert_eq!(known["data"]["backup_files"][0]["help"], "What backup_files is.", "{known}");

    job.go("add");
    assert_eq!(values(&collector, "backup_files"), [format!("{{{group},\"kind\":\"full\"}} 4")]);
    assert_eq!(values(&collector, "backup_bytes").len(), 1, "the others stay");
    job.go("other");
    assert_eq!(values(&collector, "backup_files").len(), 2);
    assert_eq!(collector.own_metric("alicia_metrics_push_groups"), 2.0);

    job.go("delete");
    assert_eq!(values(&collector, "{job=\"backup\"}"), Vec::<String>::new());
    assert_eq!(values(&collector, "backup_files"), [r#"{"job":"other","kind":"full"} 9"#]);
    assert_eq!(collector.json("/refusals")["refusals"], serde_json::json!([]));
}

#[test]
fn live_what_was_pushed_is_written_again_and_outlives_kill_9_as_samples() {
    let data = tempfile::tempdir().expect("a directory");
    let collector = Setup::none().data_dir(data.path()).start();
    Job::start(&collector).go("put");
    let count = |collector: &Collector| values(collector, "count_over_time(backup_files[1h])");
    let twice = |collector: &Collector| {
        let counted = count(collector);
        if counted.iter().any(|line| line.ends_with(" 2")) { Ok(()) } else { Err(counted) }
    };
    // It is written each minute, and at once when a push failed, so that this is seen.
    let refused = collector.ask(
        "PUT",
        "/metrics/job/backup/instance/night/dir@base64/L3Zhci90bXA",
        "backup_files 1 1\n",
    );
    assert_eq!(refused.status, 400, "{}", refused.body);
    until("it is written again", || twice(&collector));
    assert_eq!(values(&collector, "push_failure_time_seconds > bool 0").len(), 1);
    collector.kill();
    let collector = Setup::none().data_dir(data.path()).start();
    until("the samples are there", || twice(&collector));
    assert_eq!(collector.own_metric("alicia_metrics_push_groups"), 0.0);
}
