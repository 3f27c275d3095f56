//! `[[maintenance]]` and `[[inhibit]]` tables and `[alerts]`' words of flapping, checked and complete.

use super::SettingsError;
use super::receivers::is_name;
use crate::matching;
use crate::span::Span;
use alerts::{FlapLimits, Inhibit, Maintenance, Settings, Weekly};
use model::{Matcher, Millis, limits};
use serde::Deserialize;
use std::collections::BTreeSet;

/// More beginnings and ends than so many, in [`FLAP_WINDOW`], are flapping: three times on and off, and on again.
const FLAP_CHANGES: usize = 6;
const FLAP_WINDOW: Span = Span(30 * limits::MINUTE);

/// A window of maintenance as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaintenanceTable {
    name: String,
    #[serde(rename = "match")]
    matching: String,
    #[serde(default)]
    times: Vec<Weekly>,
}

/// An inhibition as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InhibitTable {
    source: String,
    target: String,
    #[serde(default)]
    equal: Vec<String>,
}

/// When alerts flap, as written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FlapKeys {
    pub(super) changes: Option<usize>,
    pub(super) window: Option<Span>,
}

/// What the file says of silences, inhibitions and flapping.
pub(super) fn resolve(
    maintenance: Vec<MaintenanceTable>,
    inhibit: &[InhibitTable],
    flap: FlapKeys,
) -> Result<Settings, SettingsError> {
    for (key, count) in [("maintenance", maintenance.len()), ("inhibit", inhibit.len())] {
        if count > limits::MAINTENANCE {
            return Err(SettingsError::value(key, format!("{count} are more than {}", limits::MAINTENANCE)));
        }
    }
    let mut names = BTreeSet::new();
    let mut windows = Vec::new();
    for table in maintenance {
        let wrong = |why: String| SettingsError::value(&format!("maintenance {:?}", table.name), why);
        if !is_name(&table.name) || !names.insert(table.name.clone()) {
            return Err(wrong("expected a plain name that no other window has".to_owned()));
        }
        if table.times.len() > limits::SILENCE_TIMES {
            return Err(wrong(format!("times: more than {}", limits::SILENCE_TIMES)));
        }
        let matchers = matchers("match", &table.matching).map_err(wrong)?;
        windows.push(Maintenance { name: table.name.clone(), matchers, times: table.times });
    }
    let inhibits = inhibit.iter().enumerate().map(|(number, table)| {
        let read = inhibition(table);
        read.map_err(|why| SettingsError::value(&format!("inhibit {}", number + 1), why))
    });
    let inhibits = inhibits.collect::<Result<_, _>>()?;
    Ok(Settings { maintenance: windows, inhibits, flapping: flapping(flap)? })
}

fn inhibition(table: &InhibitTable) -> Result<Inhibit, String> {
    if table.equal.len() > limits::SILENCE_MATCHERS {
        return Err(format!("equal: more than {} labels", limits::SILENCE_MATCHERS));
    }
    Ok(Inhibit {
        source: matchers("source", &table.source)?,
        target: matchers("target", &table.target)?,
        equal: table.equal.clone(),
    })
}

fn matchers(key: &str, text: &str) -> Result<Vec<Matcher>, String> {
    let all = matching::parse(text).map_err(|why| format!("{key}: {why}"))?;
    if all.len() > limits::SILENCE_MATCHERS {
        return Err(format!("{key}: more than {} conditions", limits::SILENCE_MATCHERS));
    }
    Ok(all)
}

fn flapping(keys: FlapKeys) -> Result<Option<FlapLimits>, SettingsError> {
    let changes = keys.changes.unwrap_or(FLAP_CHANGES);
    // One is remembered more than may be.
    if changes >= limits::FLAP_CHANGES {
        let message = format!("{changes} is out of range (0 to {})", limits::FLAP_CHANGES - 1);
        return Err(SettingsError::value("alerts.flap_changes", message));
    }
    let (least, most): (Millis, Millis) = limits::FLAP_WINDOWS;
    let window = keys.window.unwrap_or(FLAP_WINDOW);
    if !(least..=most).contains(&window.0) {
        let message = format!("{window} is out of range ({} to {})", Span(least), Span(most));
        return Err(SettingsError::value("alerts.flap_window", message));
    }
    Ok((changes > 0).then_some(FlapLimits { changes, window: window.0 }))
}

#[cfg(test)]
mod tests {
    use super::{FlapKeys, resolve};
    use crate::settings::file::File;
    use alerts::{FlapLimits, Settings};

    fn read(text: &str) -> Result<Settings, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let flap = FlapKeys { changes: file.alerts.flap_changes, window: file.alerts.flap_window };
        resolve(file.maintenance, &file.inhibit, flap).map_err(|error| error.to_string())
    }

    #[test]
    fn tables_say_all_there_is_to_say() {
        let all = read(
            "[[maintenance]]\nname = 'backup'\nmatch = 'service=\"nas\"'\n\
             times = [{ days = ['sun'], from = '02:00', to = '04:00', time_zone = 'Europe/Berlin' }, {}]\n\
             [[inhibit]]\nsource = 'rule=\"host_down\"'\ntarget = 'severity=~\"warning|error\"'\nequal = ['host']\n\
             [alerts]\nflap_changes = 10\nflap_window = '1h'\n",
        )
        .expect("good");
        assert_eq!(
            (all.maintenance[0].id().as_str(), all.maintenance[0].times.len()),
            ("maintenance:backup", 2)
        );
        assert_eq!((all.inhibits[0].target.len(), all.inhibits[0].equal.len()), (1, 1));
        assert_eq!(all.flapping, Some(FlapLimits { changes: 10, window: 3_600_000 }));
        assert_eq!(read("").expect("good").flapping, Some(FlapLimits { changes: 6, window: 1_800_000 }));
        assert_eq!(read("[alerts]\nflap_changes = 0\n").expect("good").flapping, None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (text, why) in [
            ("[[maintenance]]\nname = 'a b'\nmatch = 'a=\"b\"'", "plain name"),
            ("[[maintenance]]\nname = 'a'\nmatch = ''", "match: there is nothing"),
            ("[[maintenance]]\nname = 'a'\nmatch = 'a=~\"(\"'", "bad pattern"),
            ("[[maintenance]]\nname = 'a'\nmatch = 'a=\"b\"'\ntimes = [{ days = ['x'] }]", "none of mon"),
            (
                "[[maintenance]]\nname = 'a'\nmatch = 'a=\"b\"'\ntimes = [{ time_zone = 'X/Y' }]",
                "no time zone",
            ),
            ("[[inhibit]]\nsource = 'a=\"b\"'", "target"),
            ("[[inhibit]]\nsource = 'a=\"b\"'\ntarget = '{'", "inhibit 1: target"),
            ("[alerts]\nflap_changes = 100", "out of range"),
            ("[alerts]\nflap_window = '1s'", "out of range"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
