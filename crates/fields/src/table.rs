//! Everything that is known of fields, and how one message more changes it.

use crate::bare::Body;
use crate::discovery::{Discovery, Learned};
use crate::identity::{self, ITEM, Identity};
use crate::inbox::{Inbox, InboxEntry};
use crate::left::Left;
use crate::mapping::{Label, Mapping};
use crate::pattern::start;
use crate::profile::{Asked, Named};
use crate::route::Route;
use crate::slot::{Field, Slot, Told, What};
use crate::sparkplug::{Nodes, OF_ITSELF, Speaker};
use crate::tallies::Tallies;
use crate::units::{self, join};
use crate::value::Value;
use crate::walk::Leaves;
use crate::words::{is_moment, snake};
use hashbrown::HashMap;
use model::{Envelope, Labels, Millis, NAME, SERVICE, Sighting, TopicKinds, limits};
use std::borrow::Cow;
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The label and the value by which all samples from the bus are known that are nobody's own word.
const JOB: (&str, &str) = ("job", "bus");

/// The labels that a mapping gives: of levels of the topic, and its own.
type Extra<'a> = (&'a [(String, String)], Vec<(String, String)>);

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    mappings: Vec<Mapping>,
    kinds: TopicKinds,
    /// By the hash of the topic, and of whether its message is one value.
    routes: HashMap<u64, Arc<Route>>,
    pub(crate) discovery: Discovery,
    pub(crate) slots: HashMap<u64, Slot>,
    /// Which field each series is of, by the hash of its labels.
    series: HashMap<u64, u64>,
    pub(crate) tallies: Tallies,
    inbox: Inbox,
    /// The fields that have something to tell.
    due: Vec<u64>,
    /// The fields that may end by themselves.
    expiring: Vec<u64>,
    /// When what is old was forgotten.
    tidied: Millis,
    sparkplug: Nodes,
    /// The ends of series that are to be told.
    ended: Vec<Told>,
    leaves: Leaves,
    identities: Vec<Identity>,
    pub(crate) messages: u64,
    pub(crate) values: u64,
}

/// A message, with what is known of it before its values are.
struct Heard<'a> {
    sighting: &'a Sighting<'a>,
    route: &'a Route,
    sender: &'a str,
    leaves: &'a Leaves,
    identities: &'a [Identity],
}

impl Table {
    pub(crate) fn new(mappings: Vec<Mapping>) -> Self {
        Self { mappings, ..Self::default() }
    }

    pub(crate) fn set_mappings(&mut self, mappings: Vec<Mapping>) {
        if mappings == self.mappings {
            return;
        }
        self.inbox.settle(&mappings);
        self.mappings = mappings;
        self.routes.clear();
        self.slots.clear();
        self.recount();
    }

    /// A message passes.
    pub(crate) fn see(&mut self, sighting: &Sighting<'_>) {
        self.messages += 1;
        let topic = sighting.topic;
        // What the broker says of itself is read elsewhere too.
        if sighting.is_taken || topic.starts_with('$') {
            return self.tallies.leave(Left::Taken, topic, "");
        }
        if Discovery::is_config(topic) {
            return self.learn(sighting);
        }
        if sighting.retained {
            return self.tallies.leave(Left::Retained, topic, "");
        }
        if Speaker::is_of_sparkplug(topic) {
            return self.hear_sparkplug(sighting);
        }
        let body = Body::of(sighting);
        let is_bare = body.as_ref().map_or(true, Body::is_bare);
        let route = self.route(sighting, is_bare);
        if route.is_silent() {
            let left = if route.is_dropped { Left::Dropped } else { Left::Profile };
            return self.tallies.leave(left, topic, "");
        }
        let mut leaves = std::mem::take(&mut self.leaves);
        match read(&mut leaves, body, &route, &self.mappings) {
            Ok(()) => {
                leaves.left.iter().for_each(|left| self.tallies.leave(*left, topic, ""));
                self.take(sighting, &route, &leaves);
            }
            Err(left) => {
                self.tallies.leave(left, topic, "");
                self.inbox.put(&route.kind, topic, sighting.payload, left, sighting.received_at);
            }
        }
        self.leaves = leaves;
    }

    /// A message of Sparkplug passes: its values are said on one topic, whatever kind of message it is.
    fn hear_sparkplug(&mut self, sighting: &Sighting<'_>) {
        let Some(speaker) = Speaker::on(sighting.topic) else {
            return self.tallies.leave(Left::Profile, sighting.topic, "");
        };
        let spoken = match self.sparkplug.hear(&speaker, sighting.payload) {
            Ok(spoken) => spoken,
            Err(left) => {
                self.tallies.leave(left, sighting.topic, "");
                let kind = self.kinds.of(sighting.topic, &std::iter::empty());
                return self.inbox.put(&kind, sighting.topic, sighting.payload, left, sighting.received_at);
            }
        };
        if !spoken.ended.is_empty() {
            self.end(&spoken.ended, xxh3_64(speaker.topic().as_bytes()), sighting.received_at);
        }
        let mut leaves = std::mem::take(&mut self.leaves);
        leaves.begin(spoken.left);
        for (path, value) in &spoken.values {
            leaves.put(path, value.as_value());
        }
        leaves.left.iter().for_each(|left| self.tallies.leave(*left, sighting.topic, ""));
        let topic = speaker.topic();
        let sighting = Sighting { topic: &topic, ..sighting.clone() };
        let route = self.route(&sighting, false);
        if route.is_dropped {
            self.tallies.leave(Left::Dropped, &topic, "");
        } else {
            self.take(&sighting, &route, &leaves);
        }
        self.leaves = leaves;
    }

    /// Ends all that was said on the topics of these hashes, but what is said of `speaker` itself now.
    fn end(&mut self, topics: &[u64], speaker: u64, now: Millis) {
        for slot in self.slots.values_mut().filter(|slot| topics.contains(&slot.topic)) {
            let is_of_itself = slot.topic == speaker && slot.path.starts_with(OF_ITSELF);
            if let (What::Field(field), false) = (&mut slot.what, is_of_itself) {
                field.end_all(slot.last, now, &mut self.ended);
            }
        }
    }

    fn learn(&mut self, sighting: &Sighting<'_>) {
        match self.discovery.learn(sighting.topic, sighting.payload) {
            Learned::Topics(topics) => {
                let before = self.slots.len();
                self.slots.retain(|_, slot| !topics.contains(&slot.topic));
                if self.slots.len() != before {
                    self.recount();
                }
            }
            Learned::TooMany => self.tallies.leave(Left::TooManyFields, sighting.topic, ""),
            Learned::Unreadable => {
                self.tallies.leave(Left::Announcement, sighting.topic, "");
                let kind = self.kinds.of(sighting.topic, &std::iter::empty());
                self.inbox.put(
                    &kind,
                    sighting.topic,
                    sighting.payload,
                    Left::Announcement,
                    sighting.received_at,
                );
            }
        }
    }

    fn route(&mut self, sighting: &Sighting<'_>, is_bare: bool) -> Arc<Route> {
        let hash = xxh3_64(sighting.topic.as_bytes());
        let key = hash ^ u64::from(is_bare);
        if let Some(route) = self.routes.get(&key) {
            return Arc::clone(route);
        }
        let nobody = Envelope::default();
        let envelope = sighting.envelope.as_ref().unwrap_or(&nobody);
        let names = [Some(&*envelope.source), envelope.destination.as_deref()].into_iter().flatten();
        let names = names.chain(envelope.names.iter().map(|name| &**name)).filter(|name| !name.is_empty());
        let kind = self.kinds.of(sighting.topic, &names);
        let route = Arc::new(Route::new(sighting.topic, is_bare, (hash, kind), &names, &self.mappings));
        if self.routes.len() >= limits::FIELD_TOPICS {
            self.routes.clear();
        }
        self.routes.insert(key, Arc::clone(&route));
        route
    }

    /// Takes the values of a message.
    fn take(&mut self, sighting: &Sighting<'_>, route: &Route, leaves: &Leaves) {
        let sender = sighting.envelope.as_ref().map_or("", |envelope| start(&envelope.source));
        let mut identities = std::mem::take(&mut self.identities);
        identities.clear();
        if route.has_topic() {
            identity::find(leaves, &mut identities);
        }
        let mut seed = xxh3_64_with_seed(sender.as_bytes(), route.hash);
        for (place, _) in &route.mappings {
            for path in self.mappings.get(*place).into_iter().flat_map(places) {
                let value = leaves.get(path).map(Value::as_label).unwrap_or_default();
                seed = xxh3_64_with_seed(value.as_bytes(), seed);
            }
        }
        let heard = Heard { sighting, route, sender, leaves, identities: &identities };
        for (path, value) in leaves.iter() {
            if route.has_topic() && route.mappings.is_empty() && identity::is_identity(path) {
                continue;
            }
            let own = heard.identities.iter().filter(|identity| identity.is_of(path));
            let key = xxh3_64_with_seed(path.as_bytes(), own.fold(seed, |seed, identity| identity.mix(seed)));
            if let Err(left) = self.say(key, &heard, path, value) {
                self.tallies.leave(left, sighting.topic, path);
            }
        }
        self.identities = identities;
    }

    /// A field says something.
    fn say(&mut self, key: u64, heard: &Heard<'_>, path: &str, value: Value<'_>) -> Result<(), Left> {
        let now = heard.sighting.received_at;
        if !self.slots.contains_key(&key) {
            self.open(key, heard, path, value)?;
        }
        let has_room = self.slots.len() + self.tallies.words < limits::FIELDS;
        let Some(slot) = self.slots.get_mut(&key) else { return Ok(()) };
        slot.last = now;
        let field = match &mut slot.what {
            What::Left(left) => return Err(*left),
            What::Field(field) => field,
        };
        let news = field.take(value, now, has_room);
        if !std::mem::replace(&mut field.is_due, true) {
            self.due.push(key);
        }
        self.tallies.words += news?.words;
        self.values += 1;
        Ok(())
    }

    /// Finds out what a new field is, if there is room for one.
    fn open(&mut self, key: u64, heard: &Heard<'_>, path: &str, value: Value<'_>) -> Result<(), Left> {
        let (kind, sender) = (&heard.route.kind, xxh3_64(heard.sender.as_bytes()));
        self.tallies.admit(self.slots.len(), sender, !heard.sender.is_empty(), kind)?;
        let what = match self.field(key, heard, Asked { path, value, leaves: heard.leaves }) {
            Ok(field) => {
                if field.expires.is_some() {
                    self.expiring.push(key);
                }
                What::Field(Box::new(field))
            }
            Err(left) => What::Left(left),
        };
        self.tallies.add(sender, kind);
        let (topic, last) = (heard.route.hash, heard.sighting.received_at);
        self.slots.insert(key, Slot { what, sender, kind: Arc::clone(kind), topic, path: path.into(), last });
        Ok(())
    }

    fn field(&mut self, key: u64, heard: &Heard<'_>, asked: Asked<'_>) -> Result<Field, Left> {
        let of_path = |(place, labels): &'_ (usize, Vec<(String, String)>)| {
            let mapping = self.mappings.get(*place)?;
            mapping.is_about(asked.path).then(|| (mapping, labels.clone()))
        };
        let mapped = heard.route.mappings.iter().find_map(of_path);
        let mapping = mapped.as_ref().map(|(mapping, _)| *mapping);
        if mapping.is_some_and(|mapping| mapping.drop) {
            return Err(Left::Dropped);
        }
        let entity = self.discovery.find(heard.route.hash, asked.path);
        let mut named = match (mapping.and_then(|mapping| mapping.name.as_ref()), entity) {
            (Some(name), _) => Named { stem: name.0.clone(), ..Named::default() },
            (None, Some(entity)) => Named {
                stem: entity.stem.clone(),
                unit: Cow::Owned(entity.unit.clone()),
                labels: entity.labels.clone(),
                scale: entity.scale,
                is_state: false,
            },
            (None, None) => heard.route.place.name(asked)?,
        };
        if let Some(unit) = self.sparkplug.unit(heard.route.hash, asked.path) {
            named.unit = Cow::Owned(unit.to_owned());
        }
        let is_named = mapping.is_some_and(|mapping| mapping.name.is_some());
        if named.stem.is_empty() {
            return Err(Left::Unnamed);
        }
        if let Some(number) = asked.value.number()
            && !is_named
            && is_moment(&named.stem, number, heard.sighting.received_at)
        {
            return Err(Left::Time);
        }
        if let Some(unit) = mapping.and_then(|mapping| mapping.unit.as_ref()) {
            named.unit = Cow::Owned(unit.0.clone());
        }
        let scale = named.scale * mapping.and_then(|mapping| mapping.scale).map_or(1.0, |scale| scale.0);
        let extra =
            mapped.as_ref().map(|(mapping, levels)| (levels.as_slice(), own_labels(mapping, heard.leaves)));
        let is_all_named = mapping.is_some_and(|mapping| is_named && !mapping.topic.is_wild());
        let metric = join(&named.stem, &named.unit);
        let mut labels = labels(heard, asked.path, &named, &metric, !is_all_named, extra.as_ref());
        if let Some(other) = self.others_topic(&labels, key) {
            let has_topic = heard.route.has_topic() && !is_all_named;
            if !has_topic && other == heard.route.hash {
                return Err(Left::Ambiguous);
            }
            // Where labels say all, several topics say the same; else the whole of topic and path tells two fields apart.
            if has_topic {
                let whole = [
                    (NAME, &*full(&metric, &named.unit, asked.path)),
                    ("topic", start_of_topic(heard.sighting.topic)),
                ];
                labels = Labels::new(labels.iter().chain(whole));
                if self.others_topic(&labels, key).is_some() {
                    return Err(Left::Ambiguous);
                }
            }
        }
        let place = labels.fingerprint();
        self.series.insert(place, key);
        let mut field = Field::new(labels, &named.unit, scale);
        field.is_state = named.is_state;
        field.is_mapped = is_named;
        field.expires = entity.and_then(|entity| entity.expires);
        field.words = entity.and_then(|entity| entity.words.clone());
        Ok(field)
    }

    /// The topic of another field that has these labels.
    fn others_topic(&self, labels: &Labels, key: u64) -> Option<u64> {
        let other = self.series.get(&labels.fingerprint()).filter(|other| **other != key)?;
        self.slots.get(other).map(|slot| slot.topic)
    }

    /// The samples since the last time.
    pub(crate) fn tell(&mut self, now: Millis) -> Vec<Told> {
        let mut told = std::mem::take(&mut self.ended);
        for key in self.due.drain(..) {
            if let Some(What::Field(field)) = self.slots.get_mut(&key).map(|slot| &mut slot.what) {
                field.tell(&mut told);
            }
        }
        let slots = &mut self.slots;
        self.expiring.retain(|key| {
            let Some(slot) = slots.get_mut(key) else { return false };
            if let What::Field(field) = &mut slot.what {
                field.expire(slot.last, now, &mut told);
            }
            true
        });
        if !(0..limits::MINUTE).contains(&(now - self.tidied)) {
            self.tidied = now;
            let before = self.slots.len();
            self.slots.retain(|_, slot| (now - slot.last).abs() < limits::FIELDS_KEPT);
            self.inbox.forget(now);
            if self.slots.len() != before {
                self.recount();
            }
        }
        told
    }

    /// Counts again after fields went.
    fn recount(&mut self) {
        let slots = &self.slots;
        self.tallies.recount(slots.values().map(|slot| {
            let words = match &slot.what {
                What::Field(field) => field.states.len(),
                What::Left(_) => 0,
            };
            (slot.sender, &slot.kind, words)
        }));
        self.series.retain(|_, key| slots.contains_key(key));
        self.due.retain(|key| slots.contains_key(key));
        self.expiring.retain(|key| slots.contains_key(key));
    }

    pub(crate) fn inbox(&self) -> (Vec<InboxEntry>, u64) {
        (self.inbox.entries(), self.inbox.left_out)
    }
}

/// Finds the values of a message.
fn read(
    leaves: &mut Leaves,
    body: Result<Body<'_>, Left>,
    route: &Route,
    mappings: &[Mapping],
) -> Result<(), Left> {
    match body? {
        Body::Json(text) => leaves.read(text).map_err(|_| Left::BrokenJson),
        Body::Packed(packed) => leaves.unpack(packed).map_err(|_| Left::Binary),
        Body::Bare(value) => {
            leaves.bare(value);
            Ok(())
        }
        Body::Text(text) => {
            let names =
                |(place, _): &(usize, _)| mappings.get(*place).is_some_and(|mapping| mapping.name.is_some());
            if !route.mappings.iter().any(names) {
                return Err(Left::FreeText);
            }
            leaves.bare(Value::Text(start(text)));
            Ok(())
        }
        Body::Nothing => {
            leaves.bare(Value::Text(""));
            Ok(())
        }
    }
}

/// The places of a message that a mapping makes labels of.
fn places(mapping: &Mapping) -> impl Iterator<Item = &str> {
    mapping.labels.values().filter_map(|label| match label {
        Label::At(path) => Some(path.as_str()),
        Label::Is(_) => None,
    })
}

fn own_labels(mapping: &Mapping, leaves: &Leaves) -> Vec<(String, String)> {
    let value = |label: &Label| match label {
        Label::Is(text) => text.clone(),
        Label::At(path) => leaves.get(path).map(Value::as_label).unwrap_or_default(),
    };
    mapping.labels.iter().map(|(name, label)| (name.0.clone(), value(label))).collect()
}

/// The labels of a field, the weakest first.
fn labels(
    heard: &Heard<'_>,
    path: &str,
    named: &Named,
    metric: &str,
    has_topic: bool,
    extra: Option<&Extra<'_>>,
) -> Labels {
    let route = heard.route;
    let own: Vec<&Identity> = heard.identities.iter().filter(|identity| identity.is_of(path)).collect();
    let has_item = own.iter().any(|identity| identity.label == ITEM);
    let mut all: Vec<(&str, &str)> =
        vec![JOB, (SERVICE, heard.sender), ("profile", route.place.profile.word())];
    if route.has_topic() && has_topic {
        all.push(("topic", &route.label));
    }
    all.extend(route.place.labels.iter().map(|(name, value)| (*name, value.as_str())));
    let counted = named.labels.iter().filter(|(name, _)| !(has_item && name == "index"));
    all.extend(counted.map(|(name, value)| (&**name, value.as_str())));
    all.extend(own.iter().map(|identity| (identity.label, identity.value.as_str())));
    if let Some((levels, labels)) = extra {
        all.extend(levels.iter().chain(labels).map(|(name, value)| (name.as_str(), value.as_str())));
    }
    all.push((NAME, metric));
    Labels::new(all)
}

/// The name with all of the path in it.
fn full(metric: &str, unit: &str, path: &str) -> String {
    let whole = snake(path);
    if whole.is_empty() { metric.to_owned() } else { join(units::of_name(&whole, f64::NAN).0, unit) }
}

fn start_of_topic(topic: &str) -> &str {
    let mut end = topic.len().min(limits::TRAFFIC_NAME_BYTES);
    while !topic.is_char_boundary(end) {
        end -= 1;
    }
    topic.get(..end).unwrap_or_default()
}
