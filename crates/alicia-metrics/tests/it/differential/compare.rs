//! Whether two answers are the same: labels and times exactly, values to a billionth.

use super::servers::Question;
use serde_json::Value;
use std::collections::BTreeMap;

/// By how much of themselves values may differ: sums are added up in another order.
const RELATIVE: f64 = 1e-9;
/// By how much values may differ that are nearly nothing, as the difference of two that are not.
const ABSOLUTE: f64 = 1e-9;

pub(super) enum Verdict {
    Alike { is_empty: bool },
    BothFailed,
    Different(String),
}

/// Times and values, as they are told.
type Points = Vec<(String, f64)>;

pub(super) fn judge(question: &Question, theirs: &Value, ours: &Value) -> Verdict {
    match (theirs["status"] == "success", ours["status"] == "success") {
        (false, false) => return Verdict::BothFailed,
        (true, true) => {}
        _ => return Verdict::Different("one of them fails".to_owned()),
    }
    let (theirs, ours) = (&theirs["data"], &ours["data"]);
    if theirs["resultType"] != ours["resultType"] {
        return Verdict::Different("another type".to_owned());
    }
    if matches!(theirs["resultType"].as_str(), Some("scalar" | "string")) {
        let is_text = theirs["resultType"] == "string" && theirs["result"] == ours["result"];
        let (a, b) = (vec![point(&theirs["result"])], vec![point(&ours["result"])]);
        return match difference(&a, &b) {
            Some(why) if !is_text => Verdict::Different(why),
            _ => Verdict::Alike { is_empty: false },
        };
    }
    let (them, us) = (series(theirs), series(ours));
    for (labels, points) in &them {
        match us.get(labels) {
            None => return Verdict::Different(format!("we have no {labels}")),
            Some(own) => {
                if let Some(why) = difference(points, own) {
                    return Verdict::Different(format!("{labels}: {why}"));
                }
            }
        }
    }
    if let Some(labels) = us.keys().find(|labels| !them.contains_key(*labels)) {
        return Verdict::Different(format!("they have no {labels}"));
    }
    let order = |data: &Value| values_in_order(data);
    if question.is_ordered
        && let Some(why) = difference(&order(theirs), &order(ours))
    {
        return Verdict::Different(format!("another order: {why}"));
    }
    Verdict::Alike { is_empty: them.is_empty() }
}

fn point(pair: &Value) -> (String, f64) {
    let value = pair[1].as_str().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    (pair[0].to_string(), value)
}

/// Series by their labels.
fn series(data: &Value) -> BTreeMap<String, Points> {
    let all = data["result"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|one| {
            // In the order of their names.
            let labels: BTreeMap<String, Value> =
                one["metric"].as_object().cloned().unwrap_or_default().into_iter().collect();
            let points = match one["values"].as_array() {
                Some(points) => points.iter().map(point).collect(),
                None => vec![point(&one["value"])],
            };
            (format!("{labels:?}"), points)
        })
        .collect()
}

fn values_in_order(data: &Value) -> Points {
    let all = data["result"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| point(&one["value"])).collect()
}

fn difference(a: &Points, b: &Points) -> Option<String> {
    if a.len() != b.len() {
        return Some(format!("{} values and {}", a.len(), b.len()));
    }
    let different = |((t, x), (u, y)): &(&(String, f64), &(String, f64))| {
        t.parse::<f64>() != u.parse::<f64>() || !is_near(*x, *y)
    };
    let found = a.iter().zip(b).find(different);
    found.map(|((t, x), (u, y))| format!("{x} at {t} and {y} at {u}"))
}

fn is_near(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= ABSOLUTE.max(RELATIVE * a.abs().max(b.abs()))
}
