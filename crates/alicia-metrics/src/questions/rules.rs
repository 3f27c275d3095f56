//! `alicia-metrics rules list`, `put` and `delete`: Alicia's rules of a running collector; and the files that they stand in.

use super::Shown;
use super::client::{Client, encoded};
use super::fault::AskError;
use super::table::Table;
use crate::questions_args::Collector;
use model::{Rule, limits};
use rules::groups::{GroupRule, RuleGroup, RuleKind};
use serde::Deserialize;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

/// The rules of a TOML file; what else stands there is for the collector.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Rules as JSON: one, a list of them, or what `GET /alerts/rules` answers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Json {
    Answer { rules: Vec<Value> },
    List(Vec<Value>),
    One(Value),
}

/// Lists the rules.
pub(crate) fn list_rules(whom: &Collector, is_json: bool) -> Result<Shown, AskError> {
    let answer = Client::new(whom).alicia("GET", "/alerts/rules", "")?;
    let rules = answer.get("rules").and_then(Value::as_array).ok_or(AskError::NotPrometheus)?;
    if is_json {
        return Ok(Shown { text: format!("{}\n", Value::from(rules.as_slice())), said: Vec::new() });
    }
    let mut table = Table::new(&["name", "metric", "condition", "for", "severity", "enabled"]);
    for rule in rules {
        let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        let levels = rule.get("levels").and_then(Value::as_array).map_or(0, Vec::len);
        let severity = match levels {
            0 | 1 => text("severity"),
            more => format!("{} … ({more} levels)", text("severity")),
        };
        let condition = match text("kind").as_str() {
            "" => text("condition"),
            kind => kind.to_owned(),
        };
        let is_enabled = rule.get("enabled").and_then(Value::as_bool).unwrap_or(true);
        let enabled = if is_enabled { "yes" } else { "no" };
        table.push(vec![
            text("name"),
            text("metric_name"),
            condition,
            text("for"),
            severity,
            enabled.to_owned(),
        ]);
    }
    Ok(Shown { text: table.text(), said: Vec::new() })
}

/// Makes or replaces the rules of a file. All of them are good, or none is sent.
pub(crate) fn put_rules(whom: &Collector, file: &Path) -> Result<Shown, AskError> {
    let rules = read(file)?;
    let client = Client::new(whom);
    let mut text = String::new();
    for rule in rules {
        let body = serde_json::to_string(&rule).map_err(|error| wrong(file, &error))?;
        client.alicia("POST", "/alerts/rules", &body)?;
        text.push_str(&format!("put {}\n", rule.name));
    }
    Ok(Shown { text, said: Vec::new() })
}

/// Removes rules.
pub(crate) fn delete_rules(whom: &Collector, names: &[String]) -> Result<Shown, AskError> {
    let client = Client::new(whom);
    let mut text = String::new();
    for name in names {
        let found = client.alicia("DELETE", &format!("/alerts/rules/{}", encoded(name)), "");
        found.map_err(|error| match error {
            AskError::Refused(why) => AskError::Refused(format!("{name}: {why}")),
            other => other,
        })?;
        text.push_str(&format!("deleted {name}\n"));
    }
    Ok(Shown { text, said: Vec::new() })
}

/// Reads a file of Alicia's rules if it is one by its name: how many there are.
pub(crate) fn check_rules(file: &Path) -> Option<Result<usize, AskError>> {
    is_of_alicia(file).then(|| read(file).map(|rules| rules.len()))
}

/// Says which alerting rules of groups are not judged as samples arrive, and why.
pub(crate) fn judged_in_rounds(groups: &[RuleGroup]) -> Vec<String> {
    let line = |(group, rule): (&RuleGroup, &GroupRule)| {
        let judged = rules::stream::judged(group, rule);
        let why = judged.reason().filter(|_| matches!(rule.kind, RuleKind::Alerting(_)))?;
        Some(format!("  {}/{} is judged in rounds, not as samples arrive: {why}", group.name, rule.name))
    };
    groups
        .iter()
        .flat_map(|group| group.rules.iter().map(move |rule| (group, rule)))
        .filter_map(line)
        .collect()
}

pub(crate) fn is_of_alicia(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "toml" || extension == "json")
}

pub(crate) fn read(file: &Path) -> Result<Vec<Rule>, AskError> {
    let text = if file == Path::new("-") { from_input(file)? } else { from_file(file)? };
    let rules = if file.extension().is_some_and(|extension| extension == "toml") {
        // The file may be that of the settings, whose other tables are not looked at.
        toml::from_str::<File>(&text).map_err(|error| wrong(file, &error))?.rule
    } else {
        let found: Json = serde_json::from_str(&text).map_err(|error| wrong(file, &error))?;
        let found = match found {
            Json::Answer { rules } | Json::List(rules) => rules,
            Json::One(rule) => vec![rule],
        };
        let read = |(number, rule): (usize, Value)| {
            serde_json::from_value(rule)
                .map_err(|error| wrong(file, &format!("rule {}: {error}", number + 1)))
        };
        found.into_iter().enumerate().map(read).collect::<Result<_, _>>()?
    };
    for rule in &rules {
        let error = match rules::check(rule) {
            Ok(()) => continue,
            Err(rules::RuleError::Condition { field, error, text }) => {
                format!("{field} at character {}: {}", error.at + 1, error.pointing_at(&text))
            }
            Err(other) => other.to_string(),
        };
        return Err(wrong(file, &format!("rule {:?}: {error}", rule.name)));
    }
    Ok(rules)
}

fn from_file(file: &Path) -> Result<String, AskError> {
    let bytes = std::fs::metadata(file).map_err(|error| wrong(file, &error))?.len();
    if bytes > limits::RULE_FILE_BYTES {
        return Err(wrong(file, &format!("longer than {} bytes", limits::RULE_FILE_BYTES)));
    }
    std::fs::read_to_string(file).map_err(|error| wrong(file, &error))
}

fn from_input(file: &Path) -> Result<String, AskError> {
    let mut text = String::new();
    let read = std::io::stdin().take(limits::RULE_FILE_BYTES).read_to_string(&mut text);
    read.map(|_| text).map_err(|error| wrong(file, &error))
}

pub(super) fn wrong(file: &Path, why: &dyn std::fmt::Display) -> AskError {
    AskError::Rules { path: file.display().to_string(), why: why.to_string() }
}
