//! Prometheus' own judgement: promtool expands the templates of the cases, and must get what we get.

use crate::cases::{LANGUAGE, LIKE_OTHERS, REFUSED, UNREADABLE};
use crate::world::{ALERT, EXTERNAL_URL, SERIES, alert_labels, expand};
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};

/// A text of YAML, which takes any of JSON.
fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            _ => write!(quoted, "\\u{:04x}", u32::from(c)).expect("it is written"),
        }
    }
    quoted + "\""
}

/// The rule file with an annotation for each template.
fn rules<'a>(templates: impl Iterator<Item = &'a str>) -> String {
    let mut text =
        "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: m > 0\n    annotations:\n".to_owned();
    for (at, template) in templates.enumerate() {
        writeln!(text, "      a{at:03}: {}", yaml(template)).expect("it is written");
    }
    text
}

/// The test of that rule file, which expects these annotations.
fn expectation(annotations: &[String]) -> String {
    let mut text = format!(
        "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  external_labels: {{region: eu}}\n  \
         external_url: {EXTERNAL_URL}\n  input_series:\n"
    );
    for (series, value) in [ALERT].iter().chain(&SERIES) {
        writeln!(text, "  - {{series: {}, values: {value}x5}}", yaml(series)).expect("it is written");
    }
    text += "  alert_rule_test:\n  - eval_time: 2m\n    alertname: A\n    exp_alerts:\n    - exp_labels:\n";
    for (name, value) in alert_labels().iter().filter(|(name, _)| *name != "__name__") {
        writeln!(text, "        {name}: {}", yaml(value)).expect("it is written");
    }
    text += "      exp_annotations:\n";
    for (at, annotation) in annotations.iter().enumerate() {
        writeln!(text, "        a{at:03}: {}", yaml(annotation)).expect("it is written");
    }
    text
}

fn promtool(rules: &str, test: Option<&str>) -> Output {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("rules.yml"), rules).expect("it is written");
    let args = match test {
        None => ["check", "rules", "rules.yml"],
        Some(test) => {
            fs::write(dir.path().join("test.yml"), test).expect("it is written");
            ["test", "rules", "test.yml"]
        }
    };
    Command::new("promtool").args(args).current_dir(&dir).output().expect("promtool runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn live_prometheus_expands_to_the_same() {
    let cases = || LIKE_OTHERS.iter().chain(LANGUAGE).map(|(template, _)| *template);
    let mut ours: Vec<String> = cases().map(|template| expand(template).expect("it expands")).collect();
    let output = promtool(&rules(cases()), Some(&expectation(&ours)));
    assert!(output.status.success(), "{}", said(&output));
    // It would tell.
    ours[3].push('!');
    let output = promtool(&rules(cases()), Some(&expectation(&ours)));
    assert!(!output.status.success() && said(&output).contains("FAILED"), "{}", said(&output));
}

#[test]
fn live_prometheus_refuses_the_same() {
    let templates = || REFUSED.iter().map(|(template, _)| *template);
    let nothing = vec![String::new(); REFUSED.len()];
    let said_of_all = said(&promtool(&rules(templates()), Some(&expectation(&nothing))));
    let got = said_of_all.split("got:").nth(1).unwrap_or_else(|| panic!("{said_of_all}"));
    for (at, template) in templates().enumerate() {
        assert!(expand(template).is_err(), "{template}");
        assert!(got.contains(&format!("a{at:03}=\"<error expanding template")), "{template}: {said_of_all}");
    }
    for (template, _) in UNREADABLE {
        let output = promtool(&rules([*template].into_iter()), None);
        assert!(!output.status.success(), "{template}: {}", said(&output));
    }
}

/// Numbers of all sizes, the same in each run: some round, some of two decimals, some of any bits.
fn numbers() -> impl Iterator<Item = f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..120).map(move |at| {
        let size = 10_f64.powi(i32::try_from(next() % 40).expect("it is small") - 15);
        let digits = f64::from(u16::try_from(next() % 20_001).expect("it is small")) - 10_000.0;
        match at % 4 {
            0 => size,
            1 => digits / 100.0,
            2 => digits * size,
            _ => f64::from_bits(next() % f64::INFINITY.to_bits()),
        }
    })
}

#[test]
fn live_prometheus_writes_numbers_the_same() {
    let functions = "{{ $x }} {{ $x | humanize }} {{ humanize1024 $x }} {{ humanizePercentage $x }} {{ printf \"%.3g|%.0f|%.2e|%G|\
                     %12.3f|%-9.2f|%+g|%08.2f|%6.1e|% .1f|%.17g\" $x $x $x $x $x $x $x $x $x $x $x }}";
    let bounded = " {{ humanizeDuration $x }} {{ humanizeTimestamp $x }} {{ toTime $x }}";
    let template = |x: f64| {
        // What has more seconds than Go has, it makes of what its processor does.
        let more = if x.abs() < 9e9 { bounded } else { "" };
        format!("{{{{ $x := {x:e} }}}}{{{{ $x = {x:.1e} }}}}{functions}{{{{ $x = {x:e} }}}}{functions}{more}")
            .replace("= 0e0", "= 0.0")
    };
    let templates: Vec<String> = numbers().map(template).collect();
    let ours: Vec<String> = templates.iter().map(|it| expand(it).expect("it expands")).collect();
    let output = promtool(&rules(templates.iter().map(String::as_str)), Some(&expectation(&ours)));
    assert!(output.status.success(), "{}", said(&output));
}
