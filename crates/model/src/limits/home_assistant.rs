//! Limits of what is announced to Home Assistant.

use super::{DAY, MINUTE};
use crate::time::Millis;
use std::time::Duration;

/// Services that are announced, those first that were before. An Alicia home has 23; each is up to five entities, and Home
/// Assistant's list of a thousand is nobody's to read.
pub const HOME_ASSISTANT_SERVICES: usize = 200;
/// Rules that are announced, by name, those first that were before; each is two entities.
pub const HOME_ASSISTANT_RULES: usize = 200;
/// Topics that stand on the broker, or are to be taken down: two for each entity, and twice as many again for those of
/// other settings before.
pub const HOME_ASSISTANT_TOPICS: usize = 4 * (5 * HOME_ASSISTANT_SERVICES + 2 * HOME_ASSISTANT_RULES + 10);
/// Characters of a name that Home Assistant shows; what is longer is cut.
pub const HOME_ASSISTANT_NAME: usize = 100;
/// Characters of a text among an entity's attributes: its recorder keeps none of an entity's that have more than 16 KiB.
pub const HOME_ASSISTANT_TEXT: usize = 500;
/// Services, rules or silences listed among an entity's attributes.
pub const HOME_ASSISTANT_LISTED: usize = 20;
/// How long the entities of a service stay that the registry does not know: after a restart it knows those again that say
/// something, within a few rounds of health checks.
pub const HOME_ASSISTANT_GRACE: Millis = 15 * MINUTE;
/// Bytes of the prefix of discovery.
pub const HOME_ASSISTANT_PREFIX_BYTES: usize = 200;
/// How long a silence may be that a switch makes.
pub const HOME_ASSISTANT_SILENCES: (Millis, Millis) = (MINUTE, 366 * DAY);
/// Commands of switches that wait to be done: each is written to the disk.
pub const HOME_ASSISTANT_COMMANDS: usize = 64;
/// Commands of switches that are taken each second over time; nobody presses faster.
pub const HOME_ASSISTANT_COMMANDS_PER_SECOND: u32 = 5;
/// Commands of switches that are taken at once after a pause: one for each rule, for who switches all.
pub const HOME_ASSISTANT_COMMAND_BURST: u32 = 50;
/// How long after Home Assistant's start everything is published again, at least and at most: not every device in the house
/// at the same moment.
pub const HOME_ASSISTANT_BIRTH: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(3));
