//! How much the memory store may hold.

use model::{Millis, limits};

/// Bounds of a [`crate::MemoryStore`]; the defaults are those of [`model::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// Series in all.
    pub series: usize,
    /// Series of one metric name.
    pub series_per_metric: usize,
    /// Series of one service.
    pub series_per_service: usize,
    /// Bytes of all label names and values, each counted once.
    pub label_bytes: usize,
    /// Bytes of samples in memory above which they become a block, whatever their age.
    pub head_bytes: usize,
    /// Samples in memory that came too late for the last block, above which they become one of their own.
    pub late_samples: u64,
    /// Bytes of samples in memory above which no more are taken.
    pub memory_bytes: usize,
    /// Bytes of samples after which a segment of the log is ended.
    pub segment_bytes: u64,
    /// Bytes of all blocks together; the oldest go first.
    pub block_bytes: u64,
    /// Age above which samples are refused and swept, in milliseconds.
    pub retention: Millis,
    /// How far before the newest sample of its series, as far as memory knows it, a sample may lie, in milliseconds.
    pub out_of_order: Millis,
}

impl MemoryLimits {
    /// The bounds of a store of so many series.
    #[must_use]
    pub fn of_series(series: usize) -> Self {
        Self {
            series,
            series_per_metric: (series / limits::SHARE_OF_ONE).max(1),
            series_per_service: (series / limits::SHARE_OF_ONE).max(1),
            label_bytes: limits::in_proportion(limits::LABEL_BYTES, series),
            head_bytes: limits::in_proportion(limits::HEAD_BYTES, series),
            late_samples: limits::LATE_SAMPLES,
            memory_bytes: limits::in_proportion(limits::MEMORY_BYTES, series),
            segment_bytes: limits::SEGMENT_BYTES,
            block_bytes: u64::MAX,
            retention: 30 * limits::DAY,
            out_of_order: limits::FOREVER,
        }
    }
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self::of_series(limits::SERIES)
    }
}
