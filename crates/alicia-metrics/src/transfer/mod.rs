//! Samples out of a data directory and into one, as text that other programs understand: `docs/transfer.md`.
//!
//! [`format`] knows the formats, each a module without input and output; [`export`] and [`import`] move the
//! samples, with the store opened by [`open`].

mod fault;

mod value;

mod identity;

mod jsonl;

mod csv;

mod exposition;

mod scrape;

mod format;

mod lines;

mod refusals;

mod open;

mod export;

mod import;

pub(crate) use export::{existing_data_dir, export};
pub(crate) use import::import;
pub(crate) use jsonl::push as push_json_line;
pub(crate) use open::{TransferError, open as open_data_dir};

#[cfg(test)]
mod tests;
