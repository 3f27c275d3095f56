//! `alicia-metrics rules quality`: how good the rules of a running collector are, by what came of their alerts.

use super::Shown;
use super::backtest::length;
use super::client::Client;
use super::fault::AskError;
use super::table::Table;
use crate::questions_args::QualityArgs;
use model::from_seconds;
use serde_json::Value;

/// Judges the rules.
pub(crate) fn quality(args: &QualityArgs) -> Result<Shown, AskError> {
    let answer = Client::new(&args.whom).alicia("GET", &format!("/alerts/quality?days={}", args.days), "")?;
    if args.json {
        return Ok(Shown { text: format!("{answer}\n"), said: Vec::new() });
    }
    let text = shown(&answer).ok_or(AskError::NotPrometheus)?;
    Ok(Shown { text, said: notes(&answer).ok_or(AskError::NotPrometheus)? })
}

/// A line for each rule, and one for each thing to be said of it.
fn shown(answer: &Value) -> Option<String> {
    let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_f64);
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    let mut table = Table::new(&[
        "rule",
        "verdict",
        "fired>",
        "per week>",
        "median>",
        "share>",
        "acknowledged>",
        "silenced>",
    ]);
    let mut reasons = Table::new(&["rule", "verdict", "why"]);
    for rule in answer.get("rules")?.as_array()? {
        let name = match text(rule, "group") {
            group if group.is_empty() => text(rule, "rule"),
            group => format!("{group}/{}", text(rule, "rule")),
        };
        table.push(vec![
            name.clone(),
            text(rule, "verdict"),
            number(rule, "fired")?.to_string(),
            number(rule, "per_week").map_or_else(String::new, |count| format!("{count:.1}")),
            number(rule, "median_seconds").map_or_else(String::new, length),
            format!("{:.1} %", number(rule, "firing_share")? * 100.0),
            number(rule, "acknowledged")?.to_string(),
            number(rule, "silenced")?.to_string(),
        ]);
        for verdict in rule.get("verdicts")?.as_array()? {
            reasons.push(vec![name.clone(), text(verdict, "verdict"), text(verdict, "reason")]);
        }
    }
    Some(format!("{}\n{}", table.text(), reasons.text()))
}

/// What is not known.
fn notes(answer: &Value) -> Option<Vec<String>> {
    let number = |name: &str| answer.get(name).and_then(Value::as_f64);
    let mut notes = Vec::new();
    let since = number("history_since")?;
    if since > number("start")? {
        let since = http::rfc3339(from_seconds(since)?);
        notes.push(format!(
            "the history of alerts begins at {since}: of those before, only the times of rule files' alerts are known"
        ));
    }
    let others = number("other_alerts")?;
    if others > 0.0 {
        notes.push(format!("{others} alerts are of rules that there are no more"));
    }
    Some(notes)
}

#[cfg(test)]
mod tests {
    use super::{notes, shown};
    use serde_json::json;

    #[test]
    fn each_rule_has_a_line_and_each_verdict_its_reason() {
        let answer = json!({"start": 0.0, "end": 86_400.0, "history_since": 3_600.0, "other_alerts": 2, "rules": [
            {"rule": "hot", "verdict": "flapping", "fired": 8, "per_week": 2.04, "median_seconds": 90.0,
             "firing_share": 0.015, "acknowledged": 1, "silenced": 0,
             "verdicts": [{"verdict": "flapping", "reason": "8 of 8"}, {"verdict": "short_lived", "reason": "5 of 8"}]},
            {"rule": "Down", "group": "g", "verdict": "unknown", "fired": 0, "per_week": null, "median_seconds": null,
             "firing_share": 0.0, "acknowledged": 0, "silenced": 0,
             "verdicts": [{"verdict": "unknown", "reason": "no sample"}]},
        ]});
        let text = shown(&answer).expect("a text");
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["hot", "flapping", "8", "2.0", "1m30s", "1.5", "%", "1", "0"]);
        assert_eq!(rows[2][..3], ["g/Down", "unknown", "0"]);
        assert_eq!(
            (rows[5].join(" "), rows[6].join(" ")),
            ("hot flapping 8 of 8".to_owned(), "hot short_lived 5 of 8".to_owned())
        );
        let notes = notes(&answer).expect("notes");
        assert!(notes[0].contains("1970-01-01T01:00:00") && notes[1].starts_with("2 alerts"), "{notes:?}");
    }
}
