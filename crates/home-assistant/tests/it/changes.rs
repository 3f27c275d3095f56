//! What comes and goes, over restarts and other settings.

use crate::house::{Broker, NOW, alert, house, rule, service, topics};
use bus::DiscoveryTopics;
use home_assistant::{Announcer, Household, Memory, Owner, Plan};
use model::limits;

#[test]
fn a_rule_that_is_gone_is_taken_down_and_may_come_again() {
    let mut broker = Broker::new();
    let home = Household { rules: vec![rule("hot"), rule("cold")], ..house() };
    broker.look(&home);
    let before = broker.standing.clone();
    let without = Household { rules: vec![rule("cold")], ..house() };
    assert_eq!(broker.look(&without).len(), 4, "a document and a state of two entities");
    assert!(!broker.has("Alicia Metrics", "hot") && !broker.has("Alicia Metrics", "Silence hot"));
    assert!(broker.has("Alicia Metrics", "cold"));
    assert_eq!(broker.look(&without), [""; 0]);
    assert_eq!(broker.announcer.switches().len(), 1);
    broker.look(&home);
    assert_eq!(broker.standing, before, "its ids are what they were");
}

#[test]
fn a_rule_that_went_while_nobody_was_there_is_taken_down_at_the_start() {
    let mut broker = Broker::new();
    broker.look(&Household { rules: vec![rule("hot")], ..house() });
    broker.restart(topics());
    broker.look(&house());
    assert_eq!(broker.documents().len(), 1, "the sum of all alerts: {:?}", broker.standing);
}

#[test]
fn a_removal_that_nobody_confirmed_is_tried_again_after_a_restart() {
    let mut broker = Broker::new();
    broker.look(&Household { rules: vec![rule("hot")], ..house() });
    // The broker is away: the plan is not carried out.
    let plan = broker.announcer.update(&house());
    assert!(plan.take_down.len() == 2 && plan.take_down.iter().all(|topic| topic.ends_with("/config")));
    assert!(broker.announcer.update(&house()).take_down.is_empty(), "once is enough while it lives");
    broker.disk = broker.announcer.memory().write().expect("written");
    broker.restart(topics());
    broker.look(&house());
    assert!(!broker.has("Alicia Metrics", "hot"));
    let memory = Memory::read(&broker.disk).expect("good");
    assert_eq!(memory.len(), 2, "the sum and the availability");
}

#[test]
fn a_confirmation_that_comes_late_takes_nothing_away() {
    let mut announcer = Announcer::new(topics(), Memory::default());
    let home = Household { rules: vec![rule("hot")], ..house() };
    announcer.update(&home);
    let down = announcer.update(&house()).take_down;
    let up = announcer.update(&home);
    assert_eq!(up.put_up.iter().filter(|paper| down.contains(&paper.topic)).count(), 2);
    let before = announcer.memory().clone();
    assert!(down.iter().all(|topic| !announcer.taken_down(topic)));
    assert_eq!(*announcer.memory(), before);
    assert!(!announcer.taken_down("elsewhere"));
}

#[test]
fn a_service_that_is_not_known_yet_after_a_restart_stays_for_a_while() {
    let mut broker = Broker::new();
    let mut home = Household { services: vec![service("oven")], ..house() };
    home.services[0].response_ms = Some(1.0);
    broker.look(&home);
    broker.restart(topics());
    let mut empty = house();
    for minutes in [0, 5, 14] {
        empty.now = NOW + minutes * limits::MINUTE;
        broker.look(&empty);
        assert!(broker.has("oven", "Connected"), "{minutes}");
    }
    // It is back, and is missed anew from then on.
    home.now = NOW + 14 * limits::MINUTE;
    broker.look(&home);
    empty.now = NOW + 16 * limits::MINUTE;
    broker.look(&empty);
    assert!(broker.has("oven", "Response time"));
    empty.now += limits::HOME_ASSISTANT_GRACE - 1;
    broker.look(&empty);
    assert!(broker.has("oven", "Connected"));
    empty.now += 1;
    broker.look(&empty);
    assert!(
        !broker.has("oven", "Connected") && !broker.has("oven", "Response time"),
        "{:?}",
        broker.standing
    );
    assert_eq!(broker.documents().len(), 1);
}

#[test]
fn other_settings_take_down_what_stood_by_those_before() {
    let mut broker = Broker::new();
    let home = Household { services: vec![service("oven")], rules: vec![rule("hot")], ..house() };
    broker.look(&home);
    let count = broker.standing.len();
    for other in [("home", "alicia-metrics"), ("home", "other")] {
        let other = DiscoveryTopics::new(other.0, other.1).expect("good");
        broker.restart(other.clone());
        broker.look(&home);
        assert_eq!(broker.standing.len(), count, "{:#?}", broker.standing.keys());
        assert!(broker.standing.keys().all(|topic| other.may_stand(topic)));
    }
}

#[test]
fn a_presence_is_remembered_before_anybody_is_connected() {
    let mut announcer = Announcer::new(topics(), Memory::default());
    assert!(announcer.note_presence() && !announcer.note_presence());
    assert_eq!(announcer.memory().topics().collect::<Vec<_>>(), [topics().availability()]);
    assert!(announcer.update(&house()).take_down.is_empty());
}

#[test]
fn a_farewell_leaves_nothing() {
    let mut broker = Broker::new();
    broker.look(&Household { services: vec![service("oven")], rules: vec![rule("hot")], ..house() });
    broker.restart(topics());
    // Documents, states, and that the collector is there: whoever reads them lets go in this order.
    for (count, kind) in [(6, "/config"), (6, "/state"), (1, "/availability")] {
        let plan = broker.announcer.farewell();
        assert!(
            plan.put_up.is_empty() && plan.take_down.iter().all(|topic| topic.ends_with(kind)),
            "{plan:?}"
        );
        assert_eq!(plan.take_down.len(), count);
        assert!(broker.announcer.farewell().take_down.is_empty(), "once is enough");
        broker.carry_out(plan);
    }
    assert!(broker.standing.is_empty() && broker.announcer.memory().is_empty());
    assert_eq!(broker.disk, b"[]");
}

#[test]
fn there_are_never_more_than_so_many_and_those_that_are_there_stay() {
    let mut broker = Broker::new();
    let rules = |range: std::ops::Range<usize>| range.map(|n| rule(&format!("r{n}"))).collect::<Vec<_>>();
    let services =
        |range: std::ops::Range<usize>| range.map(|n| service(&format!("s{n}"))).collect::<Vec<_>>();
    let (most_rules, most_services) = (limits::HOME_ASSISTANT_RULES, limits::HOME_ASSISTANT_SERVICES);
    broker.look(&Household { rules: rules(10..20), services: services(10..20), ..house() });
    broker.look(&Household {
        rules: rules(0..most_rules + 7),
        services: services(0..most_services + 5),
        ..house()
    });
    assert_eq!(broker.announcer.left_out(), 12);
    assert_eq!(broker.documents().len(), 1 + 2 * most_rules + 3 * most_services);
    assert!(broker.standing.len() < limits::HOME_ASSISTANT_TOPICS);
    assert!(
        (10..20)
            .all(|n| broker.has("Alicia Metrics", &format!("r{n}")) && broker.has(&format!("s{n}"), "Alert"))
    );
    // Whoever goes makes room.
    broker.look(&Household {
        rules: rules(20..most_rules + 7),
        services: services(0..most_services + 5),
        ..house()
    });
    assert!(broker.has("Alicia Metrics", &format!("r{}", most_rules + 6)));
}

#[test]
fn a_memory_that_is_none_is_refused_and_strange_topics_are_left_out() {
    assert!(Memory::read(b"{").is_err() && Memory::read(b"{\"a\":1}").is_err());
    let strange = br#"[{"topics":["alicia/alerts/new","a/sensor/n/o/config","$SYS/sensor/n/o/config"],"of":{"service":"x"}},
        {"topics":["alicia/system/x"],"of":"collector"}]"#;
    let memory = Memory::read(strange).expect("read");
    assert_eq!(memory.topics().collect::<Vec<_>>(), ["a/sensor/n/o/config"]);
}

#[test]
fn alerts_of_rules_and_services_that_nobody_knows_are_counted() {
    let mut broker = Broker::new();
    broker.look(&Household { alerts: vec![alert("unknown", "nobody")].into(), ..house() });
    assert_eq!(broker.entity("Alicia Metrics", "Alerts firing").1["state"], 1);
    let Plan { put_up, .. } = broker.announcer.update(&house());
    assert_eq!(put_up.len(), 1);
    assert_ne!(Owner::Rule("a".to_owned()), Owner::Service("a".to_owned()));
}
