//! The table `[capsule]`: how much of the bus is remembered, and when it is written down.

use super::SettingsError;
use super::listen;
use crate::span::Span;
use capsule::RecorderSettings;
use model::{Millis, Severity, limits};
use serde::Deserialize;

/// What is recorded of the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CapsuleSettings {
    /// Default: the last five minutes, at most 16 megabytes of them, without sound.
    pub(crate) recorder: RecorderSettings,
    /// Alerts from this severity on have a capsule written. Default: none.
    pub(crate) on_alert: Option<Severity>,
    /// Capsules that are kept because of alerts. Default 20.
    pub(crate) files: usize,
    /// Of so much time only one alert has a capsule written. Default ten minutes.
    pub(crate) pause: Millis,
}

/// The table as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CapsuleTable {
    minutes: Option<u64>,
    megabytes: Option<u64>,
    exclude: Option<Vec<String>>,
    on_alert: Option<OnAlert>,
    files: Option<usize>,
    pause: Option<Span>,
}

/// Yes, no, or from which severity on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OnAlert {
    Always(bool),
    From(Severity),
}

/// The settings that the table comes to.
pub(super) fn resolve(table: CapsuleTable) -> Result<CapsuleSettings, SettingsError> {
    let wrong = |key: &str, why: String| Err(SettingsError::value(&format!("capsule.{key}"), why));
    let minutes = table.minutes.unwrap_or(limits::CAPSULE_MINUTES);
    if minutes > limits::CAPSULE_MOST_MINUTES {
        return wrong(
            "minutes",
            format!("{minutes} is out of range (0 to {})", limits::CAPSULE_MOST_MINUTES),
        );
    }
    let megabytes = table.megabytes.unwrap_or(limits::CAPSULE_MEGABYTES);
    if !(1..=limits::CAPSULE_MOST_MEGABYTES).contains(&megabytes) {
        let most = limits::CAPSULE_MOST_MEGABYTES;
        return wrong("megabytes", format!("{megabytes} is out of range (1 to {most})"));
    }
    let excludes =
        table.exclude.unwrap_or_else(|| bus::topics::SOUND.iter().map(|&one| one.to_owned()).collect());
    if excludes.len() > limits::CAPSULE_FILTERS {
        return wrong("exclude", format!("at most {} filters", limits::CAPSULE_FILTERS));
    }
    if let Some(bad) = excludes.iter().find(|filter| !listen::is_filter(filter)) {
        return wrong("exclude", format!("{bad:?} is no filter of topics"));
    }
    let files = table.files.unwrap_or(limits::CAPSULE_FILES);
    if !(1..=limits::CAPSULE_MOST_FILES).contains(&files) {
        return wrong("files", format!("{files} is out of range (1 to {})", limits::CAPSULE_MOST_FILES));
    }
    let pause = table.pause.map_or(limits::CAPSULE_PAUSE, |pause| pause.0);
    if !(0..=limits::DAY).contains(&pause) {
        return wrong("pause", "is out of range (0s to 1d)".to_owned());
    }
    let on_alert = match table.on_alert {
        None | Some(OnAlert::Always(false)) => None,
        Some(OnAlert::Always(true)) => Some(Severity::Info),
        Some(OnAlert::From(severity)) => Some(severity),
    };
    if on_alert.is_some() && minutes == 0 {
        return wrong("on_alert", "nothing is recorded, since `minutes` is 0".to_owned());
    }
    let recorder = RecorderSettings {
        length: Millis::try_from(minutes).unwrap_or(0) * limits::MINUTE,
        bytes: usize::try_from(megabytes).unwrap_or(1) * 1_000_000,
        excludes,
    };
    Ok(CapsuleSettings { recorder, on_alert, files, pause })
}

#[cfg(test)]
mod tests {
    use super::{CapsuleSettings, CapsuleTable, resolve};
    use model::Severity;

    fn read(text: &str) -> Result<CapsuleSettings, String> {
        let table: CapsuleTable = toml::from_str(text).map_err(|error| error.to_string())?;
        resolve(table).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_word_five_minutes_are_remembered_and_nothing_is_written() {
        let settings = read("").expect("defaults are good");
        assert_eq!((settings.recorder.length, settings.recorder.bytes), (300_000, 16_000_000));
        assert!(settings.recorder.excludes.iter().any(|filter| filter.ends_with("audio/#")));
        assert_eq!((settings.on_alert, settings.files, settings.pause), (None, 20, 600_000));
    }

    #[test]
    fn alerts_have_capsules_from_a_severity_on() {
        let of = |text: &str| read(text).map(|settings| settings.on_alert);
        assert_eq!(of("on_alert = true"), Ok(Some(Severity::Info)));
        assert_eq!(of("on_alert = false"), Ok(None));
        assert_eq!(of("on_alert = 'error'"), Ok(Some(Severity::Error)));
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (text, key) in [
            ("minutes = 1441", "capsule.minutes"),
            ("megabytes = 0", "capsule.megabytes"),
            ("megabytes = 257", "capsule.megabytes"),
            ("exclude = ['a/#/b']", "capsule.exclude"),
            ("files = 0", "capsule.files"),
            ("pause = '2d'", "capsule.pause"),
            ("minutes = 0\non_alert = true", "capsule.on_alert"),
            ("on_alert = 'bad'", "on_alert"),
            ("minute = 5", "minute"),
        ] {
            let told = read(text).expect_err(text);
            assert!(told.contains(key), "{text}: {told}");
        }
    }
}
