//! Snapshots by the program, and back.

use crate::collector::{Setup, program};
use crate::wait::until;
use serde_json::json;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

fn run(args: &[&str]) -> Output {
    program().args(args).output().expect("it runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// What is kept in a directory, as text.
fn exported(data: &Path) -> String {
    let output = run(&["export", "--data-dir", path(data)]);
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn blocks(data: &Path) -> Vec<PathBuf> {
    let entries = data.join("blocks").read_dir().expect("a directory").flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "block")).collect()
}

/// A directory with samples in blocks and in the log, and with a rule, that a killed collector left.
fn killed(data: &Path) {
    let file = data.with_extension("jsonl");
    let (values, times): (Vec<_>, Vec<_>) =
        (0..400).map(|n| (f64::sin(n as f64), n * 40_000_000_i64)).unzip();
    let line = json!({"metric": {"__name__": "old", "service": "s"}, "values": values, "timestamps": times});
    std::fs::write(&file, format!("{line}\n")).expect("written");
    let keep = ["--retention", "forever"];
    let imported = program().args(["import", path(&file), "--data-dir", path(data)]).args(keep).output();
    let imported = imported.expect("it runs");
    assert!(imported.status.success(), "{}", text(&imported));
    let collector = Setup::none().with(&keep).data_dir(data).start();
    let rule = json!({"name": "hot", "metric_name": "t", "condition": "value > 60", "severity": "error",
        "description": "Hot"});
    assert_eq!(collector.ask("POST", "/alerts/rules", &rule.to_string()).status, 200);
    until("the log has what was read of the host", || {
        let bytes = collector.own_metric("alicia_metrics_wal_written_bytes_total");
        if bytes > 1_000.0 { Ok(()) } else { Err(bytes) }
    });
    collector.kill();
}

#[test]
fn what_a_killed_collector_kept_goes_to_a_snapshot_and_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let [data, copy, back] = ["data", "copy", "back"].map(|name| dir.path().join(name));
    killed(&data);
    let made = run(&["snapshot", "--data-dir", path(&data), "-o", path(&copy)]);
    assert!(made.status.success() && text(&made).contains("sound"), "{}", text(&made));
    let links = |data: &Path| blocks(data).iter().map(|block| block.metadata().expect("there").nlink()).max();
    assert_eq!(links(&copy), Some(2), "nobody writes to a block: it need not be copied");
    let again = run(&["snapshot", "--data-dir", path(&data), "-o", path(&copy)]);
    assert!(again.status.code() == Some(1) && text(&again).contains("already"), "{}", text(&again));

    let named = run(&["snapshot", "--data-dir", path(&data)]);
    assert!(named.status.success() && text(&named).contains("snapshots/1"), "{}", text(&named));

    let whole = exported(&data);
    for name in ["\"old\"", "collector_process_cpu_percent"] {
        assert!(whole.contains(name), "{name} in {} bytes", whole.len());
    }
    std::fs::remove_dir_all(&data).expect("removed");
    // An empty directory may wait for it.
    std::fs::create_dir(&back).expect("made");
    let restored = run(&["restore", path(&copy), "--data-dir", path(&back)]);
    assert!(restored.status.success(), "{}", text(&restored));
    assert_eq!(links(&back), Some(1), "what happens to one must not happen to the other");
    assert_eq!(exported(&back), whole);
    let collector = Setup::none().with(&["--retention", "forever"]).data_dir(&back).start();
    assert_eq!(collector.json("/alerts/rules/hot")["rule"]["condition"], json!("value > 60"));
    assert_eq!(exported(&copy), whole, "the snapshot stays as it is");
}

#[test]
fn nothing_is_restored_over_data_nor_from_damage() {
    let dir = tempfile::tempdir().expect("a directory");
    let [data, copy, other] = ["data", "copy", "other"].map(|name| dir.path().join(name));
    killed(&data);
    assert!(run(&["snapshot", "--data-dir", path(&data), "-o", path(&copy)]).status.success());
    std::fs::create_dir(&other).expect("made");
    std::fs::write(other.join("notes"), "mine").expect("written");
    for taken in [&data, &other] {
        let refused = run(&["restore", path(&copy), "--data-dir", path(taken)]);
        assert!(refused.status.code() == Some(1) && text(&refused).contains("already"), "{}", text(&refused));
    }
    assert_eq!(std::fs::read(other.join("notes")).expect("there"), b"mine");

    let new = dir.path().join("new");
    let block = blocks(&copy).pop().expect("a block");
    let mut bytes = std::fs::read(&block).expect("a block");
    bytes[40] ^= 1;
    std::fs::remove_file(&block).expect("removed: it stands in the data directory too");
    std::fs::write(&block, bytes).expect("written");
    let refused = run(&["restore", path(&copy), "--data-dir", path(&new)]);
    assert!(refused.status.code() == Some(1) && text(&refused).contains("damaged"), "{}", text(&refused));
    assert!(!new.exists());
    let missing = run(&["restore", path(&dir.path().join("none")), "--data-dir", path(&new)]);
    assert!(missing.status.code() == Some(1) && !new.exists(), "{}", text(&missing));
    assert!(!dir.path().join("none").exists(), "looking makes nothing");
}

#[test]
fn a_running_collector_is_asked_for_its_snapshot() {
    let dir = tempfile::tempdir().expect("a directory");
    let [data, back] = ["data", "back"].map(|name| dir.path().join(name));
    let collector = Setup::none().with(&["--http-token", "secret"]).data_dir(&data);
    let collector = collector.start();
    let held = run(&["snapshot", "--data-dir", path(&data)]);
    assert!(held.status.code() == Some(1) && text(&held).contains("--http"), "{}", text(&held));
    let held = run(&["restore", path(&data), "--data-dir", path(&back)]);
    assert!(held.status.code() == Some(1) && text(&held).contains("in use"), "{}", text(&held));
    let http = collector.http.to_string();
    for wrong in [&[][..], &["--http-token", "guess"], &["--http-username", "u", "--http-password", "p"]] {
        let refused = run(&[&["snapshot", "--http", &http], wrong].concat());
        assert!(refused.status.code() == Some(1) && text(&refused).contains(&http), "{}", text(&refused));
    }
    let made = run(&["snapshot", "--http", &http, "--http-token", "secret"]);
    assert!(made.status.success(), "{}", text(&made));
    let made = text(&made);
    let snapshot = Path::new(made.split(',').next().expect("a directory"));
    assert!(snapshot.starts_with(data.join("snapshots")), "{made}");
    let restored = run(&["restore", path(snapshot), "--data-dir", path(&back)]);
    assert!(restored.status.success(), "{}", text(&restored));
    assert!(Setup::none().data_dir(&back).start().json("/health")["status"] == "healthy");
}

/// kill -9 at one moment after another: there is no data directory, or a whole one.
#[test]
fn live_a_restore_that_is_killed_leaves_nothing_or_all() {
    let dir = tempfile::tempdir().expect("a directory");
    let [data, copy, back] = ["data", "copy", "back"].map(|name| dir.path().join(name));
    killed(&data);
    assert!(run(&["snapshot", "--data-dir", path(&data), "-o", path(&copy)]).status.success());
    let whole = exported(&copy);
    let (mut nothing, mut all) = (0, 0);
    for step in (0..).step_by(9) {
        let mut restoring = program();
        restoring.args(["restore", path(&copy), "--data-dir", path(&back)]);
        let mut restoring = restoring.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
        std::thread::sleep(Duration::from_millis(step));
        restoring.kill().expect("ours");
        let ended = restoring.wait().expect("reaped");
        if back.exists() {
            assert_eq!(exported(&back), whole, "after {step} ms");
            std::fs::remove_dir_all(&back).expect("removed");
            all += 1;
        } else {
            assert!(!ended.success(), "it says what is so");
            nothing += 1;
        }
        if all == 2 {
            break;
        }
    }
    assert!(nothing > 0, "some were killed on their way");
}
