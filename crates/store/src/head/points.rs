//! The points of one series: the newest open, older ones sealed in chunks.

use crate::codec::{OwnedColumns, Sealed};
use model::{Millis, Point, Reason, TimeRange, limits};
use std::ops::Range;
use std::sync::Arc;

/// Points that one chunk is made of: so many compress nearly as well as more do.
const SEAL: usize = 256;
/// The newest points stay open: late ones go among them.
const OPEN: usize = 32;
/// The first points of a series have room for so many, all others for half as many again: there are millions of series.
/// Growing in smaller steps takes more memory, for the pieces that are left over.
const ROOM: usize = 12;

/// Points of a series, each time once. Nothing open lies within the times of a chunk.
#[derive(Debug)]
pub(crate) struct Points {
    /// Ascending in time.
    open: Vec<Packed>,
    sealed: Option<Box<Chunks>>,
    /// No point is newer than this. The next one usually is, and then nothing else need be looked at.
    newest: Millis,
}

/// Chunks, ascending in time and apart from each other. Most series have none, and there are millions of them: the list
/// takes no more than a pointer.
#[derive(Debug, Default)]
struct Chunks(Vec<Arc<Sealed>>);

/// A point in 14 bytes: six of the time, eight of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed([u8; 14]);

/// What became of a point that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    New,
    Replaced,
}

/// How much all series together hold.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fill {
    /// Open points.
    pub(crate) open: usize,
    /// Points in chunks.
    pub(crate) sealed: usize,
    /// Bytes of chunks. Times that series share count for each.
    pub(crate) chunk_bytes: usize,
}

impl Fill {
    /// Points.
    pub(crate) fn samples(&self) -> usize {
        self.open + self.sealed
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.open * size_of::<Packed>() + self.chunk_bytes
    }

    fn add(&mut self, chunk: &Sealed) {
        self.sealed += chunk.count;
        self.chunk_bytes += chunk.bytes();
    }

    fn subtract(&mut self, chunk: &Sealed) {
        self.sealed -= chunk.count;
        self.chunk_bytes -= chunk.bytes();
    }
}

/// Points in range, as they are kept.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    sealed: Vec<Arc<Sealed>>,
    open: Vec<Point>,
}

impl Packed {
    /// `None` for times beyond the year 6429, or as far before.
    fn new(point: Point) -> Option<Self> {
        let (t, v) = (point.t.to_le_bytes(), point.v.to_bits().to_le_bytes());
        let mut bytes = [0; 14];
        bytes[..8].copy_from_slice(&t);
        bytes[6..].copy_from_slice(&v);
        let packed = Self(bytes);
        (packed.t() == point.t).then_some(packed)
    }

    /// Eight bytes at once, of which two are the value's: byte by byte takes several times as long.
    fn t(self) -> Millis {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        // The sign comes with the shift back.
        Millis::from_le_bytes([a, b, c, d, e, f, g, h]) << 16 >> 16
    }

    fn v(self) -> f64 {
        let [.., a, b, c, d, e, f, g, h] = self.0;
        f64::from_bits(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    fn point(self) -> Point {
        Point { t: self.t(), v: self.v() }
    }
}

impl Default for Points {
    fn default() -> Self {
        Self { open: Vec::new(), sealed: None, newest: Millis::MIN }
    }
}

impl Points {
    fn sealed(&self) -> &[Arc<Sealed>] {
        self.sealed.as_deref().map_or(&[], |chunks| &chunks.0)
    }

    fn sealed_mut(&mut self) -> &mut Vec<Arc<Sealed>> {
        &mut self.sealed.get_or_insert_default().0
    }

    /// No point was newer than this, also among those that left for a block.
    pub(crate) fn newest(&self) -> Millis {
        self.newest
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.sealed().is_empty()
    }

    /// The times of the oldest and the newest.
    pub(crate) fn span(&self) -> Option<(Millis, Millis)> {
        let (open, sealed) = (&self.open, self.sealed());
        let firsts = [open.first().map(|point| point.t()), sealed.first().map(|chunk| chunk.first)];
        let lasts = [open.last().map(|point| point.t()), sealed.last().map(|chunk| chunk.last)];
        Some((firsts.into_iter().flatten().min()?, lasts.into_iter().flatten().max()?))
    }

    /// Puts `point` where its time belongs.
    ///
    /// # Errors
    /// A time that is out of every range.
    pub(crate) fn put(&mut self, point: Point, fill: &mut Fill) -> Result<Kept, Reason> {
        let Some(packed) = Packed::new(point) else {
            return Err(if point.t < 0 { Reason::TooOld } else { Reason::TooFarInFuture });
        };
        if self.newest < point.t {
            self.newest = point.t;
            self.make_room();
            self.open.push(packed);
            fill.open += 1;
            return Ok(Kept::New);
        }
        if self.is_sealed(point, fill) {
            return Ok(Kept::Replaced);
        }
        let kept = self.put_late(packed);
        fill.open += usize::from(kept == Kept::New);
        Ok(kept)
    }

    fn put_late(&mut self, packed: Packed) -> Kept {
        let t = packed.t();
        let at = self.open.partition_point(|open| open.t() < t);
        match self.open.get_mut(at) {
            Some(same) if same.t() == t => {
                *same = packed;
                Kept::Replaced
            }
            _ => {
                self.make_room();
                self.open.insert(at, packed);
                Kept::New
            }
        }
    }

    /// Whether just this point is in a chunk. A chunk that it belongs into otherwise is opened.
    fn is_sealed(&mut self, point: Point, fill: &mut Fill) -> bool {
        let at = self.sealed().partition_point(|chunk| chunk.last < point.t);
        let Some(chunk) = self.sealed().get(at).filter(|chunk| chunk.first <= point.t) else { return false };
        let points = chunk.points();
        let same =
            points.binary_search_by_key(&point.t, |sealed| sealed.t).ok().and_then(|at| points.get(at));
        if same.is_some_and(|same| same.v.to_bits() == point.v.to_bits()) {
            return true;
        }
        fill.subtract(chunk);
        fill.open += points.len();
        self.sealed_mut().remove(at);
        let at = self.open.partition_point(|open| open.t() < point.t);
        self.open.splice(at..at, points.into_iter().filter_map(Packed::new));
        false
    }

    /// Memory for one more, and not for twice as many: there are millions of these.
    fn make_room(&mut self) {
        if self.open.len() == self.open.capacity() {
            self.open.reserve_exact(ROOM.max(self.open.len() / 2));
        }
    }

    /// Puts in a chunk that was read back.
    pub(crate) fn put_chunk(&mut self, chunk: Sealed, fill: &mut Fill) {
        let is_newest = self.newest < chunk.first;
        let is_possible = |t| Packed::new(Point { t, v: 0.0 }).is_some();
        if is_newest && is_possible(chunk.first) && is_possible(chunk.last) {
            fill.add(&chunk);
            self.newest = chunk.last;
            self.sealed_mut().push(Arc::new(chunk));
            return;
        }
        for point in chunk.points() {
            // What was kept once can be kept again.
            let _kept = self.put(point, fill);
        }
    }

    /// Points before `cutoff` that may be sealed, if there are enough of them for a chunk; with `all` also if there
    /// are only a few, and the newest.
    pub(crate) fn ripe(&self, cutoff: Millis, all: bool) -> Option<Vec<Point>> {
        let run = self.ripe_run(cutoff, all)?;
        Some(self.open.get(run)?.iter().map(|packed| packed.point()).collect())
    }

    /// Whether [`Points::ripe`] has some that are enough for a chunk.
    pub(crate) fn is_ripe(&self) -> bool {
        self.ripe_run(Millis::MAX, false).is_some()
    }

    fn ripe_run(&self, cutoff: Millis, all: bool) -> Option<Range<usize>> {
        let (kept, least, most) = if all { (0, 1, limits::CHUNK_SAMPLES) } else { (OPEN, SEAL, SEAL) };
        if self.open.len() < least + kept {
            return None;
        }
        let end = self.open.len() - kept;
        let end = end.min(self.open.partition_point(|open| open.t() < cutoff));
        let before = |chunk: &Arc<Sealed>| self.open.partition_point(|open| open.t() < chunk.first);
        let oldest = self.open.first().map_or(Millis::MAX, |open| open.t());
        let later = self.sealed().get(self.count_chunks_before(oldest)..).unwrap_or_default();
        let mut start = 0;
        for border in later.iter().map(before).chain([end]) {
            let border = border.min(end);
            if border >= start + least {
                return Some(start..border.min(start.saturating_add(most)));
            }
            start = start.max(border);
        }
        None
    }

    /// Whether the newest point made enough of them for one more chunk, as far as that is seen at a glance.
    pub(crate) fn has_ripened(&self) -> bool {
        self.open.len() > SEAL && self.open.len() % SEAL == OPEN
    }

    /// Replaces the points that a chunk was made of by it, if they are still what they were.
    pub(crate) fn seal(&mut self, points: &[Point], chunk: Sealed, fill: &mut Fill) -> Option<()> {
        let start = self.open.partition_point(|open| open.t() < chunk.first);
        let run = start..start.checked_add(points.len())?;
        let packed = self.open.get(run.clone())?;
        let is_same = packed
            .iter()
            .zip(points)
            .all(|(open, point)| open.t() == point.t && open.v().to_bits() == point.v.to_bits());
        if !is_same {
            return None;
        }
        self.open.drain(run);
        self.open.shrink_to(self.open.len() + ROOM);
        let at = self.count_chunks_before(chunk.first);
        fill.open -= points.len();
        fill.add(&chunk);
        self.sealed_mut().insert(at, Arc::new(chunk));
        Some(())
    }

    /// The chunks that end before `cutoff`.
    pub(crate) fn chunks_before(&self, cutoff: Millis) -> &[Arc<Sealed>] {
        self.sealed().get(..self.count_chunks_before(cutoff)).unwrap_or_default()
    }

    /// Mostly all, and then only the last is looked at: each is in another corner of memory.
    fn count_chunks_before(&self, t: Millis) -> usize {
        match self.sealed() {
            chunks @ [.., last] if last.last < t => chunks.len(),
            chunks => chunks.partition_point(|chunk| chunk.last < t),
        }
    }

    /// Removes these very chunks.
    pub(crate) fn remove_chunks(&mut self, chunks: &[Arc<Sealed>], fill: &mut Fill) {
        let is_gone = |chunk: &Arc<Sealed>| chunks.iter().any(|gone| Arc::ptr_eq(chunk, gone));
        self.keep_chunks(|chunk| !is_gone(chunk), fill);
    }

    fn keep_chunks(&mut self, is_kept: impl Fn(&Arc<Sealed>) -> bool, fill: &mut Fill) {
        let kept: Vec<_> = self.sealed().iter().filter(|chunk| is_kept(chunk)).cloned().collect();
        self.sealed().iter().filter(|chunk| !is_kept(chunk)).for_each(|chunk| fill.subtract(chunk));
        self.sealed = if kept.is_empty() { None } else { Some(Box::new(Chunks(kept))) };
    }

    /// Removes what is before `oldest`, a chunk only as a whole.
    pub(crate) fn remove_before(&mut self, oldest: Millis, fill: &mut Fill) {
        if !self.chunks_before(oldest).is_empty() {
            self.keep_chunks(|chunk| chunk.last >= oldest, fill);
        }
        let old = self.open.partition_point(|open| open.t() < oldest);
        self.open.drain(..old);
        fill.open -= old;
        if old > 0 {
            self.open.shrink_to(self.open.len() + ROOM);
        }
    }

    /// Removes what is in `range`.
    pub(crate) fn erase(&mut self, range: TimeRange, fill: &mut Fill) {
        let reaches = |chunk: &Arc<Sealed>| chunk.first <= range.end && chunk.last >= range.start;
        let opened: Vec<Point> =
            self.sealed().iter().filter(|chunk| reaches(chunk)).flat_map(|chunk| chunk.points()).collect();
        self.keep_chunks(|chunk| !reaches(chunk), fill);
        fill.open -= self.open.len();
        self.open.extend(opened.into_iter().filter_map(Packed::new));
        self.open.retain(|open| !range.contains(open.t()));
        self.open.sort_by_key(|open| open.t());
        self.open.shrink_to(self.open.len() + ROOM);
        fill.open += self.open.len();
    }

    /// How many are before `oldest`, a chunk only as a whole.
    pub(crate) fn count_before(&self, oldest: Millis) -> usize {
        self.chunks_before(oldest).iter().map(|chunk| chunk.count).sum::<usize>()
            + self.open.partition_point(|open| open.t() < oldest)
    }

    /// What is in `range`, or of that at least the `newest`.
    pub(crate) fn copy(&self, range: TimeRange, newest: Option<usize>) -> Copied {
        let place = |t: Millis, is_end: bool| {
            self.open.partition_point(|open| open.t() < t || (is_end && open.t() == t))
        };
        let (start, end) = (place(range.start, false), place(range.end, true));
        let open = self.open.get(start..end).unwrap_or_default();
        let newest = newest.unwrap_or(usize::MAX);
        let open = open.get(open.len().saturating_sub(newest)..).unwrap_or_default();
        let mut copied = Copied { sealed: Vec::new(), open: open.iter().map(|open| open.point()).collect() };
        // As many open points as are wanted are newer than any chunk: usually, where only the newest are asked for.
        let has_enough = |t: Millis| open.len() >= newest && open.first().is_some_and(|open| open.t() > t);
        let mut whole = 0;
        for chunk in self.sealed().iter().rev() {
            if chunk.last < range.start || whole >= newest || has_enough(chunk.last) {
                break;
            }
            if chunk.first <= range.end {
                copied.sealed.push(Arc::clone(chunk));
                whole += if chunk.first >= range.start && chunk.last <= range.end { chunk.count } else { 0 };
            }
        }
        copied.sealed.reverse();
        copied
    }

    /// The chunks, and the points that are in none.
    pub(crate) fn all(&self) -> (Vec<Arc<Sealed>>, Vec<Point>) {
        (self.sealed().to_vec(), self.open.iter().map(|open| open.point()).collect())
    }
}

impl Copied {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.sealed.is_empty() && self.open.is_empty()
    }

    /// Puts the points in `range`, of those the `newest`, in the place of what `columns` has.
    pub(crate) fn put_into(&self, range: TimeRange, newest: Option<usize>, columns: &mut OwnedColumns) {
        columns.clear();
        self.sealed.iter().for_each(|chunk| chunk.append_to(columns));
        match (columns.times.last(), self.open.first()) {
            // Some came late, and belong between chunks.
            (Some(last), Some(first)) if *last > first.t => {
                let mut open = OwnedColumns::default();
                open.extend(self.open.iter().copied());
                *columns = OwnedColumns::union(&open, columns);
            }
            _ => columns.extend(self.open.iter().copied()),
        }
        columns.keep_range(range);
        columns.keep_newest(newest.unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::{Fill, Kept, Packed, Points};
    use crate::codec::{OwnedColumns, Sealed};
    use model::{Millis, Point, Reason, TimeRange};
    use proptest::prelude::{Strategy, prop_oneof, proptest};
    use std::collections::BTreeMap;

    fn copied(points: &Points, range: TimeRange, newest: Option<usize>) -> Vec<Point> {
        let mut columns = OwnedColumns::default();
        points.copy(range, newest).put_into(range, newest, &mut columns);
        columns.lend().points().collect()
    }

    #[test]
    fn a_point_comes_back_from_fourteen_bytes_or_is_refused() {
        let most = (1 << 47) - 1;
        for t in [0, 1, -1, 1_795_000_000_000, most, -most - 1] {
            for v in [0.0, -0.0, f64::MAX, model::stale_marker(), f64::from_bits(u64::MAX)] {
                let point = Packed::new(Point { t, v }).expect("in range").point();
                assert_eq!((point.t, point.v.to_bits()), (t, v.to_bits()));
            }
        }
        let refused = |t| Points::default().put(Point { t, v: 1.0 }, &mut Fill::default());
        assert_eq!(refused(most + 1), Err(Reason::TooFarInFuture));
        assert_eq!(refused(Millis::MIN), Err(Reason::TooOld));
    }

    #[derive(Debug, Clone)]
    enum Act {
        Put(i64, u8),
        Run(i64, u16),
        Seal(i64, bool),
        Remove(i64),
        Sweep(i64),
        Erase(i64, i64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (0..2_000_i64, 0..3_u8).prop_map(|(t, v)| Act::Put(t, v)),
            2 => (0..2_000_i64, 1..400_u16).prop_map(|(t, n)| Act::Run(t, n)),
            2 => (0..2_500_i64, proptest::bool::ANY).prop_map(|(t, all)| Act::Seal(t, all)),
            1 => (0..2_500_i64).prop_map(Act::Remove),
            1 => (0..300_i64).prop_map(Act::Sweep),
            1 => (0..2_000_i64, 0..300_i64).prop_map(|(t, span)| Act::Erase(t, span)),
        ]
    }

    proptest! {
        /// Against a map, whatever is put, sealed, opened again and removed.
        #[test]
        fn points_are_a_map(acts in proptest::collection::vec(act(), 1..60), start in 0..2_500_i64, span in 0..2_500_i64, count in 0..300_usize) {
            let (mut points, mut fill, mut model) = (Points::default(), Fill::default(), BTreeMap::new());
            let put = |points: &mut Points, fill: &mut Fill, model: &mut BTreeMap<i64, f64>, t, v| {
                let is_new = model.insert(t, v).is_none();
                let kept = points.put(Point { t, v }, fill).expect("in range");
                assert_eq!(kept, if is_new { Kept::New } else { Kept::Replaced });
            };
            for act in acts {
                match act {
                    Act::Put(t, v) => put(&mut points, &mut fill, &mut model, t, f64::from(v)),
                    Act::Run(t, n) => (0..i64::from(n)).for_each(|n| put(&mut points, &mut fill, &mut model, t + n, 7.0)),
                    Act::Seal(cutoff, all) => while let Some(run) = points.ripe(cutoff, all) {
                        points.seal(&run, Sealed::new(&run).expect("points"), &mut fill).expect("unchanged");
                    },
                    Act::Remove(cutoff) => {
                        let gone = points.chunks_before(cutoff).to_vec();
                        gone.iter().flat_map(|chunk| chunk.points()).for_each(|p| { model.remove(&p.t); });
                        points.remove_chunks(&gone, &mut fill);
                    }
                    Act::Erase(start, span) => {
                        let range = TimeRange { start, end: start + span };
                        points.erase(range, &mut fill);
                        model.retain(|t, _| !range.contains(*t));
                    }
                    Act::Sweep(oldest) => {
                        let kept = copied(&points, TimeRange::ALL, None);
                        points.remove_before(oldest, &mut fill);
                        let left = copied(&points, TimeRange::ALL, None);
                        assert!(kept.iter().all(|p| p.t < oldest || left.contains(p)));
                        model = left.iter().map(|p| (p.t, p.v)).collect();
                    }
                }
                assert_eq!((fill.samples(), points.is_empty()), (model.len(), model.is_empty()));
                assert_eq!(points.span(), model.keys().next().copied().zip(model.keys().next_back().copied()));
            }
            let range = TimeRange { start, end: start + span };
            for newest in [None, Some(count)] {
                let inside: Vec<_> = model.range(start..=start + span).map(|(t, v)| Point { t: *t, v: *v }).collect();
                let extra = newest.map_or(0, |newest| inside.len().saturating_sub(newest));
                assert_eq!(copied(&points, range, newest), &inside[extra..]);
            }
        }
    }
}
