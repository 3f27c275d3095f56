//! Zigbee2MQTT: `zigbee2mqtt/<friendly name>`, `…/availability`, `zigbee2mqtt/bridge/…`. A friendly name may have slashes.

use super::naming::{as_written, known, words};
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;

const BASE: &str = "zigbee2mqtt";

/// Names as they come, what they are called, their unit.
const FIELDS: &[(&str, &str, &str)] = &[
    ("battery", "battery", "percent"),
    ("co2", "co2", "ppm"),
    ("color_temp", "color_temperature", "mireds"),
    ("color_temp_startup", "color_temperature_startup", "mireds"),
    ("current", "current", "amperes"),
    ("current_phase_b", "current_phase_b", "amperes"),
    ("current_phase_c", "current_phase_c", "amperes"),
    ("current_heating_setpoint", "heating_setpoint", "celsius"),
    ("device_temperature", "device_temperature", "celsius"),
    ("energy", "energy_total", "kilowatt_hours"),
    ("produced_energy", "energy_produced_total", "kilowatt_hours"),
    ("external_temperature_input", "external_temperature", "celsius"),
    ("formaldehyd", "formaldehyde", "milligrams_per_cubic_meter"),
    ("humidity", "humidity", "percent"),
    ("illuminance", "illuminance", "lux"),
    ("illuminance_lux", "illuminance", "lux"),
    ("linkquality", "linkquality", ""),
    ("local_temperature", "temperature", "celsius"),
    ("local_temperature_calibration", "temperature_calibration", "celsius"),
    ("occupied_cooling_setpoint", "cooling_setpoint", "celsius"),
    ("occupied_heating_setpoint", "heating_setpoint", "celsius"),
    ("pi_heating_demand", "heating_demand", "percent"),
    ("pm10", "pm10", "micrograms_per_cubic_meter"),
    ("pm25", "pm25", "micrograms_per_cubic_meter"),
    ("position", "position", "percent"),
    ("tilt", "tilt", "percent"),
    ("power", "power", "watts"),
    ("power_apparent", "apparent_power", "volt_amperes"),
    ("power_reactive", "reactive_power", "volt_amperes_reactive"),
    ("ac_frequency", "frequency", "hertz"),
    ("pressure", "pressure", "hectopascals"),
    ("soil_moisture", "soil_moisture", "percent"),
    ("temperature", "temperature", "celsius"),
    ("uptime_sec", "uptime", "seconds"),
    ("process_uptime_sec", "process_uptime", "seconds"),
    ("valve_opening_degree", "valve_opening", "percent"),
];

/// What is no measurement: what the device is, and offers of new firmware; an action is something that happens, and no state.
const OTHER: [&str; 6] = ["device", "update", "color_options", "level_config", "action", "click"];
/// Volts of mains are below, millivolts of batteries above.
const MILLIVOLTS: f64 = 1_000.0;

pub(super) fn place(levels: &[&str], is_bare: bool) -> Option<Place> {
    let (base, rest) = levels.split_first()?;
    if *base != BASE || rest.is_empty() {
        return None;
    }
    let is_command =
        |levels: &[&str]| levels.iter().rev().take(2).any(|level| matches!(*level, "set" | "get"));
    match rest {
        ["bridge", "state"] => Some(Place::new(Profile::Zigbee2Mqtt, Vec::new(), "bridge_available")),
        ["bridge", "health"] => Some(Place::new(Profile::Zigbee2Mqtt, Vec::new(), "bridge")),
        ["bridge", ..] => Some(Place::silent(Profile::Zigbee2Mqtt)),
        _ if rest.len() > 1 && is_command(rest) => Some(Place::silent(Profile::Zigbee2Mqtt)),
        [device @ .., "availability"] if !device.is_empty() => Some(of_device(device, "available")),
        // One field a topic, as `output: attribute` has it.
        [device @ .., field] if is_bare && !device.is_empty() => Some(of_device(device, field)),
        device => Some(of_device(device, "")),
    }
}

fn of_device(levels: &[&str], stem: &str) -> Place {
    Place::new(Profile::Zigbee2Mqtt, vec![("device", start(&levels.join("/")).to_owned())], stem)
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    let is_presence = matches!(&*place.stem, "available" | "bridge_available");
    if is_presence && matches!(asked.path, "" | "state") {
        return Ok(Named::new(&*place.stem, ""));
    }
    if place.stem == "bridge" {
        let (words, _) = words(asked.path);
        // What each device did is told by its own messages.
        let is_device = words.first().is_some_and(|word| word == "devices");
        return if is_device {
            Err(Left::Profile)
        } else {
            as_written(asked, &format!("bridge_{}", words.join("_")))
        };
    }
    // Beside lux, what the sensor counts by itself.
    if asked.path == "illuminance" && asked.leaves.get("illuminance_lux").is_some() {
        return Err(Left::Profile);
    }
    if asked.path == "update.state" {
        return Ok(Named::new("update_state", "").state());
    }
    let path = if asked.path.is_empty() { &place.stem } else { asked.path };
    let (words, labels) = words(path);
    if words.first().is_some_and(|word| OTHER.contains(&&**word)) {
        return Err(Left::Profile);
    }
    let written = words.join("_");
    let mut named = match (&*written, asked.value.number()) {
        ("voltage" | "voltage_phase_b" | "voltage_phase_c", Some(volts)) => {
            let is_battery = volts >= MILLIVOLTS || asked.leaves.get("battery").is_some();
            Named::new(written, if is_battery { "millivolts" } else { "volts" })
        }
        (_, Some(_)) => known(FIELDS, &written).map_or_else(|| as_written(asked, &written), Ok)?,
        _ => as_written(asked, &written)?,
    };
    named.labels.extend(labels.into_iter().map(|(name, value)| (name.into(), value)));
    Ok(named)
}
