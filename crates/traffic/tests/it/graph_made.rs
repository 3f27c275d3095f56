//! Buses of which it is known who follows whom: those who do are found, and where nobody does nobody is.

use crate::made_bus::{BEGIN, Made, delay, pass, play};
use fastrand::Rng;
use model::Millis;
use std::collections::BTreeSet;
use traffic::Watcher;

const HOUR: Millis = 3_600_000;

/// How somebody speaks.
#[derive(Clone, Copy)]
enum Pace {
    /// When something happens, so many milliseconds apart on average.
    Chance(f64),
    /// At an interval after the last time, with a jitter.
    Timer(Millis, Millis),
    /// At a time of the clock, with a jitter.
    Clock(Millis, Millis),
    /// By day only, some messages at a time.
    Bursts(f64),
}

/// All that has nothing to do with one another. Of timers and clocks many have the same pace.
const ALONE: [(&str, Pace); 24] = [
    ("door", Pace::Chance(120_000.0)),
    ("motion", Pace::Chance(20_000.0)),
    ("motion2", Pace::Chance(20_000.0)),
    ("switch", Pace::Chance(300_000.0)),
    ("power", Pace::Chance(4_000.0)),
    ("power2", Pace::Chance(3_000.0)),
    ("status", Pace::Timer(30_000, 20)),
    ("status2", Pace::Timer(30_000, 40)),
    ("status3", Pace::Timer(30_000, 400)),
    ("status4", Pace::Timer(10_000, 200)),
    ("status5", Pace::Timer(10_001, 0)),
    ("exact", Pace::Timer(5_000, 0)),
    ("exact2", Pace::Timer(5_000, 1)),
    ("exact3", Pace::Timer(60_000, 2)),
    ("cron", Pace::Clock(60_000, 30)),
    ("cron2", Pace::Clock(60_000, 30)),
    ("cron3", Pace::Clock(60_000, 5)),
    ("cron4", Pace::Clock(60_000, 300)),
    ("cron5", Pace::Clock(300_000, 50)),
    ("cron6", Pace::Clock(10_000, 10)),
    ("cron7", Pace::Clock(10_000, 25)),
    ("family", Pace::Bursts(600_000.0)),
    ("music", Pace::Bursts(900_000.0)),
    ("guests", Pace::Bursts(1_800_000.0)),
];

/// When one speaks, until `end`.
fn times(rng: &mut Rng, pace: Pace, end: Millis) -> Vec<Millis> {
    let mut times = Vec::new();
    let mut at = BEGIN + rng.i64(0..10_000);
    let mut turn = BEGIN;
    while at < end {
        match pace {
            Pace::Chance(usual) => at += delay(rng, usual).max(1),
            Pace::Timer(pause, jitter) => at += pause + rng.i64(-jitter..=jitter),
            Pace::Clock(pause, jitter) => {
                turn += pause;
                at = turn - turn % pause + rng.i64(0..=jitter);
            }
            Pace::Bursts(usual) => {
                at += delay(rng, usual).max(1);
                let is_night = (at - BEGIN) % (24 * HOUR) > 16 * HOUR;
                for _ in 0..if is_night { 0 } else { rng.i64(1..12) } {
                    at += delay(rng, 3_000.0).max(1);
                    times.push(at);
                }
                continue;
            }
        }
        times.push(at);
    }
    times
}

fn alone(rng: &mut Rng, end: Millis) -> Vec<Made> {
    let mut messages = Vec::new();
    for (source, pace) in ALONE {
        let topic = format!("house/{source}/state");
        messages.extend(times(rng, pace, end).into_iter().map(|at| Made::new(source, &topic, at, 1, 0)));
    }
    messages
}

/// Lets the messages pass, and has samples told every ten seconds; nobody asks who is overdue.
fn watch(watcher: &Watcher, mut messages: Vec<Made>, until: Millis) {
    messages.sort_by_key(|message| message.at);
    let mut next = BEGIN;
    for message in messages.iter().filter(|message| message.at < until) {
        while next <= message.at {
            watcher.tell(next, false);
            next += 10_000;
        }
        pass(watcher, message);
    }
}

/// Who follows whom, by names and topic.
fn found(watcher: &Watcher, now: Millis) -> BTreeSet<String> {
    let view = watcher.graph(now);
    let name = |edge: &traffic::EdgeView| format!("{} -> {} {}", edge.from, edge.to, edge.topic);
    view.edges.iter().map(name).collect()
}

#[test]
fn a_day_of_senders_that_have_nothing_to_do_with_each_other_has_no_edge() {
    let mut examined = 0;
    for seed in 801..803 {
        let (mut rng, watcher) = (Rng::with_seed(seed), Watcher::default());
        let end = BEGIN + 24 * HOUR;
        watch(&watcher, alone(&mut rng, end), end);
        let view = watcher.graph(end);
        assert_eq!(view.edges, [], "seed {seed}");
        assert_eq!((view.nodes.len(), view.error_rate), (ALONE.len(), 0.01));
        examined += view.examined;
    }
    println!("figure: 0 false edges of {examined} that were possible, in 2 days of {} senders", ALONE.len());
    assert!(examined > 1_000, "{examined} is too few to say anything");
}

#[test]
fn a_silent_bus_has_neither_nodes_nor_edges() {
    let watcher = Watcher::default();
    assert_eq!(play(&watcher, Vec::new(), BEGIN + HOUR), []);
    let view = watcher.graph(BEGIN + HOUR);
    assert_eq!((view.nodes.len(), view.edges.len(), view.suggested_inhibitions.len()), (0, 0, 0));
    assert_eq!(view.dot(), "digraph bus {\n  rankdir=LR;\n  node [shape=box];\n}\n");
}

#[test]
fn who_arrives_after_the_broker_was_away_follows_nobody() {
    let edges = |is_deaf: bool| {
        let (mut rng, watcher) = (Rng::with_seed(821), Watcher::default());
        let mut back = BEGIN;
        for _ in 0..40 {
            back += rng.i64(HOUR / 2..HOUR);
            watcher.tick(back - 100, is_deaf);
            for (n, name) in ["first", "second", "third"].into_iter().enumerate() {
                let at = back + rng.i64(0..20) + 100 * i64::try_from(n).expect("few");
                pass(&watcher, &Made::new(name, &format!("house/{name}/online"), at, 1, 0));
            }
            watcher.tick(back + 1_000, false);
        }
        found(&watcher, back)
    };
    assert_eq!(edges(true), BTreeSet::new());
    assert!(!edges(false).is_empty(), "as long as it is not known that the broker was away");
}

/// A message of `effect` for `share` of the messages at `causes`, so many milliseconds after them.
fn after(
    rng: &mut Rng,
    causes: &[Millis],
    (effect, topic): (&'static str, &str),
    share: f64,
    lag: std::ops::Range<Millis>,
) -> Vec<Made> {
    let mut messages = Vec::new();
    for at in causes {
        if rng.f64() < share {
            messages.push(Made::new(effect, topic, at + rng.i64(lag.clone()), 1, 0));
        }
    }
    messages
}

fn at(messages: &[Made]) -> Vec<Millis> {
    messages.iter().map(|message| message.at).collect()
}

#[test]
fn who_follows_whom_is_read_back() {
    for seed in 811..814 {
        let (mut rng, watcher) = (Rng::with_seed(seed), Watcher::default());
        let end = BEGIN + 6 * HOUR;
        let mut messages = alone(&mut rng, end);
        let of = |messages: &[Made], source: &str| -> Vec<Millis> {
            let own = messages.iter().filter(|one| one.source == source);
            own.map(|message| message.at).collect()
        };
        // Motion switches a lamp, and the lamp says what it did.
        let motion = of(&messages, "motion");
        let lights = after(&mut rng, &motion, ("lights", "house/lights/set"), 1.0, 20..120);
        let lamp = after(&mut rng, &at(&lights), ("lamp", "house/lamp/state"), 1.0, 3..9);
        // The doorbell rings often when the door was moved, not always.
        let door = of(&messages, "door");
        let bell = after(&mut rng, &door, ("bell", "house/bell/ring"), 0.7, 100..900);
        // A poller with an uneven timer, and four who answer it at once.
        let status = of(&messages, "status3");
        let polled: Vec<Made> = ["p1", "p2", "p3", "p4"]
            .into_iter()
            .flat_map(|name| after(&mut rng, &status, (name, &format!("house/polled/{name}")), 1.0, 1..6))
            .collect();
        messages.extend(lights.into_iter().chain(lamp).chain(bell).chain(polled));
        watch(&watcher, messages, end);
        let truth: BTreeSet<String> = [
            "door -> bell house/+/state",
            "lights -> lamp house/+/set",
            "motion -> lights house/+/state",
            "status3 -> p1 house/+/state",
            "status3 -> p2 house/+/state",
            "status3 -> p3 house/+/state",
            "status3 -> p4 house/+/state",
        ]
        .map(str::to_owned)
        .into();
        assert_eq!(found(&watcher, end), truth, "seed {seed}");
        let view = watcher.graph(end);
        let edge = view.edges.iter().find(|edge| edge.to == "bell").expect("an edge");
        let share = edge.leads_to[0].share_of_cause;
        assert!((share - 0.7).abs() < 0.1, "{edge:?}");
        assert!(edge.delay.is_some_and(|delay| (0.3..0.7).contains(&delay)), "{edge:?}");
        assert!(view.edges.iter().all(|edge| edge.confidence.is_some_and(|sure| sure >= 0.99)));
    }
}

#[test]
fn what_single_messages_show_needs_no_statistics() {
    let watcher = Watcher::named("collector");
    let mut messages = Vec::new();
    for n in 0..20 {
        let (at, thread) = (BEGIN + n * 1_000, Some(format!("s{n}")));
        let say = |source, topic: &str, after| Made {
            thread: thread.clone(),
            ..Made::new(source, topic, at + after, 0, 0)
        };
        messages.push(say("ears", "voice/heard", 0));
        messages.push(say("words", "voice/text", 100));
        messages.push(say("mind", "voice/plan", 300));
        // Again the same id: it goes on about the same.
        messages.push(say("words", "voice/text", 400));
        let told = Made::new("mind", "house/oven/set", at + 310, 0, 0);
        messages.push(Made { destination: Some("oven"), ..told.clone() });
        messages.push(Made { destination: Some("broadcast"), ..told });
    }
    play(&watcher, messages, BEGIN + 30_000);
    let view = watcher.graph(BEGIN + 30_000);
    let edges: Vec<_> = view
        .edges
        .iter()
        .map(|edge| (&*edge.from, &*edge.to, &*edge.topic, edge.messages, edge.delay, &*edge.evidence[0].by))
        .collect();
    assert_eq!(
        edges,
        [
            ("ears", "words", "voice/heard", 20, Some(0.1), "repeats_id"),
            ("mind", "oven", "house/+/set", 20, None, "destination"),
            ("words", "mind", "voice/text", 20, Some(0.2), "repeats_id"),
        ]
    );
    let oven = view.nodes.iter().find(|node| node.service == "oven").expect("a node");
    assert_eq!((oven.state.as_str(), oven.messages), ("unheard", 0));
    let mut of_oven = view.clone();
    of_oven.retain("oven");
    let names: Vec<&str> = of_oven.nodes.iter().map(|node| node.service.as_str()).collect();
    assert_eq!((names, of_oven.edges.len()), (vec!["mind", "oven"], 1));
    assert!(
        of_oven.dot().contains("\"mind\" -> \"oven\" [label=\"house/+/set\\ndestination\"];"),
        "{}",
        of_oven.dot()
    );
    // A day later nobody knows of it.
    let later = BEGIN + 25 * HOUR;
    watcher.tell(later, false);
    assert_eq!(found(&watcher, later), BTreeSet::new());
}
