//! Which limits a metric has, and what is too much of it: by its name, by its unit, or by a rule.

use model::{Rule, unit_of};

/// Words in the names of what is used up; of such, 100 percent is all there is.
const USED: [&str; 8] = ["cpu", "memory", "mem", "disk", "swap", "usage", "utilization", "filesystem"];
/// Words in the names of what is left; there is no more below 0.
const LEFT: [&str; 5] = ["free", "avail", "available", "remaining", "battery"];

/// A limit, and the side that a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The metric.
    pub metric: String,
    /// The limit.
    pub value: f64,
    /// Whether it is reached from below.
    pub is_above: bool,
    /// What it is, for people.
    pub name: String,
}

impl Bound {
    /// The threshold of a rule whose condition is a plain comparison such as `value > 90`; of others there is none.
    #[must_use]
    pub fn of_rule(rule: &Rule) -> Option<Self> {
        if !rule.enabled || rule.matching.is_some() {
            return None;
        }
        let rest = rule.condition.trim().strip_prefix("value")?.trim_start();
        let (is_above, number) = match rest.strip_prefix('>') {
            Some(number) => (true, number),
            None => (false, rest.strip_prefix('<')?),
        };
        let value = number.trim_start_matches('=').trim().trim_end_matches('%').parse().ok()?;
        let name = format!("the threshold of rule {}", rule.name);
        Some(Self { metric: rule.metric_name.clone(), value, is_above, name })
    }
}

/// The limits that a metric has by its name.
pub(crate) fn natural(metric: &str) -> Option<Bound> {
    let bound = |value, is_above, name: &str| Bound {
        metric: metric.to_owned(),
        value,
        is_above,
        name: name.to_owned(),
    };
    if has_word(metric, &LEFT) {
        return Some(bound(0.0, false, "0"));
    }
    is_share_used(metric).then(|| bound(full(metric), true, "100 %"))
}

/// Whether a metric says how much of something is in use, of all there is.
pub(crate) fn is_share_used(metric: &str) -> bool {
    let is_share =
        matches!(unit_of(metric), "percent" | "ratio") || metric == "cpu_usage" || metric == "memory_usage";
    is_share && has_word(metric, &USED) && !has_word(metric, &LEFT)
}

/// All there is, in the metric's unit.
pub(crate) fn full(metric: &str) -> f64 {
    if unit_of(metric) == "ratio" { 1.0 } else { 100.0 }
}

/// The metric that says how much there is of what this one says is used.
pub(crate) fn size_of(metric: &str) -> Option<String> {
    let stem = metric.strip_suffix("_used").or_else(|| metric.strip_suffix("_used_bytes"))?;
    Some(if metric.ends_with("_bytes") { format!("{stem}_total_bytes") } else { format!("{stem}_total") })
}

fn has_word(metric: &str, words: &[&str]) -> bool {
    metric.split('_').any(|part| words.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::{Bound, natural, size_of};
    use model::Rule;

    #[test]
    fn names_have_limits() {
        let limit = |name| natural(name).map(|bound| (bound.value, bound.is_above));
        assert_eq!(limit("cpu_percent"), Some((100.0, true)));
        assert_eq!(limit("disk_used_ratio"), Some((1.0, true)));
        assert_eq!(limit("system_disk_free"), Some((0.0, false)));
        assert_eq!(limit("battery_percent"), Some((0.0, false)));
        assert_eq!(limit("humidity_percent"), None);
        assert_eq!(limit("disk_writes"), None);
        assert_eq!(size_of("system_swap_used").as_deref(), Some("system_swap_total"));
        assert_eq!(size_of("pool_used_bytes").as_deref(), Some("pool_total_bytes"));
    }

    #[test]
    fn thresholds_of_rules_are_limits() {
        let limit = |condition: &str| {
            let rule = Rule { condition: condition.to_owned(), ..Rule::default() };
            Bound::of_rule(&rule).map(|bound| (bound.value, bound.is_above))
        };
        assert_eq!(limit("value > 90"), Some((90.0, true)));
        assert_eq!(limit("value<=2.5%"), Some((2.5, false)));
        assert_eq!(limit("avg(5m) > 3"), None);
        assert_eq!(limit("value == 'unhealthy'"), None);
    }
}
