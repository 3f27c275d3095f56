//! The flight recorder: the last minutes of the bus in memory, and the capsules that alerts have written to disk.

mod context;

mod shelf;

mod bell;

pub(crate) use bell::Bell;
pub(crate) use context::{Context, ContextError};
pub(crate) use shelf::Shelf;

use crate::data_dir;
use crate::settings::CapsuleSettings;
use capsule::Recorder;
use model::{Labels, Millis, NAME};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use world::RealDisk;

/// All that records.
pub(crate) struct Flight {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) bell: Arc<Bell>,
    /// Where capsules are kept; none where none ever was.
    pub(crate) shelf: Option<Shelf>,
    pub(crate) written: AtomicU64,
    pub(crate) failed: AtomicU64,
}

impl Flight {
    /// What `settings` say, for a collector that keeps its files in `data_dir`.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn new(settings: &CapsuleSettings, data_dir: &Path, now: Millis) -> io::Result<Self> {
        let dir = data_dir.join(data_dir::CAPSULES);
        let shelf = if settings.on_alert.is_some() || dir.is_dir() {
            Some(Shelf::open(Arc::new(RealDisk::open(&dir)?), settings.files)?)
        } else {
            None
        };
        Ok(Self {
            recorder: Arc::new(Recorder::new(settings.recorder.clone(), now)),
            bell: Arc::new(Bell::new(settings.on_alert, settings.pause, now)),
            shelf,
            written: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        })
    }

    /// How it goes, for the Prometheus text.
    #[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
    pub(crate) fn own_metrics(&self) -> Vec<(Labels, f64)> {
        let status = self.recorder.status();
        [
            ("alicia_metrics_capsule_messages_total", status.messages),
            ("alicia_metrics_capsule_messages_left_out_total", status.left_out.excluded.messages),
            ("alicia_metrics_capsule_payloads_left_out_total", status.left_out.too_long.messages),
            ("alicia_metrics_capsule_bytes", status.bytes as u64),
            ("alicia_metrics_capsules_written_total", self.written.load(Ordering::Relaxed)),
            ("alicia_metrics_capsules_failed_total", self.failed.load(Ordering::Relaxed)),
        ]
        .into_iter()
        .map(|(name, value)| (Labels::new([(NAME, name)]), value as f64))
        .collect()
    }
}
