//! The capsules that are kept: so many, in a directory of their own. Whatever has a capsule's name is whole.

use capsule::AlertReason;
use model::Millis;
use std::io;
use std::sync::Arc;
use world::{Disk, ReadFile};

/// What names of capsules end in.
const END: &str = ".capsule";
/// What is being written ends in this.
const PART: &str = ".part";
/// Bytes of the longest name.
const NAME_BYTES: usize = 120;
/// Characters of a rule's name that a capsule's name has.
const RULE_CHARACTERS: usize = 60;

/// The capsules that are kept.
pub(crate) struct Shelf {
    disk: Arc<dyn Disk>,
    files: usize,
}

impl Shelf {
    /// Those on `disk`, of which there shall be at most `files`. What was not finished goes.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn open(disk: Arc<dyn Disk>, files: usize) -> io::Result<Self> {
        for name in disk.list()?.iter().filter(|name| name.ends_with(PART)) {
            disk.remove(name)?;
        }
        let shelf = Self { disk, files };
        shelf.tidy()?;
        Ok(shelf)
    }

    /// The name of the capsule of an alert that is written now: names are ordered as time is.
    pub(crate) fn name_of(alert: &AlertReason, now: Millis) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let rule: String = alert.rule_name.chars().take(RULE_CHARACTERS).map(plain).collect();
        format!("{now:013}-{rule}{END}")
    }

    /// The names, oldest first.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = self.disk.list()?;
        names.retain(|name| is_name(name));
        Ok(names)
    }

    /// A capsule, and its bytes; none if there is none of this name.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn read(&self, name: &str) -> io::Result<Option<(Arc<dyn ReadFile>, u64)>> {
        if !is_name(name) {
            return Ok(None);
        }
        let opened = self.disk.length(name).and_then(|length| Ok((self.disk.open(name)?, length)));
        match opened {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes one; the oldest goes where there are too many. Durable when it returns.
    ///
    /// # Errors
    /// Those of the disk; nothing is kept then.
    pub(crate) fn write(&self, name: &str, pieces: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
        let part = format!("{name}{PART}");
        let written = self.fill(&part, pieces).and_then(|()| self.disk.rename(&part, name));
        if written.is_err() {
            // Nobody is helped by an error of tidying up.
            drop(self.disk.remove(&part));
        }
        written.and_then(|()| self.tidy())
    }

    fn fill(&self, part: &str, mut pieces: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
        let file = self.disk.create(part)?;
        pieces.try_for_each(|piece| file.append(&piece))?;
        file.sync()
    }

    fn tidy(&self) -> io::Result<()> {
        let names = self.names()?;
        let over = names.len().saturating_sub(self.files);
        names.iter().take(over).try_for_each(|name| self.disk.remove(name))
    }
}

/// Whether a capsule may be called so: no name leads out of the directory, nor to what is not finished.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= NAME_BYTES && name.ends_with(END) && !name.starts_with('.') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{Shelf, is_name};
    use capsule::AlertReason;
    use std::io;
    use std::sync::Arc;
    use world::{Disk, SimDisk};

    fn shelf(disk: &SimDisk, files: usize) -> Shelf {
        Shelf::open(Arc::new(disk.clone()), files).expect("it opens")
    }

    #[test]
    fn the_oldest_goes_where_there_are_too_many() {
        let disk = SimDisk::new(1);
        disk.append("notes.txt", b"somebody's").expect("room");
        let shelf = shelf(&disk, 2);
        for n in 1..=4 {
            let alert = AlertReason { rule_name: format!("rule/{n} ä"), ..AlertReason::default() };
            let name = Shelf::name_of(&alert, n * 1_000);
            shelf.write(&name, [b"one ".to_vec(), b"two".to_vec()].into_iter()).expect("room");
        }
        let names = shelf.names().expect("listed");
        assert_eq!(names, ["0000000003000-rule_3__.capsule", "0000000004000-rule_4__.capsule"]);
        let (file, length) = shelf.read(&names[1]).expect("read").expect("there");
        let mut bytes = Vec::new();
        file.read_at(0, 100, &mut bytes).expect("read");
        assert_eq!((length, &bytes[..]), (7, &b"one two"[..]));
        assert!(disk.read("notes.txt").expect("read").is_some());
    }

    #[test]
    fn what_could_not_be_written_leaves_nothing() {
        let disk = SimDisk::new(1);
        let shelf = shelf(&disk, 2);
        for call in 1..=4 {
            disk.fail_call(call, io::ErrorKind::StorageFull);
            assert!(shelf.write("a.capsule", [b"x".to_vec()].into_iter()).is_err(), "{call}");
            assert!(shelf.names().expect("listed").is_empty(), "{call}");
        }
        disk.append("b.capsule.part", b"cut").expect("room");
        self::shelf(&disk, 2);
        assert!(disk.list().expect("listed").is_empty());
    }

    #[test]
    fn names_lead_nowhere_else() {
        assert!(is_name("0000000003000-high_cpu.capsule"));
        for bad in [
            "",
            ".capsule",
            "../a.capsule",
            "a/b.capsule",
            "a.capsule.part",
            "a",
            "a\0.capsule",
            "ä.capsule",
            "..",
            ".a.capsule",
            "a\\b.capsule",
            "rules.journal",
        ] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(!is_name(&format!("{}.capsule", "a".repeat(120))));
    }
}
