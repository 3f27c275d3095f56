//! The alert that the templates of the tests speak of, and the answers to their queries.

use model::Labels;
use template::{Data, Sample, Template, TemplateError};

/// The series that the alert is of, with its value.
pub(crate) const ALERT: (&str, f64) = (
    r#"m{instance="host.example:9100",job="node",mountpoint="/data",namespace="shop",pod="cart-7d9f",quote="a\"b"}"#,
    123_456_789.125,
);

/// The other series.
pub(crate) const SERIES: [(&str, f64); 5] = [
    (r#"up{instance="a",job="node"}"#, 1.0),
    (r#"up{instance="b",job="node"}"#, 0.0),
    (r#"up{instance="c",job="web"}"#, 1.0),
    (r#"memory_bytes{instance="host.example:9100"}"#, 16_777_216_000.0),
    (r#"started_seconds{instance="a"}"#, 1_435_065_584.128),
];

pub(crate) const EXTERNAL_URL: &str = "http://prom.example:9090/pre";

pub(crate) fn alert_labels() -> Labels {
    Labels::new([
        ("__name__", "m"),
        ("instance", "host.example:9100"),
        ("job", "node"),
        ("mountpoint", "/data"),
        ("namespace", "shop"),
        ("pod", "cart-7d9f"),
        ("quote", "a\"b"),
    ])
}

pub(crate) fn external_labels() -> Labels {
    Labels::new([("region", "eu")])
}

/// Answers the queries of the tests as Prometheus does from the series above.
pub(crate) fn answer(expression: &str) -> Result<Vec<Sample>, String> {
    let up = |instance: &str, job: &str, value: f64| Sample {
        labels: Labels::new([("__name__", "up"), ("instance", instance), ("job", job)]),
        value,
    };
    let one = |name: &str, instance: &str, value: f64| Sample {
        labels: Labels::new([("__name__", name), ("instance", instance)]),
        value,
    };
    let of_job = |job: &str, value: f64| Sample { labels: Labels::new([("job", job)]), value };
    match expression {
        "up" => Ok(vec![up("b", "node", 0.0), up("c", "web", 1.0), up("a", "node", 1.0)]),
        "up == 0" => Ok(vec![up("b", "node", 0.0)]),
        "up{instance='a'}" => Ok(vec![up("a", "node", 1.0)]),
        "sum by (job) (up)" => Ok(vec![of_job("web", 1.0), of_job("node", 1.0)]),
        "memory_bytes{instance='host.example:9100'}" | "memory_bytes{instance=\"host.example:9100\"}" => {
            Ok(vec![one("memory_bytes", "host.example:9100", 16_777_216_000.0)])
        }
        "started_seconds" => Ok(vec![one("started_seconds", "a", 1_435_065_584.128)]),
        "vector(NaN)" => Ok(vec![Sample { labels: Labels::default(), value: f64::NAN }]),
        "vector(Inf)" => Ok(vec![Sample { labels: Labels::default(), value: f64::INFINITY }]),
        "nothing" => Ok(Vec::new()),
        _ => Err(format!("no answer to {expression:?}")),
    }
}

/// What the template comes to.
pub(crate) fn expand(text: &str) -> Result<String, TemplateError> {
    expand_of(text, ALERT.1)
}

/// What the template comes to of an alert with this value.
pub(crate) fn expand_of(text: &str, value: f64) -> Result<String, TemplateError> {
    let (labels, external_labels) = (alert_labels(), external_labels());
    let data = Data { labels: &labels, external_labels: &external_labels, external_url: EXTERNAL_URL, value };
    Template::parse(text)?.expand(&data, &answer)
}
