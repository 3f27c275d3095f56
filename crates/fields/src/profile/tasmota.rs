//! Tasmota: `tele/<device>/STATE|SENSOR|LWT`, `stat/<device>/RESULT|POWER|STATUS8`; also with the prefix behind the name.

use super::naming::{as_written, known, words};
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;
use crate::value::Value;
use crate::words::snake;

const PREFIXES: [&str; 3] = ["tele", "stat", "cmnd"];

/// What stands in `STATE`.
const STATE: &[(&str, &str, &str)] = &[
    ("UptimeSec", "uptime", "seconds"),
    ("Heap", "heap_free", "kilobytes"),
    ("Sleep", "sleep", "milliseconds"),
    ("Vcc", "supply_voltage", "volts"),
    ("LoadAvg", "load_average", "percent"),
    ("MqttCount", "mqtt_connects_total", ""),
    ("Dimmer", "dimmer", "percent"),
    ("White", "white", "percent"),
    ("CT", "color_temperature", "mireds"),
    ("Wifi.RSSI", "wifi_signal", "percent"),
    ("Wifi.Signal", "wifi_signal", "dbm"),
    ("Wifi.LinkCount", "wifi_connects_total", ""),
];

/// What meters measure.
const ENERGY: &[(&str, &str, &str)] = &[
    ("Total", "energy_total", "kilowatt_hours"),
    ("Today", "energy_today", "kilowatt_hours"),
    ("Yesterday", "energy_yesterday", "kilowatt_hours"),
    ("Period", "energy_period", "watt_hours"),
    ("ExportActive", "energy_exported_total", "kilowatt_hours"),
    ("Power", "power", "watts"),
    ("ApparentPower", "apparent_power", "volt_amperes"),
    ("ReactivePower", "reactive_power", "volt_amperes_reactive"),
    ("Factor", "power_factor", ""),
    ("Frequency", "frequency", "hertz"),
    ("Voltage", "voltage", "volts"),
    ("Current", "current", "amperes"),
];

/// What other sensors measure, but for temperatures and pressures, whose units are told.
const SENSORS: &[(&str, &str, &str)] = &[
    ("Humidity", "humidity", "percent"),
    ("Moisture", "moisture", "percent"),
    ("Illuminance", "illuminance", "lux"),
    ("CarbonDioxide", "co2", "ppm"),
    ("eCO2", "co2_equivalent", "ppm"),
    ("TVOC", "tvoc", "ppb"),
    ("Gas", "gas_resistance", "kiloohms"),
    ("PM1", "pm1", "micrograms_per_cubic_meter"),
    ("PM2.5", "pm25", "micrograms_per_cubic_meter"),
    ("PM10", "pm10", "micrograms_per_cubic_meter"),
    ("Distance", "distance", "centimeters"),
    ("Weight", "weight", "kilograms"),
    ("Battery", "battery", "percent"),
];

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    let at = levels.iter().position(|level| PREFIXES.contains(level))?;
    let (prefix, last) = (levels.get(at)?, levels.last()?);
    let is_tasmota = levels.len() >= 3 && at + 1 < levels.len() && is_kind(last);
    if !is_tasmota {
        return None;
    }
    let names = levels.iter().enumerate().filter(|(place, _)| *place != at && *place + 1 != levels.len());
    let device = names.map(|(_, level)| *level).collect::<Vec<_>>().join("/");
    if *prefix == "cmnd" || last.starts_with("INFO") {
        return Some(Place::silent(Profile::Tasmota));
    }
    Some(Place::new(Profile::Tasmota, vec![("device", start(&device).to_owned())], *last))
}

fn is_kind(last: &str) -> bool {
    let stem = last.trim_end_matches(|c: char| c.is_ascii_digit());
    matches!(
        stem,
        "LWT" | "STATE" | "SENSOR" | "RESULT" | "STATUS" | "UPTIME" | "INFO" | "POWER" | "EVENT" | "MARGINS"
    )
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    if asked.path.is_empty() {
        return match (&*place.stem, asked.value) {
            ("LWT", _) => Ok(Named::new("available", "")),
            (stem, Value::Text(_)) if stem.starts_with("POWER") => Ok(power(stem)),
            _ => as_written(asked, &snake(&place.stem)),
        };
    }
    // An answer to a question for sensors or state has these around what it tells.
    let path = asked.path.strip_prefix("StatusSNS.").or_else(|| asked.path.strip_prefix("StatusSTS."));
    if place.stem.starts_with("STATUS") && path.is_none() {
        return Err(Left::Profile);
    }
    let path = path.unwrap_or(asked.path);
    if matches!(path, "TempUnit" | "PressureUnit" | "SpeedUnit" | "SleepMode" | "Uptime" | "Wifi.Mode") {
        return Err(Left::Profile);
    }
    if let Some(named) = known(STATE, path) {
        return Ok(named);
    }
    let steps: Vec<&str> = path.split('.').collect();
    match steps.as_slice() {
        [power_of] if power_of.trim_end_matches(|c: char| c.is_ascii_digit()) == "POWER" => {
            Ok(power(power_of))
        }
        [switch] if switch.starts_with("Switch") => Ok(numbered("switch_on", "switch", switch)),
        ["ENERGY", field, rest @ ..] => {
            let named = known(ENERGY, field).map_or_else(|| as_written(asked, &snake(field)), Ok)?;
            Ok(match rest {
                [phase] => named.with("phase", one_more(phase)),
                _ => named,
            })
        }
        ["COUNTER", counter] => Ok(numbered("counter_total", "counter", counter)),
        ["ANALOG", input] => analog(asked, input),
        // `PM2.5` is one name, though it has a dot.
        [sensor, field @ ..] if !field.is_empty() && is_sensor(sensor) => {
            measured(asked, sensor, &field.join("."))
        }
        _ => {
            let (words, labels) = words(path);
            let mut named = as_written(asked, &words.join("_"))?;
            named.labels.extend(labels.into_iter().map(|(name, value)| (name.into(), value)));
            Ok(named)
        }
    }
}

fn is_sensor(step: &str) -> bool {
    step != "Wifi" && step.starts_with(|c: char| c.is_ascii_uppercase())
}

fn measured(asked: Asked<'_>, sensor: &str, field: &str) -> Result<Named, Left> {
    let named = match field {
        "Temperature" | "DewPoint" | "ObjectTemp" | "AmbientTemp" => Named::new(snake(field), degrees(asked)),
        "Pressure" | "SeaPressure" => Named::new(snake(field), pressure(asked)),
        _ => known(SENSORS, field).map_or_else(|| as_written(asked, &snake(field)), Ok)?,
    };
    Ok(named.with("sensor", start(sensor)))
}

fn analog(asked: Asked<'_>, input: &str) -> Result<Named, Left> {
    let digits = input.trim_start_matches(|c: char| !c.is_ascii_digit());
    match input.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "Temperature" => Ok(Named::new("temperature", degrees(asked)).with("input", digits)),
        "A" | "Range" => Ok(Named::new("analog", "").with("input", input)),
        _ => as_written(asked, &snake(input)),
    }
}

fn power(field: &str) -> Named {
    numbered("power_on", "relay", field)
}

/// A thing among several of its kind; one alone has no number.
fn numbered(stem: &'static str, label: &'static str, field: &str) -> Named {
    let number = field.trim_start_matches(|c: char| !c.is_ascii_digit());
    Named::new(stem, "").with(label, if number.is_empty() { "1" } else { number })
}

/// Phases are counted from 1.
fn one_more(place: &str) -> String {
    place.parse::<usize>().map_or_else(|_| place.to_owned(), |place| (place + 1).to_string())
}

/// A unit that the message tells of itself.
fn told<'a>(asked: Asked<'a>, field: &str) -> Option<&'a str> {
    let path = format!("StatusSNS.{field}");
    asked.leaves.get(field).or_else(|| asked.leaves.get(&path)).and_then(Value::text)
}

fn degrees(asked: Asked<'_>) -> &'static str {
    if told(asked, "TempUnit") == Some("F") { "fahrenheit" } else { "celsius" }
}

fn pressure(asked: Asked<'_>) -> &'static str {
    match told(asked, "PressureUnit") {
        Some("mmHg") => "millimeters_of_mercury",
        Some("inHg") => "inches_of_mercury",
        _ => "hectopascals",
    }
}
