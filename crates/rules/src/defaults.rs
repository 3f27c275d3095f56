//! The rules that are there from the start.

use model::{Rule, RuleKind, Severity};

/// The name of the rule that watches over senders.
const SILENT: &str = "service_silent";

/// The five default rules of the protocol; `cpu_above` and `memory_above` are percentages. And one that misses senders that
/// fall silent.
#[must_use]
pub fn default_rules(cpu_above: f64, memory_above: f64) -> Vec<Rule> {
    let rule = |name: &str, metric: &str, condition: String, severity, description: String| Rule {
        name: name.to_owned(),
        metric_name: metric.to_owned(),
        condition,
        severity,
        description,
        enabled: true,
        cooldown_period: Rule::DEFAULT_COOLDOWN_SECONDS,
        ..Rule::default()
    };
    let above = |number: f64| format!("value > {number}");
    vec![
        rule(
            "high_cpu",
            "cpu_percent",
            above(cpu_above),
            Severity::Warning,
            format!("CPU usage is above {cpu_above}%"),
        ),
        rule(
            "high_memory",
            "memory_percent",
            above(memory_above),
            Severity::Warning,
            format!("Memory usage is above {memory_above}%"),
        ),
        rule(
            "service_down",
            "health_status",
            "value == 'unhealthy'".to_owned(),
            Severity::Error,
            "Service is reporting unhealthy status".to_owned(),
        ),
        rule(
            "high_error_rate",
            "error_rate",
            above(5.0),
            Severity::Error,
            "Error rate is above 5%".to_owned(),
        ),
        rule(
            "response_time_high",
            "response_time_avg",
            above(5000.0),
            Severity::Warning,
            "Average response time is above 5 seconds".to_owned(),
        ),
        Rule {
            name: SILENT.to_owned(),
            severity: Severity::Error,
            description: "Service is silent for longer than its own rhythm allows".to_owned(),
            kind: RuleKind::DeadMan,
            ..Rule::default()
        },
    ]
}
