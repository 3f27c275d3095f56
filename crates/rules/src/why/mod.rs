//! Why an alert fires: what was compared, and which other series changed at the same time.
//!
//! [`explain`] reads the half hour before an alert. Of each series it asks where its newest samples differ most from those
//! before, by their ranks (`shift`), so that neither units nor single spikes count; near series (the same instance, the
//! same service, its host) come before far ones of the same strength. It also says whether other instances do the same. That two
//! things changed together does not say which caused which: the explanation is a place to begin to look.

mod shift;

mod relation;

mod explanation;

mod explain;

mod metrics;

pub use explain::{Question, explain};
pub use explanation::{Changed, Explanation, Peers};
pub use metrics::{metrics_in, metrics_of, selectors_in};
pub use relation::Relation;
pub use shift::{Shift, shift};
