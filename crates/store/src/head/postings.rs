//! For each value of each label, the numbers of the slots whose series have it.

use hashbrown::HashMap;
use roaring::RoaringBitmap;

/// Postings by the symbols of label and value.
#[derive(Debug, Default)]
pub(crate) struct Postings(HashMap<u32, HashMap<u32, Numbers>>);

/// Most values of labels like an id belong to one series, those like an instance to a few: a bitmap of those would take
/// more memory than the series.
#[derive(Debug)]
pub(crate) enum Numbers {
    One(u32),
    /// Ascending.
    Few(Vec<u32>),
    Many(RoaringBitmap),
}

/// Most that are listed.
const FEW: usize = 64;

impl Numbers {
    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Few(numbers) => numbers.len() as u64,
            Self::Many(numbers) => numbers.len(),
        }
    }

    /// Adds them to `to`.
    pub(crate) fn add_to(&self, to: &mut RoaringBitmap) {
        match self {
            Self::One(number) => {
                to.insert(*number);
            }
            Self::Few(numbers) => to.extend(numbers),
            Self::Many(numbers) => *to |= numbers,
        }
    }

    fn insert(&mut self, number: u32) {
        match self {
            Self::One(one) => *self = Self::Few(vec![number.min(*one), number.max(*one)]),
            Self::Few(few) if few.len() < FEW => {
                let at = few.partition_point(|other| *other < number);
                few.insert(at, number);
            }
            Self::Few(few) => {
                *self = Self::Many(few.iter().copied().chain([number]).collect());
            }
            Self::Many(many) => {
                many.insert(number);
            }
        }
    }

    /// Removes a number; whether it was the last.
    fn remove(&mut self, number: u32) -> bool {
        match self {
            Self::One(one) => *one == number,
            Self::Few(few) => {
                few.retain(|other| *other != number);
                few.is_empty()
            }
            Self::Many(many) => {
                many.remove(number);
                many.is_empty()
            }
        }
    }
}

impl Postings {
    /// Slot `number` has a label with this value.
    pub(crate) fn insert(&mut self, (label, value): (u32, u32), number: u32) {
        let values = self.0.entry(label).or_default();
        values.entry(value).and_modify(|numbers| numbers.insert(number)).or_insert(Numbers::One(number));
    }

    /// It has it no more.
    pub(crate) fn remove(&mut self, (label, value): (u32, u32), number: u32) {
        let Some(values) = self.0.get_mut(&label) else { return };
        let is_last = values.get_mut(&value).is_some_and(|numbers| numbers.remove(number));
        if is_last {
            values.remove(&value);
        }
        if values.is_empty() {
            self.0.remove(&label);
        }
    }

    /// The slots with this label and value.
    pub(crate) fn get(&self, label: u32, value: u32) -> Option<&Numbers> {
        self.0.get(&label)?.get(&value)
    }

    /// All values of a label, with their slots.
    pub(crate) fn values(&self, label: u32) -> impl Iterator<Item = (u32, &Numbers)> {
        self.0.get(&label).into_iter().flatten().map(|(value, numbers)| (*value, numbers))
    }

    /// How many values a label has.
    pub(crate) fn count_values(&self, label: u32) -> usize {
        self.0.get(&label).map_or(0, HashMap::len)
    }
}
