//! Pages of a chunk: who wants an hour of a day need not unpack the day.
//!
//! Numbers are packed by what is known of all of them, but page by page, and each page can be read alone. A short page
//! costs some ten bytes more than those numbers in a long one would, so chunks that are not long are a single page.

use framing::varint;
use std::ops::Range;

/// Most numbers of a page. A range lies in a page and a half on average, and half of what lies before it in the page is
/// unpacked for nothing; shorter ones take up to two in a hundred bytes more.
const PAGE: usize = 2_048;

/// How the numbers of a chunk are laid out in pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pages {
    count: usize,
    /// Numbers of each page but the last, which has the rest.
    page: usize,
    /// Bytes of each page; empty if there is but one, which has all bytes.
    lengths: Vec<usize>,
}

/// Of how many numbers the pages of so many are.
pub(super) fn page_length(count: usize) -> usize {
    count.div_ceil(count.div_ceil(PAGE).max(1)).max(1)
}

impl Pages {
    /// Whether so many numbers make more than one page.
    pub(super) fn are_several(count: usize) -> bool {
        count > PAGE
    }

    /// A single page.
    pub(super) fn one(count: usize) -> Self {
        Self { count, page: count.max(1), lengths: Vec::new() }
    }

    /// Writes how many numbers a page has, and how many bytes each has.
    pub(super) fn put(page: usize, lengths: &[usize], out: &mut Vec<u8>) {
        varint::put(out, page as u64);
        lengths.iter().for_each(|length| varint::put(out, *length as u64));
    }

    /// Reads what [`Pages::put`] wrote of `count` numbers.
    pub(super) fn take(count: usize, rest: &mut &[u8]) -> Option<Self> {
        let page = usize::try_from(varint::take(rest)?).ok().filter(|page| *page > 0)?;
        let pages = count.div_ceil(page);
        // A page has a byte at least.
        if pages > rest.len() {
            return None;
        }
        let lengths = (0..pages).map(|_| usize::try_from(varint::take(rest)?).ok());
        Some(Self { count, page, lengths: lengths.collect::<Option<_>>()? })
    }

    /// The pages that have numbers of `span`: which ones, and their bytes, of all that `bytes` are.
    pub(super) fn of<'a>(
        &self,
        span: &Range<usize>,
        bytes: &'a [u8],
    ) -> Option<Vec<(Range<usize>, &'a [u8])>> {
        if span.start >= span.end || span.end > self.count {
            return None;
        }
        if self.lengths.is_empty() {
            return Some(vec![(0..self.count, bytes)]);
        }
        let (mut found, mut rest) = (Vec::new(), bytes);
        for (number, length) in self.lengths.iter().enumerate() {
            let (page, behind) = rest.split_at_checked(*length)?;
            rest = behind;
            let start = number.checked_mul(self.page)?;
            let inside = start..start.checked_add(self.page)?.min(self.count);
            if inside.start < span.end && inside.end > span.start {
                found.push((inside, page));
            }
        }
        rest.is_empty().then_some(found)
    }
}
