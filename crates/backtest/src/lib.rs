//! What a rule would have done: it is run on kept samples, by the same evaluators that judge new ones.
//!
//! A [`Trial`] is a rule and a range of time; with thresholds and lengths of `for` it is a grid, all of whose rules are run
//! at once. [`run`] brings the samples in the order of their time to a rule book ([`rules::RuleBook`]) or to a group of a rule
//! file, rounds and followed samples both ([`rules::groups::GroupRun`], [`rules::stream::Follower`]), and notes what they
//! tell. Nothing is written, and nobody hears of it. Time is that of the samples. [`unit`] has unit tests of rule
//! files; [`suggest`] has rules that are learnt from kept samples.

mod trial;

mod threshold;

mod outcome;

mod feed;

mod conditions;

mod grouped;

mod run;

mod request;

pub mod suggest;

pub mod unit;

pub use outcome::{Cell, Firing, Outcome};
pub use request::Request;
pub use run::run;
pub use trial::{Subject, Trial, TrialError, Watch};
