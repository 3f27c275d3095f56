//! Numbers packed by pco, in its wrapped format: it leaves out what whoever refers to a chunk knows anyhow.

use crate::codec::pages::{Pages, page_length};
use pco::data_types::Number;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DecompressorScratch, DeltaSpec, ModeSpec, PagingSpec};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Numbers that pco unpacks at once; a page is read up to a multiple of them, or to its end.
const BATCH: usize = 256;

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

/// Appends `numbers` as one page; `None` if they cannot be packed.
pub(crate) fn pack<T: Number>(numbers: &[T], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    pack_by(numbers, numbers.len(), effort, out).map(|_one| ())
}

/// Appends `numbers` as pages that can be read without those before, and where they are; `None` if they cannot be packed.
pub(crate) fn pack_pages<T: Number>(numbers: &[T], effort: Effort, out: &mut Vec<u8>) -> Option<()> {
    let (mut packed, length) = (Vec::new(), page_length(numbers.len()));
    let lengths = pack_by(numbers, length, effort, &mut packed)?;
    Pages::put(length, &lengths, out);
    out.extend(packed);
    Some(())
}

/// Appends `numbers` in pages of so many; gives the bytes of each.
fn pack_by<T: Number>(numbers: &[T], page: usize, effort: Effort, out: &mut Vec<u8>) -> Option<Vec<usize>> {
    let counts: Vec<usize> = numbers.chunks(page.max(1)).map(<[T]>::len).collect();
    let config = effort.config().with_paging_spec(PagingSpec::Exact(counts.clone()));
    let file = FileCompressor::default();
    file.write_header(&mut *out).ok()?;
    let mut chunk = file.chunk_compressor(numbers, &config).ok()?;
    chunk.write_meta(&mut *out).ok()?;
    let mut page = |number| {
        let begin = out.len();
        chunk.write_page(number, &mut *out).ok()?;
        Some(out.len() - begin)
    };
    (0..counts.len()).map(&mut page).collect()
}

/// Puts the numbers that `bytes`, in `pages`, hold from `span` on into `numbers`, with some before them; gives how many
/// those are. `None` if they hold no such thing. What `numbers` has besides means nothing.
pub(crate) fn unpack<T: Number>(
    bytes: &[u8],
    pages: &Pages,
    span: &Range<usize>,
    scratch: &mut DecompressorScratch,
    numbers: &mut Vec<T>,
) -> Option<usize> {
    // The checksum says that these bytes were written so, and then they unpack. Should they not for all that, a
    // panic of the library costs one chunk.
    let read = || unpack_pages(bytes, pages, span, scratch, numbers);
    catch_unwind(AssertUnwindSafe(read)).ok()?
}

fn unpack_pages<T: Number>(
    bytes: &[u8],
    pages: &Pages,
    span: &Range<usize>,
    scratch: &mut DecompressorScratch,
    numbers: &mut Vec<T>,
) -> Option<usize> {
    let (file, rest) = FileDecompressor::new(bytes).ok()?;
    let (chunk, rest) = file.chunk_decompressor::<T, _>(rest).ok()?;
    let (mut begin, mut filled) = (None, 0);
    for (inside, bytes) in pages.of(span, rest)? {
        let begins_at = *begin.get_or_insert(inside.start);
        // Up to the end of the page, or of the batch in which the span ends.
        let wanted = (span.end.min(inside.end) - inside.start).next_multiple_of(BATCH).min(inside.len());
        filled = inside.start - begins_at + wanted;
        // Left as they are from the last time: all are written over.
        numbers.resize(filled.max(numbers.len()), T::default());
        let place = numbers.get_mut(filled - wanted..filled)?;
        let mut page = chunk.page_decompressor_with_scratch(bytes, inside.len(), scratch).ok()?;
        let progress = page.read(place).ok()?;
        let is_all = wanted == inside.len();
        let is_good = progress.n_processed == wanted && progress.finished == is_all;
        if !is_good || (is_all && !page.into_src().is_empty()) {
            return None;
        }
    }
    let before = span.start - begin?;
    (before + span.len() <= filled).then_some(before)
}

/// Appends the numbers in `span` of what `bytes` hold; `None`, and nothing is appended, if they do not.
pub(crate) fn unpack_to<T: Number>(
    bytes: &[u8],
    pages: &Pages,
    span: &Range<usize>,
    scratch: &mut DecompressorScratch,
    out: &mut Vec<T>,
) -> Option<()> {
    let mut numbers = Vec::new();
    let before = unpack(bytes, pages, span, scratch, &mut numbers)?;
    out.extend_from_slice(numbers.get(before..before + span.len())?);
    Some(())
}
