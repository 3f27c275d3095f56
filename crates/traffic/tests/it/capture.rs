//! The recorded minutes of a real bus, where they are at hand.

use bus::decode::glance;
use bus::topics::is_taken;
use model::Sighting;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Line {
    t: f64,
    topic: String,
    payload: String,
}

pub(crate) fn capture(name: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/capture");
    std::fs::read_to_string(folder.join(name)).ok()
}

/// Shows each recorded message, as the listener does.
pub(crate) fn each_message(lines: &str, mut see: impl FnMut(&Sighting<'_>)) {
    for line in lines.lines() {
        let line: Line = serde_json::from_str(line).expect("a line");
        let mut patch = String::new();
        see(&Sighting {
            topic: &line.topic,
            received_at: model::from_seconds(line.t).expect("a time"),
            bytes: line.payload.len(),
            payload: line.payload.as_bytes(),
            is_taken: is_taken(&line.topic),
            retained: false,
            envelope: glance(line.payload.as_bytes(), &mut patch),
        });
    }
}
