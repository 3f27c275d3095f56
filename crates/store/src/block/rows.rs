//! Reading the samples of a block, series by series: what is used again stays open.

use crate::block::index::{Index, Place, Rollup, Row, Times, Values};
use crate::block::known_times::KnownTimes;
use crate::block::{Block, name};
use crate::codec::{BucketWorkspace, OwnedColumns, Workspace, decode_buckets, decode_times};
use model::{Bucket, Facts, Millis, TimeRange};
use std::ops::Range;
use std::sync::Arc;
use world::ReadFile;

/// Bytes that are read ahead of who reads one chunk behind the other.
const AHEAD: usize = 64 << 10;

/// Reads the series of a block.
pub(crate) struct RowReader<'a> {
    pub(crate) block: &'a Block,
    index: Arc<Index>,
    /// Opened when it is first needed.
    file: Option<Arc<dyn ReadFile>>,
    /// Bytes that were read last, and where they begin.
    window: Vec<u8>,
    begin: u64,
    known: KnownTimes,
    row: Row,
    /// Aggregates that were read last, and what reading them needs.
    rolled: Vec<Bucket>,
    workspace: BucketWorkspace,
}

/// Chunks of a series that have points in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    chunks: Range<usize>,
    range: TimeRange,
    /// Time of their oldest sample.
    pub(crate) first: Millis,
    /// Time of their newest.
    pub(crate) last: Millis,
}

impl<'a> RowReader<'a> {
    /// Reads `block`, of which this is the index.
    pub(crate) fn new(block: &'a Block, index: Arc<Index>) -> Self {
        let (window, known, row) = (Vec::new(), KnownTimes::default(), Row::default());
        let (rolled, workspace) = (Vec::new(), BucketWorkspace::default());
        Self { block, index, file: None, window, begin: 0, known, row, rolled, workspace }
    }

    /// The index of the block.
    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Puts the points of the series with this number that are in `range`, of those the newest if only so many are
    /// wanted, in the place of what `points` has. Chunks that are damaged are left out; their places go to `damaged`.
    pub(crate) fn points(
        &mut self,
        number: u32,
        (range, newest): (TimeRange, Option<usize>),
        points: &mut OwnedColumns,
        damaged: &mut Vec<String>,
    ) {
        points.clear();
        if let Some(wanted) = self.wanted(number, range, newest, damaged) {
            self.append(number, wanted, points, damaged);
        }
        points.keep_newest(newest.unwrap_or(usize::MAX));
    }

    /// The chunks of a series that have points in `range`; of those only the newest, if they have `newest` points.
    /// `None` if there are none. They are to be read before another series is looked at.
    pub(crate) fn wanted(
        &mut self,
        number: u32,
        range: TimeRange,
        newest: Option<usize>,
        damaged: &mut Vec<String>,
    ) -> Option<Wanted> {
        if self.index.row(number, &mut self.row).is_none() {
            damaged.push(format!("{}: row {number} of the index is damaged", name(self.block.number)));
            return None;
        }
        let (mut wanted, mut count) = (None::<Wanted>, 0);
        for (at, chunk) in self.row.chunks.iter().enumerate().rev() {
            let Some(times) = self.index.times(chunk.times) else { continue };
            if times.max_t < range.start || newest.is_some_and(|newest| count >= newest) {
                break;
            }
            if times.min_t <= range.end {
                let (end, last) =
                    wanted.map_or((at + 1, times.max_t), |later| (later.chunks.end, later.last));
                wanted = Some(Wanted { chunks: at..end, range, first: times.min_t, last });
                // Of a chunk that reaches out of the range nobody knows how many are in it.
                let is_inside = times.min_t >= range.start && times.max_t <= range.end;
                count += if is_inside { times.count } else { 0 };
            }
        }
        wanted
    }

    /// Appends the points that [`RowReader::wanted`] was asked for last.
    pub(crate) fn append(
        &mut self,
        number: u32,
        wanted: Wanted,
        points: &mut OwnedColumns,
        damaged: &mut Vec<String>,
    ) {
        for at in wanted.chunks {
            if self.chunk(at, wanted.range, points).is_none() {
                let count = self.row.chunks.get(at).and_then(|chunk| self.index.times(chunk.times));
                let (name, count) = (name(self.block.number), count.map_or(0, |times| times.count));
                let labels = self.index.series(number).map(|series| series.labels().to_string());
                let labels = labels.unwrap_or_default();
                damaged.push(format!("{name}: {count} samples of {labels} are unreadable"));
            }
        }
    }

    /// One of so many that read side by side takes its share of the memory.
    pub(crate) fn share(&mut self, readers: usize) {
        self.known.share(readers);
    }

    /// Closes the file and lets go of what was read ahead, until more is asked for.
    pub(crate) fn rest(&mut self) {
        (self.file, self.window) = (None, Vec::new());
        self.known.clear();
    }

    /// Appends the buckets of `length` milliseconds in `range`, which has them as a whole, of the series that
    /// [`RowReader::wanted`] was asked of last, and found this. `points` is memory that is used again.
    pub(crate) fn buckets(
        &mut self,
        number: u32,
        (wanted, range, length, facts): (Wanted, TimeRange, Millis, Facts),
        (points, buckets): (&mut OwnedColumns, &mut Vec<Bucket>),
        damaged: &mut Vec<String>,
    ) {
        let divides = |rollup: &&Rollup| length % rollup.length == 0;
        let coarsest = self.row.rollups.iter().rev().find(divides).copied();
        if let Some(rollup) = coarsest
            && self.rollup(rollup, facts, damaged).is_some()
        {
            let (begin, fine) = (range.start.saturating_sub(1), rollup.length);
            let is_inside =
                |bucket: &&Bucket| bucket.end.saturating_sub(fine) >= begin && bucket.end <= range.end;
            for bucket in self.rolled.iter().filter(is_inside) {
                let end = Bucket::end_of(bucket.end, length);
                Bucket { end, ..*bucket }.append_to(buckets);
            }
            return;
        }
        points.clear();
        self.append(number, wanted, points, damaged);
        Bucket::fold(points.lend(), length, facts, buckets);
    }

    /// Reads the aggregates at a place; `None`, told in `damaged`, if they are not good: the samples themselves may be.
    fn rollup(&mut self, rollup: Rollup, facts: Facts, damaged: &mut Vec<String>) -> Option<()> {
        let (mut rolled, mut workspace) =
            (std::mem::take(&mut self.rolled), std::mem::take(&mut self.workspace));
        let read = self
            .read(rollup.place)
            .and_then(|()| decode_buckets(self.bytes_at(rollup.place)?, facts, &mut workspace, &mut rolled));
        (self.rolled, self.workspace) = (rolled, workspace);
        if read.is_none() {
            damaged.push(format!(
                "{}: aggregates are unreadable; the samples are read",
                name(self.block.number)
            ));
        }
        read
    }

    /// Reads the aggregates of the series that was looked at last too, which nobody may ever have asked for.
    pub(crate) fn check_rollups(&mut self, damaged: &mut Vec<String>) {
        for rollup in self.row.rollups.clone() {
            let _looked_at = self.rollup(rollup, Facts::ALL, damaged);
        }
    }

    /// Appends the points of a chunk in `range`; `None` if it is damaged.
    fn chunk(&mut self, at: usize, range: TimeRange, points: &mut OwnedColumns) -> Option<()> {
        let chunk = self.row.chunks.get(at)?.clone();
        let index = Arc::clone(&self.index);
        let times = index.times(chunk.times)?;
        self.know(chunk.times, times)?;
        if let Values::At(place) = &chunk.values {
            self.read(*place)?;
        }
        let values = match chunk.values {
            Values::Inline(range) => index.inline(range)?,
            Values::At(place) => self.bytes_at(place)?,
        };
        points.decode_at(self.known.get(chunk.times)?, values, range)
    }

    /// Decodes times, unless they are known.
    fn know(&mut self, number: usize, times: &Times) -> Option<()> {
        if self.known.get(number).is_some() {
            return Some(());
        }
        self.read(times.place)?;
        let mut known = Vec::new();
        decode_times(self.bytes_at(times.place)?, times.count, &mut Workspace::default(), &mut known)?;
        self.known.keep(number, known);
        Some(())
    }

    /// Brings these bytes into the window.
    fn read(&mut self, place: Place) -> Option<()> {
        let end = place.offset.checked_add(place.length as u64)?;
        let window_end = self.begin + self.window.len() as u64;
        if place.offset >= self.begin && end <= window_end {
            return Some(());
        }
        if end > self.block.bytes {
            return None;
        }
        // Who goes on where the last bytes ended will go on.
        let goes_on = place.offset >= self.begin && place.offset <= window_end && !self.window.is_empty();
        let length = if goes_on { place.length.max(AHEAD) } else { place.length };
        if self.file.is_none() {
            self.file = Some(self.block.file().ok()?);
        }
        self.begin = place.offset;
        let read = self.file.as_ref()?.read_at(place.offset, length, &mut self.window);
        if read.is_err() {
            self.window.clear();
        }
        read.ok()
    }

    /// Bytes of the window whose checksum agrees.
    fn bytes_at(&self, place: Place) -> Option<&[u8]> {
        let start = usize::try_from(place.offset.checked_sub(self.begin)?).ok()?;
        let bytes = self.window.get(start..start.checked_add(place.length)?)?;
        (crc32c::crc32c(bytes) == place.crc).then_some(bytes)
    }
}
