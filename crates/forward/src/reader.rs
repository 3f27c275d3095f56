//! The way out of the queue: samples are read back in the order in which they came, whatever is damaged around them. One
//! batch is under way at a time; what was read before the cursor is only looked at for its definitions.

use crate::batch::{Entries, Entry};
use crate::cursor::Cursor;
use crate::files::Segment;
use crate::histogram::Assembly;
use crate::queue::Queue;
use crate::record::{self, HEADER_BYTES, Header, Kind, PAYLOAD_BYTES, PREFIX_BYTES};
use crate::request::{self, Row, Value};
use crate::stats::add;
use model::{Millis, PART, Part, Point};
use std::io;
use std::sync::Arc;

/// Bytes that are read at a time.
const WINDOW: usize = 1 << 20;
/// A record, whatever its length.
const WHOLE_RECORD: usize = PREFIX_BYTES + PAYLOAD_BYTES;

/// The shortest entry with a definition: reference, control, number of labels.
const DEFINITION_BYTES: u64 = 3;

/// Samples that go together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<Row>,
    /// Entries of the queue that these are, those of histograms part by part.
    pub(crate) entries: u64,
    /// Entries that make no row.
    pub(crate) lost: u64,
    /// Parts of histograms that are not handed on.
    pub(crate) left_out: u64,
    /// When the first came.
    pub(crate) arrival: Option<Millis>,
    /// What stands before is done with when these are.
    pub(crate) end: Cursor,
}

impl Batch {
    /// All entries of the queue that are done with when it is.
    pub(crate) fn all(&self) -> u64 {
        self.entries + self.lost + self.left_out
    }
}

/// Reads a queue.
pub(crate) struct Reader {
    queue: Arc<Queue>,
    /// The next record.
    at: Cursor,
    /// What stands before was acknowledged before the start.
    resume: Cursor,
    /// Whether the segment of `at` is being read.
    is_open: bool,
    /// How long that segment is.
    length: u64,
    /// The series that the segment has defined so far.
    defined: Vec<Option<Defined>>,
    assembly: Assembly,
    window: Vec<u8>,
    window_at: u64,
}

/// A series, as it is written.
#[derive(Debug, Clone)]
struct Defined {
    labels: Arc<[u8]>,
    /// Of which part of a histogram it has the numbers.
    part: Option<Part>,
    is_left_out: bool,
}

/// What stands at a place of a segment.
enum Found {
    Record,
    /// No good record is behind.
    End,
}

impl Reader {
    /// Reads on from `at`.
    pub(crate) fn new(queue: Arc<Queue>, at: Cursor) -> Self {
        Self {
            queue,
            at: Cursor { offset: HEADER_BYTES, samples: 0, ..at },
            resume: at,
            is_open: false,
            length: 0,
            defined: Vec::new(),
            assembly: Assembly::default(),
            window: Vec::new(),
            window_at: 0,
        }
    }

    /// The next samples, `most` of them unless one record has more; `None` if there are no more now. What could not be read is counted.
    ///
    /// # Errors
    /// Those of the disk, where nothing could be read before; the same is read the next time.
    pub(crate) fn next(&mut self, most: usize) -> io::Result<Option<Batch>> {
        let mut batch = Batch::default();
        let gathered = self.gather(&mut batch, most);
        batch.end = self.at;
        if !batch.rows.is_empty() {
            // What failed is met again with the next batch.
            return Ok(Some(batch));
        }
        self.settle(&mut batch);
        match gathered {
            // It was dropped while it was read.
            Err(_) if !self.queue.has(self.at.segment) => Ok(None),
            gathered => gathered.map(|()| None),
        }
    }

    fn gather(&mut self, batch: &mut Batch, most: usize) -> io::Result<()> {
        while let Some((number, segment)) = self.queue.first_from(self.at.segment) {
            if number != self.at.segment || !self.is_open {
                if !batch.rows.is_empty() {
                    break;
                }
                self.begin(number)?;
            }
            self.length = segment.bytes;
            if self.at.offset < segment.bytes {
                match self.find(&segment)? {
                    Found::Record => {
                        if !self.take(batch, most) {
                            break;
                        }
                    }
                    Found::End => self.at.offset = segment.bytes,
                }
            } else if !segment.is_ended {
                break;
            } else {
                batch.lost += self.assembly.give_up();
                if !batch.rows.is_empty() {
                    break;
                }
                self.settle(batch);
                self.queue.finish(number);
                self.at = Cursor { segment: number + 1, offset: HEADER_BYTES, samples: 0 };
                self.is_open = false;
            }
            if batch.rows.len() >= most && !self.assembly.is_under_way() {
                break;
            }
        }
        Ok(())
    }

    /// Nothing of a batch is to be sent: what was lost of it is counted.
    fn settle(&mut self, batch: &mut Batch) {
        add(&self.queue.counters.dropped, std::mem::take(&mut batch.lost));
        add(&self.queue.counters.left_out, std::mem::take(&mut batch.left_out));
        self.queue.pass(self.at);
    }

    fn begin(&mut self, number: u64) -> io::Result<()> {
        self.at = Cursor { segment: number, offset: HEADER_BYTES, samples: 0 };
        self.defined.clear();
        self.window.clear();
        let name = record::name(number);
        let header = self.queue.disk.read_at(&name, 0, usize::try_from(HEADER_BYTES).unwrap_or_default())?;
        if record::judge_header(&header, number) != Header::Good {
            self.queue.told.tell(format!("{name} has a damaged header; it is read all the same"));
        }
        self.is_open = true;
        Ok(())
    }

    /// Makes sure that the window has the record at the offset, or moves on to the next good one.
    fn find(&mut self, segment: &Segment) -> io::Result<Found> {
        if self.has_record() {
            return Ok(Found::Record);
        }
        for size in [WINDOW, WHOLE_RECORD] {
            self.load(self.at.offset, size, segment.bytes)?;
            if self.has_record() {
                return Ok(Found::Record);
            }
        }
        let (number, from) = (self.at.segment, self.at.offset);
        let name = record::name(number);
        let rest = usize::try_from(segment.bytes - from).unwrap_or(usize::MAX);
        self.load(from, rest, segment.bytes)?;
        let good = (1..self.window.len()).find(|at| record::read(&self.window, number, from, *at).is_some());
        let bad = good.unwrap_or(rest);
        match good {
            None if segment.may_be_torn => {
                self.queue.told.tell(format!("{name} ended in {bad} bytes that were never finished"));
            }
            _ => self.queue.told.tell(format!("{name} is damaged: {bad} bytes at {from} are skipped")),
        }
        self.at.offset = from + bad as u64;
        Ok(if good.is_some() { Found::Record } else { Found::End })
    }

    fn has_record(&self) -> bool {
        self.place()
            .is_some_and(|at| record::read(&self.window, self.at.segment, self.window_at, at).is_some())
    }

    /// Where the offset is in the window.
    fn place(&self) -> Option<usize> {
        let at = usize::try_from(self.at.offset.checked_sub(self.window_at)?).ok()?;
        (at < self.window.len()).then_some(at)
    }

    fn load(&mut self, from: u64, size: usize, end: u64) -> io::Result<()> {
        let size = size.min(usize::try_from(end - from).unwrap_or(usize::MAX));
        self.window = self.queue.disk.read_at(&record::name(self.at.segment), from, size)?;
        self.window_at = from;
        Ok(())
    }

    /// Takes the record at the offset, unless it makes a batch longer than `most` that is not empty. Its definitions are known
    /// then all the same.
    fn take(&mut self, batch: &mut Batch, most: usize) -> bool {
        let (at, under_way) = (self.at, self.assembly.is_under_way());
        let before = (batch.rows.len(), batch.entries, batch.lost, batch.left_out);
        self.take_whole(batch);
        if batch.rows.len() <= most || before.0 == 0 || under_way {
            return true;
        }
        self.assembly.give_up();
        self.at = at;
        batch.rows.truncate(before.0);
        (_, batch.entries, batch.lost, batch.left_out) = before;
        false
    }

    fn take_whole(&mut self, batch: &mut Batch) {
        let window = std::mem::take(&mut self.window);
        let place = usize::try_from(self.at.offset - self.window_at).unwrap_or(usize::MAX);
        if let Some((kind, payload, behind)) = record::read(&window, self.at.segment, self.window_at, place) {
            let is_known = self.at.segment == self.resume.segment && self.at.offset < self.resume.offset;
            if kind == Kind::Batch
                && let Some(entries) = Entries::of(payload)
            {
                let arrival = entries.arrival;
                for entry in entries {
                    self.at.samples += 1;
                    self.take_entry(entry, is_known, batch);
                }
                if !batch.rows.is_empty() {
                    batch.arrival.get_or_insert(arrival);
                }
            }
            self.at.offset = self.window_at + behind as u64;
        }
        self.window = window;
    }

    fn take_entry(&mut self, entry: Entry, is_known: bool, batch: &mut Batch) {
        let Entry { reference, new, point } = entry;
        if let Some(labels) = new {
            self.define(reference, &labels);
        }
        if is_known {
            return;
        }
        match self.defined.get(reference).and_then(Option::as_ref) {
            None => batch.lost += 1,
            Some(defined) if defined.is_left_out => batch.left_out += 1,
            Some(Defined { labels, part: None, .. }) => {
                batch.lost += self.assembly.give_up();
                batch.entries += 1;
                let Point { t, v } = point;
                batch.rows.push(Row {
                    labels: Arc::clone(labels),
                    reference,
                    t,
                    value: Value::Number(v),
                    entries: 1,
                });
            }
            Some(Defined { labels, part: Some(part), .. }) => {
                let assembled = self.assembly.take(labels, *part, point);
                batch.lost += assembled.lost;
                if let Some((labels, t, histogram, entries)) = assembled.whole {
                    batch.entries += entries;
                    let value = Value::Histogram(Box::new(histogram));
                    batch.rows.push(Row { labels, reference, t, value, entries });
                }
            }
        }
    }

    fn define(&mut self, reference: usize, labels: &model::Labels) {
        // A segment has no room for more definitions: damage that passes the checksum costs no memory.
        if reference as u64 >= self.length / DEFINITION_BYTES {
            return;
        }
        if self.defined.len() <= reference {
            self.defined.resize(reference + 1, None);
        }
        let settings = &self.queue.settings;
        let part = labels.get(PART);
        let is_left_out = part.is_some() && !settings.native_histograms;
        let known_part = part.and_then(|part| part.parse().ok());
        let defined = (part.is_none() || is_left_out || known_part.is_some()).then(|| Defined {
            labels: request::labels(labels, &settings.labels).into(),
            part: known_part,
            is_left_out,
        });
        if let Some(place) = self.defined.get_mut(reference) {
            *place = defined;
        }
    }
}
