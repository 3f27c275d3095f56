//! Sparkplug B: births announce what a node and its devices measure, data say it by short aliases, deaths end it.
//!
//! `topic` tells who speaks, `wire` has the messages, `nodes` remembers the births. What comes out are values with paths, as of any other
//! message, on a topic that is the same for birth, data and death.

mod topic;

mod wire;

mod nodes;

pub(crate) use nodes::{Nodes, OF_ITSELF};
pub(crate) use topic::Speaker;
