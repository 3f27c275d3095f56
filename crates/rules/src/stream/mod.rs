//! Alerting rules of rule files, judged as samples arrive.
//!
//! [`Follower`] is a [`model::Append`]. A rule whose expression can be followed has a `Plan` (`plan`); the series that its
//! selectors see hang together in `cells`, down to the samples in `leaf`; `program` says when what they come to changes.
//! Changes wait at the rule's group ([`Following`]), which is told that there are some and takes them when it can
//! ([`crate::groups::GroupRun::hear`]): no
//! sample waits for a template, a journal or a message. What cannot be followed, or no longer, is judged by the rounds of
//! its group alone, and [`crate::groups::Judged`] says why.

mod plan;

mod leaf;

mod cells;

mod program;

mod follower;

pub use follower::{Follower, Following, judged, selectors};
