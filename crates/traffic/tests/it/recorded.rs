//! The recorded minutes of a real bus, where they are at hand: what is known of them is found without any setting.

use crate::capture::{capture, each_message};
use model::{Millis, Watch};
use serde::Deserialize;
use std::collections::BTreeMap;
use traffic::{PairView, Watcher};

#[derive(Deserialize)]
struct Expected {
    messages_by_source: BTreeMap<String, u64>,
}

#[test]
fn the_recorded_minutes_say_who_speaks_how_often_and_who_answers() {
    let (Some(lines), Some(expected)) =
        (capture("alicia-first-minutes.jsonl"), capture("alicia-first-minutes.expected.json"))
    else {
        println!("NOT RUN: there is no recording of a real home beside the repository");
        return;
    };
    let expected: Expected = serde_json::from_str(&expected).expect("expectations");
    let watcher = Watcher::default();
    let (mut now, mut messages): (Millis, u64) = (0, 0);
    let mut errors = BTreeMap::new();
    each_message(&lines, |sighting| {
        now = sighting.received_at;
        if sighting.topic.ends_with("/error") {
            let source = sighting.envelope.as_ref().expect("an envelope").source.to_string();
            *errors.entry(source).or_insert(0) += 1;
        }
        watcher.see(sighting);
        messages += 1;
    });
    let view = watcher.view(now);
    assert_eq!((view.messages, view.left_out), (messages, 0));
    // The figures leave out what the collector of that time said.
    let others =
        || view.senders.iter().filter(|one| !matches!(one.service.as_str(), "" | "metrics_collector"));
    let counts: BTreeMap<_, _> = others().map(|one| (one.service.clone(), one.messages)).collect();
    assert_eq!(counts, expected.messages_by_source);
    let failed: BTreeMap<_, _> =
        others().filter(|one| one.errors > 0).map(|one| (one.service.clone(), one.errors)).collect();
    assert_eq!(failed, errors);
    for sender in others().filter(|sender| sender.messages >= 9) {
        assert_eq!(sender.state, "alive", "{}", sender.service);
        // One machine, one clock, an idle broker.
        assert!(
            sender.clock_offset == Some(0.0) && sender.delay.is_some_and(|delay| delay < 0.01),
            "{sender:?}"
        );
    }
    let pair = |pair: &PairView| format!("{} asks {} on {}", pair.asker, pair.responder, pair.topic);
    assert_eq!(
        view.pairs.iter().map(pair).collect::<Vec<_>>(),
        [
            "operator asks ai_service on alicia/voice/ai/request",
            "operator asks discovery_service on alicia/discovery/request",
            "operator asks tts_service on alicia/voice/tts/request",
            "operator asks voice_router on alicia/voice/command/route",
        ]
    );
    // Two instances of ai_service answer each question.
    assert_eq!(view.pairs.iter().map(|pair| pair.answers).collect::<Vec<_>>(), [26, 13, 13, 13]);
    assert!(view.pairs.iter().all(|pair| pair.response_time_p99.is_some_and(|time| time < 0.05)));
    let rhythm = |service: &str, topic: &str| {
        let sender = view.senders.iter().find(|sender| sender.service == service)?;
        sender.streams.iter().find(|stream| stream.topic == topic)?.every.map(f64::round)
    };
    assert_eq!(rhythm("metrics_agent", "alicia/metrics/+"), Some(5.0));
    assert_eq!(rhythm("metrics_agent", "alicia/system/status/+"), Some(15.0));
}
