//! Limits of what messages say in numbers.

use super::DAY;
use crate::time::Millis;

/// Fields of messages that are remembered, taken and left out ones together, and the words of their states; some 1 KB each.
pub const FIELDS: usize = 20_000;
/// Fields of one sender that names itself: a tenth of all, so that nobody takes the room of all others.
pub const FIELDS_PER_SENDER: usize = 2_000;
/// Fields on one kind of topic: a few hundred devices of one make share a kind.
pub const FIELDS_PER_KIND: usize = 4_000;
/// Values of one message that are looked at.
pub const FIELD_LEAVES: usize = 256;
/// Levels of objects and arrays in a message that are looked at.
pub const FIELD_DEPTH: usize = 8;
/// Elements of an array; a longer one is a picture, a sound or a list of whatever.
pub const FIELD_ARRAY: usize = 16;
/// Bytes of the path of a field.
pub const FIELD_PATH_BYTES: usize = 160;
/// Bytes of a text in a message that may be a label or a state.
pub const FIELD_TEXT_BYTES: usize = 64;
/// Bytes of a word that may be a state, and how many different ones a field may have: a field of more is free text.
pub const FIELD_WORD_BYTES: usize = 24;
/// See [`FIELD_WORD_BYTES`].
pub const FIELD_WORDS: usize = 12;
/// Topics of which it is remembered what they are about; that of others is found each time.
pub const FIELD_TOPICS: usize = 20_000;
/// Fields of which so long nothing was heard are forgotten.
pub const FIELDS_KEPT: Millis = DAY;
/// Entities that were announced in Home Assistant's way; some 1 KB each.
pub const FIELD_ENTITIES: usize = 5_000;
/// Edge nodes of Sparkplug, and the metrics of all of them that were announced by a birth; some 200 bytes each.
pub const SPARKPLUG_NODES: usize = 1_000;
/// See [`SPARKPLUG_NODES`].
pub const SPARKPLUG_METRICS: usize = FIELDS;
/// Devices of one edge node whose series end with it.
pub const SPARKPLUG_DEVICES: usize = 200;
/// Rules of the settings for what messages mean: each is held against every new topic.
pub const MAPPINGS: usize = 500;
/// Kinds of messages that were not understood, each with one example.
pub const INBOX_ENTRIES: usize = 200;
/// Bytes of such an example.
pub const INBOX_EXAMPLE_BYTES: usize = 512;
/// Fields of one answer that shows them.
pub const FIELDS_SHOWN: usize = 1_000;
