//! Samples that are gone though blocks still have them (`docs/format/erased.md`): written down at once, and the blocks
//! anew when there is time.

use crate::block::Block;
use framing::varint;
use model::{MatchOp, Matcher, TimeRange};
use std::io;
use std::sync::Arc;
use world::Disk;

/// The file.
const NAME: &str = "erased";
/// Its first bytes, the last of which is the version.
const MAGIC: &[u8; 8] = b"AMERS001";
/// The operators by their number.
const OPS: [MatchOp; 4] = [MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex];

/// Samples that are gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Erased {
    /// All must hold for a series.
    pub(super) matchers: Vec<Matcher>,
    pub(super) range: TimeRange,
    /// In blocks of higher numbers is what came later.
    pub(super) up_to: u64,
}

impl Erased {
    /// Whether the block may have some of it.
    pub(super) fn reaches(&self, block: &Block) -> bool {
        block.number <= self.up_to && block.max_t() >= self.range.start && block.min_t() <= self.range.end
    }
}

/// What the file holds. A damaged one is put aside and told: what was erased and not yet written anew is there again.
///
/// # Errors
/// Those of the disk.
pub(super) fn read(disk: &dyn Disk, told: &mut Vec<String>) -> io::Result<Vec<Arc<Erased>>> {
    let Some(bytes) = disk.read(NAME)? else { return Ok(Vec::new()) };
    if let Some(all) = parse(&bytes) {
        return Ok(all.into_iter().map(Arc::new).collect());
    }
    let aside = match disk.quarantine(NAME) {
        Ok(aside) => format!("it is put aside as {aside}"),
        Err(error) => format!("it cannot be put aside: {error}"),
    };
    told.push(format!("{NAME} is damaged: samples that were erased may be there again; {aside}"));
    Ok(Vec::new())
}

/// Writes the file, durably.
///
/// # Errors
/// Those of the disk; the file is as it was then.
pub(super) fn write(disk: &dyn Disk, all: &[Arc<Erased>]) -> io::Result<()> {
    disk.replace(NAME, &print(all))
}

fn print(all: &[Arc<Erased>]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    varint::put(&mut out, all.len() as u64);
    for erased in all {
        varint::put(&mut out, erased.up_to);
        varint::put_signed(&mut out, erased.range.start);
        varint::put_signed(&mut out, erased.range.end);
        varint::put(&mut out, erased.matchers.len() as u64);
        for matcher in &erased.matchers {
            let op = OPS.iter().position(|op| *op == matcher.op()).unwrap_or(0);
            varint::put(&mut out, op as u64);
            for text in [matcher.label(), matcher.value()] {
                varint::put_text(&mut out, text);
            }
        }
    }
    out.extend(crc32c::crc32c(&out).to_le_bytes());
    out
}

fn parse(bytes: &[u8]) -> Option<Vec<Erased>> {
    let (signed, crc) = bytes.split_last_chunk()?;
    if u32::from_le_bytes(*crc) != crc32c::crc32c(signed) {
        return None;
    }
    let mut rest = signed.strip_prefix(MAGIC)?;
    let rest = &mut rest;
    let mut all = Vec::new();
    for _ in 0..varint::take(rest)? {
        let up_to = varint::take(rest)?;
        let range = TimeRange { start: varint::take_signed(rest)?, end: varint::take_signed(rest)? };
        let mut matchers = Vec::new();
        for _ in 0..varint::take(rest)? {
            matchers.push(take_matcher(rest)?);
        }
        all.push(Erased { matchers, range, up_to });
    }
    rest.is_empty().then_some(all)
}

fn take_matcher(rest: &mut &[u8]) -> Option<Matcher> {
    let op = *OPS.get(usize::try_from(varint::take(rest)?).ok()?)?;
    let (label, value) = (varint::take_text(rest)?, varint::take_text(rest)?);
    match op {
        MatchOp::Equal => Some(Matcher::equal(label, value)),
        MatchOp::NotEqual => Some(Matcher::not_equal(label, value)),
        MatchOp::Regex => Matcher::regex(label, value).ok(),
        MatchOp::NotRegex => Matcher::not_regex(label, value).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Erased, parse, print};
    use model::{Matcher, TimeRange};
    use std::sync::Arc;

    #[test]
    fn what_is_written_is_read_and_every_damage_is_seen() {
        let matchers = vec![
            Matcher::equal("a", "1"),
            Matcher::not_equal("größe", ""),
            Matcher::regex("b", "x.*").expect("good"),
            Matcher::not_regex("c", "[^y]").expect("good"),
        ];
        let all = [
            Arc::new(Erased { matchers, range: TimeRange { start: -5, end: 1_795_000_000_000 }, up_to: 300 }),
            Arc::new(Erased { matchers: Vec::new(), range: TimeRange::ALL, up_to: 0 }),
        ];
        let bytes = print(&all);
        let read: Vec<Arc<Erased>> = parse(&bytes).expect("sound").into_iter().map(Arc::new).collect();
        assert_eq!(read, all);
        for at in 0..bytes.len() {
            assert_eq!(parse(&bytes[..at]), None);
            for with in [1, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= with;
                assert_eq!(parse(&damaged), None, "byte {at}");
            }
        }
    }
}
