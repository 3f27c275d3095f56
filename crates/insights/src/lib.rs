//! What there is to say about series by itself: trends, changes, outliers, anomalies, limits that come near.
//!
//! The lower modules are pure statistics over values at regular times; each says at which level it raises a false
//! alarm, and `tests/it/honesty.rs` and `examples/honesty.rs` try that on noise. [`Scan`] asks a [`model::Select`] for the
//! series of one metric after the other; [`Table`] keeps what was found, and says when it is told and when it is over.
//! How they are built is in `docs/insights.md`.

mod student;

mod order;

mod regular;

mod dependence;

mod slope;

mod change;

mod peers;

mod season;

mod ahead;

mod discovery;

mod words;

mod bounds;

mod kept;

mod finding;

mod examine;

mod scan;

mod table;

pub use ahead::{Ahead, ahead};
pub use bounds::Bound;
pub use change::{Change, change};
pub use discovery::threshold;
pub use finding::{Finding, Kind};
pub use peers::{Outlier, outlier};
pub use regular::Regular;
pub use scan::{Round, Scan};
pub use season::{Anomaly, Profile};
pub use slope::{Slope, slope};
pub use table::{Memory, News, Table};
