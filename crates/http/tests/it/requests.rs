//! Requests for odd addresses.

use crate::counter::{Counter, runtime};

#[test]
fn paths_that_cannot_be_decoded_name_nothing() {
    let counter = Counter::new();
    counter.gauge("a/b c", "i", "ü", &[(1, 1.0)]);
    let nothing = r#"{"detail":"Not Found"}"#;
    counter.check(&[
        ("/metrics/%FF", 404, nothing),
        ("/metrics/a/%C3%28", 404, nothing),
        ("/services/%FF", 404, nothing),
        ("/alerts/rules/%FF", 404, nothing),
        ("/metrics/", 404, nothing),
        ("//metrics", 404, nothing),
    ]);
    let answer = runtime().block_on(counter.get("/metrics/a%2Fb%20c/%C3%BC?limit=%31"));
    assert_eq!((answer.status, &answer.json()["data"][0]["name"]), (200, &"ü".into()));
}
