//! Messages on their way out, and answers.

use crate::mosquitto::{Listener, Mosquitto, publish};
use crate::rig::{Rig, external};
use bus::outbox;
use model::{Announce, Event, HostSummary, Summary};

fn summary() -> Event {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let timestamp = i64::try_from(now.as_millis()).expect("before 292 million");
    Event::Summary(Summary {
        total_services: 1,
        total_instances: 1,
        total_metrics: 1,
        active_alerts: 0,
        timestamp,
    })
}

fn host() -> Event {
    Event::Host(HostSummary {
        cpu_percent: 1.0,
        memory_percent: 2.0,
        disk_percent: 3.0,
        network_connections: 4,
    })
}

fn recovery(timestamp: i64) -> Event {
    Event::AlertRecovery { timestamp }
}

#[test]
fn live_events_are_published_in_order_and_come_back_as_our_own() {
    let broker = Mosquitto::start();
    let listener = Listener::start(broker.port, "alicia/#", &[]);
    let rig = Rig::connect(external(broker.port));
    rig.outbox.announce(summary());
    rig.outbox.announce(host());
    for second in 0..100 {
        rig.outbox.announce(recovery(second * 1000));
    }
    let seen = listener.wait_for("alicia/metrics/alert_recovery", 100);
    let times: Vec<f64> = seen.iter().filter_map(|one| one["payload"]["timestamp"].as_f64()).collect();
    assert_eq!(times, (0..100).map(f64::from).collect::<Vec<_>>());
    assert_eq!(listener.on("alicia/metrics/summary").len(), 1);
    assert_eq!(listener.on("alicia/metrics/system")[0]["payload"]["service_name"], "system");
    // Register, greeting, and the 102.
    let status = rig.wait_status("all counted", |status| status.messages_published >= 104);
    assert_eq!(status.publish_failures, 0);
    rig.wait_status("all came back", |status| status.messages_received >= 104);
    assert_eq!(rig.seen(), [], "and none of it was taken for news");
}

#[test]
fn live_while_the_bus_is_away_events_wait_and_regular_news_does_not() {
    let mut broker = Mosquitto::prepared("", &[]);
    let rig = Rig::start(external(broker.port));
    rig.wait_status("the first attempt failed", |status| status.last_error.is_some());
    for second in 0..50 {
        rig.outbox.announce(host());
        rig.outbox.announce(summary());
        rig.outbox.announce(recovery(second * 1000));
    }
    // Two more attempts: what was announced has been looked at by then.
    let before = rig.status();
    assert!(!before.connected);
    crate::wait::until("the queue was looked at", || {
        if rig.outbox.waiting() == 0 { Ok(()) } else { Err(rig.outbox.waiting()) }
    });
    broker.launch();
    let listener = Listener::start(broker.port, "alicia/#", &["-c", "-i", "early"]);
    let seen = listener.wait_for("alicia/metrics/alert_recovery", 1);
    assert!(!seen.is_empty());
    assert_eq!(listener.on("alicia/metrics/summary").len(), 0);
    assert_eq!(listener.on("alicia/metrics/system").len(), 0);
    rig.wait_status("all of it is out", |status| status.messages_published == 52);
}

#[test]
fn live_defect_26_a_question_for_health_is_answered() {
    let broker = Mosquitto::start();
    let topic = "alicia/system/health/metrics_collector";
    let listener = Listener::start(broker.port, topic, &[]);
    let rig = Rig::connect(external(broker.port));
    for (question, answers) in [("", 1), ("{}", 2), ("how are you?", 3)] {
        publish(broker.port, "alicia/system/health/check", question, &[]);
        let answer = listener.wait_for(topic, answers).remove(answers - 1);
        assert_eq!(answer["source"], "metrics_collector");
        let payload = &answer["payload"];
        assert_eq!((&payload["status"], &payload["uptime"]), (&"healthy".into(), &1.5.into()));
        assert_eq!((&payload["messages_processed"], &payload["errors"]), (&7.into(), &2.into()));
    }
    // It asks too, and does not answer itself.
    let questions = Listener::start(broker.port, "alicia/system/health/check", &[]);
    rig.bus.ask_health();
    let question = questions.wait_for("alicia/system/health/check", 1).remove(0);
    assert_eq!(question["source"], "metrics_collector");
    publish(broker.port, "alicia/system/health/check", "last", &[]);
    listener.wait_for(topic, 4);
    assert_eq!(listener.on(topic).len(), 4);
}

#[test]
fn a_full_outbox_drops_counts_and_never_waits() {
    let (outbox, inbox) = outbox(3);
    for second in 0..5 {
        outbox.announce(recovery(second));
    }
    assert_eq!((outbox.dropped(), outbox.waiting()), (2, 3));
    drop(inbox);
    outbox.announce(recovery(9));
    assert_eq!(outbox.dropped(), 3);
}
