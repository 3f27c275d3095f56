//! What could explain what: where one only works through another, an alert about that one explains its own.
//!
//! It is said as settings that somebody may take, with what speaks for it. Nothing is ever hidden by itself.

use crate::causes::Follower;
use crate::pair::Pair;
use crate::tables::{Tables, asked_key};
use hashbrown::HashMap;
use model::limits;
use serde::Serialize;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

/// Fewer answers or messages are no rule.
const LEAST: u64 = 10;
/// So much of all that somebody says comes after something, or is answered.
const ALL: f64 = 0.9;
/// Questions that are so much of what somebody says are what it is there for.
const MAINLY: f64 = 0.5;
/// Arrivals and departures are nobody's consequence.
const ARRIVAL: &str = "register";

/// The rules that are there from the start and say that a service is away; that it fails or is slow; that it is silent.
const AWAY: &str = "rule=~\"service_down|service_silent\"";
const FAILING: &str = "rule=~\"high_error_rate|response_time_high\"";
const SILENT: &str = "rule=\"service_silent\"";

/// A setting that could keep consequences from being told as well as their cause. It is never made by itself.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// Who is needed.
    pub source: String,
    /// Whose alerts that explains.
    pub target: String,
    /// `asks_only` or `says_only_after`.
    pub reason: String,
    /// How that is known.
    pub evidence: String,
    /// For the file of settings.
    pub settings: String,
}

/// Shares of what is said on kinds of topics, by who says it and after whom.
type After<'a> = BTreeMap<(&'a str, &'a str), HashMap<&'a str, f64>>;

impl Tables {
    /// All suggestions, by who needs whom.
    pub(crate) fn suggestions(&self, followers: &[Follower]) -> Vec<Suggestion> {
        let mut found = self.asks_only();
        found.extend(self.says_only_after(followers));
        found.sort_by(|a, b| (&a.target, &a.source, &a.reason).cmp(&(&b.target, &b.source, &b.reason)));
        found.truncate(limits::GRAPH_SUGGESTIONS);
        found
    }

    /// Who asks what only one answers.
    fn asks_only(&self) -> Vec<Suggestion> {
        let mut responders: HashMap<&str, Option<&str>> = HashMap::new();
        for pair in self.pairs.values() {
            let one = responders.entry(&pair.topic).or_insert(Some(&pair.responder));
            if one.is_some_and(|one| one != &*pair.responder) {
                *one = None;
            }
        }
        let is_only = |pair: &&Pair| responders.get(&*pair.topic).copied().flatten().is_some();
        // All kinds of questions that one asks another, together.
        let mut asked: HashMap<(&str, &str), Vec<&Pair>> = HashMap::new();
        for pair in self.pairs.values().filter(is_only).filter(|pair| pair.answers >= LEAST) {
            asked.entry((&pair.asker, &pair.responder)).or_default().push(pair);
        }
        asked
            .into_iter()
            .filter(|((asker, responder), _)| !asker.is_empty() && !responder.is_empty())
            .map(|((asker, responder), pairs)| self.asks(asker, responder, pairs))
            .collect()
    }

    fn asks(&self, asker: &str, responder: &str, mut pairs: Vec<&Pair>) -> Suggestion {
        pairs.sort_by(|a, b| a.topic.cmp(&b.topic));
        let questions: u64 = pairs.iter().map(|pair| self.questions(asker, &pair.topic)).sum();
        let answers: u64 = pairs.iter().map(|pair| pair.answers).sum();
        let all: u64 = self.says(asker).values().sum();
        let share = share(questions, all);
        let topics: Vec<&str> = pairs.iter().map(|pair| &*pair.topic).collect();
        let evidence = format!(
            "{asker} asks {responder} on {}, which nobody else answers: {questions} questions, {:.0} % of what it says, {answers} answers",
            topics.join(", "),
            100.0 * share
        );
        // Who does other things as well may break for other reasons: only what a broken answer looks like is explained.
        let of_target = if share >= MAINLY { "" } else { FAILING };
        suggestion(responder, asker, "asks_only", &evidence, of_target)
    }

    fn questions(&self, asker: &str, topic: &str) -> u64 {
        self.asked.get(&asked_key(asker, topic)).map_or(0, |asked| asked.questions)
    }

    /// The kinds of topics on which somebody speaks, without its arrivals, and how often.
    fn says(&self, name: &str) -> HashMap<&str, u64> {
        let mut topics = HashMap::new();
        let streams = self.senders.get(&xxh3_64(name.as_bytes())).map(|sender| sender.streams.values());
        for stream in streams.into_iter().flatten().filter(|stream| !stream.topic.ends_with(ARRIVAL)) {
            *topics.entry(&*stream.topic).or_default() += stream.messages.total();
        }
        topics
    }

    /// Who says nothing but after somebody else.
    fn says_only_after(&self, followers: &[Follower]) -> Vec<Suggestion> {
        let mut found = Vec::new();
        for ((name, cause), shares) in self.after(followers) {
            let topics = self.says(name);
            let all: u64 = topics.values().sum();
            let is_after = |topic: &&str| shares.get(*topic).is_some_and(|share| *share >= ALL);
            if all >= LEAST && topics.keys().all(is_after) {
                let evidence =
                    format!("{name} says nothing but after {cause} said something: {all} messages");
                found.push(suggestion(cause, name, "says_only_after", &evidence, SILENT));
            }
        }
        found
    }

    /// How much of what one says on each kind of topic comes after another one.
    fn after(&self, followers: &[Follower]) -> After<'_> {
        let mut after: After<'_> = BTreeMap::new();
        // Answers are edges to who asked.
        for edge in self.graph.edges.values().filter(|edge| edge.answers() > 0) {
            let said = self.says(&edge.from).get(&*edge.topic).copied().unwrap_or(0);
            after.entry((&edge.from, &edge.to)).or_default().insert(&edge.topic, share(edge.answers(), said));
        }
        let voice = |key: u64| self.graph.follows.voices.get(&key);
        for one in followers {
            if let (Some(cause), Some(effect)) = (voice(one.cause), voice(one.effect)) {
                let shares = after.entry((&effect.sender, &cause.sender)).or_default();
                *shares.entry(&effect.topic).or_default() += one.finding.share;
            }
        }
        after
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
fn share(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { (part as f64 / all as f64).min(1.0) }
}

fn suggestion(source: &str, target: &str, reason: &str, evidence: &str, of_target: &str) -> Suggestion {
    let service = |name: &str| format!("service=\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let targets =
        if of_target.is_empty() { service(target) } else { format!("{of_target},{}", service(target)) };
    let evidence = evidence.replace(char::is_control, " ");
    let settings = format!(
        "# {evidence}\n[[inhibit]]\nsource = {}\ntarget = {}\nequal = []\n",
        text(&format!("{AWAY},{}", service(source))),
        text(&targets)
    );
    let (source, target) = (source.to_owned(), target.to_owned());
    Suggestion { source, target, reason: reason.to_owned(), evidence, settings }
}

/// A text of TOML: as it is, unless it has signs that cannot stand so.
fn text(words: &str) -> String {
    if !words.contains(|c: char| c == '\'' || c.is_control()) {
        return format!("'{words}'");
    }
    let escaped = words.chars().fold(String::new(), |mut text, c| {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => text.push(c),
        }
        text
    });
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::{suggestion, text};

    #[test]
    fn a_suggestion_is_settings_whatever_names_are_like() {
        let one = suggestion("a", "b", "asks_only", "b asks\na", "");
        assert_eq!(
            one.settings,
            "# b asks a\n[[inhibit]]\nsource = 'rule=~\"service_down|service_silent\",service=\"a\"'\ntarget = 'service=\"b\"'\nequal = []\n"
        );
        assert_eq!(text("service=\"it's\u{7}\""), "\"service=\\\"it's\\u0007\\\"\"");
    }
}
