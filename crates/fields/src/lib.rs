//! What messages say in numbers: each number, truth value and short word of a message becomes a metric, without any setting.
//!
//! [`Fields`] sees each message pass ([`model::Watch`]). `walk` finds the values in it, `profile` knows what topics of
//! well-known makers are about and how their fields are called, `discovery` what was announced in Home Assistant's way, and
//! `mapping` what the settings say. `table` keeps what became of each field, bounded; `inbox` what was not understood.

mod left;

mod words;

mod units;

mod value;

mod packed;

mod walk;

mod bare;

mod pattern;

mod mapping;

mod profile;

mod template;

mod discovery;

mod sparkplug;

mod states;

mod slot;

mod identity;

mod inbox;

mod route;

mod tallies;

mod table;

mod view;

mod book;

mod fields;

pub use book::{Entry, KnownMapping, Ledger, MappingError, Origin};
pub use fields::Fields;
pub use inbox::InboxEntry;
pub use mapping::Mapping;
pub use slot::Told;
pub use view::{FieldView, FieldsView, LeftField, LeftView};
