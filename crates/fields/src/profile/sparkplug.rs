//! Sparkplug: `spBv1.0/<group>/<node>[/<device>]`, as [`crate::sparkplug`] puts it.

use super::naming::{as_written, words};
use super::{Asked, Named, Place, Profile};
use crate::left::Left;
use crate::pattern::start;

const BASE: &str = "spBv1.0";

pub(super) fn place(levels: &[&str]) -> Option<Place> {
    let labels = match levels {
        [BASE, group, node] => vec![("group", *group), ("node", *node)],
        [BASE, group, node, device] => vec![("group", *group), ("node", *node), ("device", *device)],
        [BASE, ..] => return Some(Place::silent(Profile::Sparkplug)),
        _ => return None,
    };
    let labels = labels.into_iter().map(|(name, level)| (name, start(level).to_owned())).collect();
    Some(Place::new(Profile::Sparkplug, labels, ""))
}

pub(super) fn name(_: &Place, asked: Asked<'_>) -> Result<Named, Left> {
    let (words, labels) = words(asked.path);
    let named = as_written(asked, &words.join("_"))?;
    Ok(labels.into_iter().fold(named, |named, (name, value)| named.with(name, value)))
}
