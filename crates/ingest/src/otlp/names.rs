//! From names of OpenTelemetry to those of Prometheus, as its receiver does by default: what is no letter or digit becomes
//! an underscore, and the unit and the kind of a metric stand behind its name.

use std::borrow::Cow;

/// Units and the words for them.
const UNITS: [(&str, &str); 25] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
];
/// What a rate is per.
const PER: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// What of a metric its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It only rises.
    Total,
    /// It goes up and down.
    Gauge,
    /// Neither is said.
    Other,
}

/// The name of a metric, with its unit and what it is.
pub(super) fn metric(name: &str, unit: &str, ending: Ending) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let mut words: Vec<&str> = name.split(|c| !is_kept(c)).filter(|word| !word.is_empty()).collect();
    let (main, per) = unit.split_once('/').map_or((unit, ""), |(main, per)| (main, per));
    let (main, per) = (word_of(main, &UNITS), word_of(per, &PER));
    let cleaned =
        |text: &str| text.split(|c| !is_kept(c)).filter(|w| !w.is_empty()).collect::<Vec<_>>().join("_");
    let (main, per) = (cleaned(&main), cleaned(&per));
    if ending == Ending::Total {
        words.retain(|word| *word != "total");
    }
    if !main.is_empty() && !words.contains(&main.as_str()) {
        words.push(&main);
    }
    if !per.is_empty() && !words.contains(&per.as_str()) {
        words.extend(["per", &per]);
    }
    if ending == Ending::Gauge && unit == "1" {
        words.retain(|word| *word != "ratio");
        words.push("ratio");
    }
    if ending == Ending::Total {
        words.push("total");
    }
    let mut name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// The word for a unit; none for one that counts things (`1`, `{request}`).
fn word_of<'a>(unit: &'a str, words: &[(&str, &'static str)]) -> Cow<'a, str> {
    let unit = unit.trim();
    if unit == "1" || unit.contains(['{', '}']) {
        return Cow::Borrowed("");
    }
    words
        .iter()
        .find(|(known, _)| *known == unit)
        .map_or(Cow::Borrowed(unit), |(_, word)| Cow::Borrowed(*word))
}

/// The unit of a metric in words, for its description.
pub(super) fn unit(unit: &str) -> String {
    let (main, per) = unit.split_once('/').map_or((unit, ""), |(main, per)| (main, per));
    let (main, per) = (word_of(main, &UNITS), word_of(per, &PER));
    if per.is_empty() { main.into_owned() } else { format!("{main}_per_{per}") }
}

/// The name of a label.
pub(super) fn label(name: &str) -> Cow<'_, str> {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
    if !starts_with_digit && name.chars().all(is_kept) {
        return Cow::Borrowed(name);
    }
    let prefix = if starts_with_digit { "key_" } else { "" };
    Cow::Owned(prefix.chars().chain(name.chars().map(|c| if is_kept(c) { c } else { '_' })).collect())
}

#[cfg(test)]
mod tests {
    use super::{Ending, label, metric};

    #[test]
    fn names_of_metrics_say_their_units_and_kinds() {
        for (name, unit, ending, expect) in [
            ("http.server.request.duration", "s", Ending::Other, "http_server_request_duration_seconds"),
            ("system.cpu.time", "s", Ending::Total, "system_cpu_time_seconds_total"),
            ("requests_total", "1", Ending::Total, "requests_total"),
            ("requests", "{request}", Ending::Total, "requests_total"),
            ("system.cpu.utilization", "1", Ending::Gauge, "system_cpu_utilization_ratio"),
            ("system.network.io", "By/s", Ending::Gauge, "system_network_io_bytes_per_second"),
            ("memory_bytes", "By", Ending::Gauge, "memory_bytes"),
            ("5xx..errors", "", Ending::Other, "_5xx_errors"),
            ("temperature", "Cel", Ending::Gauge, "temperature_celsius"),
            ("ünits", "fort-night", Ending::Gauge, "nits_fort_night"),
        ] {
            assert_eq!(metric(name, unit, ending), expect, "{name} {unit}");
        }
    }

    #[test]
    fn labels_have_letters_digits_and_underscores() {
        for (name, expect) in [("host.name", "host_name"), ("a_b", "a_b"), ("5xx", "key_5xx"), ("ü", "_")] {
            assert_eq!(label(name), expect);
        }
    }
}
