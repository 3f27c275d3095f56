//! What of the house Home Assistant is to know, by its MQTT discovery. Pure: the bus carries it, the program remembers it.
//!
//! A [`Household`] is what there is; `service` and `rule` make entities of it, each with the document that Home Assistant reads and
//! its state; the [`Announcer`] says what is to be put up and taken down, and what must be remembered of that ([`Memory`]).
//! What is announced is described in `docs/home-assistant.md`. Start at `announcer`.

mod household;

mod words;

mod memory;

mod silences;

mod alarm;

mod entity;

mod service;

mod rule;

mod announcer;

pub use announcer::{Announcer, Paper, Plan};
pub use household::{Household, Hush, Rule, Service};
pub use memory::{Memory, Owner};
pub use silences::Silences;
