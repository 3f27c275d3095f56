//! `query`, `series` and `labels`, of a running collector and of a data directory.

use crate::collector::{Setup, program};
use crate::kept_hour;
use crate::wait::free_port;
use std::process::Output;

fn run(args: &[&str]) -> Output {
    program().args(args).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn live_the_same_is_answered_by_a_running_collector_and_by_its_data_directory() {
    let (dir, end) = (tempfile::tempdir().expect("a directory"), kept_hour::newest());
    kept_hour::import(dir.path(), end);
    let (time, start) = ((end / 1000).to_string(), (end / 1000 - 600).to_string());
    let range = ["--start", &start, "--end", &time];
    let series = |name: &str| format!("requests_total{{instance=\"{name}-1\",service=\"{name}\"}}");
    let rows = [("SERIES".to_owned(), "VALUE"), (series("door"), "7200"), (series("lamp"), "3600")];
    let table: String = rows.iter().map(|(name, value)| format!("{name:<48}  {value:>5}\n")).collect();
    let csv = format!("time,value\n{start},3\n{time},3\n");
    let rows: Vec<(Vec<&str>, &str)> = vec![
        (vec!["query", "requests_total", "--time", &time], &table),
        (vec!["query", "1 + 1.5"], "2.5\n"),
        (vec!["query", "nothing"], "no series\n"),
        ([vec!["query", "vector(3)", "--step", "10m", "-o", "csv"], range.to_vec()].concat(), &csv),
        (
            vec!["query", "'x'", "--time", "5", "-o", "json"],
            "{\"result\":[5,\"x\"],\"resultType\":\"string\"}\n",
        ),
        (
            vec!["series", "up", "{service=\"lamp\",__name__=\"error_rate\"}"],
            "up{instance=\"door-1\",service=\"door\"}\n",
        ),
        (vec!["labels", "service", "--match", "up"], "door\nlamp\n"),
        (vec!["labels", "--match", "health_status"], "__name__\ninstance\nservice\nstatus\n"),
        (vec!["labels", "instance", "--match", "up", "--json"], "[\"door-1\",\"lamp-1\"]\n"),
        (vec!["labels", "instance", "--match", "up", "--end", "1970-01-02"], ""),
    ];
    let check = |whom: [&str; 2]| {
        for (args, expected) in &rows {
            let text = said(&run(&[args.as_slice(), &whom].concat()));
            assert!(text.contains(expected), "{args:?} {whom:?}\n{text}\n{expected}");
        }
        let course = [&["query", "memory_percent", "--output", "sparkline"], &range[..], &whom].concat();
        let text = said(&run(&course));
        assert!(text.contains('▁') && text.contains('█') && text.lines().count() == 3, "{text}");
    };
    check(["--data-dir", dir.path().to_str().expect("text")]);
    let collector = Setup::none().data_dir(dir.path()).start();
    check(["--http", &collector.http.to_string()]);
    check(["--http", &format!("http://{}/", collector.http)]);
}

#[test]
fn live_what_cannot_be_asked_is_told_in_words() {
    let collector = Setup::none().with(&["--http-token", "secret"]).start();
    let here = collector.http.to_string();
    let nowhere = format!("127.0.0.1:{}", free_port());
    let token = ["--http", &here, "--http-token", "secret"];
    for (args, code, word) in [
        (vec!["query", "up", "--http", &nowhere], 1, "no collector answers"),
        (vec!["query", "up", "--http", &here], 1, "--http-token"),
        ([vec!["query", "sum("], token.to_vec()].concat(), 1, "unclosed left parenthesis"),
        ([vec!["series", "{}"], token.to_vec()].concat(), 1, "non-empty matcher"),
        ([vec!["query", "up", "-o", "sparkline"], token.to_vec()].concat(), 1, "--start"),
        (vec!["query", "up", "--data-dir", "/nowhere"], 1, "no such directory"),
        (vec!["query", "up", "--time", "soon"], 2, "soon"),
        (vec!["query", "up", "--time", "1", "--start", "1"], 2, "--start"),
        (vec!["query", "up", "--start", "now-1h", "--step", "0s"], 2, "length of time"),
        (vec!["series"], 2, "MATCH"),
    ] {
        let output = run(&args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && text.contains(word), "{args:?} {word}\n{text}");
    }
    assert_eq!(said(&run(&[&["query", "1"], &token[..]].concat())), "1\n");
}
