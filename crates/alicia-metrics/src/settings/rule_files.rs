//! Prometheus' rule files: which there are, and what stands in them. All of them are read and right, or none is taken.

use super::SettingsError;
use model::{Millis, limits};
use rules::groups::{FileSpec, GroupSpec, RuleGroup, Templates};
use std::path::{Path, PathBuf};

/// Time between two rounds of groups that say none, as with Prometheus.
pub(crate) const DEFAULT_INTERVAL: Millis = limits::MINUTE;

/// The groups of all files that `patterns` name: paths, the last part of which may have stars.
pub(crate) fn read(patterns: &[String], interval: Millis) -> Result<Vec<RuleGroup>, SettingsError> {
    let mut paths = Vec::new();
    for pattern in patterns {
        for path in matching(Path::new(pattern))? {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    let mut groups = Vec::new();
    for path in &paths {
        groups.extend(read_file(path, interval)?);
        let rules: usize = groups.iter().map(|group: &RuleGroup| group.rules.len()).sum();
        if rules > limits::GROUP_RULES {
            return Err(bad(path, &format!("with these there are more than {} rules", limits::GROUP_RULES)));
        }
    }
    Ok(groups)
}

/// The groups of one file.
pub(crate) fn read_file(path: &Path, interval: Millis) -> Result<Vec<RuleGroup>, SettingsError> {
    let unreadable = |source| SettingsError::Unreadable { path: path.to_path_buf(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > limits::RULE_FILE_BYTES {
        return Err(bad(path, &format!("longer than {} bytes", limits::RULE_FILE_BYTES)));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    groups(&path.display().to_string(), &text, interval).map_err(|why| bad(path, &why))
}

/// The groups of a file that was read already.
pub(crate) fn check_groups(file: &str, groups: Vec<GroupSpec>) -> Result<Vec<RuleGroup>, SettingsError> {
    let checked = RuleGroup::check(file, FileSpec { groups }, DEFAULT_INTERVAL, &Templates::default());
    checked.map_err(|error| bad(Path::new(file), &error.to_string()))
}

fn groups(file: &str, text: &str, interval: Millis) -> Result<Vec<RuleGroup>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let spec: FileSpec = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    RuleGroup::check(file, spec, interval, &Templates::default()).map_err(|error| error.to_string())
}

fn bad(path: &Path, message: &str) -> SettingsError {
    SettingsError::File { path: path.to_path_buf(), message: message.to_owned() }
}

/// The files that a pattern means, in order. A path without a star is one file, which must be there.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, SettingsError> {
    let name = pattern.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.contains('*') {
        return Ok(vec![pattern.to_path_buf()]);
    }
    let dir = pattern.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unreadable = |source| SettingsError::Unreadable { path: dir.to_path_buf(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_str().is_some_and(|file| is_meant(name, file)) {
            found.push(pattern.with_file_name(entry.file_name()));
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a name meets a pattern in which a star is any text.
fn is_meant(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    let mut ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.any(|at| name.get(at..).is_some_and(|behind| is_meant(rest, behind)))
}

#[cfg(test)]
mod tests {
    use super::{groups, is_meant};
    use rules::groups::{RuleGroup, RuleKind};

    fn read(text: &str) -> Result<Vec<RuleGroup>, String> {
        groups("rules.yml", text, 60_000)
    }

    #[test]
    fn a_file_of_prometheus_is_read_as_it_is() {
        let text = "# comment\ngroups:\n- name: node\n  interval: 30s\n  limit: 5\n  labels:\n    team: home\n  rules:\n  \
            - record: job:up:sum\n    expr: sum by (job) (up)\n  - alert: Down\n    expr: |\n      up ==\n      0\n    \
            for: 5m\n    keep_firing_for: 1m\n    labels:\n      severity: critical\n      level: 1\n    annotations:\n      \
            summary: '{{ $labels.instance }} is down'\n- name: empty\n  rules:\n";
        let groups = read(text).expect("it is right");
        assert_eq!(groups.len(), 2);
        let (node, empty) = (&groups[0], &groups[1]);
        assert_eq!((node.interval, node.limit, node.rules.len()), (30_000, 5, 2));
        assert_eq!(node.rules[1].expr, "up == 0");
        assert_eq!(node.rules[1].labels["level"], "1");
        assert_eq!(node.rules[0].labels["team"], "home");
        let RuleKind::Alerting(alerting) = &node.rules[1].kind else { panic!("it alerts") };
        assert_eq!((alerting.hold, alerting.keep_firing_for), (300_000, 60_000));
        assert_eq!((empty.interval, empty.rules.len()), (60_000, 0));
        assert_eq!(read(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let rule = |lines: &str| format!("groups:\n- name: g\n  rules:\n  - {lines}\n");
        for (text, expected) in [
            ("groups:\n- name: g\n  rulez: []\n".to_owned(), &["rulez", "3"][..]),
            ("groups: [\n".to_owned(), &["line"]),
            ("groups:\n- name: g\n- name: g\n".to_owned(), &["group \"g\", name: another group"]),
            ("groups:\n- rules: []\n".to_owned(), &["needs a name"]),
            (
                "groups:\n- name: g\n  interval: 5\n".to_owned(),
                &["group \"g\", interval: not a valid duration"],
            ),
            (rule("expr: up"), &["rule 1, record: a rule needs"]),
            (rule("alert: A\n    record: b\n    expr: up"), &["not both"]),
            (rule("alert: A"), &["rule 1, expr: a rule needs"]),
            (rule("alert: A\n    expr: up ==\n"), &["rule 1, expr: 1:6: parse error"]),
            (rule("record: a\n    expr: up\n    for: 5m"), &["rule 1, for: is for alerting"]),
            (rule("record: a{b=\"c\"}\n    expr: up"), &["rule 1, record"]),
            (rule("record: a\n    expr: up\n    labels: {__name__: b}"), &["labels.__name__"]),
            (
                rule("alert: A\n    expr: up\n    annotations: {a: '{{ $value'}"),
                &["rule 1, annotations.a: 1:"],
            ),
            (
                rule("alert: A\n    expr: up\n    labels: {a: '{{ nonsense }}'}"),
                &["rule 1, labels.a: 1:", "nonsense"],
            ),
            (rule("alert: A\n    expr: up\n    for: -1m"), &["rule 1, for: not a valid"]),
        ] {
            let told = read(&text).expect_err(&text);
            assert!(expected.iter().all(|part| told.contains(part)), "{text}\n{told}");
        }
    }

    #[test]
    fn a_star_is_any_text() {
        for (pattern, name, expected) in [
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a*b*c", "aXbXbYc", true),
            ("a*", "b", false),
            ("*", "", true),
        ] {
            assert_eq!(is_meant(pattern, name), expected, "{pattern} {name}");
        }
    }
}
