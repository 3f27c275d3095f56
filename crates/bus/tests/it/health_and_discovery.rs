//! Health, status, register, unregister.

use crate::meaning::{check, meaning};

#[test]
fn health_words_are_kept_with_the_numbers_beside_them() {
    check(
        "alicia/system/health/ai",
        &[
            (
                r#"{"service_name":"ai_service","status":"healthy","uptime":58.77,"messages_processed":22,"errors":0,"timestamp":1795394307.69}"#,
                r#"health ai_service/- healthy [("uptime", 58.77), ("messages_processed", 22.0), ("errors", 0.0)] @Some(1795394307.69)"#,
            ),
            (
                r#"{"status":"degraded","instance_id":"ai-1","cpu_percent":7}"#,
                r#"health ai/ai-1 degraded [("cpu_percent", 7.0)] @None"#,
            ),
            (r#"{"status":"healthy","uptime":"long","instance_id":9}"#, "health ai/- healthy [] @None"),
            (r#"{"service_name":"ai"}"#, "nothing_to_read"),
            (r#"{"status":7}"#, "nothing_to_read"),
        ],
    );
}

#[test]
fn defect_24_the_brokers_own_health_check_is_known_for_what_it_is() {
    assert_eq!(meaning("alicia/system/health/broker", b"healthy"), "broker_probe");
    assert_eq!(meaning("alicia/system/health/other", b"healthy"), "not_json");
    assert_eq!(
        meaning("alicia/system/health/broker", br#"{"status":"healthy"}"#),
        "health broker/- healthy [] @None"
    );
}

#[test]
fn defect_26_a_request_for_health_is_a_request_whatever_it_holds() {
    for payload in ["", "ping", "{}", r#"{"service_name":"x","status":"healthy"}"#, "[1]", "\u{0}"] {
        assert_eq!(meaning("alicia/system/health/check", payload.as_bytes()), "health check", "{payload:?}");
    }
}

#[test]
fn a_bad_field_of_a_status_costs_no_other() {
    check(
        "alicia/system/status/ai",
        &[
            (
                r#"{"service_name":"ai","instance_id":"ai-1","status":"running","cpu_percent":1.5,"memory_percent":"much","response_time":null,"requests_per_second":3}"#,
                r#"status ai/ai-1 Some("running") [("cpu_percent", 1.5), ("requests_per_second", 3.0)] rejected ["memory_percent", "response_time"]"#,
            ),
            (r#"{"cpu_percent":1}"#, r#"status ai/ai_unknown None [("cpu_percent", 1.0)] rejected []"#),
            (r#"{"service_name":"ai"}"#, "nothing_to_read"),
        ],
    );
}

#[test]
fn services_register_and_devices_do_not() {
    check(
        "alicia/system/discovery/register",
        &[
            (
                r#"{"service_name":"config","status":"online","timestamp":12.5,"capabilities":["a","b",7],"version":"1.0.0"}"#,
                r#"registered config @Some(12.5) ["a", "b"] Some("1.0.0")"#,
            ),
            (r#"{"service_name":"config"}"#, "registered config @None [] None"),
            (
                r#"{"message_id":"d","payload":{"device_id":"lamp1","device_type":"light","capabilities":{"on":true}}}"#,
                "not_a_service",
            ),
            (r#"{"service_name":"x","capabilities":{"on":true}}"#, "not_a_service"),
            (r#"{"capabilities":[]}"#, "nothing_to_read"),
        ],
    );
    check(
        "alicia/system/discovery/unregister",
        &[
            (r#"{"service_name":"config","status":"offline","timestamp":1.0}"#, "unregistered config"),
            (r#"{"status":"offline"}"#, "nothing_to_read"),
        ],
    );
}
