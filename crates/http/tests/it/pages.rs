//! The pages and the document.

use crate::counter::{Counter, runtime};

#[test]
fn pages_bring_everything_with_them_and_write_no_markup_from_data() {
    let counter = Counter::new();
    for path in ["/", "/docs"] {
        let answer = runtime().block_on(counter.get(path));
        assert_eq!(answer.status, 200);
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        for foreign in ["http://", "https://", "innerHTML", "insertAdjacentHTML", "document.write"] {
            assert!(!answer.text.contains(foreign), "{foreign} in {path}");
        }
    }
}

#[test]
fn the_document_names_every_route_of_the_protocol() {
    let document = runtime().block_on(Counter::new().get("/openapi.json")).json();
    assert_eq!(
        (&document["info"]["title"], &document["info"]["version"]),
        (&"Alicia Metrics Collector".into(), &"1.0.0".into())
    );
    let rows = [
        ("/health", "get"),
        ("/status", "get"),
        ("/metrics", "get"),
        ("/metrics/{service}", "get"),
        ("/metrics/{service}/{metric}", "get"),
        ("/metrics/{service}/{metric}/aggregate", "get"),
        ("/metrics/{service}/{metric}/trend", "get"),
        ("/alerts", "get"),
        ("/alerts/history", "get"),
        ("/alerts/rules", "get"),
        ("/alerts/rules", "post"),
        ("/alerts/rules/{name}", "put"),
        ("/alerts/rules/{name}", "delete"),
        ("/alerts/rules/{name}/enable", "post"),
        ("/alerts/rules/{name}/disable", "post"),
        ("/summary", "get"),
        ("/analytics/{service}", "get"),
        ("/insights/{service}", "get"),
        ("/services", "get"),
        ("/services/{service}", "get"),
        ("/refusals", "get"),
        ("/bus", "get"),
        ("/-/healthy", "get"),
        ("/-/ready", "get"),
        ("/-/reload", "post"),
    ];
    for (path, method) in rows {
        let operation = &document["paths"][path][method];
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        assert!(operation["responses"].is_object(), "{method} {path}");
    }
}
