//! Expressions are read as the trees that Prometheus makes of them, and printed as it prints them.

use query::syntax::{Expr, parse};

/// The tree without the places in the text.
pub(crate) fn shape(expr: &Expr) -> String {
    let mut rest = format!("{expr:?}");
    let mut shape = String::new();
    while let Some((before, behind)) = rest.split_once("Span {") {
        shape.push_str(before);
        let behind = behind.split_once('}').map_or("", |(_, behind)| behind);
        rest = behind.to_owned();
    }
    shape + &rest
}

/// Reads an expression, and compares how it is printed.
fn check(rows: &[(&str, &str)]) {
    for (text, expect) in rows {
        let tree = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tree.to_string(), *expect, "{text}");
        let again = parse(expect).unwrap_or_else(|error| panic!("{expect}: {error}"));
        assert_eq!(shape(&again), shape(&tree), "{text}");
    }
}

#[test]
fn smoke() {
    check(&[("1+ 1", "1 + 1")]);
}
