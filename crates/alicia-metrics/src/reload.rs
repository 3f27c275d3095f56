//! What the settings change while the collector runs.

use crate::cli::ServeArgs;
use crate::house::House;
use crate::settings::{self, Settings};
use rules::RuleBook;
use std::sync::Arc;
use tokio::sync::watch;

/// The rules of the settings file win over what REST made of the same names.
pub(crate) fn put_file_rules(book: &RuleBook, settings: &Settings) {
    for rule in &settings.rules {
        if book.rule(&rule.name).as_ref() == Some(rule) {
            continue;
        }
        if let Err(error) = book.put(rule.clone()) {
            tracing::error!(rule = rule.name, "rule of the settings file is left out: {error}");
        }
    }
}

/// What can change while running: intervals, retention of the gate, the rules of the file, who is scraped, who is
/// told of alerts. The rest needs a restart, and the log says so.
pub(crate) fn reloader(
    house: &Arc<House>,
    current: watch::Sender<Settings>,
    args: ServeArgs,
) -> Arc<dyn Fn() -> Result<(), String> + Send + Sync> {
    let gate = Arc::clone(&house.gate);
    let book = Arc::clone(&house.book);
    let store = Arc::clone(&house.store);
    let scraper = Arc::clone(&house.scraper);
    let rule_groups = Arc::clone(&house.rule_groups);
    let messenger = Arc::clone(&house.messenger);
    let desk = Arc::clone(&house.desk);
    let fields = Arc::clone(&house.fields);
    Arc::new(move || {
        let fresh = settings::load(&args).map_err(|error| error.to_string())?;
        gate.set_settings(fresh.gate());
        store.set_retention_rules(fresh.retention_rules.clone());
        desk.set_settings(fresh.desk.clone());
        put_file_rules(&book, &fresh);
        fields.set_mappings(fresh.mappings.clone());
        rule_groups.set(fresh.rule_groups.clone());
        scraper.set_jobs(fresh.scrape.clone(), fresh.scrape_from_bus.clone());
        messenger.notifier().set_settings(fresh.notify.clone());
        messenger.ring();
        let before = current.borrow().clone();
        if before.http_listen != fresh.http_listen || before.data_dir != fresh.data_dir {
            tracing::warn!("a change of the HTTP address or the data directory needs a restart");
        }
        if before.capsule != fresh.capsule {
            tracing::warn!("a change of what is recorded of the bus needs a restart");
        }
        if before.destinations != fresh.destinations {
            tracing::warn!("a change of what is handed on, and where to, needs a restart");
        }
        let of = |settings: &Settings| {
            (settings.home_assistant.is_enabled, settings.home_assistant.topics.clone())
        };
        if of(&before) != of(&fresh) {
            tracing::warn!("a change of whether and where Home Assistant is told needs a restart");
        }
        current.send_replace(fresh);
        Ok(())
    })
}
