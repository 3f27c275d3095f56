//! All scripts that there are.

use crate::script::Evaluate;
use crate::script::command::{What, commands};
use crate::script::runner::{Run, run};
use crate::script_adapter::Promql;
use crate::script_self_tests::Mini;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const NO_SCRIPTS: &str =
    "Prometheus' scripts are not there: nothing was tested (ALICIA_PROMQL_SCRIPTS names their folder)";
const KNOWN: &str = "tests/scripts/known-failures.txt";

/// The scripts of a folder, by their names.
fn scripts(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).expect("the folder of scripts can be read");
    let paths = files.map(|file| file.expect("an entry of the folder").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "test"));
    let named = paths.map(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("the script can be read"))
    });
    named.collect()
}

fn own_scripts() -> BTreeMap<String, String> {
    scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts"))
}

/// The folder of Prometheus' scripts, if there is one.
fn prometheus_folder() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where scripts of others are, only the machine knows")]
    let named = std::env::var("ALICIA_PROMQL_SCRIPTS").ok().map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/promql");
    Some(named.unwrap_or_else(beside)).filter(|folder| folder.is_dir())
}

#[expect(clippy::print_stdout, reason = "the report of a test")]
fn say(text: &str) {
    println!("{text}");
}

/// The kind of each case, by `file:line`.
fn kinds(folder: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder.join("cases.txt")).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).map(|(case, kind)| (case.into(), kind.into())).collect()
}

/// The cases that are known to fail, by `file:line`, with the reason.
fn known_failures() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(KNOWN);
    let text = std::fs::read_to_string(path).expect("the list of known failures");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let entry = |line: &str| {
        let (case, reason) = line.split_once(' ').unwrap_or((line, ""));
        assert!(!reason.is_empty(), "{KNOWN}: {case} has no reason");
        (case.to_owned(), reason.to_owned())
    };
    lines.map(entry).collect()
}

/// How many of a kind held, and how many there are.
type Tally = BTreeMap<String, (usize, usize)>;

/// A line for a file.
fn report(name: &str, run: &Run, kinds: &BTreeMap<String, String>) -> String {
    let mut tally = Tally::new();
    for verdict in &run.verdicts {
        let kind = kinds.get(&format!("{name}:{}", verdict.line)).map_or("own", String::as_str);
        let (held, all) = tally.entry(kind.to_owned()).or_default();
        *held += usize::from(verdict.result.is_ok());
        *all += 1;
    }
    let counts: Vec<String> =
        tally.iter().map(|(kind, (held, all))| format!("{kind} {held}/{all}")).collect();
    let unsupported = match run.start_timestamps {
        0 => String::new(),
        lines => format!("; {lines} lines of start timestamps read over"),
    };
    format!("{name}: {}{unsupported}", counts.join(", "))
}

/// Runs scripts. Gives what is wrong: failures that are not known, and known ones that do not fail.
fn check(
    evaluate: &dyn Evaluate,
    scripts: &BTreeMap<String, String>,
    kinds: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut failed = BTreeSet::new();
    for (name, script) in scripts {
        let run = match run(script, evaluate) {
            Ok(run) => run,
            Err(fault) => {
                wrong.push(format!("{name}:{} {}", fault.line, fault.what));
                continue;
            }
        };
        say(&report(name, &run, kinds));
        for verdict in run.verdicts {
            let case = format!("{name}:{}", verdict.line);
            let Err(what) = verdict.result else { continue };
            if !known.contains_key(&case) {
                wrong.push(format!("{case} {what}"));
            }
            failed.insert(case);
        }
    }
    let holds = known.keys().filter(|case| !failed.contains(*case));
    wrong.extend(holds.map(|case| format!("{case} holds or is no case: it must leave {KNOWN}")));
    wrong
}

#[test]
fn the_list_of_known_failures_may_only_shrink() {
    let script = "load 1m\n m 1\n\neval instant at 0 m\n m 1\n\neval instant at 0 m\n m 2\n".to_owned();
    let scripts = BTreeMap::from([("a.test".to_owned(), script)]);
    let kinds = BTreeMap::from([("a.test:4".to_owned(), "core".to_owned())]);
    let rows: [(&[&str], &[&str]); 4] = [
        (&["a.test:7"], &[]),
        (&[], &["a.test:7 `m`: m{} (line 8): expected was 2, there is 1"]),
        (&["a.test:4", "a.test:7"], &["a.test:4 holds or is no case"]),
        (&["a.test:7", "b.test:1"], &["b.test:1 holds or is no case"]),
    ];
    for (known, expected) in rows {
        let known = known.iter().map(|case| ((*case).to_owned(), "a reason".to_owned())).collect();
        let wrong = check(&Mini, &scripts, &kinds, &known);
        assert_eq!(wrong.len(), expected.len(), "{wrong:?}");
        for (wrong, expected) in wrong.iter().zip(expected) {
            assert!(wrong.starts_with(expected), "{wrong}");
        }
    }
    let run = run(&scripts["a.test"], &Mini).expect("a script that can be read");
    assert_eq!(report("a.test", &run, &kinds), "a.test: core 1/1, own 0/1");
}

#[test]
fn our_scripts_hold() {
    let scripts = own_scripts();
    for (name, script) in &scripts {
        match commands(script) {
            Ok(commands) => assert!(!commands.is_empty(), "{name} is empty"),
            Err(fault) => panic!("{name}:{} {}", fault.line, fault.what),
        }
    }
    assert!(scripts.len() >= 8, "scripts are missing");
    let wrong = check(&Promql, &scripts, &BTreeMap::new(), &BTreeMap::new());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn prometheus_scripts_can_be_read() {
    let Some(folder) = prometheus_folder() else {
        return say(NO_SCRIPTS);
    };
    let mut cases: BTreeSet<String> = kinds(&folder).into_keys().collect();
    let is_listed = !cases.is_empty();
    for (name, script) in scripts(&folder) {
        let commands =
            commands(&script).unwrap_or_else(|fault| panic!("{name}:{} {}", fault.line, fault.what));
        for command in commands {
            if matches!(command.what, What::Eval(_)) {
                let case = format!("{name}:{}", command.line);
                assert!(cases.remove(&case) || !is_listed, "{case} is not in cases.txt");
            }
        }
    }
    assert!(cases.is_empty(), "not found: {cases:?}");
}

#[test]
fn prometheus_scripts_hold_but_for_the_known_failures() {
    let Some(folder) = prometheus_folder() else {
        return say(NO_SCRIPTS);
    };
    let wrong = check(&Promql, &scripts(&folder), &kinds(&folder), &known_failures());
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}
