//! Samples out of one data directory and into another, by the program itself.

use crate::collector::{Setup, program};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

fn run(args: &[&str], data_dir: &Path, input: &str) -> Output {
    let mut child = program()
        .args(args)
        .arg("--data-dir")
        .arg(data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A program that fails early does not read all of it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A line of a lamp with a sample a minute up to `end`, one of a part of a histogram, and one of a counter that ended.
fn three_series(end: i64) -> String {
    let times: Vec<String> = (0..60).map(|minute| (end - minute * 60_000).to_string()).rev().collect();
    let values: Vec<String> = (0..60).map(|minute| format!("{minute}.5")).collect();
    format!(
        "{{\"metric\":{{\"__name__\":\"lux\",\"service\":\"lamp\"}},\"type\":\"gauge\",\"values\":[{}],\"timestamps\":[{}]}}\n\
         {{\"metric\":{{\"__name__\":\"sizes_histogram\",\"\u{10ffff}\":\"count\"}},\"type\":\"counter\",\"values\":[7.0],\"timestamps\":[{end}]}}\n\
         {{\"metric\":{{\"__name__\":\"switched\",\"service\":\"lamp\"}},\"type\":\"counter\",\"values\":[1.0,null],\"timestamps\":[{},{end}],\"nan_bits\":{{\"1\":\"7ff0000000000002\"}}}}\n",
        values.join(","),
        times.join(","),
        end - 1
    )
}

#[test]
fn samples_go_from_one_data_directory_to_another_and_bad_lines_are_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let end = i64::try_from(now.as_millis()).expect("not so soon") - 60_000;
    let good = three_series(end);

    let old = "{\"metric\":{\"__name__\":\"old\"},\"values\":[1],\"timestamps\":[1]}\n";
    let mixed = run(&["import", "-"], &first, &format!("nonsense\n{good}{old}"));
    assert_eq!(mixed.status.code(), Some(4), "{}", said(&mixed));
    for word in ["63 samples are new", "bad_syntax: 1 lines", "line 1:", "too_old: 1 samples", "line 5:"] {
        assert!(said(&mixed).contains(word), "{word} in\n{}", said(&mixed));
    }

    for format in ["jsonl", "csv", "prometheus"] {
        let exported = run(&["export", "--format", format], &first, "");
        assert!(exported.status.success() && said(&exported).contains("63 samples"), "{}", said(&exported));
        let text = String::from_utf8(exported.stdout).expect("UTF-8");
        let imported = run(&["import", "--format", format, "-"], &second, &text);
        assert_eq!(imported.status.code(), Some(0), "{}", said(&imported));
        let again = run(&["export"], &second, "");
        assert_eq!(String::from_utf8_lossy(&again.stdout), good, "{format}");
        std::fs::remove_dir_all(&second).expect("removed");
    }

    let some =
        run(&["export", "--match", "lux{service=\"lamp\"}", "--start", &seconds(end - 60_000)], &first, "");
    assert!(said(&some).contains("2 samples"), "{}", said(&some));
    assert_eq!(run(&["export", "--match", "lux{"], &first, "").status.code(), Some(2));
    assert_eq!(run(&["export"], &dir.path().join("none"), "").status.code(), Some(1));
}

fn seconds(t: i64) -> String {
    format!("{}.{:03}", t / 1000, t % 1000)
}

#[test]
fn a_collector_answers_what_was_imported_and_keeps_its_directory_for_itself() {
    let dir = tempfile::tempdir().expect("a directory");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let end = i64::try_from(now.as_millis()).expect("not so soon") - 60_000;
    let file = dir.path().join("samples.jsonl");
    std::fs::write(&file, three_series(end)).expect("written");
    let imported = run(&["import", file.to_str().expect("UTF-8")], dir.path(), "");
    assert!(imported.status.success(), "{}", said(&imported));

    let collector = Setup::none().data_dir(dir.path()).start();
    let answer = collector.json("/metrics/lamp/lux?hours=2");
    assert!(answer.to_string().contains("59.5"), "{answer}");
    assert_eq!(collector.json("/health")["status"], json!("healthy"));
    for command in [&["export"][..], &["import", "-"]] {
        let refused = run(command, dir.path(), "");
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("another process uses it"), "{}", said(&refused));
    }
}

#[test]
fn what_is_erased_is_said_first_and_gone_then() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let end = i64::try_from(now.as_secs()).expect("not so soon") * 1_000 - 60_000;
    let imported = run(&["import", "-"], &data, &three_series(end));
    assert!(imported.status.success(), "{}", said(&imported));
    let told = |args: &[&str]| {
        let output = run(&[&["erase"], args].concat(), &data, "");
        (
            output.status.code(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim().to_owned(),
        )
    };
    let wanted = ["--match", "service=~\"la.*\",__name__=\"lux\""];
    let (code, text) = told(&wanted);
    assert_eq!((code, text.split(';').next()), (Some(0), Some("60 samples of 1 series would be erased")));
    assert_eq!(told(&wanted).1, text, "and nothing was");
    let half = (end / 1_000 - 30 * 60).to_string();
    let (code, text) = told(&[&wanted[..], &["--end", &half, "--yes"]].concat());
    assert_eq!((code, text.as_str()), (Some(0), "30 samples of 1 series are erased"));
    let left = String::from_utf8(run(&["export"], &data, "").stdout).expect("text");
    assert_eq!((left.matches(".5").count(), left.lines().count()), (30, 3), "{left}");
    assert_eq!(told(&["--match", "a=b"]).0, Some(2), "a command line that is not understood");
    assert_eq!(run(&["erase", "--match", "x"], &dir.path().join("none"), "").status.code(), Some(1));
}
