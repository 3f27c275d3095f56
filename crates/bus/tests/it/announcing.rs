//! What stands on a real broker for Home Assistant, and what is heard of it.

use crate::mosquitto::{Listener, Mosquitto, publish};
use crate::rig::{Rig, embedded, external};
use crate::wait::{free_port, until};
use bus::{Announcing, BusSettings, DiscoveryTopics};
use model::Reason;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use world::SystemClock;

/// Who announces, and what it was told to do.
struct Announcer {
    rig: Rig,
    announcing: Announcing,
    topics: DiscoveryTopics,
    told: Arc<Mutex<Vec<(String, bool)>>>,
}

impl Announcer {
    fn start(settings: BusSettings, is_present: bool) -> Self {
        let topics = DiscoveryTopics::new("homeassistant", &settings.client_id).expect("good");
        let rig = Rig::start(settings);
        let told = Arc::<Mutex<Vec<_>>>::default();
        let heard = Arc::clone(&told);
        let on_command = move |id: &str, is_on: bool| {
            if id == "nothing" {
                return Err((Reason::BadCommand, "there is no such switch"));
            }
            heard.lock().push((id.to_owned(), is_on));
            Ok(())
        };
        let presence =
            is_present.then(|| ["online", "offline"].map(|word| json!({"status": word}).to_string().into()));
        let clock = Arc::new(SystemClock::default());
        let announcing =
            rig.bus.announce(topics.clone(), presence, (rig.witness.clone(), clock), Arc::new(on_command));
        let announcing = announcing.expect("it starts").expect("there is a broker");
        let announcer = Self { rig, announcing, topics, told };
        until("it is connected", || match announcer.announcing.status() {
            status if status.connected => Ok(()),
            status => Err(status),
        });
        announcer
    }

    fn put_up(&self, topic: &str, document: &Value) {
        assert!(self.announcing.put_up(1, topic, document.to_string().into()));
    }

    fn stop(&self) {
        self.rig.block_on(self.announcing.stop());
    }
}

/// The newest of what stands on a topic.
#[track_caller]
fn stands(listener: &Listener, topic: &str, wanted: &Value) {
    until(topic, || match listener.on(topic).pop() {
        Some(found) if found == *wanted => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn live_papers_stand_on_the_broker_until_they_are_taken_down() {
    let broker = Mosquitto::start();
    let announcer = Announcer::start(external(broker.port), true);
    let (config, state) = (announcer.topics.config("sensor", "a"), announcer.topics.state("a"));
    announcer.put_up(&config, &json!({"name": "A"}));
    announcer.put_up(&state, &json!({"state": 1}));
    // Whoever comes later sees them too.
    until("all is acknowledged", || match announcer.announcing.status() {
        status if status.messages >= 3 && status.waiting == 0 => Ok(()),
        status => Err(status),
    });
    let listener = Listener::start(broker.port, "#", &[]);
    stands(&listener, &config, &json!({"name": "A"}));
    stands(&listener, &state, &json!({"state": 1}));
    stands(&listener, &announcer.topics.availability(), &json!({"status": "online"}));
    assert!(announcer.announcing.take_down(&config) && announcer.announcing.take_down(&state));
    let mut gone = Vec::new();
    until("they are gone", || {
        gone.extend(announcer.announcing.taken_down());
        if gone.len() == 2 { Ok(()) } else { Err(gone.clone()) }
    });
    let late = Listener::start(broker.port, "#", &[]);
    stands(&late, &announcer.topics.availability(), &json!({"status": "online"}));
    assert_eq!((late.on(&config), late.on(&state)), (Vec::new(), Vec::new()));
}

#[test]
fn live_a_stop_and_a_death_say_that_the_collector_is_gone() {
    let broker = Mosquitto::start();
    let announcer = Announcer::start(external(broker.port), true);
    let listener = Listener::start(broker.port, "#", &[]);
    let availability = announcer.topics.availability();
    stands(&listener, &availability, &json!({"status": "online"}));
    announcer.stop();
    stands(&listener, &availability, &json!({"status": "offline"}));
    drop(announcer);
    let announcer = Announcer::start(external(broker.port), true);
    stands(&listener, &availability, &json!({"status": "online"}));
    announcer.rig.die();
    drop(announcer.announcing);
    stands(&listener, &availability, &json!({"status": "offline"}));
    let late = Listener::start(broker.port, "#", &[]);
    stands(&late, &availability, &json!({"status": "offline"}));
}

#[test]
fn live_all_is_published_again_after_a_loss_and_after_home_assistants_start() {
    let mut broker = Mosquitto::start();
    let announcer = Announcer::start(external(broker.port), true);
    let state = announcer.topics.state("a");
    announcer.put_up(&state, &json!({"state": 1}));
    let listener = Listener::start(broker.port, "#", &[]);
    stands(&listener, &state, &json!({"state": 1}));
    let before = listener.on(&state).len();
    // Words of another time, and other words, are no start.
    publish(broker.port, "homeassistant/status", "offline", &[]);
    publish(broker.port, "homeassistant/status", "online", &[]);
    until("it is said again", || if listener.on(&state).len() > before { Ok(()) } else { Err("silence") });
    assert_eq!(listener.on(&state).len(), before + 1);
    drop(listener);
    // A broker that forgets everything.
    broker.kill();
    broker.launch();
    until("it is there again", || {
        let listener = Listener::start(broker.port, "#", &[]);
        if listener.on(&state).is_empty() { Err("silence") } else { Ok(()) }
    });
}

#[test]
fn live_commands_are_on_and_off_of_own_switches_and_all_else_is_refused() {
    let broker = Mosquitto::start();
    let announcer = Announcer::start(external(broker.port), true);
    let topic = |object: &str| announcer.topics.command(object);
    for payload in ["on", "ON ", "", "{\"state\": \"ON\"}", "\u{0}", "TOGGLE"] {
        publish(broker.port, &topic("rule_a"), payload, &[]);
    }
    publish(broker.port, &topic("nothing"), "ON", &[]);
    publish(broker.port, &topic("ü"), "ON", &[]);
    publish(broker.port, &topic("rule_a"), "ON", &[]);
    publish(broker.port, &topic("rule_a"), "OFF", &[]);
    let told = until("two commands", || {
        let told = announcer.told.lock().clone();
        if told.len() == 2 { Ok(told) } else { Err(told) }
    });
    assert_eq!(told, [("rule_a".to_owned(), true), ("rule_a".to_owned(), false)]);
    let status = announcer.announcing.status();
    assert_eq!((status.commands, status.commands_refused), (2, 8));
    let refused =
        announcer.rig.seen().into_iter().filter(|seen| seen.meaning.contains("bad_command")).count();
    assert_eq!(refused, 8, "{:?}", announcer.rig.seen());

    // A command that stays with the broker was not given now.
    announcer.stop();
    publish(broker.port, &topic("rule_a"), "ON", &["-r"]);
    let again = Announcer::start(external(broker.port), true);
    until("it is refused", || match again.announcing.status() {
        status if status.commands_refused == 1 => Ok(()),
        status => Err(status),
    });
    assert!(again.told.lock().is_empty());
}

#[test]
fn live_a_flood_of_commands_is_refused() {
    let broker = Mosquitto::start();
    let announcer = Announcer::start(external(broker.port), true);
    let lines = (0..500).map(|n| if n % 2 == 0 { "ON".to_owned() } else { "OFF".to_owned() });
    crate::mosquitto::publish_lines(broker.port, &announcer.topics.command("rule_a"), lines);
    let status = until("all are heard", || match announcer.announcing.status() {
        status if status.commands + status.commands_refused == 500 => Ok(status),
        status => Err(status),
    });
    assert!(status.commands_refused > 300, "{status:?}");
}

#[test]
fn live_a_broker_that_refuses_takes_nothing_else_away() {
    let acl =
        "user anonymous\ntopic readwrite alicia/#\ntopic read homeassistant/#\ntopic readwrite test/#\n";
    let broker = Mosquitto::with("acl_file DIR/acl", &[("acl", &acl.replace("user anonymous\n", ""))]);
    let announcer = Announcer::start(external(broker.port), true);
    let (config, state) = (announcer.topics.config("sensor", "a"), announcer.topics.state("a"));
    announcer.put_up(&config, &json!({"name": "A"}));
    announcer.put_up(&state, &json!({"state": 1}));
    let listener = Listener::start(broker.port, "#", &[]);
    stands(&listener, &state, &json!({"state": 1}));
    let status = until("it is told", || match announcer.announcing.status() {
        status if status.failures > 0 => Ok(status),
        status => Err(status),
    });
    assert!(status.last_error.as_deref().is_some_and(|why| why.contains(&config)), "{status:?}");
    assert!(announcer.rig.status().connected);
    assert_eq!(listener.on(&config), Vec::<Value>::new());
}

#[test]
fn live_who_is_not_present_only_takes_down_and_the_own_broker_keeps_papers_too() {
    let announcer = Announcer::start(embedded("127.0.0.1", free_port()), false);
    let port =
        announcer.rig.status().address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let other = "other/sensor/node/a/config";
    publish(port, other, "{}", &["-r"]);
    let listener = Listener::start(port, "#", &[]);
    stands(&listener, other, &json!({}));
    assert!(announcer.announcing.take_down(other));
    until("it is gone", || match announcer.announcing.taken_down() {
        gone if gone == [other] => Ok(()),
        gone => Err(gone),
    });
    announcer.stop();
    let late = Listener::start(port, "#", &[]);
    assert!(late.on(other).is_empty() && late.on(&announcer.topics.availability()).is_empty());
}
