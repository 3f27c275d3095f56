//! Who speaks on a topic: `spBv1.0/<group>/<type>/<node>[/<device>]`.

const NAMESPACE: &str = "spBv1.0/";

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Birth,
    Data,
    Death,
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Speaker<'a> {
    pub(super) kind: Kind,
    group: &'a str,
    node: &'a str,
    device: Option<&'a str>,
}

impl<'a> Speaker<'a> {
    /// Whether a topic is of Sparkplug at all.
    pub(crate) fn is_of_sparkplug(topic: &str) -> bool {
        topic.starts_with(NAMESPACE)
    }

    /// Who speaks on `topic`; `None` for commands, hosts, and what is none of Sparkplug's.
    pub(crate) fn on(topic: &'a str) -> Option<Self> {
        let mut levels = topic.strip_prefix(NAMESPACE)?.split('/');
        let (group, word, node) = (levels.next()?, levels.next()?, levels.next()?);
        let device = levels.next();
        let kind = match (word, device) {
            ("NBIRTH", None) | ("DBIRTH", Some(_)) => Kind::Birth,
            ("NDATA", None) | ("DDATA", Some(_)) => Kind::Data,
            ("NDEATH", None) | ("DDEATH", Some(_)) => Kind::Death,
            _ => return None,
        };
        let is_whole = !group.is_empty() && !node.is_empty() && device != Some("") && levels.next().is_none();
        is_whole.then_some(Self { kind, group, node, device })
    }

    pub(super) fn is_device(&self) -> bool {
        self.device.is_some()
    }

    /// The topic of the node, without the kind of message.
    pub(super) fn node_topic(&self) -> String {
        format!("{NAMESPACE}{}/{}", self.group, self.node)
    }

    /// The topic of who speaks, without the kind of message.
    pub(crate) fn topic(&self) -> String {
        match self.device {
            Some(device) => format!("{}/{device}", self.node_topic()),
            None => self.node_topic(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Speaker;

    #[test]
    fn speakers_are_known_by_their_topics() {
        for (topic, expected) in [
            ("spBv1.0/plant/NBIRTH/press", Some("spBv1.0/plant/press")),
            ("spBv1.0/plant/DDATA/press/oil", Some("spBv1.0/plant/press/oil")),
            ("spBv1.0/plant/NDATA/press/oil", None),
            ("spBv1.0/plant/DDATA/press", None),
            ("spBv1.0/plant/NCMD/press", None),
            ("spBv1.0/STATE/host", None),
            ("spBv1.0//NDATA/press", None),
            ("spBv1.0/plant/DDATA/press/oil/x", None),
            ("plant/NDATA/press", None),
        ] {
            assert_eq!(Speaker::on(topic).map(|speaker| speaker.topic()).as_deref(), expected, "{topic}");
        }
    }
}
