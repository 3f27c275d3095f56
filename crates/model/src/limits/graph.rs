//! Limits of the graph of who talks to whom on the bus.

use super::{MINUTE, SECOND};
use crate::time::Millis;

/// Edges that are counted, message by message; some 400 bytes each.
pub const GRAPH_EDGES: usize = 5_000;
/// Ids of questions, sessions and requests whose senders are remembered, and for how long.
pub const GRAPH_IDS: usize = 10_000;
/// The same, in time: as long as an answer is waited for.
pub const GRAPH_ID_AGE: Millis = MINUTE;
/// Senders that are remembered of one id, with what they said: longer chains are told by their first links.
pub const GRAPH_ID_MENTIONS: usize = 8;
/// Who speaks on which kind of topic, with the times of the newest messages; some 300 bytes each.
pub const GRAPH_VOICES: usize = 20_000;
/// Times that are remembered of each: the pauses between them are compared with one another, and each doubles what a single
/// message can show.
pub const GRAPH_TIMES: usize = 17;
/// Possible causes that are looked at of one voice, so that a message costs a few microseconds at most.
pub const GRAPH_CAUSES: usize = 16;
/// Possible causes of all voices; some 200 bytes each.
pub const GRAPH_SUSPICIONS: usize = 40_000;
/// Newest messages among which a cause is looked for.
pub const GRAPH_BEFORE: usize = 32;
/// Messages of one voice that are nearer to each other are one burst, and its first message stands for it.
pub const GRAPH_BURST: Millis = 100;
/// Messages a second of which all possible causes are examined, seven times what a home says: a busier bus is sampled, evenly for
/// each voice.
pub const GRAPH_EXAMINED: u64 = 50;
/// Suggestions of what explains what: a person reads them.
pub const GRAPH_SUGGESTIONS: usize = 100;
/// How long after the broker was away nobody is taken for another one's cause: services come back within seconds, and all at once.
pub const GRAPH_ARRIVALS: Millis = 10 * SECOND;
