//! Everything at a glance, computed while somebody looks: one snapshot for all who look, and for each what is new in it.

mod shape;

mod state;

mod pace;

mod strip;

mod gather;

mod difference;

mod board;

mod stream;

pub(crate) use board::Board;
pub(crate) use shape::{AlertsChange, Overview, OverviewChange};
pub(crate) use stream::events;
