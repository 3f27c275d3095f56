//! Whatever comes, nothing panics, and everything is accounted for.

use crate::house::{House, START};
use model::{
    Entry, Health, Measurements, MetricKind, Reason, Registration, Rejected, Report, Status, Unregistration,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::borrow::Cow;

fn text() -> impl Strategy<Value = Cow<'static, str>> {
    let word = prop_oneof![
        Just(String::new()),
        Just("service".to_owned()),
        Just("__name__".to_owned()),
        Just("healthy".to_owned()),
        "[ab]{1}",
        ".{0,3}",
        Just("x".repeat(2_000)),
    ];
    word.prop_map(Cow::Owned)
}

fn time() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        Just(None),
        (-1_000.0..1_000.0).prop_map(|offset| Some(START as f64 / 1_000.0 + offset)),
        any::<f64>().prop_map(Some),
    ]
}

fn entry() -> impl Strategy<Value = Entry<'static>> {
    (text(), any::<f64>(), 0..4_usize, time(), vec((text(), text()), 0..4)).prop_map(
        |(name, value, kind, timestamp, labels)| {
            let kinds = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary];
            Entry { name, value, kind: kinds[kind], timestamp, labels }
        },
    )
}

fn rejected() -> impl Strategy<Value = Vec<Rejected>> {
    vec(text().prop_map(|what| Rejected { reason: Reason::BadType, what: what.into_owned() }), 0..3)
}

fn readings() -> impl Strategy<Value = Vec<(&'static str, f64)>> {
    vec((prop_oneof![Just("uptime"), Just("cpu_percent"), Just("other")], -1e9..1e9), 0..4)
}

fn report() -> impl Strategy<Value = Report<'static>> {
    prop_oneof![
        (text(), text(), vec(entry(), 0..6), rejected()).prop_map(
            |(service, instance, entries, rejected)| {
                Report::Measurements(Measurements { service, instance, entries, rejected })
            }
        ),
        (text(), proptest::option::of(text()), text(), readings(), time()).prop_map(
            |(service, instance, word, readings, timestamp)| {
                Report::Health(Health { service, instance, word, readings, timestamp })
            }
        ),
        (text(), text(), proptest::option::of(text()), readings(), rejected(), time()).prop_map(
            |(service, instance, word, readings, rejected, timestamp)| {
                Report::Status(Status { service, instance, word, readings, rejected, timestamp })
            }
        ),
        (text(), proptest::option::of(any::<f64>()), vec(text(), 0..3), proptest::option::of(text()))
            .prop_map(|(service, started, capabilities, version)| {
                Report::Registered(Registration {
                    service,
                    started,
                    capabilities,
                    version,
                    metrics_url: None,
                })
            }),
        text().prop_map(|service| Report::Unregistered(Unregistration { service })),
        Just(Report::HealthCheck),
    ]
}

/// How many values a report brings.
fn values(report: &Report<'_>) -> u64 {
    let count = match report {
        Report::Measurements(measured) => measured.entries.len() + measured.rejected.len(),
        Report::Status(status) => status.readings.len() + status.rejected.len(),
        _ => 0,
    };
    count as u64
}

/// All that was counted, whatever became of it. Refusals that speak of a whole message are left out.
fn accounted(house: &House) -> u64 {
    let tally = house.gate.tally();
    tally.samples() + tally.replaced() + tally.report().iter().map(|view| view.count).sum::<u64>()
}

proptest! {
    #[test]
    fn nothing_panics(reports in vec((report(), 0..100_000_i64), 0..40)) {
        let house = House::new();
        for (report, wait) in reports {
            house.clock.set(house.now() + wait);
            house.gate.probe_sent(house.now());
            house.send(report);
            house.gate.tick(house.now());
        }
        let counts = house.gate.registry().counts();
        let views = house.gate.registry().services();
        let measured: Vec<_> = views.iter().filter(|view| view.measured).collect();
        assert_eq!(counts.services, measured.len());
        assert_eq!(counts.instances, measured.iter().map(|view| view.instances.len()).sum::<usize>());
    }

    #[test]
    fn every_value_is_a_sample_or_counted(reports in vec(report(), 0..40)) {
        let house = House::new();
        for report in reports {
            let before = accounted(&house);
            let values = values(&report);
            let whole = match &report {
                Report::Measurements(measured) => measured.entries.is_empty() && measured.rejected.is_empty(),
                Report::Status(status) => status.readings.is_empty() && status.rejected.is_empty(),
                _ => true,
            };
            house.send(report);
            if !whole {
                assert_eq!(accounted(&house) - before, values);
            }
        }
    }

    #[test]
    fn a_message_sent_twice_changes_nothing_the_second_time(report in report()) {
        let house = House::new();
        assert_eq!(house.send_as("id", report.clone()), Ok(()));
        let (kept, known) = (house.kept(), house.gate.registry().services());
        assert_eq!(house.send_as("id", report), Ok(()));
        assert_eq!((house.kept(), house.gate.registry().services()), (kept, known));
    }
}
