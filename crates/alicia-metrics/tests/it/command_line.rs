//! Flags, exit codes, signals.

use crate::collector::{Setup, program};
use crate::wait::{free_port, until};
use serde_json::json;
use std::process::Output;

fn run(args: &[&str]) -> Output {
    program().args(args).output().expect("the program runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn help_names_every_command_and_setting() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    for word in [
        "serve",
        "check",
        "demo",
        "replay",
        "export",
        "import",
        "snapshot",
        "restore",
        "top",
        "mapping",
        "healthcheck",
        "--mqtt-broker",
        "--http-listen",
        "--data-dir",
        "--log-format",
    ] {
        assert!(text(&output).contains(word), "{word} in\n{}", text(&output));
    }
}

#[test]
fn check_tells_what_the_settings_come_to_and_refuses_bad_ones_with_code_3() {
    let good = run(&["check", "--mqtt-broker", "bus", "--retention-days", "7"]);
    assert!(
        good.status.success() && text(&good).contains("retention 7d") && text(&good).contains("bus"),
        "{}",
        text(&good)
    );

    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("settings.toml");
    std::fs::write(&file, "[http]\nlisten = \"127.0.0.1:9\"\nport = 9\n").expect("written");
    let bad = run(&["check", "--config", file.to_str().expect("UTF-8")]);
    assert_eq!(bad.status.code(), Some(3));
    assert!(text(&bad).contains("line 3") && text(&bad).contains("port"), "{}", text(&bad));

    assert_eq!(run(&["check", "--http-listen", "0.0.0.0:1"]).status.code(), Some(3));
    assert_eq!(run(&["check", "--no-such-flag"]).status.code(), Some(2));
    assert_eq!(run(&["check", "--durability", "sometimes"]).status.code(), Some(2));
    for gigabytes in ["0", "-1", "NaN", "1e9"] {
        let bad = run(&["check", &format!("--retention-gb={gigabytes}")]);
        assert!(bad.status.code() == Some(3) && text(&bad).contains("retention-gb"), "{}", text(&bad));
    }
}

#[test]
fn defect_35_alicias_own_variables_are_understood_and_flags_win() {
    let output = program()
        .args(["check", "--mqtt-port", "1999"])
        .env("MQTT_BROKER", "alicia_bus_core")
        .env("MQTT_PORT", "1884")
        .env("COLLECTION_INTERVAL", "60")
        .env("METRICS_DATABASE_PATH", "/app/data/metrics.db")
        .output()
        .expect("it runs");
    let said = text(&output);
    for word in ["alicia_bus_core", "1999", "every 60 s", "/app/data"] {
        assert!(said.contains(word), "{word} in\n{said}");
    }
}

#[test]
fn healthcheck_says_by_its_exit_code_whether_a_collector_answers() {
    let port = free_port().to_string();
    let address = format!("127.0.0.1:{port}");
    assert_eq!(run(&["healthcheck", "--http-listen", &address]).status.code(), Some(1));
    let collector = Setup::embedded(free_port()).start();
    assert!(run(&["healthcheck", "--http-listen", &collector.http.to_string()]).status.success());
}

#[test]
fn two_collectors_cannot_share_a_data_directory() {
    let data = tempfile::tempdir().expect("a directory");
    let _first = Setup::embedded(free_port()).data_dir(data.path()).start();
    let http = format!("127.0.0.1:{}", free_port());
    let dir = data.path().to_str().expect("UTF-8");
    let second = run(&["serve", "--mqtt-broker", "none", "--http-listen", &http, "--data-dir", dir]);
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second).contains(dir), "{}", text(&second));
}

#[test]
fn a_stop_by_interrupt_exits_with_0_and_a_hangup_reads_the_settings_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("settings.toml");
    std::fs::write(&file, "").expect("written");
    let collector = Setup::embedded(free_port()).with(&["--config", file.to_str().expect("UTF-8")]).start();
    let rule = "[[rule]]\nname = \"hot\"\nmetric_name = \"t\"\ncondition = \"value > 60\"\nseverity = \"error\"\ndescription = \"Hot\"\n";
    std::fs::write(&file, rule).expect("written");
    collector.signal("HUP");
    until("the rule of the file is there", || {
        let answer = collector.get("/alerts/rules/hot");
        if answer.status == 200 { Ok(()) } else { Err(answer.body) }
    });
    std::fs::write(&file, "nonsense = 1\n").expect("written");
    let refused = collector.ask("POST", "/-/reload", "");
    assert!(refused.status >= 400 && refused.body.contains("nonsense"), "{}", refused.body);
    assert_eq!(
        collector.json("/alerts/rules/hot")["rule"]["condition"],
        json!("value > 60"),
        "the old settings stay"
    );
    collector.signal("INT");
    assert!(collector.wait().success());
}

#[test]
fn without_a_bus_the_host_is_watched_all_the_same() {
    let collector = Setup::none().start();
    until("the host is measured", || {
        let answer = collector.get("/metrics/system");
        if answer.status == 200 { Ok(()) } else { Err(answer.body) }
    });
    let host = collector.json("/metrics/system");
    let names: Vec<_> = host["instances"]["host"]["metrics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect();
    for name in [
        "cpu_percent",
        "memory_percent",
        "disk_percent",
        "network_connections",
        "system_cpu_count",
        "system_disk_total",
    ] {
        assert!(names.iter().any(|one| one == name), "{name} in {names:?}");
    }
    assert_eq!(collector.json("/health")["status"], "healthy");
    assert!(
        collector.json("/summary")["system_memory_percent"].as_f64().is_some_and(|percent| percent > 0.0)
    );
}
