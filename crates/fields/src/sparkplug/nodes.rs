//! What is known of each edge node: what its aliases stand for, in which units, and where it is in its sequence.

use super::topic::{Kind, Speaker};
use super::wire::{Metric, Payload, Said, Type};
use crate::left::Left;
use crate::units;
use crate::value::Value;
use hashbrown::HashMap;
use model::limits;
use prost::Message;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Messages of a node are numbered so far, and begin again.
const SEQUENCE: u64 = 256;
/// Metrics that steer a node or count its births.
const CONTROLS: [&str; 2] = ["Node Control/", "Device Control/"];
const BIRTHS: &str = "bdSeq";
/// What the names of metrics begin with that a node is said to have, and does not say.
pub(crate) const OF_ITSELF: &str = "sparkplug_";
/// Whether it is there, and how many gaps its sequence had.
const ONLINE: &str = "sparkplug_online";
const GAPS: &str = "sparkplug_gaps_total";
/// The property that tells a unit.
const UNIT: &str = "engUnit";

/// All nodes that were heard.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    nodes: HashMap<u64, Node>,
    /// Units by the hashes of topic and path.
    units: HashMap<(u64, u64), Arc<str>>,
    /// Aliases of all nodes.
    count: usize,
}

#[derive(Debug, Default)]
struct Node {
    aliases: HashMap<u64, Known>,
    /// Topics of its devices, by their hashes.
    devices: Vec<u64>,
    is_born: bool,
    sequence: Option<u64>,
    gaps: u64,
}

#[derive(Debug, Clone)]
struct Known {
    path: Arc<str>,
    is: Type,
}

/// What a message says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Spoken {
    pub(crate) values: Vec<(Arc<str>, Heard)>,
    /// Why values were left out.
    pub(crate) left: Vec<Left>,
    /// The topics, by their hashes, of which nothing is known any more.
    pub(crate) ended: Vec<u64>,
}

/// A value with a type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    Number(f64),
    Flag(bool),
    Text(String),
}

impl Heard {
    pub(crate) fn as_value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Text(text) => Value::Text(text),
        }
    }
}

impl Nodes {
    /// Hears a message.
    pub(crate) fn hear(&mut self, speaker: &Speaker<'_>, payload: &[u8]) -> Result<Spoken, Left> {
        let payload = Payload::decode(payload).map_err(|_| Left::Binary)?;
        let (topic, node) = (xxh3_64(speaker.topic().as_bytes()), xxh3_64(speaker.node_topic().as_bytes()));
        if !self.nodes.contains_key(&node) && self.nodes.len() >= limits::SPARKPLUG_NODES {
            return Err(Left::TooManyFields);
        }
        let mut spoken = Spoken::default();
        let births = speaker.kind == Kind::Birth;
        let known = self.nodes.entry(node).or_default();
        if births && !speaker.is_device() {
            // A node that is born again tells all that it has.
            self.count -= known.aliases.len();
            known.aliases.clear();
            known.sequence = None;
        }
        known.follow(payload.seq);
        match speaker.kind {
            Kind::Death => spoken.ended = known.die(topic, speaker.is_device()),
            Kind::Birth | Kind::Data => known.live(topic, speaker.is_device()),
        }
        for metric in &payload.metrics {
            self.value(metric, births, (node, topic), &mut spoken);
        }
        let gaps = self.nodes.get(&node).map_or(0, |node| node.gaps);
        spoken.values.push((ONLINE.into(), Heard::Flag(speaker.kind != Kind::Death)));
        if !speaker.is_device() {
            #[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
            spoken.values.push((GAPS.into(), Heard::Number(gaps as f64)));
        }
        Ok(spoken)
    }

    /// The unit that a birth told of the value at `path` of messages on the topic of this hash.
    pub(crate) fn unit(&self, topic: u64, path: &str) -> Option<&str> {
        self.units.get(&(topic, xxh3_64(path.as_bytes()))).map(|unit| &**unit)
    }

    fn value(&mut self, metric: &Metric, births: bool, (node, topic): (u64, u64), spoken: &mut Spoken) {
        let Some(known) = self.known(metric, births, (node, topic)) else {
            spoken.left.push(Left::Unnamed);
            return;
        };
        if metric.is_historical == Some(true) {
            spoken.left.push(Left::Retained);
            return;
        }
        if metric.is_null == Some(true) {
            return;
        }
        match metric.value.as_ref().map(|said| read(said, known.is)) {
            Some(Ok(value)) => spoken.values.push((known.path, value)),
            Some(Err(left)) => spoken.left.push(left),
            None => spoken.left.push(Left::Binary),
        }
    }

    /// What a metric is: as it says itself, or as its alias was announced.
    fn known(&mut self, metric: &Metric, births: bool, (node, topic): (u64, u64)) -> Option<Known> {
        let entry = self.nodes.get_mut(&node)?;
        let announced = metric.alias.and_then(|alias| entry.aliases.get(&alias));
        let Some(name) = metric.name.as_deref().filter(|name| !name.is_empty()) else {
            return announced.cloned();
        };
        let is =
            metric.datatype.map(Type::of).or_else(|| announced.map(|known| known.is)).unwrap_or(Type::Plain);
        let is = if name == BIRTHS || CONTROLS.iter().any(|control| name.starts_with(control)) {
            Type::Other
        } else {
            is
        };
        let known = Known { path: name.replace('/', ".").into(), is };
        if !births {
            return Some(known);
        }
        if let Some(alias) = metric.alias
            && self.count < limits::SPARKPLUG_METRICS
        {
            self.count += usize::from(entry.aliases.insert(alias, known.clone()).is_none());
        }
        let unit = metric.properties.as_ref().and_then(|properties| properties.text(UNIT));
        let key = (topic, xxh3_64(known.path.as_bytes()));
        if let Some(unit) = unit
            && unit.len() <= limits::FIELD_WORD_BYTES
            && (self.units.len() < limits::SPARKPLUG_METRICS || self.units.contains_key(&key))
        {
            self.units.insert(key, units::of_symbol(unit).into());
        }
        Some(known)
    }
}

impl Node {
    /// It, or a device of it, says something.
    fn live(&mut self, topic: u64, is_device: bool) {
        self.is_born = true;
        if is_device && !self.devices.contains(&topic) && self.devices.len() < limits::SPARKPLUG_DEVICES {
            self.devices.push(topic);
        }
    }

    /// It, or a device of it, is gone. Gives the topics of which nothing is known any more; who is dead dies no second time.
    fn die(&mut self, topic: u64, is_device: bool) -> Vec<u64> {
        if is_device {
            let place = self.devices.iter().position(|device| *device == topic);
            return place.map(|place| self.devices.swap_remove(place)).into_iter().collect();
        }
        self.sequence = None;
        let was_born = std::mem::take(&mut self.is_born);
        std::mem::take(&mut self.devices).into_iter().chain(was_born.then_some(topic)).collect()
    }

    /// Counts where the sequence has a gap.
    fn follow(&mut self, sequence: Option<u64>) {
        let Some(now) = sequence else { return };
        self.gaps += u64::from(self.sequence.is_some_and(|before| (before + 1) % SEQUENCE != now));
        self.sequence = Some(now);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the sign is in the bits of the type's own length"
)]
#[expect(clippy::cast_precision_loss, reason = "integers beyond 2^53 lose their last digits")]
fn read(said: &Said, is: Type) -> Result<Heard, Left> {
    let number = match (said, is) {
        (_, Type::Other) => return Err(Left::Profile),
        (_, Type::Time) => return Err(Left::Time),
        (Said::Flag(flag), _) => return Ok(Heard::Flag(*flag)),
        (Said::Text(text), _) => return Ok(Heard::Text(text.clone())),
        (Said::Int(bits), Type::Int8) => f64::from(*bits as u8 as i8),
        (Said::Int(bits), Type::Int16) => f64::from(*bits as u16 as i16),
        (Said::Int(bits), Type::Int32) => f64::from(*bits as i32),
        (Said::Int(bits), _) => f64::from(*bits),
        (Said::Long(bits), Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64) => *bits as i64 as f64,
        (Said::Long(bits), _) => *bits as f64,
        (Said::Float(number), _) => f64::from(*number),
        (Said::Double(number), _) => *number,
    };
    Ok(Heard::Number(number))
}
