//! Snapshots: copies of the data directory, taken while the collector runs. Each is a data directory of its own.

use crate::data_dir;
use crate::house::House;
use parking_lot::Mutex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Disks;
use world::RealDisk;

/// A snapshot that is being made.
const PART: &str = "part";

/// Makes snapshots, one at a time.
pub(crate) struct Snapshots {
    data_dir: PathBuf,
    house: Arc<House>,
    is_under_way: Mutex<()>,
}

impl Snapshots {
    /// Of what `house` has in `data_dir`.
    pub(crate) fn new(data_dir: PathBuf, house: &Arc<House>) -> Self {
        Self { data_dir, house: Arc::clone(house), is_under_way: Mutex::new(()) }
    }

    /// Makes one; gives its directory, which is called after the milliseconds since 1970.
    ///
    /// # Errors
    /// For people: another is under way, or what the disk says. Nothing of it stays then.
    pub(crate) fn make(&self) -> Result<PathBuf, String> {
        let _one_at_a_time = self.is_under_way.try_lock().ok_or("another snapshot is under way")?;
        let all = self.data_dir.join(data_dir::SNAPSHOTS);
        let (dir, part) = (data_dir::new_snapshot(&self.data_dir, self.house.clock.now()), all.join(PART));
        // Of one that was never finished, because the collector died.
        drop(std::fs::remove_dir_all(&part));
        let made = self.fill(&part).and_then(|()| data_dir::put_in_place(&part, &dir));
        // The directory of all snapshots may be new too.
        let kept = made.and_then(|()| data_dir::sync(&self.data_dir));
        kept.map(|()| dir).map_err(|error| {
            // Nobody is helped by an error of tidying up.
            drop(std::fs::remove_dir_all(&part));
            format!("a snapshot cannot be made: {error}")
        })
    }

    fn fill(&self, dir: &Path) -> io::Result<()> {
        let disk = |name: &str| RealDisk::open(&dir.join(name)).map(Arc::new);
        let disks = Disks { wal: disk(data_dir::WAL)?, blocks: disk(data_dir::BLOCKS)? };
        self.house.store.snapshot(&disks).map_err(io::Error::other)?;
        let root = RealDisk::open(dir)?;
        self.house.ledger.copy(&root)?;
        self.house.mapping_ledger.copy(&root)?;
        self.house.insights.copy(&root)?;
        self.house.desk_ledger.copy(&root)
    }
}
