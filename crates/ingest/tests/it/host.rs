//! The host, as it is read here, and as a message through the gate.

use crate::house::{House, START};
use ingest::{HostMetric, HostReading, HostWatch};
use model::{HostSummary, MetricKind};
use std::collections::BTreeSet;

fn value(reading: &HostReading, name: &str) -> Option<f64> {
    reading
        .metrics
        .iter()
        .find(|metric| metric.name == name && metric.labels.is_empty())
        .map(|found| found.value)
}

#[test]
fn defect_29_the_first_reading_of_the_processor_is_a_measurement() {
    let mut watch = HostWatch::new();
    let reading = watch.read(START);
    assert!(
        reading.summary.cpu_percent > 0.0 && reading.summary.cpu_percent <= 100.0,
        "{:?}",
        reading.summary
    );
    let cores: Vec<f64> =
        reading.metrics.iter().filter(|m| m.name == "system_cpu_core_percent").map(|m| m.value).collect();
    assert!(
        cores.is_empty() || cores.iter().any(|core| *core > 0.0),
        "all cores idle is not believed: {cores:?}"
    );
    assert_eq!(value(&reading, "cpu_percent"), Some(reading.summary.cpu_percent));
}

#[test]
fn the_four_gauges_of_the_protocol_have_no_labels_and_agree_with_the_summary() {
    let reading = HostWatch::new().read(START);
    let HostSummary { cpu_percent, memory_percent, disk_percent, network_connections } = reading.summary;
    assert_eq!(value(&reading, "cpu_percent"), Some(cpu_percent));
    assert_eq!(value(&reading, "memory_percent"), Some(memory_percent));
    assert_eq!(value(&reading, "disk_percent").unwrap_or(0.0), disk_percent);
    assert_eq!(value(&reading, "network_connections"), Some(network_connections as f64));
    assert!(memory_percent > 0.0 && memory_percent < 100.0);
}

#[test]
fn defect_30_every_real_disk_is_read_once_and_no_pseudo_file_system() {
    let reading = HostWatch::new().read(START);
    let disks: Vec<&HostMetric> = reading.metrics.iter().filter(|m| m.name == "system_disk_total").collect();
    let label = |metric: &HostMetric, name: &str| {
        metric
            .labels
            .iter()
            .find(|(label, _)| *label == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let devices: BTreeSet<String> = disks.iter().map(|disk| label(disk, "device")).collect();
    assert_eq!(devices.len(), disks.len());
    for disk in disks {
        assert!(disk.value > 0.0);
        assert!(
            !["tmpfs", "proc", "sysfs", "devtmpfs"].contains(&label(disk, "device").as_str()),
            "{disk:?}"
        );
        assert_eq!(label(disk, "type"), "system");
    }
}

#[test]
fn all_names_have_their_prefix_all_values_are_numbers_and_no_series_comes_twice() {
    let mut watch = HostWatch::new();
    let _first = watch.read(START);
    let reading = watch.read(START);
    let mut seen = BTreeSet::new();
    for metric in &reading.metrics {
        let four = ["cpu_percent", "memory_percent", "disk_percent", "network_connections"];
        let prefixed = metric.name.starts_with("system_") || metric.name.starts_with("collector_process_");
        assert!(prefixed || four.contains(&metric.name), "{metric:?}");
        assert!(
            metric.value.is_finite() && metric.value >= 0.0 || metric.name.contains("temperature"),
            "{metric:?}"
        );
        assert_eq!(
            metric.kind == MetricKind::Counter,
            metric.name.ends_with("_total") && metric.name.contains("bytes")
                || metric.name.contains("packets"),
            "{metric:?}"
        );
        assert!(seen.insert((metric.name, metric.labels.clone())), "twice: {metric:?}");
    }
    for name in ["system_cpu_count", "system_memory_total", "system_memory_available", "system_load1"] {
        assert!(reading.metrics.iter().any(|metric| metric.name == name), "{name} is missing");
    }
    for name in ["resident_bytes", "threads", "open_fds", "uptime_seconds", "cpu_percent"] {
        assert!(value(&reading, &format!("collector_process_{name}")).is_some(), "{name} is missing");
    }
}

#[test]
fn a_reading_is_stored_as_service_system_instance_host() {
    let house = House::new();
    let metric = |name, labels, kind, value| HostMetric { name, labels, kind, value };
    let summary =
        HostSummary { cpu_percent: 1.0, memory_percent: 2.0, disk_percent: 3.0, network_connections: 4 };
    let reading = HostReading {
        summary,
        metrics: vec![
            metric("cpu_percent", vec![], MetricKind::Gauge, 1.0),
            metric("system_disk_total", vec![("type", "system".to_owned())], MetricKind::Gauge, 9.0),
        ],
    };
    house.gate.take_host(&reading, START + 5);
    assert_eq!(
        house.kept(),
        [
            r#"cpu_percent{instance="host",service="system"} = 1@5"#,
            r#"system_disk_total{instance="host",service="system",type="system"} = 9@5"#,
        ]
    );
    assert_eq!(house.known(), "system[host]");
    assert_eq!(house.gate.tally().messages(), 0, "it did not come from the bus");
    *house.store.broken.lock() = true;
    house.gate.take_host(&reading, START + 6);
    assert_eq!(house.gate.tally().errors(), 1);
}
