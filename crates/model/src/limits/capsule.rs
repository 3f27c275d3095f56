//! Limits of capsules: recordings of the raw bus.

use super::{DAY, MINUTE, SECOND};
use crate::time::Millis;

/// Minutes of the bus that are always remembered where nobody says otherwise: what led to an incident is mostly younger.
pub const CAPSULE_MINUTES: u64 = 5;
/// Minutes that may be remembered at most; beyond a day the samples themselves say more.
pub const CAPSULE_MOST_MINUTES: u64 = 24 * 60;
/// Megabytes of memory that the recording may take where nobody says otherwise: five minutes of two hundred messages a second.
pub const CAPSULE_MEGABYTES: u64 = 16;
/// Megabytes that it may take at most; so many have fewer blocks than [`CAPSULE_BLOCKS`].
pub const CAPSULE_MOST_MEGABYTES: u64 = 256;
/// Bytes of messages after which a block is packed: what one damaged byte costs, and long enough to pack well.
pub const CAPSULE_BLOCK_BYTES: usize = 32 << 10;
/// Bytes of the longest payload that is recorded, that of the listener's longest packet; of a longer one the length is noted.
pub const CAPSULE_PAYLOAD_BYTES: usize = super::LISTEN_PACKET_BYTES as usize;
/// Bytes of the properties of a message that are recorded; longer ones are left out.
pub const CAPSULE_PROPERTIES_BYTES: usize = 4 << 10;
/// Bytes of the longest block unpacked: one that was nearly full, and the longest message: a payload, properties, a topic of MQTT's
/// 64 KiB. Nothing longer is unpacked, whatever a file says.
pub const CAPSULE_UNPACKED_BYTES: usize =
    CAPSULE_BLOCK_BYTES + CAPSULE_PAYLOAD_BYTES + CAPSULE_PROPERTIES_BYTES + (64 << 10) + 64;
/// Bytes of the longest record of a capsule: a block that could not be packed, a header with its rules, an index.
pub const CAPSULE_RECORD_BYTES: usize = 1 << 20;
/// Blocks of a capsule: their index fits in one record even where each entry is as long as entries get.
pub const CAPSULE_BLOCKS: usize = 32 << 10;
/// Filters of topics that are left out.
pub const CAPSULE_FILTERS: usize = 64;
/// Bytes of the longest capsule that is taken from a collector: all that may be remembered, packed badly.
pub const CAPSULE_FILE_BYTES: u64 = 512 << 20;
/// The longest time that a replay goes through: its clock stands still for no second of it.
pub const CAPSULE_SPAN: Millis = 31 * DAY;
/// Bytes of a line of a recording in JSON: the longest payload, each byte of it escaped.
pub const CAPSULE_LINE_BYTES: u64 = 4 << 20;
/// Capsules that are written because of alerts and kept, where nobody says otherwise; the oldest go first.
pub const CAPSULE_FILES: usize = 20;
/// Capsules that may be kept at most: all are looked at when they are listed.
pub const CAPSULE_MOST_FILES: usize = 200;
/// How long a capsule goes on after the alert that it is written for.
pub const CAPSULE_AFTER: Millis = MINUTE;
/// Of so long a time only one alert has a capsule written, where nobody says otherwise: a storm of them has one cause.
pub const CAPSULE_PAUSE: Millis = 10 * MINUTE;
/// Capsules that wait for their end at a time; with a shorter pause than [`CAPSULE_AFTER`] there may be several.
pub const CAPSULE_WAITING: usize = 8;
/// Capsules that are handed out at a time: each takes a thread for as long as its reader takes.
pub const CAPSULE_STREAMS: usize = 2;
/// Topics of a capsule that are counted one by one when it is shown.
pub const CAPSULE_TOPICS: usize = 10_000;
/// How long a replay goes on after the last message, so that what is overdue then is seen.
pub const CAPSULE_TAIL: Millis = 10 * SECOND;
