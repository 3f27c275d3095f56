//! Who talks to whom in the recorded minutes, against what is known of who subscribes to what: the protocol's description, and what
//! was recorded of who answers.

use crate::capture::{capture, each_message};
use model::{Sighting, Watch};
use std::collections::BTreeSet;
use traffic::{GraphView, Watcher};

/// The thirteen services that answer a check of their health, and the agent, which does it too.
const CHECKED: [&str; 14] = [
    "advanced_voice",
    "ai_service",
    "device_control",
    "discovery_service",
    "grok_integration",
    "ha_bridge",
    "metrics_agent",
    "multi_language",
    "personality_system",
    "security_gateway",
    "sonos_service",
    "stt_service",
    "tts_service",
    "voice_router",
];

/// Who subscribes to what else and shows it: by an answer, by being named, or because it is the collector itself.
const SHOWN: [(&str, &str); 12] = [
    ("metrics_collector", "alicia/metrics/+"),
    ("metrics_collector", "alicia/system/health/+"),
    ("metrics_collector", "alicia/system/status/+"),
    ("metrics_collector", "alicia/system/discovery/+"),
    ("ai_service", "alicia/voice/ai/request"),
    ("tts_service", "alicia/voice/tts/request"),
    ("voice_router", "alicia/voice/command/route"),
    ("discovery_service", "alicia/discovery/request"),
    ("operator", "alicia/voice/ai/error"),
    ("operator", "alicia/voice/tts/error"),
    ("operator", "alicia/voice/router/error"),
    ("operator", "alicia/discovery/response/+"),
];

/// Who only listens, and says nothing about it.
const SILENT: [(&str, &str); 4] = [
    ("health_monitor", "alicia/system/health/+"),
    ("health_monitor", "alicia/system/discovery/+"),
    ("load_balancer", "alicia/system/health/+"),
    ("load_balancer", "alicia/system/discovery/+"),
];

type Edges = BTreeSet<(String, String, String)>;

fn matches(filter: &str, topic: &str) -> bool {
    let (filter, topic): (Vec<&str>, Vec<&str>) = (filter.split('/').collect(), topic.split('/').collect());
    filter.len() == topic.len() && filter.iter().zip(topic).all(|(a, b)| *a == "+" || *a == b)
}

/// The kind of a topic, as it is in this recording.
fn kind(topic: &str) -> String {
    let named =
        ["alicia/metrics/", "alicia/system/health/", "alicia/system/status/", "alicia/discovery/response/"];
    let is_kind = matches!(topic, "alicia/system/health/check" | "alicia/metrics/summary");
    match named
        .iter()
        .find(|prefix| !is_kind && topic.strip_prefix(**prefix).is_some_and(|name| !name.contains('/')))
    {
        Some(prefix) => format!("{prefix}+"),
        None => topic.replace("/lamp1/", "/+/"),
    }
}

/// Edges of all that was said to those who subscribe.
fn edges<'a>(
    said: &BTreeSet<(String, String)>,
    subscriptions: impl Iterator<Item = (&'a str, &'a str)>,
) -> Edges {
    let mut edges = Edges::new();
    for (subscriber, filter) in subscriptions {
        let heard = said.iter().filter(|(source, topic)| source != subscriber && matches(filter, topic));
        edges.extend(heard.map(|(source, topic)| (source.clone(), subscriber.to_owned(), kind(topic))));
    }
    edges
}

fn watched() -> Option<(GraphView, BTreeSet<(String, String)>)> {
    replayed(|_| {})
}

fn replayed(mut change: impl FnMut(&mut Sighting<'_>)) -> Option<(GraphView, BTreeSet<(String, String)>)> {
    let lines = capture("alicia-first-minutes.jsonl")?;
    let watcher = Watcher::named("metrics_collector");
    let (mut now, mut said) = (0, BTreeSet::new());
    each_message(&lines, |sighting| {
        now = sighting.received_at;
        if let Some(envelope) = sighting.envelope.as_ref().filter(|envelope| !envelope.source.is_empty()) {
            said.insert((envelope.source.to_string(), sighting.topic.to_owned()));
        }
        let mut sighting = sighting.clone();
        change(&mut sighting);
        watcher.see(&sighting);
    });
    Some((watcher.graph(now), said))
}

#[expect(clippy::cast_precision_loss, reason = "some dozens")]
fn share(found: &Edges, of: &Edges) -> f64 {
    found.intersection(of).count() as f64 / of.len() as f64
}

#[test]
fn who_consumes_what_is_found_where_anything_shows_it() {
    let Some((view, said)) = watched() else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let checks = CHECKED.iter().map(|service| (*service, "alicia/system/health/check"));
    let shown = edges(&said, SHOWN.into_iter().chain(checks.clone()));
    let all = edges(&said, SHOWN.into_iter().chain(checks).chain(SILENT));
    let found: Edges =
        view.edges.iter().map(|edge| (edge.from.clone(), edge.to.clone(), edge.topic.clone())).collect();
    let by_time: Edges = view
        .edges
        .iter()
        .filter(|edge| edge.confidence.is_some())
        .map(|edge| (edge.from.clone(), edge.to.clone(), edge.topic.clone()))
        .collect();
    let (precision, recall, of_all) = (share(&all, &found), share(&found, &shown), share(&found, &all));
    println!(
        "figure: graph of the recorded minutes: {} edges, {} of them by time, precision {precision:.2}, recall {recall:.2} of {} that \
         anything shows, {of_all:.2} of all {}",
        found.len(),
        by_time.len(),
        shown.len(),
        all.len()
    );
    println!("missed: {:?}", shown.difference(&found).collect::<Vec<_>>());
    println!("false: {:?}", found.difference(&all).collect::<Vec<_>>());
    assert!(precision >= 0.95, "{:?}", found.difference(&all).collect::<Vec<_>>());
    assert!(recall >= 0.95, "{:?}", shown.difference(&found).collect::<Vec<_>>());
    assert!(of_all >= 0.4);
    // What the collector reads itself is no feat; neither is what is named. What is left must hold by itself.
    let checked = edges(&said, CHECKED.iter().map(|service| (*service, "alicia/system/health/check")));
    println!(
        "figure: by time alone: precision {:.2}, recall {:.2} of {}",
        share(&checked, &by_time),
        share(&by_time, &checked),
        checked.len()
    );
    assert!(share(&checked, &by_time) >= 0.9 && share(&by_time, &checked) >= 0.9, "{by_time:?}");
}

#[test]
fn without_ids_and_destinations_times_tell_nearly_as_much() {
    let blind = replayed(|sighting| {
        sighting.is_taken = false;
        if let Some(envelope) = &mut sighting.envelope {
            (envelope.destination, envelope.answers) = (None, None);
            envelope.threads.clear();
        }
    });
    let Some((view, said)) = blind else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let named = |edge: &traffic::EdgeView| (edge.from.clone(), edge.to.clone(), edge.topic.clone());
    let found: Edges = view.edges.iter().map(named).collect();
    let checks = CHECKED.iter().map(|service| (*service, "alicia/system/health/check"));
    let asked =
        SHOWN.into_iter().filter(|(service, _)| !matches!(*service, "metrics_collector" | "operator"));
    let truth = edges(&said, checks.chain(asked));
    let (precision, recall) = (share(&truth, &found), share(&found, &truth));
    println!(
        "figure: by times, of {} that answer: precision {precision:.2}, recall {recall:.2}",
        truth.len()
    );
    println!("missed: {:?}", truth.difference(&found).collect::<Vec<_>>());
    println!("false: {:?}", found.difference(&truth).collect::<Vec<_>>());
    assert!(precision >= 0.9 && recall >= 0.9, "{found:?}");
    // Of seven things that are said in the same millisecond it is hard to say which one is answered; by whom is not.
    let pairs = |edges: &Edges| -> BTreeSet<(String, String)> {
        edges.iter().map(|(from, to, _)| (from.clone(), to.clone())).collect()
    };
    assert_eq!(pairs(&found), pairs(&truth));
}

#[test]
fn who_publishes_what_is_exact() {
    let Some((view, said)) = watched() else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let truth: BTreeSet<(String, String)> =
        said.iter().map(|(source, topic)| (source.clone(), kind(topic))).collect();
    let found: BTreeSet<(String, String)> = view
        .nodes
        .iter()
        .flat_map(|node| node.publishes.iter().map(|one| (node.service.clone(), one.topic.clone())))
        .collect();
    assert_eq!(found, truth);
    assert!(view.nodes.iter().all(|node| node.state != "unheard"), "{:?}", view.nodes);
}

#[test]
fn only_what_one_needs_the_other_for_is_suggested() {
    let Some((view, _)) = watched() else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let found: Vec<String> = view
        .suggested_inhibitions
        .iter()
        .map(|one| format!("{} of {} explains {}", one.reason, one.source, one.target))
        .collect();
    let of = |reason: &str| found.iter().filter(|one| one.starts_with(reason)).count();
    println!("{found:#?}");
    assert_eq!((of("asks_only"), of("says_only_after")), (4, 4));
}
