//! The runner against an evaluator that knows a handful of expressions.

use crate::script::command::What;
use crate::script::runner::run;
use crate::script::{Evaluate, Memory, Outcome, Sample, Value};
use model::{Labels, Matcher, Millis, NAME, Select, Selection, TimeRange, is_stale_marker};
use query::histogram::FloatHistogram;
use query::notation::parse_histogram;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Knows the name of a metric, numbers, strings; and `boom`, `warning`, `reversed`.
pub(crate) struct Mini;

impl Mini {
    fn vector(store: &Memory, name: &str, at: Millis) -> Vec<(Labels, Sample)> {
        let range = TimeRange { start: at - 300_000 + 1, end: at };
        let selection = Selection::all(vec![Matcher::equal(NAME, name)]).within(range).newest(1);
        let mut found = Vec::new();
        store
            .each(&selection, &mut |series, columns| {
                let newest = columns.values.last().filter(|value| !is_stale_marker(**value));
                found.extend(newest.map(|value| (series.labels().clone(), Sample::Float(*value))));
                ControlFlow::Continue(())
            })
            .expect("floats");
        store
            .each_histogram(&selection, &mut |labels, columns| {
                let newest = columns.get(columns.len() - 1).expect("one");
                found.push((labels.clone(), Sample::Histogram(FloatHistogram::from(&newest))));
                ControlFlow::Continue(())
            })
            .expect("histograms");
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }
}

fn plain(value: Value) -> Outcome {
    Outcome { value, warnings: Vec::new(), infos: Vec::new() }
}

impl Evaluate for Mini {
    fn instant(&self, store: &Memory, query: &str, at: Millis) -> Result<Outcome, String> {
        if let Ok(number) = query.parse() {
            return Ok(plain(Value::Scalar(number)));
        }
        if let Some(text) = query.strip_prefix('"') {
            return Ok(plain(Value::String(text.trim_end_matches('"').to_owned())));
        }
        match query {
            "boom" => Err("1:1: boom".to_owned()),
            "warning" => {
                let warnings = vec!["PromQL warning: careful (1:1)".to_owned()];
                Ok(Outcome { value: Value::Vector(Vec::new()), warnings, infos: Vec::new() })
            }
            "reversed" => {
                let mut found = Self::vector(store, "m", at);
                found.reverse();
                Ok(plain(Value::Vector(found)))
            }
            name => Ok(plain(Value::Vector(Self::vector(store, name, at)))),
        }
    }

    fn range(
        &self,
        store: &Memory,
        query: &str,
        from: Millis,
        to: Millis,
        step: Millis,
    ) -> Result<Outcome, String> {
        let mut found: BTreeMap<Labels, Vec<(Millis, Sample)>> = Default::default();
        let mut t = from;
        while t <= to {
            let outcome = self.instant(store, query, t)?;
            let vector = match outcome.value {
                Value::Vector(vector) => vector,
                Value::Scalar(value) => vec![(Labels::default(), Sample::Float(value))],
                other => return Err(format!("no range of {other:?}")),
            };
            for (labels, sample) in vector {
                found.entry(labels).or_default().push((t, sample));
            }
            t += step;
        }
        Ok(plain(Value::Matrix(found.into_iter().collect())))
    }
}

const LOADED: &str = "
load 1m
  m{a=\"1\"} 0+2x3 _ stale 7
  m{a=\"2\"} 10-1x5
  h {{schema:1 count:3 sum:2 buckets:[1 2] offset:-1}}+{{count:2 sum:1 schema:1 buckets:[2]}}x3
  gone 1 1

load_with_nhcb 1m
  c_bucket{le=\"1\"} 2
  c_bucket{le=\"2.5\"} 5
  c_bucket{le=\"+Inf\"} 6
  c_sum 11
";

/// The message of the only evaluation, or nothing if it holds.
fn outcome(eval: &str) -> String {
    let script = format!("{LOADED}\n{eval}\n");
    let run = run(&script, &Mini).expect("a script that can be read");
    assert_eq!(run.verdicts.len(), 1, "one evaluation");
    let verdict = &run.verdicts[0];
    verdict.result.clone().err().unwrap_or_default()
}

#[test]
fn a_script_that_is_right_holds() {
    let rows = [
        "eval instant at 0 m\n m{a=\"1\"} 0\n m{a=\"2\"} 10",
        "eval instant at 3m m\n m{a=\"2\"} 7.0000001\n m{a=\"1\"} 6",
        "eval instant at 4m m\n {__name__=\"m\", a='1'} 6\n {\"m\", \"a\"=`2`} 6",
        "eval instant at 5m m\n m{a=\"2\"} 5",
        "eval instant at 1h m",
        "eval range from 0 to 6m step 2m m\n m{a=\"1\"} 0 4 6 7\n m{a=\"2\"} 10 8 6 5",
        "eval instant at 0 reversed\n expect ordered\n m{a=\"2\"} 10\n m{a=\"1\"} 0",
        "eval_ordered instant at 0 m\n m{a=\"1\"} 0\n m{a=\"2\"} 10",
        "eval instant at 1m h\n h {{schema:1 count:5 sum:3 buckets:[1 4] offset:-1}}",
        "eval instant at 2m h\n h {{schema:1 count:7 sum:4 buckets:[1 6] offset:-1}}",
        "eval instant at 0 c\n c {{schema:-53 count:6 sum:11 custom_values:[1 2.5] buckets:[2 3 1]}}",
        "eval instant at 0 5\n 5",
        "eval instant at 0 NaN\n NaN",
        "eval instant at 0 \"text\"\n expect string \"text\"",
        "eval instant at 0 boom\n expect fail",
        "eval instant at 0 boom\n expect fail msg: 1:1: boom",
        "eval_fail instant at 0 boom\n expected_fail_regexp bo+m",
        "eval range from 0 to 1m step 1m boom\n expect fail regex: ^1:1",
        "eval instant at 0 warning\n expect warn regex: careful\n expect no_info",
        "eval_warn instant at 0 warning",
        "# a remark\n\neval instant at 0 gone\n gone 1",
    ];
    for row in rows {
        assert_eq!(outcome(row), "", "{row}");
    }
}

#[test]
fn a_script_with_a_wrong_expectation_says_what_is_wrong() {
    let rows = [
        ("eval instant at 0 m\n m{a=\"1\"} 0", "not expected was m{a=\"2\"} 10"),
        ("eval instant at 0 gone\n gone 2", "gone{} (line 15): expected was 2, there is 1"),
        ("eval instant at 0 gone\n gone{x=\"y\"} 1", "gone{x=\"y\"} (line 15): is not there"),
        ("eval instant at 0 gone\n gone {{}}", "there is 1"),
        ("eval instant at 0 gone\n 1", "expected was Scalar(1.0)"),
        ("eval instant at 0 5\n 6", "expected was 6, there is 5"),
        ("eval instant at 0 0\n 1e-300", "expected was"),
        ("eval instant at 0 \"a\"\n expect string \"b\"", "expected was \"b\", there is \"a\""),
        ("eval instant at 0 reversed\n expect ordered\n m{a=\"1\"} 0\n m{a=\"2\"} 10", "is in place 2"),
        ("eval instant at 0 boom\n boom 1", "failed: 1:1: boom"),
        ("eval instant at 0 boom\n expect fail msg: bang", "failed with \"1:1: boom\""),
        ("eval instant at 0 gone\n expect fail", "a failure was expected"),
        ("eval instant at 0 warning\n expect no_warn", "no warning was expected"),
        ("eval instant at 0 warning\n expect warn msg: other", "expected was the warning"),
        ("eval instant at 0 warning\n expect warn regex: .\n expect info", "expected was the info"),
        ("eval range from 0 to 2m step 1m gone\n gone 1 1", "has values at [0, 60000, 120000]"),
        ("eval range from 0 to 1m step 1m gone\n gone 1 2", "at 60000: expected was 2, there is 1"),
        ("eval range from 0 to 1m step 1m gone", "not expected was gone{} 1@0 1@60000"),
        (
            "eval instant at 0 h\n h {{schema:1 count:3 sum:2 buckets:[2 1] offset:-1}}",
            "expected was {{schema:1 count:3 sum:2 offset:-1 buckets:[2 1]}}, there is {{schema:1 count:3 sum:2 \
             offset:-1 buckets:[1 2]}}",
        ),
        (
            "eval instant at 0 h\n h {{schema:1 count:3 sum:2 buckets:[1 2] offset:-1 counter_reset_hint:gauge}}",
            "hint",
        ),
    ];
    for (row, expected) in rows {
        let found = outcome(row);
        assert!(found.contains(expected), "{row}\n{found}");
    }
}

#[test]
fn a_script_that_cannot_be_read_names_the_line() {
    let rows = [
        ("load", 1, "loads nothing"),
        ("load 5", 1, "no duration"),
        ("\n\nloud 5m", 3, "no command"),
        ("load 5m\n m{a=} 1", 2, "has no value"),
        ("load 5m\n m 1y", 2, "expected a value"),
        ("load 5m\n m {{sum:x}}", 2, "no number"),
        ("load 5m\n m {{sun:1}}", 2, "nothing of a histogram"),
        ("eval instant at 5x m", 1, "no duration"),
        ("eval sometimes m", 1, "evaluates nothing"),
        ("eval instant at 0 m\n m 1 2", 2, "one value"),
        ("eval instant at 0 m\n expect luck", 2, "cannot be expected"),
        ("eval instant at 0 m\n expect warn regex: (", 2, "unclosed group"),
        ("eval range from 5m to 1m step 1m m", 1, "ends before"),
    ];
    for (script, line, expected) in rows {
        let fault = run(script, &Mini).expect_err(script);
        assert_eq!(fault.line, line, "{script}");
        assert!(fault.what.contains(expected), "{script}\n{}", fault.what);
    }
}

#[test]
fn values_are_repeated_as_they_are_written() {
    let script = "load 1m\n m 1x2 _x2 2+0.5x1 -1-1e1x1 Inf -Inf NaN\n\neval range from 0 to 11m step 1m m\n \
                  m 1 1 1 1 1 2 2.5 -1 -11 Inf -Inf NaN";
    let run = run(script, &Mini).expect("readable");
    assert_eq!(run.verdicts[0].result, Ok(()));
}

#[test]
fn a_histogram_is_written_as_it_is_read() {
    let rows = [
        "{{schema:0 count:0 sum:0}}",
        "{{schema:3 count:7 sum:-1.5 z_bucket:2 z_bucket_w:0.001 offset:-4 buckets:[1 0 2] n_buckets:[1 1]}}",
        "{{schema:-53 count:3 sum:2 custom_values:[1 2.5] counter_reset_hint:gauge offset:1 buckets:[1 2]}}",
        "{{schema:-4 count:1e+06 sum:NaN counter_reset_hint:reset n_offset:2 n_buckets:[1e+06]}}",
    ];
    for row in rows {
        assert_eq!(parse_histogram(row).expect(row).histogram.to_string(), row);
    }
}

#[test]
fn what_is_loaded_can_be_told() {
    let load = |script: &str| {
        let mut commands = crate::script::command::commands(script).expect("a script");
        let What::Load(load) = commands.remove(0).what else { panic!("it loads") };
        let mut store = Memory::default();
        store.load(&load);
        store
    };
    let (one, other) = (load("load 1m\n a 1 _ 2"), load("load 1m\n a 1 _ 2"));
    assert_ne!(one.generation(), other.generation());
    let all: Vec<_> = one.all().map(|(labels, floats, _)| (labels.to_string(), floats.clone())).collect();
    assert_eq!(all, [("a{}".to_owned(), BTreeMap::from([(0, 1.0), (120_000, 2.0)]))]);
}
