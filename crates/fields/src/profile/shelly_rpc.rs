//! Shelly devices since the second generation: `<device>/status/switch:0`, `<device>/events/rpc`, `<device>/online`.

use super::naming::as_written;
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;
use crate::words::{last_word, snake};

/// Components of which a device has one.
const ALONE: [&str; 9] = ["sys", "wifi", "ble", "cloud", "mqtt", "ws", "eth", "modbus", "ui"];
/// What of a notification is about the device.
const PARAMS: &str = "params.";

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    let device = |levels: &[&str]| vec![("device", start(&levels.join("/")).to_owned())];
    match levels {
        [name @ .., "status", component] if !name.is_empty() && is_component(component) => {
            Some(Place::new(Profile::ShellyRpc, device(name), *component))
        }
        [name @ .., "events", "rpc"] if !name.is_empty() => {
            Some(Place::new(Profile::ShellyRpc, device(name), ""))
        }
        [name @ .., "online"] if name.last().is_some_and(|name| is_shelly(name)) => {
            Some(Place::new(Profile::ShellyRpc, device(name), "online"))
        }
        [name @ .., "rpc" | "command"] if name.last().is_some_and(|name| is_shelly(name)) => {
            Some(Place::silent(Profile::ShellyRpc))
        }
        _ => None,
    }
}

fn is_shelly(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("shelly"))
}

/// Whether a level is a component such as `switch:0`.
fn is_component(level: &str) -> bool {
    match level.split_once(':') {
        Some((kind, number)) => {
            let is_kind = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            !kind.is_empty()
                && kind.chars().all(is_kind)
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        None => ALONE.contains(&level),
    }
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    if place.stem == "online" {
        return Ok(Named::new("available", ""));
    }
    if !place.stem.is_empty() {
        return of_component(&place.stem, asked.path, asked);
    }
    let (component, path) =
        asked.path.strip_prefix(PARAMS).and_then(|path| path.split_once('.')).ok_or(Left::Profile)?;
    if !is_component(component) {
        return Err(Left::Profile);
    }
    of_component(component, path, asked)
}

fn of_component(component: &str, path: &str, asked: Asked<'_>) -> Result<Named, Left> {
    let (kind, channel) = component.split_once(':').unwrap_or((component, ""));
    let named = match phase(path) {
        Some((phase, field)) if matches!(kind, "em" | "emdata") => {
            quantity(kind, field, asked)?.with("phase", phase)
        }
        _ => quantity(kind, path, asked)?,
    };
    Ok(if channel.is_empty() { named } else { named.with("component", kind).with("channel", channel) })
}

/// A field of one of three phases, or of the neutral wire: `a_act_power`.
fn phase(path: &str) -> Option<(&str, &str)> {
    let (phase, field) = path.split_once('_')?;
    matches!(phase, "a" | "b" | "c" | "n").then_some((phase, field))
}

fn quantity(kind: &str, field: &str, asked: Asked<'_>) -> Result<Named, Left> {
    let (stem, unit) = match (kind, field) {
        (_, "id" | "source" | "temperature.tF" | "tF") => return Err(Left::Profile),
        // The same energy again, minute by minute.
        (_, field) if field.contains(".by_minute") => return Err(Left::Profile),
        ("temperature", "tC") | (_, "temperature.tC") => ("temperature", "celsius"),
        ("humidity", "rh") => ("humidity", "percent"),
        ("illuminance", "lux") => ("illuminance", "lux"),
        ("devicepower", "battery.percent") => ("battery", "percent"),
        ("devicepower", "battery.V") => ("battery_voltage", "volts"),
        ("wifi", "rssi") => ("wifi_signal", "dbm"),
        ("wifi", "status") | ("cover", "state") => {
            return Ok(Named::new(format!("{kind}_{field}"), "").state());
        }
        ("cover", "current_pos") => ("position", "percent"),
        ("cover", "target_pos") => ("target_position", "percent"),
        ("switch" | "light" | "cct" | "rgb" | "rgbw" | "cover", "output") => {
            return Ok(Named::new(format!("{kind}_on"), ""));
        }
        ("input", "state") => ("input_on", ""),
        ("input", "percent") => ("input", "percent"),
        ("input", "counts.total") => ("input_counts_total", ""),
        (_, "brightness") => ("brightness", "percent"),
        (_, "ct") => ("color_temperature", "kelvin"),
        (_, "apower" | "act_power") => ("power", "watts"),
        (_, "aprt_power" | "aprtpower") => ("apparent_power", "volt_amperes"),
        (_, "rpower") => ("reactive_power", "volt_amperes_reactive"),
        (_, "total_act_power") => ("total_power", "watts"),
        (_, "total_aprt_power") => ("total_apparent_power", "volt_amperes"),
        (_, "total_current") => ("total_current", "amperes"),
        (_, "voltage" | "xvoltage") => ("voltage", "volts"),
        (_, "current") => ("current", "amperes"),
        (_, "pf") => ("power_factor", ""),
        (_, "freq") => ("frequency", "hertz"),
        (_, "aenergy.total" | "total_act_energy") => ("energy_total", "watt_hours"),
        (_, "ret_aenergy.total" | "total_act_ret_energy") => ("energy_returned_total", "watt_hours"),
        (_, "total_act") => ("energy_all_phases_total", "watt_hours"),
        (_, "total_act_ret") => ("energy_returned_all_phases_total", "watt_hours"),
        ("sys", "uptime") => ("uptime", "seconds"),
        (_, field) if matches!(last_word(field), "size" | "free") && kind == "sys" => {
            return Ok(Named::new(snake(field), "bytes"));
        }
        _ => {
            let stem = snake(field);
            let stem = if stem.starts_with(kind) { stem } else { format!("{kind}_{stem}") };
            return as_written(asked, &stem);
        }
    };
    Ok(Named::new(stem, unit))
}
