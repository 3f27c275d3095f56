//! What the battery reads from tests, and what it writes.

use xtask::battery::outcome::Outcome;
use xtask::battery::publish::{replace, table};
use xtask::battery::trials::{TRIALS, Tier};

#[test]
fn the_figure_is_what_the_tests_say_or_how_many_passed() {
    let summary = "     Summary [   1.363s] 3 tests run: 3 passed, 72 skipped\n";
    let rows = [
        (summary.to_owned(), Some("3 tests passed")),
        (summary.replace("3 passed", "1 passed"), Some("1 test passed")),
        (format!("figure: lost 0 of 7\n noise\n  figure: 2 s\n{summary}"), Some("lost 0 of 7; 2 s")),
        ("figure: lost 0 of 7\nerror: could not compile".to_owned(), None),
        (String::new(), None),
    ];
    for (text, expected) in rows {
        assert_eq!(Outcome::figure(&text).as_deref(), expected, "{text}");
    }
}

#[test]
fn every_trial_can_be_run_again_by_its_line() {
    for trial in TRIALS {
        let line = trial.command(Tier::Long);
        assert!(
            line.contains("cargo nextest run") && trial.tests.iter().all(|test| line.contains(test)),
            "{line}"
        );
        assert!(
            trial.long.iter().all(|(name, value)| line.starts_with(&format!("{name}={value} "))),
            "{line}"
        );
        assert!(trial.long.iter().all(|(name, _)| !trial.command(Tier::Ci).contains(name)));
    }
}

#[test]
fn the_table_takes_the_place_of_the_old_one_and_of_nothing_else() {
    let outcome = Outcome {
        name: "kill",
        figure: "lost 1".to_owned(),
        goal: "lost 0",
        passed: false,
        seconds: 7,
        command: "cargo x".to_owned(),
    };
    let table = table("today", std::slice::from_ref(&outcome));
    assert!(
        table.contains("| kill | kill -9 of the collector")
            && table.contains("| lost 1 | lost 0 | **fail** |"),
        "{table}"
    );
    let text = "a\n<!-- battery: begin -->\nold\n<!-- battery: end -->\nz\n";
    let replaced = replace(text, &table).expect("there is a place");
    assert!(
        replaced.starts_with("a\n<!-- battery: begin -->\ntoday") && replaced.ends_with("end -->\nz\n"),
        "{replaced}"
    );
    assert!(!replaced.contains("old"));
    assert_eq!(replace("a", &table), None);
    assert!(outcome.to_string().starts_with("FAIL  kill") && outcome.to_string().ends_with("again: cargo x"));
}
