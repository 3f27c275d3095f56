//! On which side of what is usual a metric is bad, by the words in its name, and how much that matters.

/// Where it is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Above.
    High,
    /// Below.
    Low,
}

/// Of these words little is bad.
const LOW: [&str; 10] = [
    "battery",
    "voltage",
    "free",
    "available",
    "avail",
    "remaining",
    "linkquality",
    "rssi",
    "signal",
    "healthy",
];
/// Of these words much is bad.
const HIGH: [&str; 25] = [
    "response",
    "latency",
    "duration",
    "delay",
    "rtt",
    "time",
    "error",
    "errors",
    "failed",
    "failures",
    "dropped",
    "retries",
    "timeouts",
    "cpu",
    "load",
    "memory",
    "mem",
    "rss",
    "heap",
    "swap",
    "disk",
    "queue",
    "backlog",
    "temperature",
    "temp",
];
/// Names with these words tell when, who, or what, and not how much.
const OTHER: [&str; 9] =
    ["timestamp", "uptime", "seen", "info", "start", "started", "version", "created", "status"];

/// The sides on which a metric is bad, and whether its name says so; none if it is nothing to compare with a threshold.
pub(super) fn sides(metric: &str) -> (Vec<Side>, bool) {
    // What rules record, and what the collector and Prometheus say of themselves, is judged elsewhere.
    if metric.contains(':')
        || metric.starts_with("ALERTS")
        || metric.starts_with("alicia_metrics_")
        || metric == "up"
    {
        return (Vec::new(), false);
    }
    let words: Vec<&str> = metric.split('_').collect();
    let has = |all: &[&str]| words.iter().any(|word| all.contains(word));
    if has(&OTHER) {
        (Vec::new(), false)
    } else if has(&LOW) {
        (vec![Side::Low], true)
    } else if has(&HIGH) {
        (vec![Side::High], true)
    } else {
        (vec![Side::High, Side::Low], false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, sides};

    #[test]
    fn a_name_says_on_which_side_it_is_bad() {
        for (metric, expected) in [
            ("response_time_avg", (vec![Side::High], true)),
            ("errors_total", (vec![Side::High], true)),
            ("battery_percent", (vec![Side::Low], true)),
            ("memory_available_bytes", (vec![Side::Low], true)),
            ("humidity", (vec![Side::High, Side::Low], false)),
            ("process_start_time_seconds", (Vec::new(), false)),
            ("room:temperature:max", (Vec::new(), false)),
            ("up", (Vec::new(), false)),
        ] {
            assert_eq!(sides(metric), expected, "{metric}");
        }
    }
}
