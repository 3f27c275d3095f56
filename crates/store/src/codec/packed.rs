//! Numbers packed by pco, in its wrapped format: it leaves out what whoever refers to a chunk knows anyhow.

use pco::data_types::Number;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How much work goes into making numbers small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For chunks of the head, which every sample goes through and which live for hours.
    Quick,
    /// For blocks, which are written once and kept for years.
    Thorough,
}

impl Effort {
    fn config(self) -> ChunkConfig {
        let config = ChunkConfig::default();
        match self {
            // Whatever has to be tried out is left out: integers as they are, or their differences.
            Self::Quick => config
                .with_compression_level(2)
                .with_mode_spec(ModeSpec::Classic)
                .with_delta_spec(DeltaSpec::TryConsecutive(1)),
            // Above this a few bytes in a thousand are won for up to three times the work.
            Self::Thorough => config.with_compression_level(6),
        }
    }
}

/// Appends `numbers`; `None` if they cannot be packed.
pub(crate) fn pack<T: Number>(numbers: &[T], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    let config = effort.config();
    let file = FileCompressor::default();
    file.write_header(&mut *out).ok()?;
    let mut chunk = file.chunk_compressor(numbers, &config).ok()?;
    chunk.write_meta(&mut *out).ok()?;
    chunk.write_page(0, &mut *out).ok()?;
    (chunk.n_per_page() == [numbers.len()]).then_some(())
}

/// Puts the numbers that `bytes` hold in the place of `numbers`; `None` if they are others, or fewer or more.
pub(crate) fn unpack<T: Number>(bytes: &[u8], numbers: &mut [T]) -> Option<()> {
    let count = numbers.len();
    // The checksum says that these bytes were written so, and then they unpack. Should they not for all that, a
    // panic of the library costs one chunk.
    let read = || {
        let (file, rest) = FileDecompressor::new(bytes)?;
        let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest)?;
        let mut page = chunk.page_decompressor(rest, count)?;
        let progress = page.read(numbers)?;
        Ok((progress, page.into_src()))
    };
    let done: pco::errors::PcoResult<_> = catch_unwind(AssertUnwindSafe(read)).ok()?;
    let (progress, rest) = done.ok()?;
    (progress.n_processed == count && progress.finished && rest.is_empty()).then_some(())
}

/// Appends the `count` numbers that `bytes` hold; `None`, and nothing is appended, if they do not. Memory is taken for
/// `count` numbers only.
pub(crate) fn unpack_to<T: Number>(bytes: &[u8], count: usize, out: &mut Vec<T>) -> Option<()> {
    let begin = out.len();
    out.resize(begin + count, T::default());
    let done = unpack(bytes, out.get_mut(begin..)?);
    if done.is_none() {
        out.truncate(begin);
    }
    done
}
