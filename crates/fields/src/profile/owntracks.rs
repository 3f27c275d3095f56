//! OwnTracks: `owntracks/<user>/<device>`, where somebody is.

use super::naming::known;
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;
use crate::value::Value;

const BASE: &str = "owntracks";

const FIELDS: &[(&str, &str, &str)] = &[
    ("lat", "latitude", "degrees"),
    ("lon", "longitude", "degrees"),
    ("acc", "accuracy", "meters"),
    ("alt", "altitude", "meters"),
    ("vac", "vertical_accuracy", "meters"),
    ("vel", "velocity", "kilometers_per_hour"),
    ("cog", "course", "degrees"),
    ("batt", "battery", "percent"),
    ("bs", "battery_status", ""),
    ("p", "pressure", "kilopascals"),
    ("rad", "region_radius", "meters"),
    ("m", "monitoring_mode", ""),
];

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    match levels {
        [BASE, user, device] => {
            let labels = vec![("user", start(user).to_owned()), ("device", start(device).to_owned())];
            Some(Place::new(Profile::OwnTracks, labels, ""))
        }
        [BASE, _, _, ..] => Some(Place::silent(Profile::OwnTracks)),
        _ => None,
    }
}

pub(super) fn name(_: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    // Farewells, regions and cards come on the same topic.
    if asked.leaves.get("_type") != Some(Value::Text("location")) {
        return Err(Left::Profile);
    }
    match (asked.path, asked.value) {
        ("conn", Value::Text(_)) => Ok(Named::new("connection", "").state()),
        (path, Value::Number(_)) => known(FIELDS, path).ok_or(Left::Profile),
        _ => Err(Left::Profile),
    }
}
