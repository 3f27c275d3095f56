//! `alicia-metrics query`, `series` and `labels`: what is kept, on the command line.
//!
//! A running collector is asked over HTTP, a stopped one's data directory by the same engine; both give the JSON of
//! Prometheus' interface, which is then shown.

mod fault;

mod body;

mod events;

mod client;

mod local;

mod answer;

mod table;

mod shown;

mod rules;

mod backtest;

mod quality;

mod suggest;

mod unit_tests;

pub(crate) use answer::{Answer, Point};
pub(crate) use backtest::backtest;
pub(crate) use client::Client;
pub(crate) use events::{Event, Events};
pub(crate) use fault::AskError;
pub(crate) use quality::quality;
pub(crate) use rules::{
    check_rules, delete_rules, is_of_alicia, judged_in_rounds, list_rules, put_rules, read as read_rules,
};
pub(crate) use shown::course;
pub(crate) use suggest::suggest;
pub(crate) use table::Table;

pub(crate) use unit_tests::test_rules;

use crate::questions_args::{LabelsArgs, ListedArgs, Look, QueryArgs, SeriesArgs, Whom};
use local::Local;
use model::{Labels, Millis, limits};
use serde_json::Value;
use std::collections::BTreeSet;
use world::{Clock, SystemClock};

/// Values of a range if no step is said.
const STEPS: Millis = 60;

/// What is to be written where.
pub(crate) struct Shown {
    /// To standard output.
    pub(crate) text: String,
    /// To standard error.
    pub(crate) said: Vec<String>,
}

/// When it is looked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Times {
    At(Millis),
    Range { start: Millis, end: Millis, step: Millis },
}

/// Answers an expression.
pub(crate) fn query(args: &QueryArgs) -> Result<Shown, AskError> {
    let now = SystemClock::default().now();
    let times = match args.start {
        None => Times::At(args.time.map_or(now, |time| time.at(now))),
        Some(start) => {
            let (start, end) = (start.at(now), args.end.map_or(now, |end| end.at(now)));
            let usual = (end.saturating_sub(start) / STEPS).max(limits::SECOND);
            Times::Range { start, end, step: args.step.unwrap_or(usual) }
        }
    };
    let body = match &args.whom.data_dir {
        Some(data_dir) => Local::open(data_dir)?.query(&args.expression, times)?,
        None => Client::new(&args.whom.collector).query(&args.expression, times)?,
    };
    let said = ["warnings", "infos"].iter().filter_map(|name| body.get(name)?.as_array()).flatten();
    let said = said.filter_map(|text| text.as_str().map(str::to_owned)).collect();
    let data = body.get("data").cloned().unwrap_or(Value::Null);
    let text = match args.output {
        Look::Json => format!("{data}\n"),
        look => shown::shown(&Answer::read(&data).ok_or(AskError::NotPrometheus)?, look)?,
    };
    Ok(Shown { text, said })
}

/// Lists series.
pub(crate) fn series(args: &SeriesArgs) -> Result<Shown, AskError> {
    let data = listed(&args.listed, |whom, range| match &whom.data_dir {
        Some(data_dir) => {
            let found = Local::open(data_dir)?.labels(&args.matches, range)?;
            Ok(found
                .iter()
                .map(|labels| labels.iter().collect::<std::collections::BTreeMap<_, _>>())
                .map(|map| serde_json::json!(map))
                .collect())
        }
        None => Client::new(&whom.collector).list("/api/v1/series", &args.matches, range),
    })?;
    Ok(lines(&data, args.listed.json, |one| {
        let pairs = one.as_object()?.iter();
        Some(Labels::new(pairs.filter_map(|(name, value)| Some((name, value.as_str()?)))).to_string())
    }))
}

/// Lists the names of labels, or the values of one.
pub(crate) fn labels(args: &LabelsArgs) -> Result<Shown, AskError> {
    let data = listed(&args.listed, |whom, range| match &whom.data_dir {
        Some(data_dir) => {
            let found = Local::open(data_dir)?.labels(&args.matches, range)?;
            let names = found.iter().flat_map(Labels::iter);
            let texts: BTreeSet<&str> = match &args.name {
                Some(wanted) => names.filter(|(name, _)| name == wanted).map(|(_, value)| value).collect(),
                None => names.map(|(name, _)| name).collect(),
            };
            Ok(texts.into_iter().map(Value::from).collect())
        }
        None => {
            let path = match &args.name {
                Some(name) => format!("/api/v1/label/{}/values", client::escaped_name(name)),
                None => "/api/v1/labels".to_owned(),
            };
            Client::new(&whom.collector).list(&path, &args.matches, range)
        }
    })?;
    Ok(lines(&data, args.listed.json, |one| one.as_str().map(str::to_owned)))
}

/// A range that may have no ends.
type OpenRange = (Option<Millis>, Option<Millis>);

fn listed(
    args: &ListedArgs,
    list: impl FnOnce(&Whom, OpenRange) -> Result<Vec<Value>, AskError>,
) -> Result<Vec<Value>, AskError> {
    let now = SystemClock::default().now();
    list(&args.whom, (args.start.map(|start| start.at(now)), args.end.map(|end| end.at(now))))
}

fn lines(data: &[Value], is_json: bool, line: impl Fn(&Value) -> Option<String>) -> Shown {
    let text = if is_json {
        format!("{}\n", Value::from(data))
    } else {
        data.iter().filter_map(line).map(|line| line + "\n").collect()
    };
    Shown { text, said: Vec::new() }
}
