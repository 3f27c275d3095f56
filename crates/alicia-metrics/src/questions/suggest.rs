//! `alicia-metrics rules suggest`: rules that are learnt from what a running collector keeps.

use super::Shown;
use super::backtest::length;
use super::client::{Client, encoded};
use super::fault::AskError;
use super::table::Table;
use crate::questions_args::SuggestArgs;
use serde_json::Value;

/// Suggests rules.
pub(crate) fn suggest(args: &SuggestArgs) -> Result<Shown, AskError> {
    let service = args.service.as_deref().map(|name| format!("&service={}", encoded(name)));
    let path = format!(
        "/rules/suggestions?budget={}&days={}{}",
        args.budget,
        args.days,
        service.unwrap_or_default()
    );
    let answer = Client::new(&args.whom).alicia("GET", &path, "")?;
    if args.json {
        return Ok(Shown { text: format!("{answer}\n"), said: Vec::new() });
    }
    let suggestions = answer.get("suggestions").and_then(Value::as_array).ok_or(AskError::NotPrometheus)?;
    let skipped = answer.get("skipped").and_then(Value::as_array).ok_or(AskError::NotPrometheus)?;
    let said = skipped.iter().map(left_out).collect();
    let text = if args.rules {
        let rules: Vec<&Value> = suggestions.iter().filter_map(|one| one.get("rule")).collect();
        serde_json::to_string_pretty(&rules).map(|text| text + "\n").map_err(|_| AskError::NotPrometheus)?
    } else {
        shown(suggestions).ok_or(AskError::NotPrometheus)?
    };
    Ok(Shown { text, said })
}

/// A line for each rule, and one with why.
fn shown(suggestions: &[Value]) -> Option<String> {
    if suggestions.is_empty() {
        return Some("no suggestions\n".to_owned());
    }
    let mut table = Table::new(&["rule", "condition", "for", "recover", "per week>", "longest>"]);
    let mut reasons = Table::new(&["rule", "why"]);
    for one in suggestions {
        let rule = one.get("rule")?;
        let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
        table.push(vec![
            text("name"),
            text("condition"),
            text("for"),
            text("recover"),
            format!("{:.1}", one.get("per_week")?.as_f64()?),
            length(one.get("longest_seconds")?.as_f64()?),
        ]);
        let beside = one.get("beside").and_then(Value::as_array).into_iter().flatten();
        let beside: Vec<&str> = beside.filter_map(Value::as_str).collect();
        let beside = if beside.is_empty() {
            String::new()
        } else {
            format!(" (beside {}, for all services)", beside.join(", "))
        };
        reasons.push(vec![text("name"), format!("{}{beside}", one.get("why")?.as_str()?)]);
    }
    Some(format!("{}\n{}", table.text(), reasons.text()))
}

fn left_out(one: &Value) -> String {
    let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or("");
    format!("no rule for {} of {}: {}", text("metric"), text("service"), text("reason"))
}

#[cfg(test)]
mod tests {
    use super::{left_out, shown};
    use serde_json::json;

    #[test]
    fn each_rule_has_a_line_and_a_reason() {
        let rule = json!({"name": "oven_cpu_high", "condition": "value > 50", "for": "5m", "recover": "value <= 40"});
        let one = json!({"rule": rule, "per_week": 0.5, "longest_seconds": 600.0, "why": "it was less", "beside": ["all"]});
        let text = shown(&[one]).expect("a text");
        let lines: Vec<&str> = text.lines().collect();
        let columns: Vec<&str> =
            lines[1].split("  ").map(str::trim).filter(|text| !text.is_empty()).collect();
        assert_eq!(columns, ["oven_cpu_high", "value > 50", "5m", "value <= 40", "0.5", "10m"]);
        assert!(lines[4].ends_with("it was less (beside all, for all services)"), "{text}");
        assert_eq!(shown(&[]).as_deref(), Some("no suggestions\n"));
        let skipped = json!({"service": "oven", "metric": "m", "reason": "it is constant"});
        assert_eq!(left_out(&skipped), "no rule for m of oven: it is constant");
    }
}
