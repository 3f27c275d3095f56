//! Scraping: which targets there are, when each is asked, and what was last heard of it.
//!
//! A [`ScrapeJob`] is what the settings say; `target` makes targets of it and of the files that it names; [`Scraper`] keeps
//! one task for each, which `fetch`es a page and hands it to the gate. What a page becomes, what ends and what is told of
//! a target is [`ingest`]'s.

mod job;

mod allowed;

mod target;

mod files;

mod view;

mod fetch;

mod running;

mod scraper;

pub use allowed::ScrapeFromBus;
pub use job::{ScrapeJob, ScrapeSecret};
pub use scraper::Scraper;
pub(crate) use view::{TargetHealth, TargetView};
