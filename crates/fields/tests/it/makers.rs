//! Fixtures after the public documentation of makers: each fact is told with its name, unit and labels, and nothing else is.
//!
//! `>` is a message, `@` one that the broker had kept; the lines behind it are the samples that it becomes, without `job` and
//! `profile`; `miss` is a fact that does not become one, and why.

use crate::rig::Rig;
use model::Millis;

const MAKERS: [(&str, &str); 8] = [
    ("zigbee2mqtt", include_str!("makers/zigbee2mqtt.txt")),
    ("tasmota", include_str!("makers/tasmota.txt")),
    ("shelly", include_str!("makers/shelly.txt")),
    ("shelly", include_str!("makers/shelly_rpc.txt")),
    ("esphome", include_str!("makers/esphome.txt")),
    ("owntracks", include_str!("makers/owntracks.txt")),
    ("", include_str!("makers/home_assistant.txt")),
    ("", include_str!("makers/plain.txt")),
];

/// A message, and what it becomes.
struct Said<'a> {
    topic: &'a str,
    payload: &'a str,
    is_retained: bool,
    facts: Vec<&'a str>,
    misses: usize,
}

fn read(text: &str) -> Vec<Said<'_>> {
    let mut all: Vec<Said<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(message) = line.strip_prefix("> ").or_else(|| line.strip_prefix("@ ")) {
            let start = message.find([' ', '{', '[']).expect("a payload");
            // A topic may have spaces: the payload begins at a brace, or else is the last word.
            let at = message.find([' ']).filter(|_| !message.contains(['{', '['])).map_or_else(
                || message.find(['{', '[']).expect("JSON"),
                |_| message.rfind(' ').map_or(start, |at| at + 1),
            );
            let (topic, payload) = message.split_at(at);
            let is_retained = line.starts_with('@');
            all.push(Said { topic: topic.trim_end(), payload, is_retained, facts: Vec::new(), misses: 0 });
            continue;
        }
        let said = all.last_mut().expect("a message stands before its facts");
        match line.strip_prefix("miss ") {
            Some(_) => said.misses += 1,
            None => said.facts.push(line),
        }
    }
    all
}

fn plain(told: &str, profile: &str) -> String {
    let own = format!("profile={profile:?}");
    told.replace(&format!(",{own}"), "").replace(&format!("{own},"), "").replace(&own, "")
}

#[test]
fn facts_of_makers_are_told_with_their_names_units_and_labels() {
    let (mut facts, mut misses, mut wrong) = (0, 0, Vec::new());
    for (profile, text) in MAKERS {
        let (mut of_maker, mut missed) = (0, 0);
        let mut rig = Rig::new();
        for said in read(text) {
            rig.now += 1_000 as Millis;
            if said.is_retained {
                rig.retained(said.topic, said.payload);
            } else {
                // A word is a state when it is said again.
                rig.say(said.topic, said.payload);
                rig.say(said.topic, said.payload);
            }
            let told: Vec<String> = rig.told().iter().map(|told| plain(told, profile)).collect();
            let mut wanted: Vec<String> = said.facts.iter().map(|fact| (*fact).to_owned()).collect();
            wanted.sort();
            let more = told.iter().filter(|one| !wanted.contains(one)).map(|one| format!("  told   {one}\n"));
            let less = wanted.iter().filter(|one| !told.contains(one)).map(|one| format!("  wanted {one}\n"));
            let differences: String = more.chain(less).collect();
            if !differences.is_empty() {
                wrong.push(format!("{} {}\n{differences}", said.topic, said.payload));
            }
            of_maker += said.facts.len();
            missed += said.misses;
        }
        println!("{profile:<14} {of_maker} of {} facts", of_maker + missed);
        assert!(
            of_maker * 10 >= (of_maker + missed) * 9,
            "{profile}: {missed} of {} are missed",
            of_maker + missed
        );
        facts += of_maker;
        misses += missed;
    }
    assert!(wrong.is_empty(), "{}", wrong.join(""));
    println!("all            {facts} of {} facts", facts + misses);
}
