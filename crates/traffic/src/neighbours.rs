//! The graph as people look at it.

use crate::causes::{ERROR, Follower};
use crate::edge::{Edge, Evidence};
use crate::inhibitions::Suggestion;
use crate::sender::Sender;
use crate::tables::Tables;
use hashbrown::HashMap;
use model::{Millis, seconds, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who consumes what whom says, as far as it is seen.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GraphView {
    /// Who speaks, and who is spoken to, by name.
    pub nodes: Vec<NodeView>,
    /// Who consumes what, by names and topic.
    pub edges: Vec<EdgeView>,
    /// What could explain what.
    pub suggested_inhibitions: Vec<Suggestion>,
    /// Possible causes that were examined since the start, of which some are edges by `follows`.
    pub examined: u64,
    /// The share of the edges by `follows` alone that are false, at most, on average.
    pub error_rate: f64,
    /// Messages that showed edges which found no room.
    pub left_out: u64,
}

/// Somebody on the bus.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NodeView {
    /// Its name.
    pub service: String,
    /// `alive`, `overdue` where something regular is, `gone` after a goodbye, `unheard` if it is only spoken to.
    pub state: String,
    /// Messages, and how many a second in about the last minute.
    pub messages: u64,
    /// The same.
    pub messages_per_second: f64,
    /// Messages that say that something failed.
    pub errors: u64,
    /// The kinds of topics on which it speaks.
    pub publishes: Vec<PublishView>,
}

/// A kind of topic on which somebody speaks.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PublishView {
    /// The kind of topic; `+` stands for a name.
    pub topic: String,
    /// Messages, and how many a second in about the last minute.
    pub messages: u64,
    /// The same.
    pub messages_per_second: f64,
}

/// Somebody consumes what somebody else says.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EdgeView {
    /// Who says it.
    pub from: String,
    /// Who consumes it.
    pub to: String,
    /// The kind of topic on which it is said.
    pub topic: String,
    /// How that is known.
    pub evidence: Vec<EvidenceView>,
    /// Messages that show it.
    pub messages: u64,
    /// How many a second in about the last minute; of what is known by `follows` alone, since it is.
    pub messages_per_second: f64,
    /// When it was seen first, Unix seconds.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub first_seen: Millis,
    /// When it was seen last.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
    /// From the message to the reaction, median of the newest in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delay: Option<f64>,
    /// Answers that say that something failed.
    pub errors: u64,
    /// Where it is known by times alone: 1 less the chance that it is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<f64>,
    /// The kinds of topics on which the reaction comes, where that is known by times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leads_to: Vec<ReactionView>,
}

/// One kind of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvidenceView {
    /// `destination`, `answer`, `asked`, `repeats_id`, `reads` or `follows`.
    pub by: String,
    /// How many messages show it so.
    pub messages: u64,
}

/// What somebody says after something.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReactionView {
    /// The kind of topic.
    pub topic: String,
    /// How much of what it says there comes after that.
    pub share: f64,
    /// How much of it would by chance.
    pub by_chance: f64,
    /// How often that is followed so.
    pub share_of_cause: f64,
}

type Found = BTreeMap<(Arc<str>, Arc<str>, Arc<str>), EdgeView>;

impl Tables {
    pub(crate) fn graph(&mut self, now: Millis) -> GraphView {
        let followers = self.graph.follows.followers();
        let mut edges: Found =
            self.graph.edges.values().map(|edge| (key_of(edge), view_edge(edge))).collect();
        followers.iter().for_each(|one| self.add(&mut edges, one, now));
        let edges: Vec<EdgeView> = edges.into_values().collect();
        GraphView {
            nodes: self.nodes(&edges),
            suggested_inhibitions: self.suggestions(&followers),
            edges,
            examined: self.graph.follows.tried,
            error_rate: ERROR,
            left_out: self.graph.left_out,
        }
    }

    fn add(&self, edges: &mut Found, one: &Follower, now: Millis) {
        let voice = |key: u64| self.graph.follows.voices.get(&key);
        let (Some(cause), Some(effect)) = (voice(one.cause), voice(one.effect)) else { return };
        let key = (Arc::clone(&cause.sender), Arc::clone(&effect.sender), Arc::clone(&cause.topic));
        let hits = u64::from(one.finding.hits);
        let new = || EdgeView {
            from: cause.sender.to_string(),
            to: effect.sender.to_string(),
            topic: cause.topic.to_string(),
            evidence: Vec::new(),
            messages: 0,
            messages_per_second: f64::from(one.finding.hits) / to_seconds((now - one.since).max(1)),
            first_seen: one.since,
            last_seen: one.last,
            delay: Some(one.finding.lag / 1e3),
            errors: 0,
            confidence: None,
            leads_to: Vec::new(),
        };
        let edge = edges.entry(key).or_insert_with(new);
        match edge.evidence.iter_mut().find(|evidence| evidence.by == FOLLOWS) {
            Some(evidence) => evidence.messages += hits,
            None => edge.evidence.push(EvidenceView { by: FOLLOWS.to_owned(), messages: hits }),
        }
        if edge.evidence.iter().all(|evidence| evidence.by == FOLLOWS) {
            edge.messages += hits;
            edge.confidence = Some(edge.confidence.unwrap_or(0.0).max(one.confidence));
        }
        edge.first_seen = edge.first_seen.min(one.since);
        edge.last_seen = edge.last_seen.max(one.last);
        edge.leads_to.push(ReactionView {
            topic: effect.topic.to_string(),
            share: one.finding.share,
            by_chance: one.finding.by_chance,
            share_of_cause: one.share_of_cause,
        });
        edge.leads_to.sort_by(|a, b| a.topic.cmp(&b.topic));
    }

    fn nodes(&self, edges: &[EdgeView]) -> Vec<NodeView> {
        let named = self.senders.values().filter(|sender| !sender.name.is_empty());
        let mut nodes: HashMap<String, NodeView> =
            named.map(|sender| (sender.name.to_string(), view_node(sender))).collect();
        for name in edges.iter().flat_map(|edge| [&edge.from, &edge.to]) {
            nodes.entry_ref(name).or_insert_with(|| NodeView {
                service: name.clone(),
                state: "unheard".to_owned(),
                messages: 0,
                messages_per_second: 0.0,
                errors: 0,
                publishes: Vec::new(),
            });
        }
        let mut nodes: Vec<NodeView> = nodes.into_values().collect();
        nodes.sort_by(|a, b| a.service.cmp(&b.service));
        nodes
    }
}

/// How edges are called that are known by times.
const FOLLOWS: &str = "follows";

fn key_of(edge: &Edge) -> (Arc<str>, Arc<str>, Arc<str>) {
    (Arc::clone(&edge.from), Arc::clone(&edge.to), Arc::clone(&edge.topic))
}

fn view_edge(edge: &Edge) -> EdgeView {
    let evidence = Evidence::ALL.iter().zip(edge.by).filter(|(_, messages)| *messages > 0);
    EdgeView {
        from: edge.from.to_string(),
        to: edge.to.to_string(),
        topic: edge.topic.to_string(),
        evidence: evidence
            .map(|(by, messages)| EvidenceView { by: by.name().to_owned(), messages })
            .collect(),
        messages: edge.messages.total(),
        messages_per_second: edge.messages.per_second(),
        first_seen: edge.first,
        last_seen: edge.last,
        delay: edge.delay(),
        errors: edge.errors,
        confidence: None,
        leads_to: Vec::new(),
    }
}

fn view_node(sender: &Sender) -> NodeView {
    let mut topics: BTreeMap<&str, PublishView> = BTreeMap::new();
    for stream in sender.streams.values() {
        let topic = topics.entry(&stream.topic).or_insert_with(|| PublishView {
            topic: stream.topic.to_string(),
            messages: 0,
            messages_per_second: 0.0,
        });
        topic.messages += stream.messages.total();
        topic.messages_per_second += stream.messages.per_second();
    }
    NodeView {
        service: sender.name.to_string(),
        state: sender.state().to_owned(),
        messages: sender.messages.total(),
        messages_per_second: sender.messages.per_second(),
        errors: sender.errors,
        publishes: topics.into_values().collect(),
    }
}

impl GraphView {
    /// Only what has to do with `service`: itself, its neighbours, and the edges between it and them.
    pub fn retain(&mut self, service: &str) {
        self.edges.retain(|edge| edge.from == service || edge.to == service);
        let Self { edges, nodes, suggested_inhibitions, .. } = self;
        nodes.retain(|node| {
            node.service == service
                || edges.iter().any(|edge| edge.from == node.service || edge.to == node.service)
        });
        suggested_inhibitions.retain(|one| one.source == service || one.target == service);
    }
}
