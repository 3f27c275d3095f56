//! Any page that a target may show, scraped twice: the second time a part of it, so that series end.
#![no_main]

use ingest::{Dialect, Fetched, Gate, GateSettings, ScrapeMemory, ScrapeTarget};
use libfuzzer_sys::fuzz_target;
use model::{Announce, Event};
use std::sync::Arc;
use std::time::Duration;
use world::SimClock;

struct Nobody;

impl Announce for Nobody {
    fn announce(&self, _: Event) {}
}

fuzz_target!(|bytes: &[u8]| {
    let Some((how, page)) = bytes.split_first() else { return };
    let dialect = if how & 1 == 0 { Dialect::Prometheus } else { Dialect::OpenMetrics };
    let target = ScrapeTarget {
        source: "scrape".to_owned(),
        labels: vec![("instance".to_owned(), "i".to_owned()), ("job".to_owned(), "j".to_owned())],
        honor_labels: how & 2 == 0,
        honor_timestamps: how & 4 == 0,
        sample_limit: usize::from(how >> 6),
    };
    let clock = Arc::new(SimClock::at(1_000));
    let gate = Gate::new(GateSettings::default(), clock, Vec::new(), Arc::new(Nobody));
    let mut memory = ScrapeMemory::default();
    for (at, part) in [(1_000, page), (2_000, &page[page.len() / 2..])] {
        let fetched = Fetched::Page(part, dialect);
        let _ = gate.scrape(&target, &mut memory, fetched, at, Duration::from_millis(1));
    }
    let _ = gate.end_scrape(&target, &mut memory, 3_000);
});
