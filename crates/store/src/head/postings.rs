//! For each value of each label, the numbers of the slots whose series have it.

use hashbrown::HashMap;
use roaring::RoaringBitmap;

/// Postings by the symbols of label and value.
#[derive(Debug, Default)]
pub(crate) struct Postings(HashMap<u32, HashMap<u32, Numbers>>);

/// Most values of labels like an id belong to one series.
#[derive(Debug)]
pub(crate) enum Numbers {
    One(u32),
    Many(RoaringBitmap),
}

impl Numbers {
    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::Many(numbers) => numbers.len(),
        }
    }

    /// Adds them to `to`.
    pub(crate) fn add_to(&self, to: &mut RoaringBitmap) {
        match self {
            Self::One(number) => {
                to.insert(*number);
            }
            Self::Many(numbers) => *to |= numbers,
        }
    }
}

impl Postings {
    /// Slot `number` has a label with this value.
    pub(crate) fn insert(&mut self, (label, value): (u32, u32), number: u32) {
        let values = self.0.entry(label).or_default();
        values
            .entry(value)
            .and_modify(|numbers| match numbers {
                Numbers::One(one) => *numbers = Numbers::Many(RoaringBitmap::from([*one, number])),
                Numbers::Many(many) => {
                    many.insert(number);
                }
            })
            .or_insert(Numbers::One(number));
    }

    /// It has it no more.
    pub(crate) fn remove(&mut self, (label, value): (u32, u32), number: u32) {
        let Some(values) = self.0.get_mut(&label) else { return };
        let is_last = match values.get_mut(&value) {
            Some(Numbers::Many(many)) => {
                many.remove(number);
                many.is_empty()
            }
            Some(Numbers::One(one)) => *one == number,
            None => false,
        };
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
