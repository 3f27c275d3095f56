//! `alicia-metrics rules test`: unit tests of rule files, as promtool runs them.

use crate::settings::{DEFAULT_INTERVAL, read_rule_files};
use backtest::unit::UnitFile;
use model::limits;
use rules::groups::RuleGroup;
use std::path::Path;

/// What came of a file: lines to be said, and whether all is as expected.
pub(crate) struct Tested {
    pub(crate) text: String,
    pub(crate) is_right: bool,
}

/// Runs the tests of a file.
pub(crate) fn test_rules(file: &Path) -> Tested {
    let heading = format!("Unit testing {}", file.display());
    match run(file) {
        Ok(failures) if failures.is_empty() => {
            Tested { text: format!("{heading}\n  SUCCESS"), is_right: true }
        }
        Ok(failures) => {
            let lines: Vec<String> = failures.iter().map(|failure| format!("    {failure}")).collect();
            Tested { text: format!("{heading}\n  FAILED:\n{}", lines.join("\n")), is_right: false }
        }
        Err(why) => Tested { text: format!("{heading}\n  FAILED:\n    {why}"), is_right: false },
    }
}

fn run(file: &Path) -> Result<Vec<String>, String> {
    let length = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > limits::RULE_FILE_BYTES {
        return Err(format!("longer than {} bytes", limits::RULE_FILE_BYTES));
    }
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let unit: UnitFile = serde_saphyr::from_str(&text).map_err(|error| error.to_string())?;
    // Rule files lie beside the tests, wherever these are run from.
    let beside = |pattern: &String| file.with_file_name(pattern).display().to_string();
    let patterns: Vec<String> = unit.rule_files.iter().map(beside).collect();
    let groups = read_rule_files(&patterns, DEFAULT_INTERVAL).map_err(|error| error.to_string())?;
    let groups = ordered(groups, &unit.group_eval_order)?;
    let interval = unit.evaluation_interval.unwrap_or(DEFAULT_INTERVAL);
    let mut failures = Vec::new();
    for (number, test) in unit.tests.iter().enumerate() {
        let name = if test.name.is_empty() { format!("test {}", number + 1) } else { test.name.clone() };
        let differs = test.run(&groups, interval).map_err(|why| format!("{name}: {why}"))?;
        failures.extend(differs.into_iter().map(|what| format!("{name}, {what}")));
    }
    Ok(failures)
}

/// The groups in the order that is said; the others behind.
fn ordered(mut groups: Vec<RuleGroup>, order: &[String]) -> Result<Vec<RuleGroup>, String> {
    for (at, name) in order.iter().enumerate() {
        if order.get(..at).is_some_and(|earlier| earlier.contains(name)) {
            return Err(format!("group_eval_order names {name:?} twice"));
        }
    }
    let place = |group: &RuleGroup| order.iter().position(|name| *name == group.name).unwrap_or(usize::MAX);
    groups.sort_by_key(place);
    Ok(groups)
}
