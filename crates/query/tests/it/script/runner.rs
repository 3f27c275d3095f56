//! Runs a script: loads, evaluates, judges.

use super::command::{Command, Eval, Expected, What, When, commands};
use super::expect::Topic;
use super::{Evaluate, Fault, Memory, Outcome, Value, judge};
use model::{Labels, Millis};

/// What became of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) line: usize,
    pub(crate) result: Result<(), String>,
}

/// What became of a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Run {
    pub(crate) verdicts: Vec<Verdict>,
    /// Lines with start timestamps, which are read over.
    pub(crate) start_timestamps: usize,
}

/// Runs a script.
pub(crate) fn run(script: &str, evaluate: &dyn Evaluate) -> Result<Run, Fault> {
    let mut run = Run::default();
    let mut store = Memory::default();
    for Command { line, what } in commands(script)? {
        match what {
            What::Clear => store = Memory::default(),
            What::Load(load) => {
                store.load(&load);
                run.start_timestamps += load.start_timestamps;
            }
            What::Eval(eval) => {
                let result = judged(&eval, &store, evaluate);
                let result = result.map_err(|what| format!("`{}`: {what}", eval.query));
                run.verdicts.push(Verdict { line, result });
            }
        }
    }
    Ok(run)
}

fn judged(eval: &Eval, store: &Memory, evaluate: &dyn Evaluate) -> Result<(), String> {
    match eval.when {
        When::Instant(at) => {
            for (query, t) in variants(evaluate, &eval.query, at) {
                let again = |what: String| {
                    if t == at && query == eval.query { what } else { format!("as `{query}` at {t}: {what}") }
                };
                at_instant(eval, store, evaluate, &query, t).map_err(again)?;
                if has_steps(eval) {
                    around(eval, store, evaluate, &query, t)
                        .map_err(|what| format!("`{query}` in the middle of a range around {t}: {what}"))?;
                }
            }
            Ok(())
        }
        When::Range { from, to, step } => {
            let outcome = evaluate.range(store, &eval.query, from, to, step);
            let Some(outcome) = admitted(eval, outcome)? else { return Ok(()) };
            judge::range(eval, &outcome.value, from, step)
        }
    }
}

/// The query as it is; and pinned to its time, asked at other times.
fn variants(evaluate: &dyn Evaluate, query: &str, at: Millis) -> Vec<(String, Millis)> {
    let mut all = vec![(query.to_owned(), at)];
    if let Some(pinned) = evaluate.pinned(query, at) {
        let times = if at == 0 { [-1000, 0, 1000].to_vec() } else { vec![-10 * at, 0, at / 5, at, 10 * at] };
        all.extend(times.into_iter().map(|t| (pinned.clone(), t)));
    }
    all
}

fn at_instant(
    eval: &Eval,
    store: &Memory,
    evaluate: &dyn Evaluate,
    query: &str,
    at: Millis,
) -> Result<(), String> {
    let Some(outcome) = admitted(eval, evaluate.instant(store, query, at))? else { return Ok(()) };
    judge::instant(eval, &outcome.value)
}

/// What came out, if something was to come out and the annotations are as expected.
fn admitted(eval: &Eval, outcome: Result<Outcome, String>) -> Result<Option<Outcome>, String> {
    match outcome {
        Err(error) => judge::failure(eval, &error).map(|()| None),
        Ok(outcome) => {
            judge::annotations(eval, &outcome)?;
            if eval.is_expected(Topic::Fail) {
                return Err(format!("a failure was expected, there is {:?}", outcome.value));
            }
            Ok(Some(outcome))
        }
    }
}

/// Whether the same must come out as a step of a range.
fn has_steps(eval: &Eval) -> bool {
    let words = ["start()", "end()", "range()", "step()"];
    matches!(eval.result, Expected::Scalar(_) | Expected::Series(_))
        && !eval.is_expected(Topic::Ordered)
        && !eval.is_expected(Topic::Fail)
        && !words.iter().any(|word| eval.query.contains(word))
}

const MINUTE: Millis = 60_000;

fn around(
    eval: &Eval,
    store: &Memory,
    evaluate: &dyn Evaluate,
    query: &str,
    at: Millis,
) -> Result<(), String> {
    let outcome = evaluate.range(store, query, at - MINUTE, at + MINUTE, MINUTE)?;
    let Value::Matrix(series) = outcome.value else {
        return Err(format!("a range comes to a matrix, there is {:?}", outcome.value));
    };
    let middle = series.into_iter().filter_map(|(labels, samples)| {
        let sample = samples.into_iter().find(|(t, _)| *t == at)?;
        Some((labels, sample.1))
    });
    let middle: Vec<_> = middle.collect();
    let value = match (&eval.result, middle.as_slice()) {
        (Expected::Scalar(_), [(labels, super::Sample::Float(value))]) if *labels == Labels::default() => {
            Value::Scalar(*value)
        }
        _ => Value::Vector(middle),
    };
    judge::instant(eval, &value)
}
