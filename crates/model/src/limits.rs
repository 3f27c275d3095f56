//! Every limit of the house, with its reason. What is over a limit is refused, counted by reason and shown;
//! what was there before lives on.

mod capsule;
mod fields;
mod graph;
mod home_assistant;
mod insights;
mod looking;
mod notifications;
mod quality;

mod trials;

use crate::time::Millis;
use std::time::Duration;

pub use capsule::{
    CAPSULE_AFTER, CAPSULE_BLOCK_BYTES, CAPSULE_BLOCKS, CAPSULE_FILE_BYTES, CAPSULE_FILES, CAPSULE_FILTERS,
    CAPSULE_LINE_BYTES, CAPSULE_MEGABYTES, CAPSULE_MINUTES, CAPSULE_MOST_FILES, CAPSULE_MOST_MEGABYTES,
    CAPSULE_MOST_MINUTES, CAPSULE_PAUSE, CAPSULE_PAYLOAD_BYTES, CAPSULE_PROPERTIES_BYTES,
    CAPSULE_RECORD_BYTES, CAPSULE_SPAN, CAPSULE_STREAMS, CAPSULE_TAIL, CAPSULE_TOPICS,
    CAPSULE_UNPACKED_BYTES, CAPSULE_WAITING,
};
pub use fields::{
    FIELD_ARRAY, FIELD_DEPTH, FIELD_ENTITIES, FIELD_LEAVES, FIELD_PATH_BYTES, FIELD_TEXT_BYTES, FIELD_TOPICS,
    FIELD_WORD_BYTES, FIELD_WORDS, FIELDS, FIELDS_KEPT, FIELDS_PER_KIND, FIELDS_PER_SENDER, FIELDS_SHOWN,
    INBOX_ENTRIES, INBOX_EXAMPLE_BYTES, MAPPINGS, SPARKPLUG_DEVICES, SPARKPLUG_METRICS, SPARKPLUG_NODES,
};
pub use graph::{
    GRAPH_ARRIVALS, GRAPH_BEFORE, GRAPH_BURST, GRAPH_CAUSES, GRAPH_EDGES, GRAPH_EXAMINED, GRAPH_ID_AGE,
    GRAPH_ID_MENTIONS, GRAPH_IDS, GRAPH_SUGGESTIONS, GRAPH_SUSPICIONS, GRAPH_TIMES, GRAPH_VOICES,
};
pub use home_assistant::{
    HOME_ASSISTANT_BIRTH, HOME_ASSISTANT_COMMAND_BURST, HOME_ASSISTANT_COMMANDS,
    HOME_ASSISTANT_COMMANDS_PER_SECOND, HOME_ASSISTANT_GRACE, HOME_ASSISTANT_LISTED, HOME_ASSISTANT_NAME,
    HOME_ASSISTANT_PREFIX_BYTES, HOME_ASSISTANT_RULES, HOME_ASSISTANT_SERVICES, HOME_ASSISTANT_SILENCES,
    HOME_ASSISTANT_TEXT, HOME_ASSISTANT_TOPICS,
};
pub use insights::{
    INSIGHT_DAYS, INSIGHT_FINDINGS, INSIGHT_HISTORY, INSIGHT_KEPT, INSIGHT_ROUND, INSIGHT_SERIES,
    INSIGHT_STEP, INSIGHT_WINDOW, INSIGHT_WORK, INSIGHTS,
};
pub use looking::{
    OVERVIEW_DISK, OVERVIEW_EVENT_BYTES, OVERVIEW_FRESH, OVERVIEW_NEWEST, OVERVIEW_PACE, OVERVIEW_PAUSE,
    OVERVIEW_SPAN, OVERVIEW_STREAMS, TAIL_BEHIND, TAIL_MESSAGES, TAIL_PAUSE, TAIL_PAYLOAD, TAIL_QUIET,
    TAIL_STREAMS, TOP_FILTER, TOP_PAUSE, TOP_QUEUE, TOP_REFRESH, TOP_SERIES, TOP_SILENCE,
};
pub use notifications::{
    ALERTMANAGER_EVERY, ALERTMANAGER_HOLDS, ALERTMANAGER_OVER, ALERTMANAGER_RETELLS, DELIVERIES,
    LETTER_PAGE_BYTES, LETTER_PAGE_END, LETTER_TEXT, NOTIFY_AGE, NOTIFY_ALERTS, NOTIFY_ANSWER_BYTES,
    NOTIFY_FIRING, NOTIFY_FIRST_PAUSE, NOTIFY_LONGEST_PAUSE, NOTIFY_LOOK, NOTIFY_TIME, NOTIFY_TOLD,
    NOTIFY_WAITING, RECEIVERS, ROUTE_STEPS,
};
pub use quality::{
    QUALITY_ALERTS, QUALITY_ALWAYS, QUALITY_ALWAYS_KNOWN, QUALITY_CHANCE, QUALITY_DAYS, QUALITY_FLAP_TIMES,
    QUALITY_FLAP_WINDOW, QUALITY_FLAPPING, QUALITY_KNOWN, QUALITY_REDUNDANT, QUALITY_REDUNDANT_TIMES,
    QUALITY_SHORT, QUALITY_SHORT_LIVED, QUALITY_SLACK,
};
pub use trials::{
    SUGGEST_BATCH, SUGGEST_BUDGET, SUGGEST_DAYS, SUGGEST_DIFFERENT, SUGGEST_HOLDS, SUGGEST_KNOWN,
    SUGGEST_LEAST, SUGGEST_METRICS, SUGGEST_NAMES, SUGGEST_SHARE, SUGGEST_SKIPPED, SUGGEST_VALUES,
    TRIAL_FIRINGS, TRIAL_SAMPLES, TRIAL_SERIES, TRIAL_VARIANTS, UNIT_TEST_ROUNDS,
};

/// One second, one minute, … in [`Millis`].
pub const SECOND: Millis = 1_000;
/// See [`SECOND`].
pub const MINUTE: Millis = 60 * SECOND;
/// See [`SECOND`].
pub const HOUR: Millis = 60 * MINUTE;
/// See [`SECOND`].
pub const DAY: Millis = 24 * HOUR;
/// A length of time that is never over: whatever it is taken from, there is no overflow.
pub const FOREVER: Millis = Millis::MAX / 2;

// ---- Messages -------------------------------------------------------------------------------------------

/// Longest payload that is read. The protocol asks for 1 MB; four times that keeps a burst of them bounded.
pub const PAYLOAD_BYTES: usize = 4 << 20;
/// Longest packet that the client lets a broker send (MQTT 5 Maximum Packet Size): above
/// [`PAYLOAD_BYTES`], so that most oversized payloads arrive, are counted and shown.
pub const PACKET_BYTES: u32 = 16 << 20;
/// Envelopes unwrapped from one message; the protocol has two.
pub const ENVELOPE_DEPTH: usize = 4;
/// Bytes of a payload kept as an example.
pub const EXAMPLE_BYTES: usize = 200;
/// Topics counted apart for one reason of refusal; the rest is counted together.
pub const TOPICS_PER_REASON: usize = 100;
/// Message ids remembered to recognise a message delivered twice: ten minutes at 1,000 messages a second
/// would be 600 k; redeliveries follow a reconnect within seconds, so 64 k is ample and costs about 1 MiB.
pub const REMEMBERED_MESSAGE_IDS: usize = 64 << 10;

// ---- Samples and series ---------------------------------------------------------------------------------

/// Labels of one entry. The protocol asks for 64.
pub const LABELS_PER_ENTRY: usize = 128;
/// Metrics of which type, unit and help are known: as many as there may be series.
pub const DESCRIBED_METRICS: usize = SERIES;
/// Bytes of what is said of a metric in words; what is longer is cut.
pub const HELP_BYTES: usize = 1 << 10;
/// Bytes of a metric name or label name.
pub const NAME_BYTES: usize = 1 << 10;
/// Bytes of a label value. The protocol asks for 10 kB.
pub const LABEL_VALUE_BYTES: usize = 16 << 10;
/// How far ahead of the collector's clock a sample may lie: clocks of a home drift by seconds, not minutes.
pub const FUTURE: Millis = 10 * MINUTE;
/// Series kept in all, where nobody says otherwise and the machine is small: with all that hangs on them (below) they
/// fit into 512 MiB.
pub const SERIES: usize = 100_000;
/// Series that are kept in all where nobody says otherwise, however large the machine is.
pub const MOST_SERIES: usize = 4_000_000;
/// Bytes of memory that a series takes in the store before it has samples.
pub const SERIES_BYTES: usize = 400;
/// The share of memory that series may take by themselves: samples, label texts, and what the gate remembers of them take
/// several times as much, and are bounded in proportion.
pub const SERIES_SHARE: u64 = 16;
/// Of all series, one metric may have one in so many, and so may one service: the other half stays for the others. Series
/// from elsewhere that name no service are bounded by the whole alone.
pub const SHARE_OF_ONE: usize = 2;
/// Bytes of samples in memory above which all of them become a block, whatever their age; for [`SERIES`], and in proportion
/// for more.
pub const HEAD_BYTES: usize = 64 << 20;
/// Bytes of samples in memory above which no more are taken: no block can be written, and nothing may be lost. In
/// proportion, too.
pub const MEMORY_BYTES: usize = 256 << 20;
/// Bytes of samples in a segment of the write-ahead log: at ten bytes a sample 1.6 million, which are read back in
/// a fraction of a second.
pub const SEGMENT_BYTES: u64 = 16 << 20;
/// Segments of the log that are kept before all there is becomes a checkpoint.
pub const SEGMENTS: u64 = 4;
/// Bytes of samples that may wait for a slow disk; then no more are taken.
pub const UNWRITTEN_BYTES: usize = 64 << 20;
/// Samples of one chunk: so many compress as well as more do, and decode in some tens of microseconds.
pub const CHUNK_SAMPLES: usize = 8_192;
/// What is older than this leaves memory for a block, at the next full multiple of it.
pub const HEAD_SPAN: Millis = 2 * HOUR;
/// Days of the longest blocks.
pub const COMPACTED_DAYS: Millis = 31;
/// Samples in memory that came too late for the last block, above which they become one of their own within a minute: on disk
/// they are smaller and read faster, and a block of so many is worth its file.
pub const LATE_SAMPLES: u64 = 1 << 20;
/// Small blocks beside a large one of the same time that are put together without it: so a little that comes late again
/// and again, for times long ago, makes neither thousands of files nor a large block anew each time.
pub const LATE_BLOCKS: usize = 8;
/// Lengths of the buckets that blocks have summaries of.
pub const ROLLUPS: [Millis; 2] = [5 * MINUTE, HOUR];
/// Samples that a bucket must stand for on average: with fewer, summaries would take more room than they spare time.
pub const ROLLUP_SAMPLES: usize = 32;
/// Buckets of a series that are worth a place of their own in a block.
pub const ROLLUP_BUCKETS: usize = 16;
/// Times that a query remembers while it goes through the series of blocks, 8 bytes each: those of a day with a sample every
/// ten seconds of a hundred senders that do not keep step.
pub const KNOWN_TIMES: usize = 1 << 20;
/// Blocks that a reader keeps open while it goes through the series: of more, each is opened for each series. With ten
/// years in blocks of a month there are fewer; until an import was put together, there may be thousands.
pub const OPEN_BLOCKS: usize = 256;
/// Bytes of memory for the indexes of blocks between two looks; those of the newest stay.
pub const INDEX_BYTES: usize = 64 << 20;
/// How long a series without samples in memory keeps its place there: senders that come back within it are known.
pub const IDLE: Millis = 15 * MINUTE;
/// Bytes of label texts that all series together may hold, in proportion as well.
pub const LABEL_BYTES: usize = 128 << 20;
/// Bytes of a matcher's pattern.
pub const PATTERN_BYTES: usize = 4 << 10;
/// Bytes of memory that a compiled pattern may take, and again what matching remembers.
pub const PATTERN_MEMORY: usize = 1 << 20;

/// Series of observations that have a distribution kept.
pub const DISTRIBUTIONS: usize = 2_000;
/// Buckets of one distribution: with more they become coarser, as long as there are coarser ones. Each is a series of its
/// own, of some 400 bytes.
pub const DISTRIBUTION_BUCKETS: usize = 80;
/// How often a distribution that changed is kept: as often as scrapers usually look.
pub const DISTRIBUTION_EVERY: Millis = 15 * SECOND;

// ---- Writing over HTTP ----------------------------------------------------------------------------------

/// Bytes of the body of a writing request, as it comes: Prometheus sends some 100 KB, other agents at most 8 MB.
pub const WRITE_BYTES: usize = 16 << 20;
/// Bytes of such a body when it is unpacked, checked before there is room made for it.
pub const UNPACKED_BYTES: usize = 32 << 20;
/// Bytes of bodies that are read and unpacked at a time; more senders wait.
pub const WRITES_BYTES: usize = 128 << 20;
/// Samples, series, and texts of one request: each takes some tens of bytes of memory, though it may be written with two.
pub const WRITE_ENTRIES: usize = 1 << 20;
/// Samples of foreign series that are handed over at a time, so that others have their turn.
pub const WRITE_BATCH: usize = 4_096;
/// How often the newest values of what was pushed are written again: queries look back five times as far.
pub const PUSH_REPEAT: Millis = MINUTE;
/// How long after the last push: jobs that run once a month are seen all the time.
pub const PUSH_KEEP: Millis = 32 * DAY;
/// Groups of what was pushed.
pub const PUSH_GROUPS: usize = 10_000;
/// Series of all groups together: they are written each minute, and stay in memory with their labels.
pub const PUSH_SERIES: usize = SERIES;
/// Bytes of names and labels of all groups together.
pub const PUSH_BYTES: usize = 32 << 20;
/// Buckets of one histogram from outside. Prometheus' clients have 160 by default; each bucket is a series of its own.
pub const HISTOGRAM_BUCKETS: usize = 1_000;

// ---- Handing on ------------------------------------------------------------------------------------------

/// Destinations that samples are handed on to: each has a queue of its own.
pub const DESTINATIONS: usize = 16;
/// Bytes of a destination's queue on disk where nobody says otherwise: at five bytes a sample days of an outage.
pub const QUEUE_BYTES: u64 = 1 << 30;
/// Bytes of the smallest queue: an eighth of it is a segment, which should hold some records.
pub const LEAST_QUEUE_BYTES: u64 = 2_000_000;
/// Bytes of a segment of a queue: so much is dropped at once when the queue is full, and read again at a start.
pub const QUEUE_SEGMENT_BYTES: u64 = 8 << 20;
/// Samples of one record of a queue: less than a request, which is made of whole records.
pub const QUEUE_RECORD_SAMPLES: usize = 1_000;
/// Bytes of a record of a queue at which it ends, whatever it holds.
pub const QUEUE_RECORD_BYTES: usize = 256 << 10;
/// Bytes of samples that wait in memory for a queue's disk; then more are dropped, and counted.
pub const QUEUE_UNWRITTEN_BYTES: usize = 8 << 20;
/// Samples of a request, where nobody says otherwise: large enough to be packed well, and answered in some milliseconds.
pub const FORWARD_SAMPLES: usize = 5_000;
/// Samples of a request at most: receivers bound the bytes of a request, and of these so many samples are the half.
pub const MOST_FORWARD_SAMPLES: usize = 50_000;
/// How long samples may wait for others to go with them.
pub const FORWARD_WAIT: Duration = Duration::from_secs(1);
/// How long a request may take where nobody says otherwise, as with Prometheus.
pub const FORWARD_TIME: Duration = Duration::from_secs(30);
/// How long is waited after the first failure; twice as long after the next.
pub const FORWARD_FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How long is waited at most, whatever the receiver asks for: when it is back, it should not be idle for long.
pub const FORWARD_LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Requests that one is cut into at most when its receiver does not want it: of 5,000 samples, one is found with 25.
pub const FORWARD_PIECES: u32 = 32;
/// How often types, units and help texts are sent, as with Prometheus.
pub const FORWARD_METADATA_EVERY: Duration = Duration::from_secs(60);
/// Metrics that one request tells of.
pub const FORWARD_METADATA: usize = 1_000;
/// Lines that wait for the log; of more, they are only counted.
pub const FORWARD_TOLD: usize = 32;

// ---- Registry -------------------------------------------------------------------------------------------

/// Services known. An Alicia home has 23.
pub const SERVICES: usize = 10_000;
/// Instances known, of all services together.
pub const INSTANCES: usize = 50_000;
/// Capabilities kept of one service.
pub const CAPABILITIES: usize = 100;

// ---- Rules and alerts -----------------------------------------------------------------------------------

/// Alert rules.
pub const RULES: usize = 10_000;
/// Bytes of a condition's text.
pub const CONDITION_BYTES: usize = 4 << 10;
/// Nesting of parentheses and `not` in a condition.
pub const CONDITION_DEPTH: usize = 64;
/// Operations in a condition: whoever goes through one has as many steps down at most.
pub const CONDITION_OPERATIONS: usize = 100;
/// The longest window of a condition: what looks at longer times is a rule file's, which reads the store.
pub const RULE_WINDOW: Millis = 7 * DAY;
/// The farthest that a forecast of a condition may look: a line through a week says nothing of years.
pub const RULE_FORECAST: Millis = 366 * DAY;
/// Windows of one rule.
pub const RULE_WINDOWS: usize = 16;
/// Samples that a rule keeps of one series for its windows: four and a half hours of one each second, a week of one each
/// half minute and more. Of a longer window the newest count. At 16 bytes each, and as much again for what they come to.
pub const RULE_WINDOW_SAMPLES: usize = 16_384;
/// Bytes of the windows of all rules together; then no further series is judged by rules with windows.
pub const RULE_WINDOW_BYTES: usize = 128 << 20;
/// How late silence is judged: a sample that was sent in time may still be under way.
pub const RULE_LATENESS: Millis = 2 * SECOND;
/// A step of the clock of more than this between two ticks is a jump (or the machine slept): the silence before it is not
/// counted.
pub const RULE_CLOCK_JUMP: Millis = 30 * SECOND;
/// Series that are looked at without a sample in one tick, some hundred milliseconds of them; the others have their turn in
/// the next.
pub const RULE_LOOKS: usize = 50_000;
/// A window is looked at without a sample when its series was silent for a share of it, one in so many, …
pub const RULE_QUIET_SHARE: Millis = 4;
/// … and for this long at most; then once in a twentieth of it.
pub const RULE_QUIET: Millis = 5 * MINUTE;
/// Times at which a sender spoke before a restart that are looked at: what a rhythm is learnt from, and one more.
pub const RHYTHM_TIMES: usize = 17;
/// Series of a sender in which is looked for when it spoke: one that says more speaks more often than is seen, and is missed
/// later for it.
pub const RHYTHM_SERIES: usize = 64;
/// Looks at all senders, one each second, before alerts end of those that nobody knows: after a start the oldest are made
/// known last.
pub const DEAD_MAN_PASSES: u64 = 600;
/// Levels of a rule: one for each severity.
pub const RULE_LEVELS: usize = 4;
/// Labels, and as many annotations, of a rule.
pub const RULE_LABELS: usize = 64;
/// Bytes of all labels and annotations of a rule, and of what they come to for an alert: as long as its message may be.
pub const RULE_TEXT_BYTES: usize = LABEL_VALUE_BYTES;
/// What all rules together remember of series and instances: ten rules on every series there may be. At about
/// 200 bytes each, at most 200 MB.
pub const VOTES: usize = 10 * SERIES;
/// Alerts kept: active and recently resolved.
pub const ALERTS: usize = 10_000;
/// Resolved alerts kept in the history.
pub const ALERT_HISTORY: usize = 10_000;
/// How long a resolved alert is still listed (the protocol's hour).
pub const RESOLVED_ALERT_LISTED: Millis = HOUR;
/// Bytes of a rule file: the largest collections of rules have a tenth of it.
pub const RULE_FILE_BYTES: u64 = 16 << 20;
/// Rules in all rule files: as many as a round each minute has a chance to evaluate.
pub const GROUP_RULES: usize = 100_000;
/// The shortest time between two rounds of a group: shorter is a mistake, for no sender is that fast.
pub const RULE_INTERVAL: Millis = 100;
/// Series or alerts of one rule that is under no limit of its own: what is remembered of them comes to some 100 MB.
pub const RULE_RESULTS: usize = 100_000;
/// Rounds of groups at a time, so that queries find a processor too.
pub const RULE_ROUNDS: usize = 2;
/// How long an alert that was pending is pending at least after a restart, as with Prometheus.
pub const RULE_GRACE: Millis = 10 * MINUTE;
/// The longest outage over which it is known how long an alert was pending, as with Prometheus.
pub const RULE_OUTAGE: Millis = HOUR;
/// Samples that rules of files which are judged as samples arrive keep for that, and series and what is made of them: at
/// 16 bytes a sample and some hundred a series, at most a few hundred MB, of series that are there. The rule with the most
/// is judged by rounds then.
pub const FOLLOWED_SAMPLES: usize = 4_000_000;
/// Series of one such rule, and what is made of them.
pub const FOLLOWED_CELLS: usize = 1_000_000;
/// Series of a rule's expression that may change with one sample: of a number beside thousands of series, rounds judge as
/// soon.
pub const FOLLOWED_PARENTS: usize = 1_000;
/// Changes of a group's alerts that wait for it; further ones are found by its next round.
pub const FOLLOWED_CHANGES: usize = 10_000;
/// Series that are looked at to explain an alert, those of its service first: at some microseconds each, a tenth of a second.
pub const EXPLAIN_SERIES: usize = 20_000;
/// Series that an explanation names.
pub const EXPLAINED: usize = 10;
/// Alerts that wait for an explanation; in a storm further ones have none.
pub const EXPLAIN_QUEUE: usize = 256;

// ---- Templates of alerts --------------------------------------------------------------------------------

/// Bytes of a template: the longest descriptions in public rule files have some thousand.
pub const TEMPLATE_BYTES: usize = 64 << 10;
/// What may be open around a place of a template: blocks, parentheses, templates called by others.
pub const TEMPLATE_DEPTH: usize = 64;
/// Bytes of what a template comes to: it goes over the bus, and to people.
pub const TEMPLATE_OUTPUT_BYTES: usize = 64 << 10;
/// Bytes of all texts that are made on the way to it.
pub const TEMPLATE_WORK_BYTES: usize = 1 << 20;
/// Steps of an expansion: a value or a piece of text each, and each series of an answer that is gone through.
pub const TEMPLATE_STEPS: usize = 100_000;
/// Regular expressions of an expansion: each is compiled, which takes some of a millisecond.
pub const TEMPLATE_PATTERNS: usize = 100;
/// Bytes of all texts that they are held against: values of labels, mostly. The worst of patterns takes a third of a second
/// for these.
pub const TEMPLATE_MATCHED_BYTES: usize = 16 << 10;
/// Queries of an expansion. Each is a query as others, for each alert and each round of its rule.
pub const TEMPLATE_QUERIES: usize = 20;
/// Series of the answer to one of them: a list for people has some dozens.
pub const TEMPLATE_SAMPLES: usize = 10_000;
/// Width and precision of a number or text that `printf` writes: the largest number has 309 digits.
pub const TEMPLATE_WIDTH: usize = 1_000;

// ---- Queries ---------------------------------------------------------------------------------------------

/// How old a sample may be that stands for now in a query: five scrapes of a minute, as with Prometheus.
pub const LOOKBACK: Millis = 5 * MINUTE;
/// Bytes of an expression: Prometheus knows no limit but that of a request; dashboards have a tenth of it.
pub const QUERY_BYTES: usize = 64 << 10;
/// What may be open around a place: parentheses, calls, brackets. Keeps the parser's own stack small.
pub const QUERY_DEPTH: usize = 64;
/// Operations that may be done upon each other, as in `a + b + c`: whoever goes through a tree has this many steps down.
pub const QUERY_HEIGHT: usize = 256;
/// Values that a query may hold at a time: at eight bytes each 400 MB.
pub const QUERY_SAMPLES: usize = 50_000_000;

/// How long a query may take, and what is asked besides; who asks may want it sooner. No page is waited for longer.
pub const QUERY_TIME: Duration = Duration::from_secs(30);
/// Queries that are computed at a time, as with Prometheus. More than there are processors, since some wait for a disk.
pub const QUERIES: usize = 20;
/// Queries that wait for others: a dashboard asks some dozens at once. More are sent away.
pub const WAITING_QUERIES: usize = 200;
/// Points of a series that a query may ask for: a value a minute for a week, and more than a screen has; Prometheus' limit.
pub const QUERY_POINTS: i64 = 11_000;
/// Bytes of an answer that are written before they go to the client. What is shorter goes as a whole.
pub const ANSWER_PIECE: usize = 256 << 10;
/// Pieces of an answer that wait for a client that reads slowly.
pub const ANSWER_PIECES: usize = 4;
/// How long a client may take to read an answer that is not kept as a whole: it keeps the place of a query meanwhile.
pub const ANSWER_READ_TIME: Duration = Duration::from_secs(120);

// ---- Questions over the bus ------------------------------------------------------------------------------

/// Bytes of a question: an expression of [`QUERY_BYTES`] with every character escaped, six bytes each, and the rest.
pub const QUESTION_BYTES: usize = 512 << 10;
/// Bytes of a question's `id`, which comes back with the answer: a UUID has 36.
pub const QUESTION_ID_BYTES: usize = 128;
/// Bytes of the topic that an answer goes to.
pub const REPLY_TOPIC_BYTES: usize = 512;
/// Questions that are taken in a second over time: a home's displays and devices ask some dozens a minute. Refusals are
/// answered at this rate at most, too.
pub const QUESTIONS_PER_SECOND: u32 = 10;
/// Questions that are taken at once after a pause.
pub const QUESTION_BURST: u32 = 20;
/// Questions that are computed, wait for that, or whose answers wait for the broker. With [`BUS_ANSWER_BYTES`] this
/// bounds their memory to 50 MB.
pub const QUESTIONS: usize = 50;
/// Bytes of an answer over the bus: everybody between us and who asks has it in memory as a whole.
pub const BUS_ANSWER_BYTES: usize = 1 << 20;

// ---- Queues and faces -----------------------------------------------------------------------------------

/// Events waiting to be published.
pub const OUTBOX: usize = 10_000;
/// MQTT 5 Receive Maximum: messages that the broker may have under way to us unacknowledged. Enough to keep a
/// slow link full; what is under way is in the sockets' buffers, not in ours.
pub const RECEIVE_MAXIMUM: u16 = 4_096;
/// Bytes of an HTTP request's body.
pub const REQUEST_BYTES: usize = 1 << 20;
/// Samples in one answer of `GET /metrics/{service}/{metric}`.
pub const ANSWER_SAMPLES: usize = 100_000;
/// Hours that `GET /analytics` may look back: ten years.
pub const LOOK_BACK_HOURS: u32 = 87_600;
/// HTTP connections at a time: some hundred dashboards, and room for files and the bus below the usual 1,024 open
/// files of a process. More wait until one is free.
pub const HTTP_CONNECTIONS: usize = 512;
/// How long an answer may take to begin, the reading of the request's body included: as long as a query, and ten seconds
/// to say that it took too long.
pub const HTTP_ANSWER_TIME: Duration = Duration::from_secs(40);
/// Numbers that are kept of what the broker says of itself: mosquitto has about seventy.
pub const BROKER_NUMBERS: usize = 256;
/// How long the head of an HTTP request may take from its first byte.
pub const HTTP_HEAD_TIME: Duration = Duration::from_secs(15);
/// How long an HTTP connection may wait for its next request: browsers and scrapers come back within a minute.
pub const HTTP_IDLE_TIME: Duration = Duration::from_secs(75);
/// How long an HTTP answer may wait for the client to read on.
pub const HTTP_STALL_TIME: Duration = Duration::from_secs(30);

// ---- Calling other servers -------------------------------------------------------------------------------

/// How long a call may take that does not say it: as long as Prometheus gives its targets.
pub const OUTGOING_TIME: Duration = Duration::from_secs(10);
/// How long a connection that nobody uses is kept: longer than a minute, so that whoever is called once a minute keeps his.
pub const OUTGOING_IDLE_TIME: Duration = Duration::from_secs(90);
/// Connections to one server that are kept without use.
pub const OUTGOING_IDLE: usize = 2;

// ---- Scraping -------------------------------------------------------------------------------------------

/// Targets that are scraped.
pub const SCRAPE_TARGETS: usize = 10_000;
/// Targets that are asked at a time: enough that some dozens that do not answer hold nobody up; others wait for a place.
pub const SCRAPES: usize = 64;
/// Bytes of a page, packed or not: the pages of large clusters have some ten million.
pub const SCRAPE_BYTES: usize = 16 << 20;
/// The shortest time between two scrapes of a target.
pub const SCRAPE_SHORTEST: Millis = SECOND;
/// How late a scrape may be that has the time at which it was due, if that is at most a hundredth of its interval.
pub const SCRAPE_TOLERANCE: Millis = 50;
/// How often it is looked for other targets.
pub const SCRAPE_ROUND: Duration = Duration::from_secs(5);
/// Jobs that may be announced on the bus, and as many services with pages.
pub const ANNOUNCED_JOBS: usize = 1_000;
/// Targets of one such job.
pub const ANNOUNCED_TARGETS: usize = 1_000;
/// Targets that were announced and are asked at a time: they hold up each other, and nobody whom the settings name.
pub const ANNOUNCED_SCRAPES: usize = 16;
/// Samples of a page of a target that was announced on the bus: a node_exporter has a thousandth of a share of it.
pub const ANNOUNCED_SAMPLES: usize = 50_000;
/// Bytes of a file with targets: ten thousand of them with some labels each.
pub const SCRAPE_FILE_BYTES: u64 = 4 << 20;

// ---- What passes on the bus ------------------------------------------------------------------------------

/// Bytes of a message that is looked at for who speaks; a longer one (a picture, a sound) is counted by its topic.
pub const GLANCE_BYTES: usize = 64 << 10;
/// Bytes of the longest message that the broker is asked to send to who only listens.
pub const LISTEN_PACKET_BYTES: u32 = 256 << 10;
/// Filters of topics that are listened to.
pub const LISTEN_FILTERS: usize = 20;
/// Senders whose traffic is told apart; some 3 KB each.
pub const TRAFFIC_SENDERS: usize = 2_000;
/// Streams: what one sender says on one kind of topic with one type of message; some 300 bytes each.
pub const TRAFFIC_STREAMS: usize = 20_000;
/// Topics whose kind is remembered; that of others is found each time.
pub const TRAFFIC_TOPICS: usize = 20_000;
/// Beginnings of topics whose next levels are remembered, and how many levels: of more it is not the names that matter.
pub const TRAFFIC_FORKS: usize = 4_000;
/// Different levels after which a place in a topic is taken for a name.
pub const TRAFFIC_FAN: usize = 24;
/// Levels of a topic that are looked at.
pub const TRAFFIC_LEVELS: usize = 10;
/// Bytes of a sender's name, a kind of topic or a type of message; longer ones are not told apart.
pub const TRAFFIC_NAME_BYTES: usize = 200;
/// A clock that is more wrong is none.
pub const TRAFFIC_SKEW: Millis = 400 * DAY;
/// Questions that wait for their answers.
pub const TRAFFIC_QUESTIONS: usize = 10_000;
/// How long an answer is waited for.
pub const TRAFFIC_ANSWER: Millis = MINUTE;
/// Pairs of who asks and who answers, by kind of topic.
pub const TRAFFIC_PAIRS: usize = 5_000;
/// Delays and response times that quantiles are of, of one sender or pair, and how old the oldest may be.
pub const TRAFFIC_RECENT: usize = 256;
/// The same, in time.
pub const TRAFFIC_RECENT_AGE: Millis = 5 * MINUTE;
/// Senders and streams of which so long nothing was heard are forgotten.
pub const TRAFFIC_KEPT: Millis = DAY;
/// How often what was counted becomes samples.
pub const TRAFFIC_EVERY: Millis = 10 * SECOND;

// ---- The desk of alerts -----------------------------------------------------------------------------------

/// Alerts that are listed as active: those of the two kinds of rules. Of more it is told, but they cannot be acknowledged.
pub const DESK_ALERTS: usize = 2 * ALERTS;
/// Silences that are kept, with those that are over: somebody would have to look through them. The oldest that are over go.
pub const SILENCES: usize = 1_000;
/// How long a silence is shown after its end (Alertmanager's five days).
pub const SILENCE_KEPT: Millis = 5 * DAY;
/// The last second at which a silence may begin or end: that of the year 9999, which every program can write.
pub const SILENCE_LATEST: Millis = 253_402_300_799 * SECOND;
/// Conditions of one silence, window or inhibition: alerts have a few dozen labels at most.
pub const SILENCE_MATCHERS: usize = 20;
/// Patterns of all silences that have to be compiled, each of which may take [`PATTERN_MEMORY`] twice.
pub const SILENCE_PATTERNS: usize = 100;
/// Times of the week of one silence or window.
pub const SILENCE_TIMES: usize = 20;
/// Bytes of who made a silence or acknowledged an alert.
pub const SILENCE_AUTHOR_BYTES: usize = 1 << 10;
/// Bytes of the comment of a silence or acknowledgement: a page.
pub const SILENCE_COMMENT_BYTES: usize = 4 << 10;
/// Windows of maintenance in the settings, and as many inhibitions.
pub const MAINTENANCE: usize = 100;
/// Changes of one alert that are remembered to see whether it flaps.
pub const FLAP_CHANGES: usize = 100;
/// Alerts whose changes are remembered for that.
pub const FLAPS: usize = 2 * ALERTS;
/// The shortest and the longest time over which changes are counted.
pub const FLAP_WINDOWS: (Millis, Millis) = (MINUTE, DAY);

/// How many series there may be where nobody says it, with so many bytes of memory.
#[must_use]
pub fn series_in(memory: u64) -> usize {
    let series = usize::try_from(memory / SERIES_SHARE).unwrap_or(usize::MAX) / SERIES_BYTES;
    series.clamp(SERIES, MOST_SERIES)
}

/// A limit for [`SERIES`] series, in proportion for so many, and never less.
#[must_use]
pub fn in_proportion(limit: usize, series: usize) -> usize {
    limit.max((limit / SERIES).saturating_mul(series))
}

#[cfg(test)]
mod tests {
    use super::{HEAD_BYTES, in_proportion, series_in};

    #[test]
    fn a_machine_of_more_memory_keeps_more_series() {
        let gib = |count: u64| count << 30;
        assert_eq!(series_in(512 << 20), 100_000);
        assert_eq!(series_in(gib(2)), 335_544);
        assert_eq!(series_in(gib(16)), 2_684_354);
        assert_eq!(series_in(gib(512)), 4_000_000);
        assert_eq!(in_proportion(HEAD_BYTES, 10), HEAD_BYTES);
        assert_eq!(in_proportion(HEAD_BYTES, 1_000_000) >> 20, 639);
    }
}
