//! The nine variables of Alicia's deployment file. The program's own variables (`ALICIA_METRICS_…`) are read
//! by the command line itself and win over these.

use super::SettingsError;
use model::Secret;
use std::path::PathBuf;
use std::str::FromStr;

/// What Alicia's deployment says, as far as it says anything.
#[derive(Debug, Default)]
pub(super) struct AliciaVariables {
    pub(super) mqtt_broker: Option<String>,
    pub(super) mqtt_port: Option<u16>,
    pub(super) mqtt_username: Option<String>,
    pub(super) mqtt_password: Option<Secret>,
    pub(super) retention_days: Option<u32>,
    pub(super) collection_seconds: Option<u64>,
    pub(super) cpu_threshold: Option<f64>,
    pub(super) memory_threshold: Option<f64>,
    /// The directory of `METRICS_DATABASE_PATH`; the file name is not used.
    pub(super) data_dir: Option<PathBuf>,
}

impl AliciaVariables {
    /// Reads the variables through `variable`, which gives the value of a name.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let text = |name: &str| variable(name).filter(|value| !value.is_empty());
        Ok(Self {
            mqtt_broker: text("MQTT_BROKER"),
            mqtt_port: parse("MQTT_PORT", text("MQTT_PORT"))?,
            mqtt_username: text("MQTT_USERNAME"),
            mqtt_password: text("MQTT_PASSWORD").map(Secret::new),
            retention_days: parse("METRICS_RETENTION_DAYS", text("METRICS_RETENTION_DAYS"))?,
            collection_seconds: parse("COLLECTION_INTERVAL", text("COLLECTION_INTERVAL"))?,
            cpu_threshold: parse("ALERT_THRESHOLD_CPU", text("ALERT_THRESHOLD_CPU"))?,
            memory_threshold: parse("ALERT_THRESHOLD_MEMORY", text("ALERT_THRESHOLD_MEMORY"))?,
            data_dir: text("METRICS_DATABASE_PATH").map(|path| directory_of(&path)),
        })
    }
}

/// The value of an environment variable, if it is set and UTF-8.
#[expect(clippy::disallowed_methods, reason = "the settings are the one place that reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn parse<T: FromStr>(name: &str, value: Option<String>) -> Result<Option<T>, SettingsError>
where
    T::Err: std::fmt::Display,
{
    let Some(value) = value else { return Ok(None) };
    match value.trim().parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(error) => Err(SettingsError::value(name, format!("{value:?} is not usable: {error}"))),
    }
}

fn directory_of(path: &str) -> PathBuf {
    let path = PathBuf::from(path);
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::{AliciaVariables, Secret};
    use std::path::PathBuf;

    fn compose(name: &str) -> Option<String> {
        let value = match name {
            "MQTT_BROKER" => "alicia_bus_core",
            "MQTT_PORT" => "1883",
            "MQTT_USERNAME" => "metrics_collector",
            "MQTT_PASSWORD" => "secret",
            "METRICS_RETENTION_DAYS" => "30",
            "COLLECTION_INTERVAL" => "60",
            "ALERT_THRESHOLD_CPU" => "80",
            "ALERT_THRESHOLD_MEMORY" => "85",
            "METRICS_DATABASE_PATH" => "/app/data/metrics.db",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn defect_35_the_nine_variables_of_the_deployment_are_read() {
        let read = AliciaVariables::read(compose).expect("the deployment's own values are good");
        assert_eq!(read.mqtt_broker.as_deref(), Some("alicia_bus_core"));
        assert_eq!(read.mqtt_port, Some(1883));
        assert_eq!(read.mqtt_username.as_deref(), Some("metrics_collector"));
        assert_eq!(read.mqtt_password.as_ref().map(Secret::reveal), Some("secret"));
        assert_eq!(read.retention_days, Some(30));
        assert_eq!(read.collection_seconds, Some(60));
        assert_eq!(read.cpu_threshold, Some(80.0));
        assert_eq!(read.memory_threshold, Some(85.0));
        assert_eq!(read.data_dir, Some(PathBuf::from("/app/data")));
    }

    #[test]
    fn a_bad_variable_is_named_in_the_error() {
        let error = AliciaVariables::read(|name| (name == "MQTT_PORT").then(|| "many".to_owned()));
        let text = error.expect_err("a port is a number").to_string();
        assert!(text.contains("MQTT_PORT") && text.contains("many"), "{text}");
    }
}
