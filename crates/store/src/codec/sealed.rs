//! Points as a chunk in memory and in the log.

use crate::codec::{Effort, OwnedColumns, encode_times, encode_values};
use model::{Millis, Point};
use std::sync::Arc;

/// A chunk, compressed as on disk (`docs/format/chunk.md`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) first: Millis,
    pub(crate) last: Millis,
    pub(crate) count: usize,
    /// Series that are sampled together share them.
    pub(crate) times: Arc<[u8]>,
    pub(crate) values: Box<[u8]>,
}

impl Sealed {
    /// A chunk of points that ascend in time; `None` if there are none.
    pub(crate) fn new(points: &[Point]) -> Option<Self> {
        let times: Vec<Millis> = points.iter().map(|point| point.t).collect();
        let values: Vec<f64> = points.iter().map(|point| point.v).collect();
        let (mut packed_times, mut packed_values) = (Vec::new(), Vec::new());
        encode_times(&times, Effort::Quick, &mut packed_times)?;
        encode_values(&values, Effort::Quick, &mut packed_values);
        Some(Self {
            first: *times.first()?,
            last: *times.last()?,
            count: points.len(),
            times: packed_times.into(),
            values: packed_values.into(),
        })
    }

    /// A chunk of what [`Sealed::new`] made; `None` if that is not what it is.
    pub(crate) fn of(count: usize, times: Arc<[u8]>, values: Box<[u8]>) -> Option<Self> {
        let mut all = OwnedColumns::default();
        all.decode(count, &times, &values)?;
        let is_ascending = all.times.windows(2).all(|pair| pair[0] < pair[1]);
        let (first, last) = (*all.times.first()?, *all.times.last()?);
        is_ascending.then_some(Self { first, last, count, times, values })
    }

    /// Appends its points. A chunk that was made here decodes; for all that, of one that does not nothing comes.
    pub(crate) fn append_to(&self, columns: &mut OwnedColumns) {
        let _is_good = columns.decode(self.count, &self.times, &self.values);
    }

    /// Its points.
    pub(crate) fn points(&self) -> Vec<Point> {
        let mut columns = OwnedColumns::default();
        self.append_to(&mut columns);
        columns.lend().points().collect()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.values.len() + self.times.len()
    }
}
