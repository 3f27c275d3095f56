//! What is known of metrics (`docs/format/metadata.md`), in memory and as one small file.

use framing::varint;
use hashbrown::HashMap;
use model::{Metadata, MetricType, Reason, limits};
use parking_lot::Mutex;
use std::io;
use world::Disk;

const NAME: &str = "metadata";
const MAGIC: &[u8; 8] = b"AMMTA001";

/// What is known of metrics, by their names.
#[derive(Debug, Default)]
pub(crate) struct MetadataBook {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<Box<str>, Metadata>,
    /// The file has not all of it.
    has_changed: bool,
}

impl MetadataBook {
    /// What the file on `disk` has. A damaged one is put aside and told: senders say again what they know.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: &dyn Disk, told: &mut Vec<String>) -> io::Result<Self> {
        let Some(bytes) = disk.read(NAME)? else { return Ok(Self::default()) };
        let known = parse(&bytes).unwrap_or_else(|| {
            told.push(match disk.quarantine(NAME) {
                Ok(aside) => format!("{NAME} is damaged; it is put aside as {aside}"),
                Err(error) => format!("{NAME} is damaged, and cannot be put aside: {error}"),
            });
            HashMap::new()
        });
        Ok(Self { state: Mutex::new(State { known, has_changed: false }) })
    }

    /// See [`model::Describe::describe`].
    ///
    /// # Errors
    /// The limit that forbids it.
    pub(crate) fn describe(&self, metric: &str, metadata: Metadata) -> Result<(), Reason> {
        let mut state = self.state.lock();
        let is_full = state.known.len() >= limits::DESCRIBED_METRICS;
        match state.known.get_mut(metric) {
            Some(known) if *known == metadata => return Ok(()),
            Some(known) => *known = metadata,
            None if is_full => return Err(Reason::TooManyDescriptions),
            None => _ = state.known.insert(metric.into(), metadata),
        }
        state.has_changed = true;
        Ok(())
    }

    /// See [`model::Describe::described`].
    pub(crate) fn described(&self, metric: Option<&str>) -> Vec<(Box<str>, Metadata)> {
        let state = self.state.lock();
        if let Some(metric) = metric {
            let found = state.known.get(metric).map(|metadata| (metric.into(), metadata.clone()));
            return found.into_iter().collect();
        }
        let mut all: Vec<_> =
            state.known.iter().map(|(name, metadata)| (name.clone(), metadata.clone())).collect();
        drop(state);
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// Writes what the file does not have yet, durably.
    ///
    /// # Errors
    /// Those of the disk; the file is as it was then.
    pub(crate) fn keep(&self, disk: &dyn Disk) -> io::Result<()> {
        if !std::mem::take(&mut self.state.lock().has_changed) {
            return Ok(());
        }
        let written = self.copy(disk);
        self.state.lock().has_changed |= written.is_err();
        written
    }

    /// Writes all to a file on `disk`, durably.
    ///
    /// # Errors
    /// Those of the disk; the file is as it was then.
    pub(crate) fn copy(&self, disk: &dyn Disk) -> io::Result<()> {
        disk.replace(NAME, &print(&self.described(None)))
    }
}

fn print(all: &[(Box<str>, Metadata)]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    varint::put(&mut out, all.len() as u64);
    for (name, Metadata { metric_type, unit, help }) in all {
        varint::put_text(&mut out, name);
        let number = MetricType::ALL.iter().position(|one| one == metric_type).unwrap_or(0);
        varint::put(&mut out, number as u64);
        varint::put_text(&mut out, unit);
        varint::put_text(&mut out, help);
    }
    out.extend(crc32c::crc32c(&out).to_le_bytes());
    out
}

fn parse(bytes: &[u8]) -> Option<HashMap<Box<str>, Metadata>> {
    let (signed, crc) = bytes.split_last_chunk()?;
    if u32::from_le_bytes(*crc) != crc32c::crc32c(signed) {
        return None;
    }
    let mut rest = signed.strip_prefix(MAGIC)?;
    let rest = &mut rest;
    let mut known = HashMap::new();
    for _ in 0..varint::take(rest)? {
        let name = varint::take_text(rest)?;
        let metric_type = *MetricType::ALL.get(usize::try_from(varint::take(rest)?).ok()?)?;
        let (unit, help) = (varint::take_text(rest)?.into(), varint::take_text(rest)?.into());
        known.insert(name.into(), Metadata { metric_type, unit, help });
    }
    rest.is_empty().then_some(known)
}

#[cfg(test)]
mod tests {
    use super::{MetadataBook, NAME};
    use model::{Metadata, MetricType, Reason, limits};
    use world::{Disk, SimDisk};

    fn gauge(help: &str) -> Metadata {
        Metadata { metric_type: MetricType::Gauge, unit: "volts".into(), help: help.into() }
    }

    #[test]
    fn what_is_known_is_known_after_a_restart_and_damage_is_told() {
        let (disk, mut told) = (SimDisk::new(1), Vec::new());
        let book = MetadataBook::open(&disk, &mut told).expect("a sound disk");
        book.describe("b", gauge("größer")).expect("few");
        book.describe("a", Metadata::default()).expect("few");
        book.describe("a", gauge("")).expect("few");
        book.keep(&disk).expect("a sound disk");
        let calls = disk.calls();
        book.describe("a", gauge("")).expect("few");
        book.keep(&disk).expect("a sound disk");
        assert_eq!(disk.calls(), calls, "nothing is new");
        let whole = vec![("a".into(), gauge("")), ("b".into(), gauge("größer"))];
        let again = MetadataBook::open(&disk, &mut told).expect("a sound disk");
        assert_eq!((again.described(None), again.described(Some("b")).len()), (whole, 1));
        assert_eq!(told, Vec::<String>::new());
        let length = disk.read(NAME).expect("readable").expect("there").len();
        for at in 0..length {
            let bytes = disk.read(NAME).expect("readable").expect("there");
            disk.damage(NAME, at, 0x40);
            let damaged = MetadataBook::open(&disk, &mut told).expect("a sound disk");
            assert_eq!((damaged.described(None).len(), told.len()), (0, 1), "byte {at}");
            told.clear();
            disk.replace(NAME, &bytes).expect("a sound disk");
        }
    }

    #[test]
    fn a_disk_that_fails_is_tried_again() {
        let disk = SimDisk::new(1);
        let book = MetadataBook::default();
        book.describe("a", gauge("")).expect("few");
        disk.fail_call(1, std::io::ErrorKind::StorageFull);
        book.keep(&disk).expect_err("full");
        book.keep(&disk).expect("a sound disk");
        assert_eq!(MetadataBook::open(&disk, &mut Vec::new()).expect("sound").described(None).len(), 1);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let book = MetadataBook::default();
        for number in 0..limits::DESCRIBED_METRICS {
            book.describe(&number.to_string(), Metadata::default()).expect("not too many");
        }
        assert_eq!(book.describe("more", Metadata::default()), Err(Reason::TooManyDescriptions));
        assert_eq!(book.describe("0", gauge("known")), Ok(()));
    }
}
