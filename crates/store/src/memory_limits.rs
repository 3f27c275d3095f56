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

impl Default for MemoryLimits {
    fn default() -> Self {
        Self {
            series: limits::SERIES,
            series_per_metric: limits::SERIES_PER_METRIC,
            series_per_service: limits::SERIES_PER_SERVICE,
            label_bytes: limits::LABEL_BYTES,
            head_bytes: limits::HEAD_BYTES,
            memory_bytes: limits::MEMORY_BYTES,
            segment_bytes: limits::SEGMENT_BYTES,
            block_bytes: u64::MAX,
            retention: 30 * limits::DAY,
            out_of_order: limits::FOREVER,
        }
    }
}
