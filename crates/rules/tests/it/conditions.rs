//! What is a condition, what it means, and where a bad one goes wrong.

use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use rules::Condition;

fn parsed(text: &str) -> Condition {
    Condition::parse(text).expect(text)
}

#[test]
fn conditions_mean_what_they_say() {
    let rows = [
        ("value > 90", 90.5, None, true),
        ("value > 90", 90.0, None, false),
        ("value >= 90", 90.0, None, true),
        ("value < -1.5e1", -16.0, None, true),
        ("value <= 5%", 5.0, None, true),
        ("value == 1", 1.0, None, true),
        ("value != 1", 2.0, None, true),
        ("90 < value", 91.0, None, true),
        ("90 < value", 89.0, None, false),
        ("value > 5 and value < 9", 7.0, None, true),
        ("value > 5 and value < 9", 9.0, None, false),
        ("value < 1 or value > 9 and value < 20", 0.0, None, true),
        ("(value < 1 or value > 9) and value < 20", 25.0, None, false),
        ("not value > 5", 5.0, None, true),
        ("not (value > 5 or value < 1)", 3.0, None, true),
        ("not not value > 5", 6.0, None, true),
        ("value == 'unhealthy'", 0.0, Some("unhealthy"), true),
        ("value == \"unhealthy\"", 0.0, Some("healthy"), false),
        ("value != 'healthy'", 0.0, Some("degraded"), true),
        ("'unhealthy' == value", 0.0, Some("unhealthy"), true),
        ("value == 'unhealthy'", 0.0, None, false),
        ("value != 'unhealthy'", 0.0, None, false),
        ("value > 5", f64::NAN, None, false),
        ("value != 5", f64::NAN, None, true),
        ("not value > 5", f64::NAN, None, false),
        ("not (value > 5 and value < 9)", f64::NAN, None, false),
        ("not value == 'unhealthy'", 0.0, None, false),
        ("value == 'unhealthy' or value < 1", 0.0, None, true),
        ("not (value == 'unhealthy' and value > 1)", 0.0, None, true),
        ("value > 5", f64::INFINITY, None, true),
    ];
    for (text, value, word, expect) in rows {
        assert_eq!(parsed(text).holds(value, word), expect, "{text} with {value} and {word:?}");
    }
}

#[test]
fn errors_point_at_the_character() {
    let rows = [
        ("", 0, "expected value"),
        ("value", 5, "expected one of"),
        ("value >", 7, "expected value, a number"),
        ("value > 90 90", 11, "complete before this"),
        ("value > 90)", 10, "complete before this"),
        ("(value > 90", 0, "never closed"),
        ("value = 90", 6, "write =="),
        ("value ! 90", 6, "!="),
        ("value > 9x", 9, "unknown"),
        ("value > 1.2.3", 8, "not a number"),
        ("value > 'a'", 6, "== or !="),
        ("value == 'a", 9, "closing"),
        ("5 > 3", 0, "two constants"),
        ("'a' == 'a'", 0, "two constants"),
        ("value > value", 6, "itself"),
        ("value > 1 and", 13, "expected value"),
        ("value > 1 && value < 2", 10, "no place"),
        ("válue > 1", 0, "unknown"),
        ("value > 1e999", 8, "not a number"),
    ];
    for (text, at, message) in rows {
        let error = Condition::parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
    }
    let error = Condition::parse("value = 90").expect_err("one sign is missing");
    assert!(
        error.pointing_at("value = 90").ends_with("  value = 90\n        ^"),
        "{}",
        error.pointing_at("value = 90")
    );
}

#[test]
fn the_mark_stands_under_its_place_in_long_and_in_odd_texts() {
    let mark = |text: &str| {
        let shown = Condition::parse(text).expect_err(text).pointing_at(text);
        let lines: Vec<Vec<char>> = shown.lines().skip(1).map(|line| line.chars().collect()).collect();
        assert!(shown.chars().count() < 300, "{shown}");
        lines[0][lines[1].len() - 1]
    };
    assert_eq!(mark("value\t>\n90 and value = 3"), '=');
    assert_eq!(mark(&format!("{}value = 3{}", "value > 1 and ".repeat(99), " or value > 1".repeat(99))), '=');
}

#[test]
fn defect_05_there_is_no_way_to_run_a_rule_as_code() {
    for text in [
        "__import__('os').system('true')",
        "value.__class__",
        "exec('x')",
        "value > 1; true",
        "[value]",
        "lambda: 1",
    ] {
        assert!(Condition::parse(text).is_err(), "{text}");
    }
}

#[test]
fn defect_11_the_threshold_is_the_number_that_was_passed() {
    let rows = [
        ("value > 5 and value < 9", 7.0, 5.0),
        ("value < 1 or value > 9", 10.0, 9.0),
        ("90 < value", 95.0, 90.0),
        ("value > 80%", 95.0, 80.0),
        ("value == 'unhealthy'", 0.0, 0.0),
        ("not value < 3", 4.0, 3.0),
        ("(value > 5 and value < 6) or value > 50", 60.0, 50.0),
        ("not (value < 3 or value > 8)", 5.0, 3.0),
        ("value > 2 and not value > 9", 5.0, 2.0),
        ("value > 90", 1.0, 90.0),
    ];
    for (text, value, threshold) in rows {
        assert_eq!(parsed(text).threshold(value, None), threshold, "{text}");
    }
}

#[test]
fn defect_12_words_that_contain_value_are_words() {
    assert!(parsed("value == 'value'").holds(0.0, Some("value")));
    assert!(Condition::parse("values > 1").is_err());
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| format!("{}value > 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Condition::parse(&nested(60)).is_ok());
    assert!(Condition::parse(&nested(100_000)).is_err());
    assert!(Condition::parse(&"not ".repeat(1_000)).is_err());
    let negated = parsed(&format!("{}value > 1", "not ".repeat(64)));
    assert_eq!(parsed(&negated.to_string()), negated, "what is written nests no deeper than what was read");
    assert!(Condition::parse(&format!("value > {}", "1".repeat(5_000))).is_err());
}

/// Text of a random condition.
fn condition() -> impl Strategy<Value = String> {
    let test = prop_oneof![
        (
            prop_oneof![Just(">"), Just("<"), Just(">="), Just("<="), Just("=="), Just("!=")],
            -100.0..100.0_f64
        )
            .prop_map(|(sign, number)| format!("value {sign} {number}")),
        Just("value == 'it is'".to_owned()),
        Just("\"o'clock\" != value".to_owned()),
    ];
    test.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or ({b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(text in condition(), value in -100.0..100.0_f64) {
        let once = parsed(&text);
        let again = parsed(&once.to_string());
        assert_eq!(once, again, "{text} was written as {once}");
        assert_eq!(once.holds(value, Some("it is")), again.holds(value, Some("it is")));
    }

    #[test]
    fn any_row_of_known_words_has_an_answer(
        words in proptest::collection::vec(
            proptest::sample::select(vec!["value", "and", "or", "not", "(", ")", ">", "==", "'a'", "9%", "-1e3"]),
            0..30,
        ),
        value in proptest::num::f64::ANY,
    ) {
        if let Ok(condition) = Condition::parse(&words.join(" ")) {
            assert_eq!(parsed(&condition.to_string()), condition);
            assert!(condition.threshold(value, None).is_finite());
            assert_eq!(condition.holds(value, Some("a")), parsed(&format!("not not ({condition})")).holds(value, Some("a")));
        }
    }

    #[test]
    fn any_text_has_an_answer(text in ".{0,80}") {
        if let Err(error) = Condition::parse(&text) {
            assert!(error.at <= text.chars().count());
            assert!(!error.pointing_at(&text).is_empty());
        }
    }
}
