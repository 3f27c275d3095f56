//! What topics of well-known makers are about, and how their fields are called. A profile is chosen by what is seen: the shape
//! of the topic; `plain` takes what no other knows.

mod naming;

mod plain;

mod zigbee2mqtt;

mod tasmota;

mod shelly;

mod shelly_rpc;

mod esphome;

mod owntracks;

mod sparkplug;

use crate::left::Left;
use crate::value::Value;
use crate::walk::Leaves;
use std::borrow::Cow;

/// What a topic is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Place {
    pub(crate) profile: Profile,
    /// Whom its messages speak of.
    pub(crate) labels: Vec<(&'static str, String)>,
    /// What a message is called that is one value; also what stands before names that say nothing by themselves.
    pub(crate) stem: String,
    /// Its messages are commands or descriptions, and measure nothing.
    pub(crate) is_silent: bool,
}

/// Who made the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Profile {
    #[default]
    Plain,
    Zigbee2Mqtt,
    Tasmota,
    Shelly,
    ShellyRpc,
    Esphome,
    OwnTracks,
    Sparkplug,
}

/// A field that wants a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Where it stands in the message; empty where the message is nothing else.
    pub(crate) path: &'a str,
    pub(crate) value: Value<'a>,
    /// All values of the message.
    pub(crate) leaves: &'a Leaves,
}

/// How a field is called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named {
    /// Without the unit.
    pub(crate) stem: String,
    pub(crate) unit: Cow<'static, str>,
    pub(crate) labels: Vec<(Cow<'static, str>, String)>,
    pub(crate) scale: f64,
    /// Texts are words of a state, whatever they look like.
    pub(crate) is_state: bool,
}

impl Default for Named {
    fn default() -> Self {
        Self { stem: String::new(), unit: Cow::Borrowed(""), labels: Vec::new(), scale: 1.0, is_state: false }
    }
}

impl Named {
    fn new(stem: impl Into<String>, unit: &'static str) -> Self {
        Self { stem: stem.into(), unit: Cow::Borrowed(unit), ..Self::default() }
    }

    fn with(mut self, label: &'static str, value: impl Into<String>) -> Self {
        self.labels.push((Cow::Borrowed(label), value.into()));
        self
    }

    fn state(mut self) -> Self {
        self.is_state = true;
        self
    }
}

impl Place {
    /// What messages on a topic are about. `is_bare` says that they are one value, and no object.
    /// `label` is the topic with `+` for levels that the message names itself.
    pub(crate) fn of(topic: &str, label: &str, is_bare: bool) -> Self {
        let levels: Vec<&str> = topic.split('/').collect();
        zigbee2mqtt::place(&levels, is_bare)
            .or_else(|| shelly::place(&levels))
            .or_else(|| owntracks::place(&levels))
            .or_else(|| sparkplug::place(&levels))
            .or_else(|| tasmota::place(&levels))
            .or_else(|| shelly_rpc::place(&levels))
            .or_else(|| esphome::place(&levels))
            .unwrap_or_else(|| plain::place(label))
    }

    fn new(profile: Profile, labels: Vec<(&'static str, String)>, stem: impl Into<String>) -> Self {
        Self { profile, labels, stem: stem.into(), is_silent: false }
    }

    fn silent(profile: Profile) -> Self {
        Self { profile, is_silent: true, ..Self::default() }
    }

    /// How a field is called.
    pub(crate) fn name(&self, asked: Asked<'_>) -> Result<Named, Left> {
        match self.profile {
            Profile::Plain => plain::name(self, asked),
            Profile::Zigbee2Mqtt => zigbee2mqtt::name(self, asked),
            Profile::Tasmota => tasmota::name(self, asked),
            Profile::Shelly => shelly::name(self, asked),
            Profile::ShellyRpc => shelly_rpc::name(self, asked),
            Profile::Esphome => esphome::name(self, asked),
            Profile::OwnTracks => owntracks::name(self, asked),
            Profile::Sparkplug => sparkplug::name(self, asked),
        }
    }
}

impl Profile {
    /// Its word in labels; empty where nobody is known.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Zigbee2Mqtt => "zigbee2mqtt",
            Self::Tasmota => "tasmota",
            Self::Shelly | Self::ShellyRpc => "shelly",
            Self::Esphome => "esphome",
            Self::OwnTracks => "owntracks",
            Self::Sparkplug => "sparkplug",
        }
    }
}
