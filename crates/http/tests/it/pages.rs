//! The pages and the document.

use crate::counter::{Counter, runtime};

#[test]
fn the_page_of_the_interface_brings_everything_with_it_and_writes_no_markup_from_data() {
    let counter = Counter::new();
    for path in ["/docs"] {
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
        ("/alerts/quality", "get"),
        ("/rules/suggestions", "get"),
        ("/alerts/rules", "get"),
        ("/alerts/rules", "post"),
        ("/alerts/rules/{name}", "put"),
        ("/alerts/rules/{name}", "delete"),
        ("/alerts/rules/{name}/enable", "post"),
        ("/alerts/rules/{name}/disable", "post"),
        ("/summary", "get"),
        ("/overview", "get"),
        ("/overview/live", "get"),
        ("/analytics/{service}", "get"),
        ("/insights/{service}", "get"),
        ("/insights", "get"),
        ("/bus/traffic", "get"),
        ("/bus/graph", "get"),
        ("/bus/tail", "get"),
        ("/services", "get"),
        ("/services/{service}", "get"),
        ("/refusals", "get"),
        ("/storage", "get"),
        ("/bus", "get"),
        ("/-/healthy", "get"),
        ("/-/ready", "get"),
        ("/-/reload", "post"),
        ("/-/snapshot", "post"),
        ("/-/erase", "post"),
    ];
    for (path, method) in rows {
        let operation = &document["paths"][path][method];
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        assert!(operation["responses"].is_object(), "{method} {path}");
    }
}

#[test]
fn the_document_names_each_operation_once_and_each_answers() {
    let counter = Counter::new();
    let document = runtime().block_on(counter.get("/openapi.json")).json();
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            assert!(ids.insert(id.clone()), "{id} twice");
            let named: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let described = parameters.iter().filter(|one| one["in"] == "path");
            let described: Vec<&str> = described.filter_map(|one| one["name"].as_str()).collect();
            assert_eq!(described, named, "{method} {path}");
            // What is pushed belongs to a job.
            let asked = if method == "get" { path.clone() } else { path.replace("{service}/", "job/") };
            let asked = asked.replace("/{labels}", "/name/value");
            let answer = runtime().block_on(counter.ask(&method.to_uppercase(), &asked, &[], ""));
            assert!(answer.status != 405 && !answer.text.contains("\"Not Found\""), "{method} {path}");
        }
    }
}

#[test]
fn long_answers_are_packed_for_who_can_unpack() {
    let counter = Counter::new();
    let response = runtime().block_on(async {
        use tower::ServiceExt;
        let request = axum::http::Request::get("/openapi.json").header("Accept-Encoding", "gzip");
        let request = request.body(axum::body::Body::empty()).expect("a request");
        counter.router.clone().oneshot(request).await.expect("an answer")
    });
    assert_eq!(response.headers()["content-encoding"], "gzip");
}
