//! ESPHome: `<node>/<component>/<object>/state`. What an object measures is known by the end of its name; where its device also
//! announces it to Home Assistant, that is better known and counts.

use super::naming::as_written;
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;
use crate::words::snake;

const COMPONENTS: [&str; 15] = [
    "sensor",
    "binary_sensor",
    "switch",
    "light",
    "fan",
    "cover",
    "climate",
    "number",
    "text_sensor",
    "select",
    "lock",
    "valve",
    "event",
    "button",
    "alarm_control_panel",
];

/// Ends of names of sensors, what they measure, and in what.
const QUANTITIES: &[(&str, &str, &str)] = &[
    ("temperature", "temperature", "celsius"),
    ("temp", "temperature", "celsius"),
    ("humidity", "humidity", "percent"),
    ("pressure", "pressure", "hectopascals"),
    ("illuminance", "illuminance", "lux"),
    ("wifi_signal", "wifi_signal", "dbm"),
    ("signal_strength", "wifi_signal", "dbm"),
    ("uptime", "uptime", "seconds"),
    ("battery", "battery", "percent"),
    ("battery_level", "battery", "percent"),
    ("co2", "co2", "ppm"),
    ("voltage", "voltage", "volts"),
    ("current", "current", "amperes"),
    ("power", "power", "watts"),
    ("energy", "energy_total", "kilowatt_hours"),
    ("frequency", "frequency", "hertz"),
    ("distance", "distance", "meters"),
];

/// Parts of climates and covers that measure.
const PARTS: &[(&str, &str, &str)] = &[
    ("current_temperature", "temperature", "celsius"),
    ("target_temperature", "target_temperature", "celsius"),
    ("target_temperature_low", "target_temperature_low", "celsius"),
    ("target_temperature_high", "target_temperature_high", "celsius"),
    ("position", "position", "percent"),
    ("tilt", "tilt", "percent"),
];

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    let (last, before) = levels.split_last()?;
    let at = before.iter().rposition(|level| COMPONENTS.contains(level))?;
    let (node, rest) = before.split_at_checked(at)?;
    if node.is_empty() || !(2..=3).contains(&rest.len()) {
        return None;
    }
    match *last {
        "command" => Some(Place::silent(Profile::Esphome)),
        "state" => {
            let labels = vec![
                ("device", start(&node.join("/")).to_owned()),
                ("entity", start(rest.get(1).copied().unwrap_or_default()).to_owned()),
            ];
            Some(Place::new(Profile::Esphome, labels, rest.join("/")))
        }
        _ => None,
    }
}

pub(super) fn name(place: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    let steps: Vec<&str> = place.stem.split('/').collect();
    let (component, object) =
        (steps.first().copied().unwrap_or_default(), steps.get(1).copied().unwrap_or_default());
    let of = |table: &[(&str, &'static str, &'static str)], name: &str| {
        let ends = |ending: &str| {
            name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
        };
        table.iter().find(|(ending, ..)| ends(ending)).map(|(_, stem, unit)| Named::new(*stem, unit))
    };
    if !asked.path.is_empty() {
        return field_of(component, asked);
    }
    match (component, steps.get(2)) {
        (_, Some(part)) => {
            of(PARTS, part).map_or_else(|| as_written(asked, &format!("{component}_{}", snake(part))), Ok)
        }
        ("event" | "button", None) => Err(Left::Profile),
        ("sensor", None) => {
            let object = snake(object);
            of(QUANTITIES, &object)
                .filter(|_| asked.value.number().is_some())
                .map_or_else(|| as_written(asked, &object), Ok)
        }
        ("binary_sensor", None) => Ok(Named::new(snake(object), "")),
        ("number" | "select" | "text_sensor", None) => as_written(asked, &snake(object)),
        ("cover" | "climate" | "lock" | "valve" | "alarm_control_panel", None) => {
            Ok(Named::new(format!("{component}_state"), "").state())
        }
        _ => Ok(Named::new(format!("{component}_on"), "")),
    }
}

/// Lights tell all they are in one object.
fn field_of(component: &str, asked: Asked<'_>) -> Result<Named, Left> {
    match asked.path {
        "state" => Ok(Named::new(format!("{component}_on"), "")),
        "color_temp" => Ok(Named::new("color_temperature", "mireds")),
        "effect" => Err(Left::Profile),
        path => as_written(asked, &snake(path)),
    }
}
