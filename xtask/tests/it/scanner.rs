//! The scanner tells code from comments and literals.

use xtask::source::Source;

#[track_caller]
fn check(text: &str, code: &str, strings: &[&str], comments: &[&str]) {
    let source = Source::scan(text);
    let texts =
        |pieces: &[xtask::source::Piece]| pieces.iter().map(|piece| piece.text.clone()).collect::<Vec<_>>();
    assert_eq!(source.code.split_whitespace().collect::<Vec<_>>().join(" "), code);
    assert_eq!(texts(&source.strings), strings);
    assert_eq!(texts(&source.comments), comments);
    assert_eq!(source.code.matches('\n').count(), text.matches('\n').count(), "lines keep their numbers");
}

#[test]
fn literals_are_blanked_and_collected() {
    check(r#"a("b{", "c\"d") e"#, r#"a(" ", " ") e"#, &["b{", r#"c\"d"#], &[]);
    check(
        r##"a(r#"b"c"#, br"\", b"d", c"e")"##,
        r##"a(r#" "#, br" ", b" ", c" ")"##,
        &[r#"b"c"#, r"\", "d", "e"],
        &[],
    );
    check("a(\"b\nc\")", "a(\" \")", &["b\nc"], &[]);
    check(r"a('{', '\'', '\u{1F}', b'x')", "a(' ', ' ', ' ', b' ')", &[], &[]);
    check(r#"a("\\") b"#, r#"a(" ") b"#, &[r"\\"], &[]);
}

#[test]
fn what_only_looks_like_a_literal_stays_code() {
    check("fn a<'b>(c: &'b str, r#type: u8) {}", "fn a<'b>(c: &'b str, r#type: u8) {}", &[], &[]);
    check("bar\"c\"", "bar\" \"", &["c"], &[]);
}

#[test]
fn comments_are_blanked_and_collected() {
    check("a // b \" c\nd", "a d", &[], &["// b \" c"]);
    check("a /* b /* c */ d */ e", "a e", &[], &["/* b /* c */ d */"]);
    check("a(\"// no\") /// yes", "a(\" \")", &["// no"], &["/// yes"]);
}

#[test]
fn modules_and_uses_are_found_with_their_lines() {
    let source = Source::scan(
        "//! mod no;\npub mod a;\n\n#[cfg(test)]\nmod b;\nmod c { }\npub(crate) use a::{B,\n C};\n",
    );
    assert_eq!(source.modules(), [(2, "a"), (5, "b")]);
    assert_eq!(source.uses().collect::<Vec<_>>(), [(7, "a::{B,\n C}")]);
}
