//! The table of series: found by fingerprint when a sample comes, by name or service when a reader does.

use crate::memory_limits::MemoryLimits;
use crate::wal::Mark;
use hashbrown::HashMap;
use model::{MatchOp, Matcher, NAME, Point, Reason, SERVICE, Series};
use std::collections::VecDeque;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// A series and its points, strictly ascending in time.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) series: Arc<Series>,
    pub(crate) points: VecDeque<Point>,
    /// Where the log knows the series from.
    pub(crate) mark: Mark,
    /// The next slot whose series has the same fingerprint.
    next: Option<usize>,
}

/// A series and a copy of its points.
pub(crate) type Copied = (Arc<Series>, Vec<Point>);

/// All series, each in a slot whose number stays while the series lives.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    by_fingerprint: HashMap<u64, usize, BuildHasherDefault<Fingerprint>>,
    by_name: HashMap<Box<str>, Vec<usize>>,
    by_service: HashMap<Box<str>, Vec<usize>>,
    label_bytes: usize,
}

impl Slots {
    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Bytes of all label texts.
    pub(crate) fn label_bytes(&self) -> usize {
        self.label_bytes
    }

    /// The slot of `series`, if it is known.
    pub(crate) fn find(&self, series: &Arc<Series>) -> Option<usize> {
        let mut at = self.by_fingerprint.get(&series.fingerprint()).copied();
        while let Some(number) = at {
            let slot = self.get(number)?;
            if Arc::ptr_eq(&slot.series, series) || slot.series == *series {
                return Some(number);
            }
            at = slot.next;
        }
        None
    }

    /// Gives `series` a slot.
    ///
    /// # Errors
    /// The limit that forbids it.
    pub(crate) fn insert(&mut self, series: &Arc<Series>, limits: &MemoryLimits) -> Result<usize, Reason> {
        let bytes = label_bytes(series);
        self.check_room(series, bytes, limits)?;
        let first = self.by_fingerprint.get(&series.fingerprint()).copied();
        let slot =
            Slot { series: Arc::clone(series), points: VecDeque::new(), mark: Mark::default(), next: first };
        let number = match self.free.pop() {
            Some(number) => {
                self.slots[number] = Some(slot);
                number
            }
            None => {
                self.slots.push(Some(slot));
                self.slots.len() - 1
            }
        };
        self.by_fingerprint.insert(series.fingerprint(), number);
        postings(&mut self.by_name, series.name()).push(number);
        postings(&mut self.by_service, series.service()).push(number);
        self.label_bytes += bytes;
        Ok(number)
    }

    fn check_room(&self, series: &Series, bytes: usize, limits: &MemoryLimits) -> Result<(), Reason> {
        let count = |index: &HashMap<Box<str>, Vec<usize>>, key: &str| index.get(key).map_or(0, Vec::len);
        if count(&self.by_name, series.name()) >= limits.series_per_metric {
            return Err(Reason::TooManySeriesOfMetric);
        }
        if count(&self.by_service, series.service()) >= limits.series_per_service {
            return Err(Reason::TooManySeriesOfService);
        }
        if self.len() >= limits.series || self.label_bytes + bytes > limits.label_bytes {
            return Err(Reason::TooManySeries);
        }
        Ok(())
    }

    /// The slot with a number that [`Slots::find`], [`Slots::insert`] or [`Slots::candidates`] gave.
    pub(crate) fn get(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number)?.as_ref()
    }

    /// The same, to change its points.
    pub(crate) fn get_mut(&mut self, number: usize) -> Option<&mut Slot> {
        self.slots.get_mut(number)?.as_mut()
    }

    /// The series and points of a few slots, from slot `start`; and the slot to go on with, if there are more.
    pub(crate) fn some(&self, start: usize, count: usize) -> (Vec<Copied>, Option<usize>) {
        let end = start.saturating_add(count).min(self.slots.len());
        let slots = self.slots.get(start..end).unwrap_or_default().iter().flatten();
        let copies = slots.map(|slot| (Arc::clone(&slot.series), slot.points.iter().copied().collect()));
        (copies.collect(), (end < self.slots.len()).then_some(end))
    }

    /// Removes the points of a copy that are still as they were copied; gives how many.
    pub(crate) fn remove_points(&mut self, (series, points): &Copied) -> usize {
        let Some(slot) = self.find(series).and_then(|number| self.get_mut(number)) else { return 0 };
        let before = slot.points.len();
        let mut copied = points.iter().peekable();
        slot.points.retain(|point| {
            while copied.next_if(|copy| copy.t < point.t).is_some() {}
            copied.next_if(|copy| copy.t == point.t).is_none_or(|copy| copy.v.to_bits() != point.v.to_bits())
        });
        slot.points.shrink_to_fit();
        before - slot.points.len()
    }

    /// All slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().flatten()
    }

    /// The same, to change their points.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.slots.iter_mut().flatten()
    }

    /// The slots among which all series that meet `matchers` are: those of the name or of the service,
    /// whichever are fewer; all of them if neither is asked for.
    pub(crate) fn candidates<'a>(&'a self, matchers: &[Matcher]) -> Box<dyn Iterator<Item = &'a Slot> + 'a> {
        let asked = |label: &str| matchers.iter().find(|m| m.op == MatchOp::Equal && &*m.label == label);
        let listed = |index: &'a HashMap<Box<str>, Vec<usize>>, label| -> Option<&'a [usize]> {
            asked(label).map(|matcher| index.get(&matcher.value).map_or(&[][..], Vec::as_slice))
        };
        let lists = [listed(&self.by_name, NAME), listed(&self.by_service, SERVICE)];
        match lists.into_iter().flatten().min_by_key(|list| list.len()) {
            Some(list) => Box::new(list.iter().filter_map(|number| self.get(*number))),
            None => Box::new(self.slots.iter().flatten()),
        }
    }

    /// Removes the series that have no points; gives how many.
    pub(crate) fn remove_empty(&mut self) -> usize {
        let empty: Vec<usize> = (0..self.slots.len())
            .filter(|number| self.get(*number).is_some_and(|slot| slot.points.is_empty()))
            .collect();
        for number in &empty {
            self.unchain(*number);
            if let Some(slot) = self.slots[*number].take() {
                self.label_bytes -= label_bytes(&slot.series);
                self.free.push(*number);
            }
        }
        if !empty.is_empty() {
            let slots = &self.slots;
            for index in [&mut self.by_name, &mut self.by_service] {
                index.retain(|_, list| {
                    list.retain(|number| slots[*number].is_some());
                    !list.is_empty()
                });
            }
        }
        empty.len()
    }

    /// Takes a slot out of the chain of its fingerprint.
    fn unchain(&mut self, number: usize) {
        let Some(slot) = self.get(number) else { return };
        let (fingerprint, next) = (slot.series.fingerprint(), slot.next);
        let Some(first) = self.by_fingerprint.get(&fingerprint).copied() else { return };
        if first == number {
            match next {
                Some(next) => self.by_fingerprint.insert(fingerprint, next),
                None => self.by_fingerprint.remove(&fingerprint),
            };
            return;
        }
        let mut at = first;
        while let Some(slot) = self.get_mut(at) {
            match slot.next {
                Some(following) if following == number => {
                    slot.next = next;
                    return;
                }
                Some(following) => at = following,
                None => return,
            }
        }
    }
}

fn postings<'a>(index: &'a mut HashMap<Box<str>, Vec<usize>>, key: &str) -> &'a mut Vec<usize> {
    index.entry_ref(key).or_default()
}

fn label_bytes(series: &Series) -> usize {
    series.labels().iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// A fingerprint is a hash already.
#[derive(Debug, Default)]
struct Fingerprint(u64);

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}
