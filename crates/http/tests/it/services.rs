//! The registry and the bus.

use crate::counter::Counter;
use model::{Registration, Report};

#[test]
fn every_service_is_shown_with_all_that_is_known_of_it() {
    let counter = Counter::new();
    counter.gauge("stt", "stt-1", "temp", &[(30, 1.0), (20, 2.0)]);
    counter.take(Report::Registered(Registration {
        service: "ai".into(),
        started: Some(1_795_394_000.5),
        capabilities: vec!["chat".into()],
        version: Some("1.0.0".into()),
        metrics_url: None,
    }));
    let announced = r#"{"name":"ai","measured":false,"health_status":null,"status":null,"up":null,"stale":false,"registered":true,"first_seen":1795394400.0,"last_seen":1795394400.0,"started":1795394000.5,"restarts":0,"version":"1.0.0","capabilities":["chat"],"interval_seconds":null,"probe_duration_ms":null,"instances":[]}"#;
    let measured = r#"{"name":"stt","measured":true,"health_status":null,"status":null,"up":null,"stale":false,"registered":null,"first_seen":1795394400.0,"last_seen":1795394400.0,"started":null,"restarts":0,"version":null,"capabilities":[],"interval_seconds":null,"probe_duration_ms":null,"instances":[{"instance_id":"stt-1","health_status":"unknown","stale":false,"first_seen":1795394400.0,"last_seen":1795394400.0,"last_updated":1795394400.0,"interval_seconds":null,"messages":1,"samples":2}]}"#;
    counter.check(&[
        ("/services", 200, &format!(r#"{{"services":[{announced},{measured}]}}"#)),
        ("/services/ai", 200, announced),
        ("/services/stt", 200, measured),
        // What only announced itself has measured nothing.
        ("/metrics/ai", 404, r#"{"detail":"Service not found"}"#),
        ("/bus", 200, r#"{"connected":true,"broker":"external","address":"bus:1883","since":0.0,"messages_received":0,"messages_published":0,"publish_failures":0,"questions":0,"questions_refused":0,"connects":0,"warnings":[]}"#),
    ]);
}
