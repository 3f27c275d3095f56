//! Integers packed by pco.

use pco::ChunkConfig;
use pco::data_types::Number;
use pco::standalone::{simple_compress_into, simple_decompress_into};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Effort of the compression: above this a few bytes in a thousand are won for twice the time.
const LEVEL: usize = 8;

/// Appends `numbers`; `None` if they cannot be packed.
pub(crate) fn pack<T: Number>(numbers: &[T], out: &mut Vec<u8>) -> Option<()> {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    simple_compress_into(numbers, &config, out).ok().map(|_| ())
}

/// The `count` numbers that `bytes` hold; `None` if they are others, or fewer or more. Memory is taken for `count`
/// numbers only.
pub(crate) fn unpack<T: Number>(bytes: &[u8], count: usize) -> Option<Vec<T>> {
    let mut numbers = vec![T::default(); count];
    // The checksum says that these bytes were written so, and then they unpack. Should they not for all that, a
    // panic of the library costs one chunk.
    let progress = catch_unwind(AssertUnwindSafe(|| simple_decompress_into(bytes, &mut numbers)));
    let progress = progress.ok()?.ok()?;
    (progress.n_processed == count && progress.finished).then_some(numbers)
}
