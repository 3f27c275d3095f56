//! A disk in memory that loses, tears, fills up and fails on demand, always the same way for a seed.

use crate::chance::Chance;
use crate::disk::{Disk, LogFile, ReadFile, aside, check_name};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// A simulated directory; clones share it, as processes share a disk.
#[derive(Debug, Clone)]
pub struct SimDisk {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    files: BTreeMap<String, SimFile>,
    chance: Chance,
    calls: u64,
    failures: BTreeMap<u64, io::ErrorKind>,
    /// From this call on nothing works any more.
    death: u64,
    capacity: usize,
}

/// What the machine sees, and what would survive a power cut.
#[derive(Debug, Clone, Default)]
struct SimFile {
    seen: Vec<u8>,
    synced: Vec<u8>,
}

impl SimDisk {
    /// An empty disk; `seed` decides what a power cut tears.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let inner = Inner {
            files: BTreeMap::new(),
            chance: Chance::seeded(seed),
            calls: 0,
            failures: BTreeMap::new(),
            death: u64::MAX,
            capacity: usize::MAX,
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// The `n`-th call that changes the disk from now on (1 is the next) fails with `kind`. An append that
    /// fails leaves a part of its bytes behind.
    pub fn fail_call(&self, n: u64, kind: io::ErrorKind) {
        let mut inner = self.inner.lock();
        let at = inner.calls.saturating_add(n);
        inner.failures.insert(at, kind);
    }

    /// From the `n`-th call that changes the disk on (1 is the next) every such call fails, as for a process that
    /// dies there. Ends with [`SimDisk::lose_power`] or [`SimDisk::revive`].
    pub fn die_at(&self, n: u64) {
        let mut inner = self.inner.lock();
        inner.death = inner.calls.saturating_add(n);
    }

    /// Calls work again; all that was written is there.
    pub fn revive(&self) {
        self.inner.lock().death = u64::MAX;
    }

    /// Changes one byte of a file, behind the back of whoever wrote it.
    pub fn damage(&self, name: &str, at: usize, with: u8) {
        if let Some(file) = self.inner.lock().files.get_mut(name)
            && let Some(byte) = file.seen.get_mut(at)
        {
            *byte ^= with;
            file.synced = file.seen.clone();
        }
    }

    /// From now on at most `bytes` fit on the disk.
    pub fn set_capacity(&self, bytes: usize) {
        self.inner.lock().capacity = bytes;
    }

    /// How many calls have changed the disk.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.inner.lock().calls
    }

    /// [`SimDisk::lose_power`], or not.
    pub fn lose_power_if(&self, it_goes: bool) {
        if it_goes {
            self.lose_power();
        }
    }

    /// The power goes: of what was not synced, a part picked by the seed survives, its end perhaps garbled.
    pub fn lose_power(&self) {
        let mut inner = self.inner.lock();
        inner.death = u64::MAX;
        let Inner { files, chance, .. } = &mut *inner;
        for file in files.values_mut() {
            file.seen = torn(file, chance);
            file.synced = file.seen.clone();
        }
    }
}

/// What is left of a file: the synced bytes, and of those appended after them a prefix, perhaps with a byte
/// that never reached the platter.
fn torn(file: &SimFile, chance: &mut Chance) -> Vec<u8> {
    let Some(tail) = file.seen.strip_prefix(&file.synced[..]) else { return file.synced.clone() };
    let kept = usize::try_from(chance.below(tail.len() as u64 + 1)).unwrap_or(0);
    let mut left = [&file.synced, &tail[..kept]].concat();
    let garbled = file.synced.len() + usize::try_from(chance.below(kept as u64)).unwrap_or(0);
    if kept > 0
        && chance.below(2) == 0
        && let Some(byte) = left.get_mut(garbled)
    {
        *byte = 0;
    }
    left
}

impl Inner {
    /// Counts a call that changes the disk, and fails it if it was told to.
    fn change(&mut self) -> io::Result<()> {
        self.calls += 1;
        if self.calls >= self.death {
            return Err(io::Error::other("the simulated process is dead"));
        }
        match self.failures.remove(&self.calls) {
            Some(kind) => Err(io::Error::new(kind, "the simulated disk was told to fail")),
            None => Ok(()),
        }
    }

    fn room(&self) -> usize {
        let used: usize = self.files.values().map(|file| file.seen.len()).sum();
        self.capacity.saturating_sub(used)
    }

    fn file(&mut self, name: &str) -> io::Result<&mut SimFile> {
        self.files.get_mut(name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

impl Disk for SimDisk {
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        check_name(name)?;
        Ok(self.inner.lock().files.get(name).map(|file| file.seen.clone()))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        check_name(name)?;
        Ok(Arc::new(ReadBytes(self.inner.lock().file(name)?.seen.clone())))
    }

    fn read_at(&self, name: &str, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        check_name(name)?;
        Ok(part(&self.inner.lock().file(name)?.seen, offset, length).to_vec())
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        check_name(name)?;
        Ok(self.inner.lock().file(name)?.seen.len() as u64)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        check_name(name)?;
        let mut inner = self.inner.lock();
        inner.change()?;
        if bytes.len() > inner.room() {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        inner.files.insert(name.to_owned(), SimFile { seen: bytes.to_vec(), synced: bytes.to_vec() });
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        check_name(name)?;
        let mut inner = self.inner.lock();
        let outcome = inner.change();
        let (room, part) = (inner.room(), bytes.len() / 2);
        let file = inner.files.entry(name.to_owned()).or_default();
        match outcome {
            Ok(()) if bytes.len() <= room => {
                file.seen.extend_from_slice(bytes);
                Ok(())
            }
            Ok(()) => {
                file.seen.extend_from_slice(&bytes[..room]);
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            Err(error) => {
                file.seen.extend_from_slice(&bytes[..part.min(room)]);
                Err(error)
            }
        }
    }

    fn truncate(&self, name: &str, length: u64) -> io::Result<()> {
        check_name(name)?;
        let mut inner = self.inner.lock();
        inner.change()?;
        let file = inner.file(name)?;
        file.seen.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        file.synced = file.seen.clone();
        Ok(())
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        check_name(name)?;
        let mut inner = self.inner.lock();
        inner.change()?;
        let file = inner.file(name)?;
        file.synced = file.seen.clone();
        Ok(())
    }

    fn quarantine(&self, name: &str) -> io::Result<String> {
        check_name(name)?;
        let new_name = aside(name, &self.list()?);
        let mut inner = self.inner.lock();
        inner.change()?;
        let file = inner.files.remove(name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        inner.files.insert(new_name.clone(), file);
        Ok(new_name)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn LogFile>> {
        check_name(name)?;
        let mut inner = self.inner.lock();
        inner.change()?;
        inner.files.insert(name.to_owned(), SimFile::default());
        Ok(Arc::new(OpenFile { disk: self.clone(), name: name.to_owned() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        check_name(to)?;
        let mut inner = self.inner.lock();
        inner.change()?;
        let file = inner.files.remove(from).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        inner.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner.lock();
        inner.change()?;
        inner.files.remove(name).map(|_| ()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.inner.lock().files.keys().cloned().collect())
    }
}

/// Bytes from `offset` on, as many as there are.
fn part(bytes: &[u8], offset: u64, length: usize) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let end = start.saturating_add(length).min(bytes.len());
    bytes.get(start..end).unwrap_or_default()
}

/// A file as it was when it was opened.
struct ReadBytes(Vec<u8>);

impl ReadFile for ReadBytes {
    fn read_at(&self, offset: u64, length: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        bytes.extend_from_slice(part(&self.0, offset, length));
        Ok(())
    }
}

/// A file of a simulated disk. It is found by its name with each call; nobody renames a file that is open. One that
/// was removed meanwhile takes everything, as on a real disk, and nobody will ever read it.
struct OpenFile {
    disk: SimDisk,
    name: String,
}

impl OpenFile {
    fn unless_removed(&self, call: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if self.disk.inner.lock().files.contains_key(&self.name) {
            return call();
        }
        self.disk.inner.lock().change()
    }
}

impl LogFile for OpenFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.unless_removed(|| self.disk.append(&self.name, bytes))
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.unless_removed(|| self.disk.truncate(&self.name, length))
    }

    fn sync(&self) -> io::Result<()> {
        self.unless_removed(|| match self.disk.sync(&self.name) {
            // Removed in between.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        })
    }
}
