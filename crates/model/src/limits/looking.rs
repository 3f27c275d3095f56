//! Limits of those who look on: of the overview, of what passes on the bus, and of the terminal.

use super::{HOUR, SECOND};
use crate::time::Millis;
use std::time::Duration;

/// How old the overview of the dashboard may be that somebody is shown: all who look share it.
pub const OVERVIEW_FRESH: Millis = 900;
/// How often those who look are told what changed.
pub const OVERVIEW_PAUSE: Duration = Duration::from_secs(1);
/// Over how much time its rates are reckoned, at least.
pub const OVERVIEW_PACE: Millis = 5 * SECOND;
/// Who may be told of changes of the overview at a time: a screen in each room, with room for tabs left open.
pub const OVERVIEW_STREAMS: usize = 64;
/// Alerts and insights of the overview that are shown in a line each.
pub const OVERVIEW_NEWEST: usize = 20;
/// Seconds that the strips of services may show.
pub const OVERVIEW_SPAN: usize = 31 * 86_400;
/// Bytes of an event of the overview that a terminal reads: that of two thousand services has one mebibyte.
pub const OVERVIEW_EVENT_BYTES: u64 = 64 << 20;
/// The time by which is judged whether the disk fills.
pub const OVERVIEW_DISK: Millis = 6 * HOUR;
/// Who may look on what passes on the bus at a time.
pub const TAIL_STREAMS: usize = 16;
/// Messages that one who looks on may be behind; more are left out, and counted.
pub const TAIL_BEHIND: usize = 1_024;
/// Messages that one who looks on is shown in each [`TAIL_PAUSE`]: nobody reads two hundred a second.
pub const TAIL_MESSAGES: usize = 50;
/// How often they are shown.
pub const TAIL_PAUSE: Duration = Duration::from_millis(250);
/// How long nothing may be said on a stream, so that its connection is not taken for an idle one.
pub const TAIL_QUIET: Duration = Duration::from_secs(15);
/// Bytes of a payload that are shown.
pub const TAIL_PAYLOAD: usize = 2_048;
/// How long a terminal waits for the next event of the overview, of which there is one a second, before it takes the connection for
/// lost.
pub const TOP_SILENCE: Duration = Duration::from_secs(6);
/// The pause before a terminal tries a lost collector again, at first and at most.
pub const TOP_PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));
/// How often a terminal asks anew for the metrics of the service that it shows: about twice as often as services speak.
pub const TOP_REFRESH: Duration = Duration::from_secs(10);
/// Series of a service that a terminal asks for: nobody scrolls through more.
pub const TOP_SERIES: usize = 300;
/// What may wait to be drawn in a terminal: all that waits is drawn at once.
pub const TOP_QUEUE: usize = 16;
/// Characters of what is typed to filter by.
pub const TOP_FILTER: usize = 60;
