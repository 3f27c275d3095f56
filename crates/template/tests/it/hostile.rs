//! No text makes reading or expanding panic, and what comes of it is bounded.

use crate::world::expand;
use model::limits::TEMPLATE_OUTPUT_BYTES;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "(",
    ")",
    "|",
    ":=",
    "=",
    ",",
    ".",
    "$",
    "$labels",
    "$value",
    "$x",
    ".Labels",
    ".job",
    ".Value",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "nil",
    "true",
    "\"t\"",
    "\"up\"",
    "`a`",
    "'a'",
    "1",
    "2.5",
    "-1",
    "1e999",
    "0x",
    "/*",
    "*/",
    "query",
    "first",
    "value",
    "printf",
    "\"%5.2f%s%[1]d%*d\"",
    "print",
    "slice",
    "index",
    "len",
    "eq",
    "and",
    "or",
    "not",
    "humanize",
    "humanizeDuration",
    "humanizeTimestamp",
    "toTime",
    "toDuration",
    "reReplaceAll",
    "match",
    "sortByLabel",
    "args",
    "html",
    "js",
    "title",
    "stripDomain",
    "parseDuration",
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "ä",
];

/// Actions of whole words, so that much of it is read.
fn actions() -> impl Strategy<Value = String> {
    let action = proptest::collection::vec(select(WORDS), 1..6)
        .prop_map(|words| format!("{{{{ {} }}}}", words.join(" ")));
    proptest::collection::vec(prop_oneof![action, any::<String>()], 0..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in prop_oneof![
        any::<String>(),
        proptest::collection::vec(select(WORDS), 0..30).prop_map(|words| words.concat()),
        actions(),
    ]) {
        if let Ok(expanded) = expand(&text) {
            assert!(expanded.len() <= TEMPLATE_OUTPUT_BYTES);
        }
    }

    #[test]
    fn no_format_panics(format in "[%a0-9.*+# \\[\\]vsdqxXcUeEfFgGtTobä-]{0,20}", int in any::<i64>(), float in any::<f64>()) {
        let text = format!("{{{{ printf `{format}` {int} \"ä\u{301}\" $labels (toTime 5) {float:e} nil (query \"up\") }}}}");
        let _expanded = expand(&text);
    }
}
