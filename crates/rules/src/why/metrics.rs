//! Of which metrics the rule of an alert speaks: that they changed explains nothing.

use crate::book::RuleBook;
use crate::groups::GroupBoard;
use model::{Alert, MatchOp, Matcher, NAME};
use query::syntax::{Expr, parse};

/// The metrics of the rule of an alert; none if no rule is known.
#[must_use]
pub fn metrics_of(alert: &Alert, book: &RuleBook, groups: &GroupBoard) -> Vec<String> {
    // An alert of a rule file has all its labels, `alertname` among them.
    if !alert.labels.contains_key("alertname")
        && let Some(rule) = book.rule(&alert.rule_name)
    {
        return vec![rule.metric_name];
    }
    let groups = groups.groups();
    let rules = groups.iter().flat_map(|group| &group.rules).filter(|view| view.rule.name == alert.rule_name);
    rules.flat_map(|view| metrics_in(&view.rule.expr)).collect()
}

/// The names of metrics in an expression; none if it is none.
#[must_use]
pub fn metrics_in(expr: &str) -> Vec<String> {
    let of_name = |matcher: &&Matcher| matcher.label() == NAME && matcher.op() == MatchOp::Equal;
    let selectors = selectors_in(expr);
    selectors.iter().flatten().filter(of_name).map(|matcher| matcher.value().to_owned()).collect()
}

/// The conditions of each selector in an expression; none if it is none.
#[must_use]
pub fn selectors_in(expr: &str) -> Vec<Vec<Matcher>> {
    let mut selectors = Vec::new();
    let Ok(expr) = parse(expr) else { return selectors };
    expr.walk(&mut |part| match part {
        Expr::Vector(selector) => selectors.push(selector.matchers.clone()),
        Expr::Matrix(matrix) => selectors.push(matrix.vector.matchers.clone()),
        _ => {}
    });
    selectors
}

#[cfg(test)]
mod tests {
    use super::metrics_in;

    #[test]
    fn an_expression_speaks_of_its_metrics() {
        assert_eq!(
            metrics_in(
                "rate(a[5m]) / b{x=\"y\"} > on () group_left () max_over_time({__name__=\"c\"}[1h:1m])"
            ),
            ["a", "b", "c"]
        );
        assert_eq!(metrics_in("a >"), [""; 0]);
    }
}
