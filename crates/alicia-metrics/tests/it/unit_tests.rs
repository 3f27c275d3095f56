//! Unit tests of rule files: the same verdicts as the installed promtool gives.

use crate::collector::program;
use std::fs;
use std::path::Path;
use std::process::Command;

const RULES: &str = r#"groups:
- name: hosts
  interval: 30s
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: page}
    annotations:
      summary: '{{ $labels.instance }} of {{ $labels.job }} is down'
      value: '{{ $value }}'
  - alert: NobodyUp
    expr: job:up:sum < 1
  - alert: Kept
    expr: errors > 5
    keep_firing_for: 3m
"#;

/// What stands at the head of each file, and the series of each test.
const HEAD: &str = r#"rule_files: [rules.yml]
evaluation_interval: 1m
tests:
- name: t
  interval: 1m
  input_series:
  - {series: 'up{job="a",instance="1"}', values: '1x4 0x10'}
  - {series: 'up{job="a",instance="2"}', values: '1 1 _ stale 0x1 1x10'}
  - {series: 'errors{job="a"}', values: '0+3x5'}
  - {series: 'requests_total', values: '0+60x20'}
"#;

/// Tests, and whether they pass.
const CASES: &[(&str, &str, bool)] = &[
    (
        "firing",
        r#"
  alert_rule_test:
  - eval_time: 7m
    alertname: Down
    exp_alerts:
    - exp_labels: {severity: page, job: a, instance: "1"}
      exp_annotations: {summary: 1 of a is down, value: "0"}
"#,
        true,
    ),
    (
        "pending is not firing",
        r#"
  alert_rule_test:
  - {eval_time: 6m, alertname: Down, exp_alerts: [{exp_labels: {severity: page, job: a, instance: "1"}}]}
"#,
        false,
    ),
    (
        "nothing fires",
        "
  alert_rule_test:
  - {eval_time: 4m30s, alertname: Down}
  - {eval_time: 3m, alertname: Unknown}
",
        true,
    ),
    (
        "something fires that should not",
        "
  alert_rule_test:
  - {eval_time: 8m, alertname: Down, exp_alerts: []}
",
        false,
    ),
    (
        "another annotation",
        r#"
  alert_rule_test:
  - {eval_time: 7m, alertname: Down, exp_alerts: [{exp_labels: {severity: page, job: a, instance: "1"}, exp_annotations: {summary: x}}]}
"#,
        false,
    ),
    (
        "of a recorded metric",
        r#"
  alert_rule_test:
  - {eval_time: 5m, alertname: NobodyUp, exp_alerts: [{exp_labels: {job: a}}]}
"#,
        true,
    ),
    (
        "expressions",
        r#"
  promql_expr_test:
  - expr: job:up:sum
    eval_time: 1m
    exp_samples: [{labels: 'job:up:sum{job="a"}', value: 2}]
  - expr: up
    eval_time: 3m
    exp_samples: [{labels: 'up{instance="1",job="a"}', value: 1}]
  - expr: rate(requests_total[5m])
    eval_time: 10m
    exp_samples: [{value: 1}]
  - expr: sum(errors) * 2
    eval_time: 2m
    exp_samples: [{labels: '{}', value: 12}]
  - expr: 1 + 1
    exp_samples: [{value: 2}]
  - expr: absent_metric
    eval_time: 2m
"#,
        true,
    ),
    (
        "another value",
        "
  promql_expr_test:
  - {expr: sum(errors), eval_time: 2m, exp_samples: [{value: 7}]}
",
        false,
    ),
    (
        "another label",
        r#"
  promql_expr_test:
  - {expr: errors, eval_time: 2m, exp_samples: [{labels: 'errors{job="b"}', value: 6}]}
"#,
        false,
    ),
    (
        "an expression that is none",
        "
  promql_expr_test:
  - {expr: 'sum(', eval_time: 2m}
",
        false,
    ),
    (
        "an unknown key",
        "
  promql_expr_test:
  - {exp: up, eval_time: 2m}
",
        false,
    ),
    (
        "a series that is none",
        "
  input_series:
  - {series: 'up{', values: '1'}
",
        false,
    ),
];

fn verdict(mut command: Command, dir: &Path, file: &str) -> (bool, String) {
    let output = command.args(["rules", file]).current_dir(dir).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn promtool(dir: &Path, file: &str) -> (bool, String) {
    let mut command = Command::new("promtool");
    command.arg("test");
    verdict(command, dir, file)
}

fn ours(dir: &Path, file: &str) -> (bool, String) {
    let output = program().args(["rules", "test", file]).current_dir(dir).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn live_promtool_comes_to_the_same_verdicts() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("rules.yml"), RULES).expect("written");
    for (name, test, passes) in CASES {
        // A second list of series stands in the place of the first.
        let head = if test.contains("input_series") {
            &HEAD[..HEAD.find("  input_series").expect("it is there")]
        } else {
            HEAD
        };
        fs::write(dir.path().join("t.yml"), format!("{head}{}", test.trim_start_matches('\n')))
            .expect("written");
        let (theirs, their_words) = promtool(dir.path(), "t.yml");
        let (ours, our_words) = ours(dir.path(), "t.yml");
        assert_eq!((ours, theirs), (*passes, *passes), "{name}\nours: {our_words}\npromtool: {their_words}");
        assert_eq!(our_words.contains("SUCCESS"), *passes, "{our_words}");
    }
}

#[test]
fn what_differs_is_shown_with_its_place() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("rules.yml"), RULES).expect("written");
    let said = |test: &str| {
        fs::write(dir.path().join("t.yml"), format!("{HEAD}{test}")).expect("written");
        ours(dir.path(), "t.yml").1
    };
    let text =
        said("  promql_expr_test:\n  - {expr: sum(errors), eval_time: 2m, exp_samples: [{value: 7}]}\n");
    assert!(text.contains("t, expr \"sum(errors)\" at 2m: \n    expected {} 7\n    but got  {} 6"), "{text}");
    let text = said("  alert_rule_test:\n  - {eval_time: 8m, alertname: Down}\n");
    assert!(text.contains("t, alertname \"Down\" at 8m:") && text.contains("1 of a is down"), "{text}");
    let text = said("  external_labels: {region: x}\n");
    assert!(text.contains("external_labels: alerts have none here"), "{text}");
    let text = said("  promql_expr_test:\n  - {expr: up, eval_time: soon}\n");
    assert!(text.contains("not a valid duration string") && text.contains("soon"), "{text}");
    assert!(ours(dir.path(), "missing.yml").1.contains("FAILED"));
}
