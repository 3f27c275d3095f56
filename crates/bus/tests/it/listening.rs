//! The connection that only listens, on real brokers.

use crate::mosquitto::{Mosquitto, publish};
use crate::rig::{Rig, embedded, external};
use crate::wait::until;
use bus::BusSettings;
use model::ListenStatus;

fn listening(settings: BusSettings, filters: &[&str]) -> BusSettings {
    BusSettings { listen: filters.iter().map(|filter| (*filter).to_owned()).collect(), ..settings }
}

impl Rig {
    #[track_caller]
    fn wait_listening(&self, what: &str, wanted: impl Fn(&ListenStatus) -> bool) -> ListenStatus {
        let status = self.wait_status(what, |status| status.listening.as_ref().is_some_and(&wanted));
        status.listening.expect("waited for")
    }

    /// Waits until a message of this topic passed; gives its sender, bytes, and whether it had been kept.
    #[track_caller]
    fn wait_sighted(&self, topic: &str) -> (String, usize, bool) {
        until(topic, || {
            let seen = self.bystander.seen.lock();
            let found = seen.iter().find(|(on, ..)| on == topic).cloned();
            found
                .map(|(_, source, bytes, retained)| (source, bytes, retained))
                .ok_or_else(|| format!("{seen:?}"))
        })
    }
}

#[test]
fn live_what_is_for_others_passes_the_bystander_and_nobody_else() {
    let broker = Mosquitto::start();
    publish(broker.port, "home/door", "open", &["-r"]);
    let rig = Rig::connect(listening(external(broker.port), &["alicia/#", "home/#"]));
    rig.wait_listening("listening", |status| status.connected);
    publish(broker.port, "alicia/voice/tts/request", r#"{"message_id":"1","source":"me","payload":{}}"#, &[]);
    assert_eq!(rig.wait_sighted("alicia/voice/tts/request"), ("me".to_owned(), 45, false));
    assert_eq!(rig.wait_sighted("home/door"), ("?".to_owned(), 4, true));
    // What is for the collector passes both.
    publish(broker.port, "alicia/metrics/a", r#"{"metrics":[{"name":"x","value":1}]}"#, &[]);
    rig.wait_sighted("alicia/metrics/a");
    rig.wait_for("measured a/a_unknown: x=1.0 gauge");
    let topics: Vec<String> = rig.seen().into_iter().map(|seen| seen.topic).collect();
    assert!(
        topics
            .iter()
            .all(|topic| topic.starts_with("alicia/metrics/") || topic.starts_with("alicia/system/")),
        "{topics:?}"
    );
    let status = rig.wait_listening("counted", |status| status.messages >= 3);
    assert!(status.bytes >= 45 + 4 && status.without_envelope >= 1, "{status:?}");
}

#[test]
fn live_each_message_passes_once_as_it_came() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(listening(external(broker.port), &["alicia/#", "home/#"]));
    rig.wait_listening("listening", |status| status.connected);
    publish(broker.port, "alicia/metrics/a", r#"{"metrics":[{"name":"x","value":1}]}"#, &["-q", "1"]);
    publish(broker.port, "home/door", "open", &["-q", "1"]);
    // Both connections heard the first one.
    rig.wait_sighted("alicia/metrics/a");
    rig.wait_sighted("home/door");
    rig.wait_for("measured a/a_unknown: x=1.0 gauge");
    let passed = until("both passed", || {
        let passed = rig.bystander.passed.lock().clone();
        let mine: Vec<_> =
            passed.into_iter().filter(|(topic, ..)| topic != "alicia/metrics/events").collect();
        let has = |wanted: &str| mine.iter().any(|(topic, ..)| topic == wanted);
        if has("home/door") && has("alicia/metrics/a") { Ok(mine) } else { Err(mine) }
    });
    let of = |wanted: &str| passed.iter().filter(|(topic, ..)| topic == wanted).cloned().collect::<Vec<_>>();
    assert_eq!(of("home/door"), [("home/door".to_owned(), b"open".to_vec(), 0, false)]);
    let measured = br#"{"metrics":[{"name":"x","value":1}]}"#.to_vec();
    assert_eq!(of("alicia/metrics/a"), [("alicia/metrics/a".to_owned(), measured, 1, true)]);
}

#[test]
fn live_after_kill_9_of_the_broker_it_listens_again() {
    let mut broker = Mosquitto::start();
    let rig = Rig::connect(listening(external(broker.port), &["#"]));
    rig.wait_listening("listening", |status| status.connected);
    broker.kill();
    rig.wait_listening("deaf", |status| !status.connected && status.last_error.is_some());
    broker.launch();
    rig.wait_listening("listening again", |status| status.connected && status.last_error.is_none());
    publish(broker.port, "later", "1", &[]);
    rig.wait_sighted("later");
}

#[test]
fn live_the_own_broker_is_listened_to_and_long_messages_are_not_sent() {
    let rig = Rig::connect(listening(embedded("127.0.0.1", 0), &["#"]));
    rig.wait_listening("listening", |status| status.connected);
    let port = rig.status().address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    publish(port, "a/picture", &"x".repeat(100_000), &[]);
    assert_eq!(rig.wait_sighted("a/picture"), ("?".to_owned(), 100_000, false));
}

#[test]
fn live_without_filters_nobody_listens() {
    let broker = Mosquitto::start();
    let rig = Rig::connect(external(broker.port));
    assert_eq!(rig.status().listening, None);
    assert!(!rig.bus.is_listening());
}
