//! Who was told of alerts, and trying whether a receiver can be reached.

use crate::counter::{Counter, runtime};

#[test]
fn a_test_says_what_came_back_and_stands_in_the_log_of_deliveries() {
    let counter = Counter::new();
    counter.check(&[("/alerts/deliveries", 200, r#"{"deliveries":[]}"#)]);
    let answer = runtime().block_on(counter.ask("POST", "/alerts/receivers/far/test", &[], ""));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let said = answer.json();
    assert_eq!((&said["receiver"], &said["delivered"]), (&"far".into(), &false.into()), "{said}");
    assert!(said["answer"].as_str().is_some_and(|why| why.contains("refused")), "{said}");
    let log = runtime().block_on(counter.get("/alerts/deliveries"));
    let first = &log.json()["deliveries"][0];
    assert_eq!((&first["test"], &first["outcome"]), (&true.into(), &"dropped".into()), "{first}");
    assert!(!log.text.contains("hidden") && !answer.text.contains("hidden"), "{}", log.text);
}

#[test]
fn nobody_is_reached_who_does_not_stand_in_the_settings() {
    let counter = Counter::new();
    for name in ["near", "http%3A%2F%2Fhost%2F", "..", "far%2Fhidden"] {
        let path = format!("/alerts/receivers/{name}/test");
        let answer = runtime().block_on(counter.ask("POST", &path, &[], r#"{"url":"http://host/"}"#));
        assert_eq!(answer.status, 404, "{name}: {}", answer.text);
    }
    counter.check(&[("/alerts/receivers/far/test", 405, r#"{"detail":"Method Not Allowed"}"#)]);
}
