//! Whatever comes, memory is bounded, and what finds no room is counted.

use crate::made_bus::{BEGIN, Made, pass};
use model::{Envelope, NAME, Sighting, Watch, limits};
use traffic::Watcher;

fn see(watcher: &Watcher, topic: &str, source: &str, n: u64) {
    let id = n.to_string();
    watcher.see(&Sighting {
        topic,
        received_at: BEGIN + i64::try_from(n).expect("small"),
        bytes: 10,
        payload: b"",
        is_taken: false,
        retained: false,
        envelope: Some(Envelope {
            source: source.into(),
            message_id: Some(id.as_str().into()),
            threads: vec![id.as_str().into()],
            ..Envelope::default()
        }),
    });
}

#[test]
fn what_the_broker_says_of_itself_is_no_message_and_bounded() {
    let watcher = Watcher::default();
    let say = |topic: &str, payload: &[u8]| {
        let received_at = BEGIN;
        let bytes = payload.len();
        watcher.see(&Sighting {
            topic,
            received_at,
            bytes,
            payload,
            is_taken: true,
            retained: true,
            envelope: None,
        });
    };
    say("$SYS/broker/clients/connected", b"3");
    say("$SYS/broker/clients/connected", b"4");
    say("$SYS/broker/version", b"mosquitto version 2.0.11");
    say("$SYS/other/clients", b"5");
    assert_eq!(watcher.view(BEGIN).messages, 0);
    let told = watcher.tell(BEGIN, false);
    let told: Vec<(&str, f64)> =
        told.iter().map(|(labels, value)| (labels.get(NAME).unwrap_or(""), *value)).collect();
    assert_eq!(told, [("mqtt_clients_connected", 4.0)]);
    for n in 0..10_000 {
        say(&format!("$SYS/broker/flood/{n}"), b"1");
    }
    assert_eq!(watcher.tell(BEGIN + limits::TRAFFIC_EVERY, false).len(), limits::BROKER_NUMBERS);
    assert!(watcher.tell(BEGIN + limits::HOUR, false).is_empty(), "they hold for a while only");
}

#[test]
fn a_million_topics_are_few_kinds() {
    let watcher = Watcher::default();
    for n in 0..1_000_000 {
        see(&watcher, &format!("plant/line{}x/meter{n}x/power", n % 1_000), "gateway", n);
    }
    let view = watcher.view(BEGIN);
    let streams = view.senders[0].streams.len();
    assert!(streams <= (limits::TRAFFIC_FAN + 1) * (limits::TRAFFIC_FAN + 1), "{streams}");
    assert_eq!((view.messages, view.senders[0].messages, view.left_out), (1_000_000, 1_000_000, 0));
}

#[test]
fn of_too_many_senders_the_first_are_kept_and_the_others_counted() {
    let watcher = Watcher::default();
    for n in 0..100_000 {
        see(&watcher, "a/b", &format!("sender{n}"), n);
    }
    see(&watcher, "a/b", &"x".repeat(10_000), 100_000);
    let view = watcher.view(BEGIN);
    assert_eq!(view.senders.len(), limits::TRAFFIC_SENDERS);
    assert_eq!(view.left_out, 100_001 - limits::TRAFFIC_SENDERS as u64);
    // A day later there is room for others.
    let later = BEGIN + limits::TRAFFIC_KEPT + 200_000;
    watcher.tell(later, false);
    pass(&watcher, &Made::new("new", "a/b", later, 1, 0));
    assert_eq!(watcher.view(later).senders.len(), 1);
}

#[test]
fn a_flood_of_names_and_ids_has_so_many_edges_at_most() {
    let watcher = Watcher::named("collector");
    let flood = 20_000_u64;
    for n in 0..flood {
        let (id, to) = ((n / 2).to_string(), format!("nobody{n}"));
        let source = format!("sender{}", n % 1_500);
        watcher.see(&Sighting {
            topic: "a/b",
            received_at: BEGIN + i64::try_from(n).expect("small") * 200,
            bytes: 10,
            payload: b"",
            is_taken: true,
            retained: false,
            envelope: Some(Envelope {
                source: source.as_str().into(),
                destination: Some(to.as_str().into()),
                threads: vec![id.as_str().into()],
                ..Envelope::default()
            }),
        });
    }
    let view = watcher.graph(BEGIN + 4_000_000);
    assert_eq!(view.edges.len(), limits::GRAPH_EDGES);
    assert!(view.left_out >= flood - limits::GRAPH_EDGES as u64, "{}", view.left_out);
    assert!(view.nodes.len() <= limits::TRAFFIC_SENDERS + limits::GRAPH_EDGES, "{}", view.nodes.len());
    assert!(view.suggested_inhibitions.len() <= limits::GRAPH_SUGGESTIONS);
    // A name that is too long is nobody's.
    let (known, long) = (watcher.graph(BEGIN).left_out, "x".repeat(10_000));
    watcher.see(&Sighting {
        topic: "a/b",
        received_at: BEGIN + 4_000_000,
        bytes: 10,
        payload: b"",
        is_taken: false,
        retained: false,
        envelope: Some(Envelope {
            source: "sender1".into(),
            destination: Some(long.as_str().into()),
            ..Envelope::default()
        }),
    });
    assert_eq!(watcher.graph(BEGIN).left_out, known);
}

#[test]
fn copies_that_were_kept_are_nobodys_word() {
    let watcher = Watcher::default();
    watcher.see(&Sighting {
        topic: "a",
        received_at: BEGIN,
        bytes: 1,
        payload: b"",
        is_taken: false,
        retained: true,
        envelope: None,
    });
    let view = watcher.view(BEGIN);
    assert_eq!((view.messages, view.retained, view.senders.len()), (1, 1, 0));
}

#[test]
fn times_that_no_clock_shows_are_none() {
    let watcher = Watcher::default();
    for (n, sent) in [(1, 58.7), (2, -1e300), (3, 1e300), (4, f64::MAX), (5, 0.0)] {
        let id = n.to_string();
        watcher.see(&Sighting {
            topic: "a",
            received_at: BEGIN,
            bytes: 1,
            payload: b"",
            is_taken: false,
            retained: false,
            envelope: Some(Envelope {
                source: "x".into(),
                message_id: Some(id.into()),
                sent_at: Some(sent),
                ttl: Some(-1e300),
                hops: Some((f64::INFINITY, 1.0)),
                ..Envelope::default()
            }),
        });
    }
    let view = watcher.view(BEGIN);
    assert_eq!((view.senders[0].clock_offset, view.senders[0].delay), (None, None));
    assert_eq!((view.senders[0].expired, view.senders[0].strays), (0, 5));
}
