//! How good rules are, by what came of their alerts: how often and how long they fired, what people did about it, and whether
//! another rule said the same. Pure: what fired when is given, and nothing else is known. Start at `judge`; `facts` counts,
//! `overlap` compares rules with each other.

mod given;

mod spans;

mod words;

mod facts;

mod overlap;

mod report;

mod judge;

pub use given::{Care, Fired, Origin, Subject};
pub use judge::judge;
pub use report::{Judgement, Quality, Verdict};
