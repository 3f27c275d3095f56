//! Between the runner and the evaluator.

use crate::script::{Evaluate, Memory, Outcome, Sample, Value};
use model::Millis;
use query::syntax::{At, Expr, Function, parse};
use query::{Answer, Engine, Options, QueryError};

/// The evaluator under test.
pub(crate) struct Promql;

/// An engine over what a script loaded.
fn with_engine(
    store: &Memory,
    ask: impl FnOnce(Engine<'_>) -> Result<Answer, QueryError>,
) -> Result<Outcome, String> {
    let answer =
        ask(Engine::new(&**store, Options::default(), &|| None)).map_err(|error| error.to_string())?;
    let Answer { value, warnings, infos, .. } = answer;
    Ok(Outcome { value: shown(value), warnings, infos })
}

impl Evaluate for Promql {
    fn instant(&self, store: &Memory, query: &str, at: Millis) -> Result<Outcome, String> {
        with_engine(store, |engine| engine.instant(query, at))
    }

    fn range(
        &self,
        store: &Memory,
        query: &str,
        from: Millis,
        to: Millis,
        step: Millis,
    ) -> Result<Outcome, String> {
        with_engine(store, |engine| engine.range(query, from, to, step))
    }

    /// Printed again with `@ <at>` behind every selector and subquery that has no `@` of its own and is not inside of a
    /// subquery. `None` if that would change what comes out, since the expression asks for the time of evaluation itself,
    /// or if it is none.
    fn pinned(&self, query: &str, at: Millis) -> Option<String> {
        let mut expr = parse(query).ok()?;
        let mut asks_for_time = false;
        expr.walk(&mut |expr| {
            asks_for_time |= matches!(expr, Expr::Call(call) if looks_at_time(call.function));
        });
        if asks_for_time {
            return None;
        }
        pin(&mut expr, At::Time(at));
        Some(expr.to_string())
    }
}

fn shown(value: query::Value) -> Value {
    match value {
        query::Value::Scalar(_, value) => Value::Scalar(value),
        query::Value::String(_, text) => Value::String(text),
        query::Value::Vector(all) => {
            Value::Vector(all.into_iter().map(|one| (one.labels, sample(one.sample))).collect())
        }
        query::Value::Matrix(all) => {
            let samples = |all: Vec<(Millis, query::Sample)>| {
                all.into_iter().map(|(time, one)| (time, sample(one))).collect()
            };
            Value::Matrix(all.into_iter().map(|one| (one.labels, samples(one.samples))).collect())
        }
    }
}

fn sample(sample: query::Sample) -> Sample {
    match sample {
        query::Sample::Float(value) => Sample::Float(value),
        query::Sample::Histogram(histogram) => Sample::Histogram((*histogram).clone()),
    }
}

fn looks_at_time(function: Function) -> bool {
    let names = "days_in_month day_of_month day_of_week day_of_year hour minute month year end start range step \
                 predict_linear time timestamp";
    names.split_whitespace().any(|name| name == function.name())
}

fn pin(expr: &mut Expr, at: At) {
    match expr {
        Expr::Vector(selector) => selector.at = selector.at.or(Some(at)),
        Expr::Matrix(matrix) => matrix.vector.at = matrix.vector.at.or(Some(at)),
        Expr::Subquery(subquery) => {
            subquery.at = subquery.at.or(Some(at));
            return;
        }
        _ => {}
    }
    for child in expr.children_mut() {
        pin(child, at);
    }
}
