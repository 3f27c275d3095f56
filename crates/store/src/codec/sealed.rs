//! Points as a chunk in memory and in the log.

use crate::codec::{Effort, decode_times, decode_values, encode_times, encode_values};
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
        let all = decode_times(&times, count)?;
        decode_values(&values, count)?;
        let is_ascending = all.windows(2).all(|pair| pair[0] < pair[1]);
        let (first, last) = (*all.first()?, *all.last()?);
        is_ascending.then_some(Self { first, last, count, times, values })
    }

    /// Its points. A chunk that was made here decodes; for all that, one that does not is empty.
    pub(crate) fn points(&self) -> Vec<Point> {
        let times = decode_times(&self.times, self.count).unwrap_or_default();
        let values = decode_values(&self.values, self.count).unwrap_or_default();
        times.into_iter().zip(values).map(|(t, v)| Point { t, v }).collect()
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.values.len() + self.times.len()
    }
}
