//! Series as Prometheus' tests write them: `name{label="value"} 1 2+3x4 _x2 stale {{schema:0 sum:5 count:4}}`, a value for each
//! step of time.
//!
//! Rule tests and the scripts that test PromQL have it. `metric` reads names and labels, `series` the values, `histogram` native
//! histograms; `memory` keeps what was read.

mod metric;

mod histogram;

mod series;

mod memory;

pub use histogram::{Notation, parse_histogram};
pub use memory::{Memory, Written, times};
pub use metric::{Cursor, duration, metric, number};
pub use series::{Item, SeriesLine, series};
