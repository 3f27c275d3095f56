//! The table of series.

use crate::head::points::{Fill, Points};
use crate::head::postings::{Numbers, Postings};
use crate::head::symbols::Symbols;
use crate::matching::{self, LabelIndex};
use crate::memory_limits::MemoryLimits;
use crate::wal::Mark;
use hashbrown::HashTable;
use model::{Labels, Matcher, MetricKind, Millis, NAME, Place, Reason, SERVICE, Series, limits};
use roaring::RoaringBitmap;
use std::sync::Arc;

/// A series and its points.
#[derive(Debug)]
pub(crate) struct Slot {
    fingerprint: u64,
    /// What the series that this slot is for have noted.
    ticket: u64,
    /// Symbols of names and values, in the order of the names.
    labels: Box<[(u32, u32)]>,
    kind: MetricKind,
    /// Where the log knows the series from.
    pub(crate) mark: Mark,
    /// Second of the newest sample's arrival.
    touched: u32,
    pub(crate) points: Points,
}

/// Which slot, and whose it is: the number alone may belong to another series later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    number: u32,
    ticket: u64,
}

/// All series, each in a slot whose number stays while the series lives.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    by_fingerprint: HashTable<u32>,
    symbols: Symbols,
    postings: Postings,
    /// Of all points.
    pub(crate) fill: Fill,
}

impl Slots {
    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Bytes of all label texts.
    pub(crate) fn label_bytes(&self) -> usize {
        self.symbols.bytes()
    }

    /// The slot of `series`, if it is known: by what is noted on it, or else by its labels.
    pub(crate) fn find(&self, series: &Series) -> Option<u32> {
        let (number, ticket) = series.place().get();
        if self.get(number).is_some_and(|slot| slot.ticket == ticket) {
            return Some(number);
        }
        let is_it = |number: &u32| {
            let same =
                |slot: &Slot| slot.fingerprint == series.fingerprint() && self.are_labels(slot, series);
            self.get(*number).is_some_and(same)
        };
        let number = *self.by_fingerprint.find(series.fingerprint(), is_it)?;
        series.place().set(number, self.get(number)?.ticket);
        Some(number)
    }

    fn are_labels(&self, slot: &Slot, series: &Series) -> bool {
        self.labels(slot).eq(series.labels().iter())
    }

    fn labels<'a>(&'a self, slot: &'a Slot) -> impl Iterator<Item = (&'a str, &'a str)> {
        slot.labels.iter().map(|(name, value)| (self.symbols.text(*name), self.symbols.text(*value)))
    }

    /// Gives `series`, which has none, a slot.
    ///
    /// # Errors
    /// The limit that forbids it.
    pub(crate) fn insert(&mut self, series: &Series, limits: &MemoryLimits) -> Result<u32, Reason> {
        self.check_room(series, limits)?;
        let labels: Box<[(u32, u32)]> =
            series.labels().iter().map(|(n, v)| (self.symbols.take(n), self.symbols.take(v))).collect();
        let number = match self.free.pop() {
            Some(number) => number,
            None => {
                self.slots.push(None);
                u32::try_from(self.slots.len() - 1).map_err(|_| Reason::TooManySeries)?
            }
        };
        labels.iter().for_each(|label| self.postings.insert(*label, number));
        let (fingerprint, ticket) = (series.fingerprint(), Place::new_ticket());
        let (mark, points, kind) = (Mark::default(), Points::default(), series.kind());
        if let Some(place) = self.slots.get_mut(number as usize) {
            *place = Some(Slot { fingerprint, ticket, labels, kind, mark, touched: 0, points });
        }
        let slots = &self.slots;
        let hash =
            |number: &u32| slots.get(*number as usize).and_then(Option::as_ref).map_or(0, |s| s.fingerprint);
        self.by_fingerprint.insert_unique(fingerprint, number, hash);
        series.place().set(number, ticket);
        Ok(number)
    }

    fn check_room(&self, series: &Series, limits: &MemoryLimits) -> Result<(), Reason> {
        if self.count(NAME, series.name()) >= limits.series_per_metric as u64 {
            return Err(Reason::TooManySeriesOfMetric);
        }
        if self.count(SERVICE, series.service()) >= limits.series_per_service as u64 {
            return Err(Reason::TooManySeriesOfService);
        }
        let texts = || series.labels().iter().flat_map(|(name, value)| [name, value]);
        let has_room = |bytes: usize| self.symbols.bytes() + bytes <= limits.label_bytes;
        // Which texts are new need only be looked up where not all of them would find room.
        let is_new = |text: &&str| self.symbols.find(text).is_none();
        let fits =
            has_room(texts().map(str::len).sum()) || has_room(texts().filter(is_new).map(str::len).sum());
        if fits && self.len() < limits.series { Ok(()) } else { Err(Reason::TooManySeries) }
    }

    fn count(&self, label: &str, value: &str) -> u64 {
        self.numbers(label, value).map_or(0, Numbers::len)
    }

    fn numbers(&self, label: &str, value: &str) -> Option<&Numbers> {
        self.postings.get(self.symbols.find(label)?, self.symbols.find(value)?)
    }

    /// The slot with a number that [`Slots::find`] or [`Slots::insert`] gave.
    pub(crate) fn get(&self, number: u32) -> Option<&Slot> {
        self.slots.get(number as usize)?.as_ref()
    }

    /// The same with the fill, to change its points.
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<(&mut Slot, &mut Fill)> {
        Some((self.slots.get_mut(number as usize)?.as_mut()?, &mut self.fill))
    }

    /// The slot of an owner, if it still is the owner's.
    pub(crate) fn owned(&self, owner: Owner) -> Option<&Slot> {
        self.get(owner.number).filter(|slot| slot.ticket == owner.ticket)
    }

    /// The same with the fill, to change its points.
    pub(crate) fn owned_mut(&mut self, owner: Owner) -> Option<(&mut Slot, &mut Fill)> {
        self.get_mut(owner.number).filter(|(slot, _)| slot.ticket == owner.ticket)
    }

    /// The owners of slots that meet `matchers`.
    pub(crate) fn owners(&self, matchers: &[Matcher]) -> Vec<Owner> {
        let owner = |number| self.get(number).map(|slot| Owner { number, ticket: slot.ticket });
        matching::find(self, matchers).iter().filter_map(owner).collect()
    }

    /// The owner of a slot.
    pub(crate) fn owner(&self, number: u32) -> Option<Owner> {
        self.get(number).map(|slot| Owner { number, ticket: slot.ticket })
    }

    /// The series of a slot, made anew.
    pub(crate) fn series(&self, owner: Owner) -> Option<Arc<Series>> {
        let slot = self.owned(owner)?;
        let series = Series::new(Labels::new(self.labels(slot)), slot.kind);
        series.place().set(owner.number, owner.ticket);
        Some(Arc::new(series))
    }

    /// The numbers of all slots, those of no series among them.
    pub(crate) fn numbers_of_all(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Removes the series that have no points, and got none for a while before `now`; gives how many.
    pub(crate) fn remove_empty(&mut self, now: Millis) -> usize {
        let idle_since = seconds(now.saturating_sub(limits::IDLE));
        let is_over = |slot: &Slot| slot.points.is_empty() && slot.touched <= idle_since;
        let over: Vec<u32> =
            self.numbers_of_all().filter(|number| self.get(*number).is_some_and(is_over)).collect();
        over.iter().for_each(|number| self.remove(*number));
        over.len()
    }

    fn remove(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number as usize).and_then(Option::take) else { return };
        if let Ok(entry) = self.by_fingerprint.find_entry(slot.fingerprint, |other| *other == number) {
            entry.remove();
        }
        for (name, value) in &slot.labels {
            self.postings.remove((*name, *value), number);
            self.symbols.give_back(*name);
            self.symbols.give_back(*value);
        }
        self.free.push(number);
    }
}

impl Slot {
    /// Notes that a sample came.
    pub(crate) fn touch(&mut self, now: Millis) {
        self.touched = seconds(now);
    }
}

/// Whole seconds; before the epoch none.
fn seconds(t: Millis) -> u32 {
    u32::try_from(t / limits::SECOND).unwrap_or(if t < 0 { 0 } else { u32::MAX })
}

impl LabelIndex for Slots {
    fn all(&self) -> RoaringBitmap {
        let is_there = |number: &u32| self.get(*number).is_some();
        self.numbers_of_all().filter(is_there).collect()
    }

    fn count_values(&self, label: &str) -> usize {
        self.symbols.find(label).map_or(0, |label| self.postings.count_values(label))
    }

    fn with_value(&self, label: &str, value: &str, to: &mut RoaringBitmap) {
        if let Some(numbers) = self.numbers(label, value) {
            numbers.add_to(to);
        }
    }

    fn with_values(&self, label: &str, is_wanted: &dyn Fn(&str) -> bool, to: &mut RoaringBitmap) {
        let Some(label) = self.symbols.find(label) else { return };
        for (value, numbers) in self.postings.values(label) {
            if is_wanted(self.symbols.text(value)) {
                numbers.add_to(to);
            }
        }
    }

    fn is_value(&self, series: u32, label: &str, is_wanted: &dyn Fn(&str) -> bool) -> bool {
        let value = |slot| self.labels(slot).find(|(name, _)| *name == label).map_or("", |(_, value)| value);
        self.get(series).is_some_and(|slot| is_wanted(value(slot)))
    }
}
