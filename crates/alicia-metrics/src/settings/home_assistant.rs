//! `[home_assistant]`: whether, where and what is announced to Home Assistant.

use super::SettingsError;
use crate::home_assistant_args::HomeAssistantArgs;
use crate::matching;
use crate::span::Span;
use bus::DiscoveryTopics;
use model::{Matcher, Millis, SERVICE, Severity, limits};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What Home Assistant reads unless it is told otherwise.
const PREFIX: &str = "homeassistant";
/// How long a silence is that a switch makes.
const SILENCE: Span = Span(limits::HOUR);

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HomeAssistantTable {
    pub(super) enabled: Option<bool>,
    pub(super) prefix: Option<String>,
    pub(super) silence: Option<Span>,
    pub(super) severities: Option<Vec<String>>,
    /// Which services; see [`super::file::Retention::matching`].
    pub(super) services: Option<String>,
}

/// What is announced to Home Assistant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HomeAssistant {
    /// Whether anything is. Default no; what was announced before is taken down.
    pub(crate) is_enabled: bool,
    /// Where. Default below `homeassistant`.
    pub(crate) topics: DiscoveryTopics,
    /// How long a silence is that a switch makes. Default an hour.
    pub(crate) silence: Millis,
    /// Rules of which severities. Default all.
    pub(crate) severities: BTreeSet<Severity>,
    /// What the label of a service must meet. Default nothing.
    pub(crate) services: Vec<Matcher>,
}

/// What flags and file say together. The client id tells collectors apart.
pub(super) fn resolve(
    args: &HomeAssistantArgs,
    file: HomeAssistantTable,
    client_id: &str,
) -> Result<HomeAssistant, SettingsError> {
    let wrong = |key: &str, why: String| SettingsError::value(&format!("home_assistant.{key}"), why);
    let prefix = args.prefix.clone().or(file.prefix).unwrap_or_else(|| PREFIX.to_owned());
    let silence = args.silence.or(file.silence).unwrap_or(SILENCE);
    let (least, most) = limits::HOME_ASSISTANT_SILENCES;
    if !(least..=most).contains(&silence.0) {
        let why = format!("{silence} is out of range ({} to {})", Span(least), Span(most));
        return Err(wrong("silence", why));
    }
    let severities = Some(args.severities.clone()).filter(|words| !words.is_empty()).or(file.severities);
    let severities = match severities {
        None => [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical].into(),
        Some(words) => {
            let read: Result<_, _> = words.iter().map(|word| word.parse()).collect();
            read.map_err(|error: model::UnknownSeverity| wrong("severities", error.to_string()))?
        }
    };
    let services = match file.services {
        None => Vec::new(),
        Some(text) => matching::parse(&text).map_err(|why| wrong("services", why))?,
    };
    if services.len() > limits::SILENCE_MATCHERS || services.iter().any(|one| one.label() != SERVICE) {
        let why = "expected conditions on the name, such as `service=~\"kitchen.*\"`";
        return Err(wrong("services", why.to_owned()));
    }
    Ok(HomeAssistant {
        is_enabled: args.enabled || file.enabled.unwrap_or(false),
        topics: DiscoveryTopics::new(&prefix, client_id).map_err(|why| wrong("prefix", why))?,
        silence: silence.0,
        severities,
        services,
    })
}

#[cfg(test)]
mod tests {
    use super::{HomeAssistant, resolve};
    use crate::home_assistant_args::HomeAssistantArgs;
    use crate::settings::file::File;
    use crate::span::Span;
    use model::Severity;

    fn read(text: &str, args: &HomeAssistantArgs) -> Result<HomeAssistant, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        resolve(args, file.home_assistant, "alicia-metrics").map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_announced_unless_that_is_wanted() {
        let none = read("", &HomeAssistantArgs::default()).expect("good");
        assert!(!none.is_enabled && none.severities.len() == 4 && none.services.is_empty());
        assert_eq!(
            (none.silence, none.topics.config("sensor", "a")),
            (3_600_000, "homeassistant/sensor/alicia-metrics/a/config".to_owned())
        );
    }

    #[test]
    fn flags_win_over_the_file() {
        let text = "[home_assistant]\nenabled = true\nprefix = 'home'\nsilence = '2h'\nseverities = ['error']\n\
                    services = 'service!=\"system\"'\n";
        let file = read(text, &HomeAssistantArgs::default()).expect("good");
        assert!(file.is_enabled && file.topics.config("sensor", "a").starts_with("home/"));
        assert_eq!((file.silence, file.severities), (7_200_000, [Severity::Error].into()));
        assert!(!file.services[0].admits("system") && file.services[0].admits("a"));
        let args = HomeAssistantArgs {
            enabled: true,
            prefix: Some("other".to_owned()),
            silence: Some(Span(60_000)),
            severities: vec!["critical".to_owned(), "info".to_owned()],
        };
        let flags = read(text, &args).expect("good");
        assert!(flags.topics.config("sensor", "a").starts_with("other/"));
        assert_eq!((flags.silence, flags.severities), (60_000, [Severity::Critical, Severity::Info].into()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (key, why) in [
            ("prefix = 'alicia'", "home_assistant.prefix"),
            ("prefix = 'a/#'", "home_assistant.prefix"),
            ("silence = '1s'", "out of range"),
            ("silence = 'forever'", "out of range"),
            ("severities = ['bad']", "unknown severity"),
            ("services = 'job=\"a\"'", "conditions on the name"),
            ("services = 'service=~\"(\"'", "home_assistant.services"),
            ("enable = true", "enabled"),
        ] {
            let error =
                read(&format!("[home_assistant]\n{key}\n"), &HomeAssistantArgs::default()).expect_err(key);
            assert!(error.contains(why), "{key}: {error}");
        }
    }
}
