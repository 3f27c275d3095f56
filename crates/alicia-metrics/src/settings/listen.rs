//! What is listened to: filters of topics, as MQTT has them.

use super::SettingsError;
use model::limits;

/// The word for nothing.
const NONE: &str = "none";

/// The filters of the flags, or of the file, or the default.
pub(super) fn filters(flags: &[String], file: Option<Vec<String>>) -> Result<Vec<String>, SettingsError> {
    let filters = match (flags, file) {
        ([], None) => [bus::topics::EVERYTHING, bus::topics::BROKER].map(str::to_owned).to_vec(),
        ([], Some(file)) => file,
        (flags, _) => flags.to_vec(),
    };
    if filters.len() > limits::LISTEN_FILTERS {
        return Err(refused(format!("at most {} filters", limits::LISTEN_FILTERS)));
    }
    let filters: Vec<String> = filters.into_iter().filter(|filter| filter != NONE).collect();
    filters.iter().try_for_each(|filter| check(filter))?;
    Ok(filters)
}

/// Whether it is a filter of topics.
pub(super) fn is_filter(filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    let last = levels.len() - 1;
    let is_level = |(place, level): (usize, &&str)| match *level {
        "+" => true,
        "#" => place == last,
        level => !level.contains(['+', '#', '\0']),
    };
    !filter.is_empty() && filter.len() <= limits::REPLY_TOPIC_BYTES && levels.iter().enumerate().all(is_level)
}

fn check(filter: &str) -> Result<(), SettingsError> {
    if !is_filter(filter) {
        return Err(refused(format!(
            "{filter:?} is no filter of topics; expected such as `alicia/#` or `home/+/state`"
        )));
    }
    if filter.starts_with("$share/") {
        return Err(refused(format!("{filter:?} is shared with others, and each would hear only a part")));
    }
    Ok(())
}

fn refused(message: String) -> SettingsError {
    SettingsError::value("mqtt-listen", message)
}
