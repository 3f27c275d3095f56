//! No text makes the parser panic, and what it prints it reads again.

use crate::syntax::shape;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use query::syntax::{parse, parse_length, parse_selector, pretty};

const WORDS: &[&str] = &[
    "foo",
    "a:b",
    "sum",
    "topk",
    "count_values",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "offset",
    "and",
    "or",
    "unless",
    "atan2",
    "fill",
    "fill_left",
    "rate",
    "abs",
    "time",
    "info",
    "label_join",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "!=",
    "=~",
    "!~",
    "<",
    ">",
    "<=",
    ">=",
    "</",
    ">/",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "@",
    "1",
    "0",
    "5m",
    "1h30m",
    "0x1f",
    "1e3",
    ".5",
    "inf",
    "nan",
    "\"x\"",
    "'(y'",
    "`z`",
    "\"\\xff\"",
    "start()",
    "end()",
    "step()",
    "range()",
    "min_of",
    "max_of",
    "anchored",
    "smoothed",
    "#c\n",
    "é",
    "?",
    "\n",
    "\0",
];

/// An expression that fits together most of the time.
fn vectors() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![
            select(
                &[
                    "foo",
                    "{a=\"b\"}",
                    "bar{c=~\"d|e\",f!=\"\"}",
                    "{\"g.h\",i!~\"j\"}",
                    "sum",
                    "foo offset -5m"
                ][..]
            ),
            select(
                &[
                    "foo @ 1.5 anchored",
                    "foo @ start() offset 1w",
                    "vector(1)",
                    "rate(foo[5m] @ end() smoothed)"
                ][..]
            ),
            select(
                &["max_over_time(foo[1h:5m] offset 1s)", "rate(foo[step() + 1] offset min_of(step(), 2))"][..]
            ),
        ]
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let op = select(
            &[
                "+",
                "- on (a)",
                "* ignoring (b) group_left (c)",
                "/",
                "%",
                "^",
                "atan2",
                "== bool",
                "> fill (2)",
            ][..],
        );
        let set = select(
            &["and", "or on (a)", "unless", "</", ">/", "+ fill_left (-1)", "<= bool on () group_right"][..],
        );
        let number = prop_oneof![
            any::<f64>().prop_map(|n| n.to_string()),
            select(&["5m", "-1", "0x1f"][..]).prop_map(str::to_owned)
        ];
        let call = select(
            &["sum", "abs", "sum by (a) ", "count without (b, \"c.d\") ", "-", "+", "", "sort_desc"][..],
        );
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), set, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (inner.clone(), number).prop_map(|(a, number)| format!("{a} * {number}")),
            (call, inner.clone()).prop_map(|(call, a)| format!("{call}({a})")),
            (Just("topk"), inner.clone()).prop_map(|(call, a)| format!("{call} by (a) (scalar({a}), {a})")),
            inner.clone().prop_map(|a| format!("last_over_time(({a})[1h:])")),
            inner.prop_map(|a| format!("-{a}")),
        ]
    })
}

/// That it is read again as the same tree, as it is printed in one line and in many.
fn stable(text: &str) {
    let Ok(tree) = parse(text) else { return };
    for printed in [tree.to_string(), pretty(&tree)] {
        let again = parse(&printed).map_err(|error| format!("{text}: {printed}: {error}")).expect("reads");
        assert_eq!(shape(&again), shape(&tree), "{text}: {printed}");
        assert_eq!(again.to_string(), tree.to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        stable(&text);
        let _ = (parse_selector(&text), parse_length(&text));
    }

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(select(WORDS), 0..30), gap in "[ ]?") {
        let text = words.join(&gap);
        stable(&text);
        let _ = parse_selector(&text);
    }

    #[test]
    fn what_is_printed_is_the_same_expression(text in vectors()) {
        stable(&text);
    }

    #[test]
    fn numbers_and_texts_stay_what_they_are(number in any::<f64>(), text in any::<String>()) {
        stable(&number.to_string());
        stable(&format!("a[{}s:] offset -{}ms", number.abs() % 1e6 + 1.0, text.len()));
        stable(&format!("{{{text:?}={text:?}}}"));
        stable(&format!("`{text}`"));
    }
}

#[test]
fn most_expressions_that_are_made_up_fit_together() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let good = (0..200).filter(|_| {
        let text = vectors().new_tree(&mut runner).expect("a value").current();
        parse(&text).is_ok()
    });
    assert!(good.count() > 60);
}
