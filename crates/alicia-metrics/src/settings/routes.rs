//! `[[route]]` tables: which alerts go to which receiver, checked and complete.

use super::SettingsError;
use super::receivers::is_name;
use crate::matching;
use crate::span::Span;
use alerts::Weekly;
use model::{Millis, limits};
use notify::{Escalation, Receiver, Route, Timing};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Longest time to wait: longer than a month nobody waits for news.
const LONGEST: Span = Span(31 * limits::DAY);

/// A table as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    name: Option<String>,
    receiver: String,
    #[serde(rename = "match")]
    matching: Option<String>,
    group_by: Option<Vec<String>>,
    group_wait: Option<Span>,
    group_interval: Option<Span>,
    repeat_interval: Option<Span>,
    #[serde(default)]
    repeat: BTreeMap<String, Span>,
    #[serde(default)]
    escalate: Vec<Step>,
    #[serde(default)]
    mute: Vec<Weekly>,
    #[serde(rename = "continue", default)]
    goes_on: bool,
    send_resolved: Option<bool>,
}

/// A step of an escalation as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    after: Span,
    receivers: Vec<String>,
}

/// The routes of the file, whose receivers there are.
pub(super) fn resolve(tables: Vec<RouteTable>, receivers: &[Receiver]) -> Result<Vec<Route>, SettingsError> {
    if tables.len() > limits::RECEIVERS {
        let message = format!("{} are more than {}", tables.len(), limits::RECEIVERS);
        return Err(SettingsError::value("route", message));
    }
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for (number, table) in tables.into_iter().enumerate() {
        let name = table.name.clone().unwrap_or_else(|| format!("{}-{}", table.receiver, number + 1));
        let wrong = |why: String| SettingsError::value(&format!("route {name:?}"), why);
        if !receivers.iter().any(|receiver| receiver.name == table.receiver) {
            return Err(wrong(format!("there is no receiver {:?}", table.receiver)));
        }
        if table.name.as_deref().is_some_and(|name| !is_name(name)) || !names.insert(name.clone()) {
            return Err(wrong("expected a plain name that no other route has".to_owned()));
        }
        all.push(route(&name, &table, receivers).map_err(wrong)?);
    }
    Ok(all)
}

fn route(name: &str, table: &RouteTable, receivers: &[Receiver]) -> Result<Route, String> {
    let plain = Route::new(name, &table.receiver);
    let usual = Timing::default();
    let matchers = table.matching.as_deref().map(matching::parse).transpose();
    Ok(Route {
        matchers: matchers.map_err(|why| format!("match: {why}"))?.unwrap_or_default(),
        group_by: table.group_by.clone().unwrap_or(plain.group_by),
        timing: Timing {
            group_wait: length("group_wait", table.group_wait, usual.group_wait, 0)?,
            group_interval: length("group_interval", table.group_interval, usual.group_interval, 0)?,
            repeat_interval: length(
                "repeat_interval",
                table.repeat_interval,
                usual.repeat_interval,
                limits::SECOND,
            )?,
        },
        repeat: repeat(&table.repeat)?,
        escalate: escalate(table, receivers)?,
        mute: table.mute.clone(),
        goes_on: table.goes_on,
        send_resolved: table.send_resolved.unwrap_or(true),
        ..plain
    })
}

/// Times of repetition by severity. Alerts of rule files may have any.
fn repeat(table: &BTreeMap<String, Span>) -> Result<BTreeMap<String, Millis>, String> {
    if table.len() > limits::ROUTE_STEPS {
        return Err(format!("repeat: {} severities are more than {}", table.len(), limits::ROUTE_STEPS));
    }
    let read = |(severity, span): (&String, &Span)| {
        let key = format!("repeat.{severity}");
        Ok((severity.clone(), length(&key, Some(*span), 0, limits::SECOND)?))
    };
    table.iter().map(read).collect()
}

/// The steps of an escalation: to receivers that there are, and to each once.
fn escalate(table: &RouteTable, receivers: &[Receiver]) -> Result<Vec<Escalation>, String> {
    let steps = &table.escalate;
    if steps.len().max(steps.iter().map(|step| step.receivers.len()).max().unwrap_or(0)) > limits::ROUTE_STEPS
    {
        return Err(format!("escalate: at most {} steps of as many receivers", limits::ROUTE_STEPS));
    }
    let mut told = BTreeSet::from([table.receiver.as_str()]);
    let mut all = Vec::new();
    for step in steps {
        if step.receivers.is_empty() {
            return Err("escalate: a step tells nobody".to_owned());
        }
        for name in &step.receivers {
            if !receivers.iter().any(|receiver| receiver.name == *name) {
                return Err(format!("escalate: there is no receiver {name:?}"));
            }
            if !told.insert(name) {
                return Err(format!("escalate: {name:?} is told already"));
            }
        }
        let after = length("escalate.after", Some(step.after), 0, limits::SECOND)?;
        all.push(Escalation { after, receivers: step.receivers.clone() });
    }
    Ok(all)
}

fn length(key: &str, span: Option<Span>, usual: Millis, least: Millis) -> Result<Millis, String> {
    let Some(span) = span else { return Ok(usual) };
    if (least..=LONGEST.0).contains(&span.0) {
        return Ok(span.0);
    }
    Err(format!("{key}: {span} is out of range ({} to {LONGEST})", Span(least)))
}

#[cfg(test)]
mod tests {
    use super::{Escalation, Route, resolve};
    use crate::settings::file::File;
    use crate::settings::receivers;
    use alerts::{Weekday, Weekly, Zone};

    const RECEIVER: &str = "[[receiver]]\nname = 'r'\ntype = 'webhook'\nurl = 'http://h/'\n\
                            [[receiver]]\nname = 's'\ntype = 'webhook'\nurl = 'http://i/'\n";

    fn read(text: &str) -> Result<Vec<Route>, String> {
        let file: File = toml::from_str(&format!("{RECEIVER}{text}")).map_err(|error| error.to_string())?;
        let receivers = receivers::resolve(file.receiver).map_err(|error| error.to_string())?;
        resolve(file.route, &receivers).map_err(|error| error.to_string())
    }

    #[test]
    fn a_table_says_all_there_is_to_say() {
        let all = read(
            "[[route]]\nname = 'night'\nreceiver = 'r'\nmatch = 'severity=~\"error|critical\"'\n\
             group_by = ['service']\ngroup_wait = '0s'\ngroup_interval = '5m'\nrepeat_interval = '1d'\n\
             mute = [{ days = ['sat', 'sun'], from = '22:00', to = '07:30', utc_offset = '-03:30' }, {}]\n\
             continue = true\nsend_resolved = false\n[[route]]\nreceiver = 'r'\n",
        )
        .expect("good");
        let mute = Weekly {
            days: vec![Weekday::Saturday, Weekday::Sunday],
            from: 1_320,
            to: 450,
            zone: Zone::Offset(-210),
        };
        let first = &all[0];
        assert_eq!(
            (first.mute[0].clone(), first.mute[1].to, first.timing.group_interval),
            (mute, 1_440, 300_000)
        );
        assert!(first.goes_on && !first.send_resolved && first.matchers.len() == 1);
        assert_eq!(all[1], Route::new("r-2", "r"));
    }

    #[test]
    fn severities_have_times_of_their_own_and_steps_their_receivers() {
        let all = read(
            "[[route]]\nreceiver = 'r'\nrepeat = { critical = '30m', page = '1h' }\n\
             escalate = [{ after = '15m', receivers = ['s'] }]\n",
        )
        .expect("good");
        assert_eq!((all[0].repeat["critical"], all[0].repeat["page"]), (1_800_000, 3_600_000));
        assert_eq!(all[0].escalate, [Escalation { after: 900_000, receivers: vec!["s".to_owned()] }]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (lines, why) in [
            ("receiver = 'x'", "no receiver"),
            ("receiver = 'r'\nname = 'a b'", "plain name"),
            ("receiver = 'r'\nmatch = 'a{'", "match"),
            ("receiver = 'r'\nrepeat_interval = '0s'", "repeat_interval"),
            ("receiver = 'r'\ngroup_wait = 'forever'", "group_wait"),
            ("receiver = 'r'\nmute = [{ days = ['someday'] }]", "someday"),
            ("receiver = 'r'\nmute = [{ from = '7' }]", "07:30"),
            ("receiver = 'r'\nmute = [{ to = '24:01' }]", "24:01"),
            ("receiver = 'r'\nmute = [{ from = '24:00' }]", "nothing begins"),
            ("receiver = 'r'\nmute = [{ utc_offset = '1' }]", "offset"),
            ("receiver = 'r'\nrepeat = { critical = '0s' }", "repeat.critical"),
            ("receiver = 'r'\nescalate = [{ after = '1m', receivers = [] }]", "tells nobody"),
            ("receiver = 'r'\nescalate = [{ after = '1m', receivers = ['x'] }]", "no receiver \"x\""),
            ("receiver = 'r'\nescalate = [{ after = '1m', receivers = ['r'] }]", "told already"),
            ("receiver = 'r'\nescalate = [{ after = '0s', receivers = ['s'] }]", "escalate.after"),
            ("receiver = 'r'\nescalate = [{ receivers = ['s'] }]", "after"),
            ("receiver = 'r'\nmute = [{ at = '07:00' }]", "unknown field"),
        ] {
            let error = read(&format!("[[route]]\n{lines}\n")).expect_err(lines);
            assert!(error.contains(why), "{lines}: {error}");
        }
    }
}
