//! `alicia-metrics rules backtest`: when a rule would have fired, of a running collector or of a data directory.

use super::Shown;
use super::client::Client;
use super::fault::AskError;
use super::local::Local;
use super::rules::{is_of_alicia, read, wrong};
use super::table::Table;
use crate::cli::BacktestArgs;
use crate::settings::{DEFAULT_INTERVAL, read_rule_file};
use crate::span::Span;
use backtest::{Request, Watch};
use indicatif::ProgressBar;
use model::{Millis, TimeRange, from_seconds, limits, to_seconds};
use query::Stop;
use rules::groups::{GroupRule, RuleGroup, RuleKind, RuleSpec};
use serde_json::Value;
use std::path::Path;
use world::{Clock, SystemClock};

/// Tries a rule.
pub(crate) fn backtest(args: &BacktestArgs) -> Result<Shown, AskError> {
    let now = SystemClock::default().now();
    let request = Request {
        since: args.start.is_none().then(|| args.since.clone()),
        start: args.start.map(|start| to_seconds(start.at(now))),
        end: args.end.map(|end| to_seconds(end.at(now))),
        thresholds: args.thresholds.clone(),
        holds: args.holds.clone(),
        ..of_file(&args.file, args.rule.as_deref())?
    };
    let outcome = match &args.whom.data_dir {
        Some(data_dir) => {
            let trial = request.trial(now).map_err(|error| AskError::Refused(error.to_string()))?;
            let waiting = Waiting::new(args, trial.range);
            let outcome = Local::open(data_dir)?.backtest(&trial, &waiting);
            waiting.bar.finish_and_clear();
            outcome?
        }
        None => {
            let body =
                serde_json::to_string(&request).map_err(|error| AskError::Refused(error.to_string()))?;
            Client::new(&args.whom.collector).alicia("POST", "/rules/backtest", &body)?
        }
    };
    let text =
        if args.json { format!("{outcome}\n") } else { shown(&outcome).ok_or(AskError::NotPrometheus)? };
    Ok(Shown { text, said: notes(&outcome) })
}

/// The one rule of a file that has the name, or is the only one.
fn of_file(file: &Path, name: Option<&str>) -> Result<Request, AskError> {
    let is_wanted = |own: &str| name.is_none_or(|name| name == own);
    let mut found = Vec::new();
    if is_of_alicia(file) || file == Path::new("-") {
        let rules = read(file)?.into_iter().filter(|rule| is_wanted(&rule.name));
        found.extend(
            rules.map(|rule| (rule.name.clone(), Request { rule: Some(rule), ..Request::default() })),
        );
    } else {
        let groups = read_rule_file(file, DEFAULT_INTERVAL).map_err(|error| wrong(file, &error))?;
        for group in &groups {
            let rules = group.rules.iter().filter(|rule| is_wanted(&rule.name));
            found.extend(rules.filter_map(|rule| Some((rule.name.clone(), of_group(group, rule)?))));
        }
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let why = match names.as_slice() {
        [] => "no such alerting rule".to_owned(),
        [_] => String::new(),
        some => format!("say which with --rule: {}", some.join(", ")),
    };
    match found.pop() {
        Some((_, request)) if found.is_empty() => Ok(request),
        _ => Err(wrong(file, &why)),
    }
}

fn of_group(group: &RuleGroup, rule: &GroupRule) -> Option<Request> {
    let RuleKind::Alerting(alerting) = &rule.kind else { return None };
    let length = |millis: Millis| Some(format!("{millis}ms"));
    let alert = RuleSpec {
        alert: Some(rule.name.clone()),
        expr: rule.expr.clone(),
        hold: length(alerting.hold),
        keep_firing_for: length(alerting.keep_firing_for),
        labels: rule.labels.clone(),
        ..RuleSpec::default()
    };
    Some(Request {
        alert: Some(alert),
        file: Some(group.file.clone()),
        group: Some(group.name.clone()),
        interval: length(group.interval),
        ..Request::default()
    })
}

/// Somebody at a terminal, who sees a bar.
struct Waiting {
    bar: ProgressBar,
    start: Millis,
}

impl Waiting {
    fn new(args: &BacktestArgs, range: TimeRange) -> Self {
        let hours = range.end.saturating_sub(range.start) / limits::HOUR;
        let bar = crate::progress::bar(args.progress, hours.unsigned_abs(), "hours");
        Self { bar, start: range.start }
    }
}

impl Watch for Waiting {
    fn reached(&self, t: Millis) {
        let hours = t.saturating_sub(self.start).max(0) / limits::HOUR;
        self.bar.set_position(hours.unsigned_abs());
    }

    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// A line for each variant; of a single one, its firings too.
fn shown(outcome: &Value) -> Option<String> {
    let cells = outcome.get("cells")?.as_array()?;
    let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_f64);
    let mut table = Table::new(&["threshold>", "for>", "alerts>", "per week>", "firing>", "longest>"]);
    for cell in cells {
        table.push(vec![
            number(cell, "threshold").map_or("own".to_owned(), |threshold| threshold.to_string()),
            number(cell, "for").map_or("own".to_owned(), length),
            number(cell, "count")?.to_string(),
            format!("{:.1}", number(cell, "per_week")?),
            length(number(cell, "firing_seconds")?),
            length(number(cell, "longest_seconds")?),
        ]);
    }
    let mut text = table.text();
    if let [cell] = cells.as_slice() {
        text.push_str(&firings(cell)?);
    }
    Some(text)
}

fn firings(cell: &Value) -> Option<String> {
    let mut table = Table::new(&["from", "length>", "value>", "labels"]);
    for firing in cell.get("firings")?.as_array()? {
        let (start, end) = (firing.get("start")?.as_f64()?, firing.get("end").and_then(Value::as_f64));
        let labels = firing.get("labels")?.as_object()?.iter();
        let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
        table.push(vec![
            http::rfc3339(from_seconds(start)?),
            end.map_or("goes on".to_owned(), |end| length(end - start)),
            firing.get("value").map(Value::to_string).unwrap_or_default(),
            labels.join(" "),
        ]);
    }
    let more = if cell.get("truncated")?.as_bool()? { "… and more\n" } else { "" };
    Some(format!("\n{}{more}", table.text()))
}

/// Seconds, as people say them.
pub(super) fn length(seconds: f64) -> String {
    let millis = from_seconds(seconds).unwrap_or(0);
    // Fractions of a long time say nothing.
    let millis = if millis >= limits::MINUTE { millis / limits::SECOND * limits::SECOND } else { millis };
    Span(millis).to_string()
}

fn notes(outcome: &Value) -> Vec<String> {
    let notes = outcome.get("notes").and_then(Value::as_array).into_iter().flatten();
    notes.filter_map(|note| note.as_str().map(str::to_owned)).collect()
}
