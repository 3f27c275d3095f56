//! Sections 3.2 to 3.4: health, status, discovery; and topics that are none of ours.

use crate::said::{check, enveloped};
use model::Reason;

#[test]
fn health_of_a_service() {
    let topic = "alicia/system/health/ai_service";
    for (payload, expect) in [
        (
            r#"{"service_name":"ai_service","status":"healthy","uptime":58.77,"messages_processed":22,"errors":0,"timestamp":1795394307.69}"#,
            "health ai_service/-: healthy [uptime=58.77, messages_processed=22.0, errors=0.0] @1795394307.69",
        ),
        (
            r#"{"service_name":"ai_service","instance_id":"ai-1","status":"unhealthy","cpu_percent":5,"memory_mb":6,"response_time_ms":7,"response_time":8.5}"#,
            "health ai_service/ai-1: unhealthy [cpu_percent=5.0, memory_mb=6.0, response_time_ms=7.0, response_time=8.5]",
        ),
        (r#"{"status":"degraded"}"#, "health ai_service/-: degraded []"),
        (r#"{"status":"unknown"}"#, "health ai_service/-: unknown []"),
        (r#"{"status":"какой-то"}"#, "health ai_service/-: какой-то []"),
        (r#"{"service_name":"other","status":"healthy"}"#, "health other/-: healthy []"),
        (r#"{"service_name":"","instance_id":"","status":"healthy"}"#, "health ai_service/-: healthy []"),
        (r#"{"service_name":4,"instance_id":5,"status":"healthy"}"#, "health ai_service/-: healthy []"),
        (
            r#"{"status":"healthy","uptime":"long","errors":null,"cpu_percent":3}"#,
            "health ai_service/-: healthy [cpu_percent=3.0]",
        ),
        (r#"{"status":"healthy","cpu_percent":NaN,"uptime":1}"#, "health ai_service/-: healthy [uptime=1.0]"),
        (r#"{"status":"healthy","timestamp":"now"}"#, "health ai_service/-: healthy []"),
        ("{}", "nothing: nothing_to_read"),
        (r#"{"status":""}"#, "nothing: nothing_to_read"),
        (r#"{"status":1}"#, "nothing: nothing_to_read"),
        (r#"{"status":null,"uptime":5}"#, "nothing: nothing_to_read"),
        ("healthy", "nothing: not_json"),
    ] {
        check(topic, payload, expect);
        if payload.starts_with('{') {
            check(topic, enveloped("ai_service", payload), expect);
        }
    }
}

#[test]
fn defect_24_the_brokers_own_probe_is_counted_apart_and_is_no_fault() {
    check("alicia/system/health/broker", "healthy", "nothing: broker_probe");
    check("alicia/system/health/broker", "", "nothing: broker_probe");
    assert!(!Reason::BrokerProbe.is_error());
    // Elsewhere the bare word is a fault.
    check("alicia/system/health/stt_service", "healthy", "nothing: not_json");
    assert!(Reason::NotJson.is_error());
}

#[test]
fn defect_26_a_health_check_is_a_question_whatever_it_holds() {
    let topic = "alicia/system/health/check";
    for payload in
        ["", "{}", "ping", "\u{1}", "[1]", r#"{"status":"healthy","service_name":"x"}"#, "{", "null"]
    {
        check(topic, payload, "health check");
    }
    check(topic, b"\xff\xfe", "health check");
    check(topic, enveloped("operator", "{}"), "health check");
    check(topic, enveloped("metrics_collector", "{}"), "nothing: own");
}

#[test]
fn status_of_a_service() {
    let topic = "alicia/system/status/s";
    for (payload, expect) in [
        (
            r#"{"service_name":"s","instance_id":"i","cpu_percent":1,"memory_percent":2.5,"response_time":3,"requests_per_second":4,"status":"running","timestamp":5.5}"#,
            "status s/i: running [cpu_percent=1.0, memory_percent=2.5, response_time=3.0, requests_per_second=4.0] @5.5",
        ),
        (r#"{"cpu_percent":1}"#, "status s/s_unknown: - [cpu_percent=1.0]"),
        (r#"{"service_name":"other","cpu_percent":1}"#, "status other/other_unknown: - [cpu_percent=1.0]"),
        (
            r#"{"cpu_percent":"high","memory_percent":null,"response_time":true,"requests_per_second":4}"#,
            "status s/s_unknown: - [requests_per_second=4.0]; rejected bad_value(cpu_percent), bad_value(memory_percent), bad_value(response_time)",
        ),
        (
            r#"{"cpu_percent":NaN,"memory_percent":5}"#,
            "status s/s_unknown: - [memory_percent=5.0]; rejected bad_value(cpu_percent)",
        ),
        (r#"{"status":"running"}"#, "status s/s_unknown: running []"),
        (r#"{"status":5,"cpu_percent":1}"#, "status s/s_unknown: - [cpu_percent=1.0]"),
        (r#"{"cpu_percent":1,"timestamp":null}"#, "status s/s_unknown: - [cpu_percent=1.0]"),
        (r#"{"disk_percent":1}"#, "nothing: nothing_to_read"),
        ("{}", "nothing: nothing_to_read"),
    ] {
        check(topic, payload, expect);
        check(topic, enveloped("agent", payload), expect);
    }
}

#[test]
fn services_announce_themselves_and_say_goodbye() {
    let register = "alicia/system/discovery/register";
    for (payload, expect) in [
        (
            r#"{"service_name":"s","status":"online","timestamp":1795394000.5,"capabilities":[],"version":"1.0.0"}"#,
            "registered s version 1.0.0 [] @1795394000.5",
        ),
        (
            r#"{"service_name":"s","timestamp":1,"capabilities":["a","b"],"version":"2"}"#,
            "registered s version 2 [a, b] @1.0",
        ),
        (r#"{"service_name":"s"}"#, "registered s version - []"),
        (
            r#"{"service_name":"s","capabilities":null,"version":1.0,"timestamp":"x"}"#,
            "registered s version - []",
        ),
        (r#"{"service_name":"s","capabilities":"all"}"#, "registered s version - []"),
        (r#"{"service_name":"s","capabilities":["a",5,"",null,"b"]}"#, "registered s version - [a, b]"),
        (r#"{"service_name":"","version":"1"}"#, "nothing: nothing_to_read"),
        ("{}", "nothing: nothing_to_read"),
    ] {
        check(register, payload, expect);
        check(register, enveloped("s", payload), expect);
    }
    let unregister = "alicia/system/discovery/unregister";
    check(
        unregister,
        enveloped("s", r#"{"service_name":"s","status":"offline","timestamp":1.0}"#),
        "unregistered s",
    );
    check(unregister, r#"{"service_name":5}"#, "nothing: nothing_to_read");
    check(
        unregister,
        enveloped("metrics_collector", r#"{"service_name":"metrics_collector"}"#),
        "nothing: own",
    );
}

#[test]
fn a_device_is_no_service() {
    let device = r#"{"message_id":"discovery_response_1","timestamp":1,"source":"device_manager","destination":"registry","message_type":"discovery_response","payload":{"device_id":"lamp-1","device_type":"light","capabilities":{"on_off":true}}}"#;
    check("alicia/system/discovery/register", enveloped("device_manager", device), "nothing: not_a_service");
    check(
        "alicia/system/discovery/register",
        r#"{"service_name":"lamp","capabilities":{"on_off":true}}"#,
        "nothing: not_a_service",
    );
    check(
        "alicia/system/discovery/unregister",
        r#"{"service_name":"lamp","device_id":"lamp-1"}"#,
        "nothing: not_a_service",
    );
}

#[test]
fn other_topics_are_not_read() {
    for topic in [
        "alicia/system/health/monitor/status",
        "alicia/metrics/a/b",
        "alicia/metrics/",
        "alicia/metrics",
        "alicia/system/discovery/heartbeat",
        "alicia/alerts/new",
        "homeassistant/sensor/x/state",
        "",
    ] {
        check(topic, r#"{"metrics":[{"name":"a","value":1}],"status":"healthy"}"#, "nothing: unknown_topic");
    }
}

#[test]
fn targets_are_named_by_job() {
    let topic = "alicia/metrics/scrape";
    for (payload, expect) in [
        (
            r#"{"job":"node","targets":["a:1","http://b/m"],"labels":{"room":"hall","n":1},"interval":"30s"}"#,
            "targets node [a:1, http://b/m] {n=1, room=hall} 30s",
        ),
        (r#"{"job":"node","targets":[]}"#, "targets node [] {} -"),
        (
            r#"{"job":"n","targets":["a\u00e4:1"],"labels":{"x":[1],"y":"z"},"interval":5}"#,
            "targets n [aä:1] {y=z} -",
        ),
        (r#"{"job":"n","targets":["a"],"labels":7}"#, "targets n [a] {} -"),
        (r#"{"job":"n"}"#, "nothing: nothing_to_read"),
        (r#"{"job":"n","targets":"a"}"#, "nothing: nothing_to_read"),
        (r#"{"job":"n","targets":["a",1]}"#, "nothing: nothing_to_read"),
        (r#"{"job":"","targets":["a"]}"#, "nothing: nothing_to_read"),
        (r#"{"targets":["a"]}"#, "nothing: nothing_to_read"),
        (r#"{"metrics":[{"name":"x","value":1}]}"#, "nothing: nothing_to_read"),
        ("{}", "nothing: nothing_to_read"),
        ("", "nothing: not_json"),
    ] {
        check(topic, payload, expect);
        if payload.starts_with('{') {
            check(topic, enveloped("sensor_hub", payload), expect);
        }
    }
}

#[test]
fn a_registration_may_say_where_the_page_is() {
    let topic = "alicia/system/discovery/register";
    for (payload, expect) in [
        (
            r#"{"service_name":"s","metrics_url":"http://h:1/m"}"#,
            "registered s version - [] page http://h:1/m",
        ),
        (
            r#"{"service_name":"s","metadata":{"metrics_url":"http://h/"}}"#,
            "registered s version - [] page http://h/",
        ),
        (
            r#"{"service_name":"s","metrics_url":"a","metadata":{"metrics_url":"b"}}"#,
            "registered s version - [] page a",
        ),
        (r#"{"service_name":"s","metrics_url":"","metadata":[1]}"#, "registered s version - []"),
        (r#"{"service_name":"s","metrics_url":1,"metadata":{"metrics_url":2}}"#, "registered s version - []"),
    ] {
        check(topic, payload, expect);
        check(topic, enveloped("s", payload), expect);
    }
}
