//! The text formats of Prometheus and OpenMetrics, as they are scraped, pushed and imported.
//!
//! [`line`] reads a line for itself, [`family`] knows what the lines above it say of it, and [`page`] reads a whole text
//! line by line: one that is broken costs only itself.

mod line;

mod family;

mod page;

pub use family::kind_in_family;
pub use line::{BadLine, Dialect, Head, Line, Tail, number};
pub(crate) use page::{Broken, Found, Page};
