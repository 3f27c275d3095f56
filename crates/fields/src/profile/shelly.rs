//! Shelly devices of the first generation: `shellies/<device>/relay/0/power` and the like, mostly bare values.

use super::naming::{as_written, words};
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;
use crate::words::snake;

const BASE: &str = "shellies";

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    let (base, rest) = levels.split_first()?;
    if *base != BASE {
        return None;
    }
    match rest {
        [_] | [] | ["command" | "announce", ..] | [_, "announce" | "command" | "settings"] => {
            Some(Place::silent(Profile::Shelly))
        }
        [.., "command" | "set"] => Some(Place::silent(Profile::Shelly)),
        [device, rest @ ..] => {
            Some(Place::new(Profile::Shelly, vec![("device", start(device).to_owned())], rest.join("/")))
        }
    }
}

/// What components measure, on topics of their own.
fn measured(quantity: &str) -> Option<(&'static str, &'static str)> {
    Some(match quantity {
        "power" => ("power", "watts"),
        "reactive_power" => ("reactive_power", "volt_amperes_reactive"),
        "voltage" => ("voltage", "volts"),
        "current" => ("current", "amperes"),
        "pf" => ("power_factor", ""),
        "energy" => ("energy_total", "watt_minutes"),
        "returned_energy" => ("energy_returned_total", "watt_minutes"),
        "total" => ("energy_total", "watt_hours"),
        "total_returned" => ("energy_returned_total", "watt_hours"),
        "temperature" => ("temperature", "celsius"),
        "temperature_f" => ("temperature", "fahrenheit"),
        "humidity" => ("humidity", "percent"),
        "battery" => ("battery", "percent"),
        "lux" => ("illuminance", "lux"),
        "tilt" => ("tilt", "degrees"),
        "concentration" => ("gas_concentration", "ppm"),
        "pos" => ("position", "percent"),
        _ => return None,
    })
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    let steps: Vec<&str> = place.stem.split('/').collect();
    if !asked.path.is_empty() {
        return object(&steps, asked);
    }
    let of = |quantity: &str| measured(quantity).map(|(stem, unit)| Named::new(stem, unit));
    match steps.as_slice() {
        ["online"] => Ok(Named::new("available", "")),
        [quantity] => of(quantity).map_or_else(|| as_written(asked, &snake(quantity)), Ok),
        ["sensor", "state"] => Ok(Named::new("open", "")),
        ["sensor", "act_reasons"] => Err(Left::Profile),
        ["sensor", quantity] => of(quantity).map_or_else(|| as_written(asked, &snake(quantity)), Ok),
        ["ext_temperature" | "ext_humidity" | "ext_switch", channel] => {
            let quantity = steps.first().map_or("", |step| step.trim_start_matches("ext_"));
            Ok(of(quantity).unwrap_or_else(|| Named::new("switch_on", "")).with("probe", *channel))
        }
        ["roller", channel] => Ok(Named::new("roller_state", "").state().with("channel", *channel)),
        ["temperature_f", channel] => Ok(Named::new("temperature", "fahrenheit").with("channel", *channel)),
        [component @ ("relay" | "light" | "color" | "white" | "input"), channel] => {
            Ok(Named::new(format!("{component}_on"), "").with("channel", *channel))
        }
        [component, channel] => Ok(as_written(asked, &snake(component))?.with("channel", *channel)),
        [component, channel, quantity] => {
            let named = of(quantity).map_or_else(|| as_written(asked, &snake(quantity)), Ok)?;
            Ok(named.with("component", snake(component)).with("channel", *channel))
        }
        _ => as_written(asked, &snake(&place.stem)),
    }
}

/// A field of what is JSON here: the state of a light, a pressed button, all of a device.
fn object(steps: &[&str], asked: Asked<'_>) -> Result<Named, Left> {
    let (mut words, labels) = words(asked.path);
    let last = words.last().map_or("", |word| word.as_str());
    let bytes = matches!(last, "ram_free" | "fs_size" | "fs_free");
    let named = match (steps, asked.path) {
        (_, "mode" | "source" | "event" | "transition") => return Err(Left::Profile),
        (["input_event", ..], "event_cnt") => Named::new("input_events_total", ""),
        (["light" | "color" | "white", ..], "ison") => Named::new("light_on", ""),
        (["light" | "color" | "white", ..], "brightness" | "gain" | "white") => Named::new(last, "percent"),
        (["light" | "color" | "white", ..], "temp") => Named::new("color_temperature", "kelvin"),
        (_, "uptime") => Named::new("uptime", "seconds"),
        (_, "tmp.tF" | "temperature_f") => return Err(Left::Profile),
        (_, "tmp.tC" | "tmp.value" | "temperature") => Named::new("temperature", "celsius"),
        (_, "wifi_sta.rssi") => Named::new("wifi_signal", "dbm"),
        (_, "ram_total") => Named::new("ram_size", "bytes"),
        _ if bytes => Named::new(last, "bytes"),
        _ if words.first().is_some_and(|word| matches!(&**word, "meters" | "emeters" | "relays")) => {
            component(&words, asked)?
        }
        _ => {
            if words.first().is_some_and(|word| word == "lights") {
                words.remove(0);
            }
            as_written(asked, &words.join("_"))?
        }
    };
    let channel =
        steps.get(1).filter(|_| labels.is_empty()).map(|channel| ("channel", (*channel).to_owned()));
    let labels = labels.into_iter().map(|(_, value)| ("channel", value)).chain(channel);
    Ok(labels.fold(named, |named, (label, value)| named.with(label, value)))
}

/// A field of one of several meters or relays.
fn component(words: &[String], asked: Asked<'_>) -> Result<Named, Left> {
    let (kind, field) = (words.first().map_or("", |kind| &**kind), words.get(1).map_or("", |field| &**field));
    let named = match (kind, field) {
        ("relays", "ison") => Named::new("relay_on", ""),
        // Of a relay's meter it counts in minutes, of an energy meter in hours.
        ("meters", "total") => Named::new("energy_total", "watt_minutes"),
        ("meters", "counters") | ("relays", "source") => return Err(Left::Profile),
        _ => match measured(field) {
            Some((stem, unit)) => Named::new(stem, unit),
            None => as_written(asked, &words.join("_"))?,
        },
    };
    Ok(named.with("component", kind.trim_end_matches('s')))
}
