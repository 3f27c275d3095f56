//! Clock, chance and disk: one real and one simulated of each; and pauses between attempts.
//!
//! All other crates get these as arguments; clippy forbids them the originals. That is what makes crash,
//! damage and clock tests possible and exact. The crate knows nothing of metrics; times are milliseconds.

#![expect(
    clippy::disallowed_methods,
    reason = "this crate is the one place that touches the machine's clock and disk"
)]

mod clock;

mod chance;

mod back_off;

mod disk;

mod real_disk;

mod sim_disk;

pub use back_off::BackOff;
pub use chance::Chance;
pub use clock::{Clock, SimClock, SystemClock};
pub use disk::{Disk, LogFile, ReadFile};
pub use real_disk::RealDisk;
pub use sim_disk::SimDisk;
