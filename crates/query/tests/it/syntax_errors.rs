//! What is wrong with an expression is said in Prometheus' words, with the place.

use query::syntax::{QUERY_BYTES, QUERY_DEPTH, QUERY_HEIGHT, parse, parse_selector, pretty};

/// Bytes of stack that are enough without optimisation; a thread has twice that.
const STACK: usize = 1 << 20;

fn check(rows: &[(&str, &str)]) {
    for (text, expect) in rows {
        let error = parse(text).expect_err(text).to_string();
        let (place, message) = expect.split_once(' ').expect("a place and a message");
        assert_eq!(error, format!("{place}: parse error: {message}"), "{text}");
    }
}

/// Prometheus notices it when it evaluates, and says no place.
#[test]
fn bytes_that_are_no_text_are_no_label() {
    let error = parse(r#"count_values("a\xc5z", b)"#).expect_err("no text").to_string();
    assert_eq!(error, r#"invalid label name "a\xc5z""#);
}

#[test]
fn what_is_no_word_is_said() {
    check(&[
        ("rate(foo[5m]) + bar ?", "1:21 unexpected character: '?'"),
        ("a ; b", "1:3 unexpected character: ';'"),
        ("a =~ b", "1:3 unexpected character after '=': '~'"),
        ("a !~ b", "1:3 unexpected character after '!': '~'"),
        ("(1", "1:3 unclosed left parenthesis"),
        ("1)", "1:2 unexpected right parenthesis ')'"),
        ("foo]", "1:4 unexpected right bracket ']'"),
        ("foo{", "1:5 unexpected end of input inside braces"),
        ("foo{{", "1:5 unexpected left brace '{'"),
        ("foo{a:b='x'}", "1:6 unexpected character inside braces: ':'"),
        ("foo{a!b}", "1:6 unexpected character after '!' inside braces: 'b'"),
        ("foo[5m", "1:7 unclosed left bracket"),
        ("foo[", "1:5 unexpected end of input in duration expression"),
        ("foo[x]", "1:5 unexpected character in duration expression: 'x'"),
        ("foo[5m x]", "1:8 unexpected character: 'x', expected ':'"),
        ("foo[5m:1m:]", "1:10 unexpected colon ':'"),
        ("foo[:5m]", "1:5 unexpected colon before duration in duration expression"),
        ("5foo", "1:1 bad number or duration syntax: \"5\""),
        ("foo[5mm]", "1:5 bad number or duration syntax: \"5m\""),
        ("1..2", "1:1 bad number or duration syntax: \"1..\""),
        ("'a", "1:1 unterminated quoted string"),
        ("\"a\nb\"", "1:1 unterminated quoted string"),
        ("`a", "1:1 unterminated raw string"),
        (r"'a\q'", "1:1 unknown escape sequence U+0071 'q'"),
        (r"'\x4g'", "1:1 illegal character U+0067 'g' in escape sequence"),
        (r"'\ud800'", "1:1 escape sequence is an invalid Unicode code point"),
        ("5m5h", "1:1 not a valid duration string: \"5m5h\""),
        ("1e999", "1:1 error parsing number: strconv.ParseFloat: parsing \"1e999\": value out of range"),
        (r#"label_replace(a, "\xff", "", "", "")"#, r#"1:18 invalid UTF-8 in string "\xff""#),
    ]);
}

#[test]
fn words_out_of_place_are_said() {
    check(&[
        (" # nothing", "1:1 no expression found in input"),
        ("1 +", "1:4 unexpected end of input"),
        ("*1", "1:1 unexpected <op:*>"),
        ("a b", "1:3 unexpected identifier \"b\""),
        ("a a:b", "1:3 unexpected metric identifier \"a:b\""),
        ("1 2", "1:3 unexpected number \"2\""),
        ("a 5m", "1:3 unexpected duration \"5m\""),
        ("a \"a long text\"", "1:3 unexpected string \"\\\"a long te\"..."),
        ("a = 1", "1:3 unexpected \"=\""),
        ("()", "1:2 unexpected \")\""),
        ("a group_left b", "1:3 unexpected <group_left>"),
        ("a * group_left(x) b", "1:5 unexpected <group_left>"),
        ("bool", "1:1 unexpected <bool>"),
        ("atan2", "1:1 unexpected <op:atan2>"),
        ("a by (b)", "1:3 unexpected <by>"),
        ("sum(1 +)", "1:8 unexpected \")\" in aggregation"),
        ("sum by x (a)", "1:8 unexpected identifier \"x\" in grouping opts, expected \"(\""),
        ("sum by (1) (a)", "1:9 unexpected number \"1\" in grouping opts, expected label"),
        ("sum by (a b) (a)", "1:11 unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""),
        ("foo{1}", "1:5 unexpected character inside braces: '1'"),
        ("foo{a}", "1:6 unexpected \"}\" in label matching, expected label matching operator"),
        ("foo{a=b}", "1:7 unexpected identifier \"b\" in label matching, expected string"),
        ("foo{,}", "1:5 unexpected \",\" in label matching, expected identifier or \"}\""),
        ("foo{a='b' c='d'}", "1:11 unexpected identifier \"c\" in label matching, expected \",\" or \"}\""),
        (
            "foo offset",
            "1:11 unexpected end of input in offset, expected number, duration, step(), or range()",
        ),
        ("foo @ bar", "1:7 unexpected identifier \"bar\" in @, expected timestamp"),
        ("foo @ start", "1:12 unexpected end of input in @, expected timestamp"),
        (
            "foo[]",
            "1:5 unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()",
        ),
        ("foo[5m 5m]", "1:8 unexpected duration \"5m\" in subquery or range, expected \":\" or \"]\""),
        ("foo[5m:1m 1m]", "1:11 unexpected duration \"1m\" in subquery selector, expected \"]\""),
        ("rate(a,)", "1:7 trailing commas not allowed in function call args"),
        ("a + fill(b) c", "1:10 unexpected identifier \"b\""),
    ]);
    let nothing = parse("").expect_err("nothing").to_string();
    assert_eq!(nothing, "unknown position: parse error: no expression found in input");
}

#[test]
fn parts_that_do_not_fit_are_said() {
    check(&[
        ("foo(a)", "1:1 unknown function with name \"foo\""),
        ("rate(a)", "1:6 expected type range vector in call to function \"rate\", got instant vector"),
        ("abs(a[5m])", "1:5 expected type instant vector in call to function \"abs\", got range vector"),
        ("1 + rate('a')", "1:10 expected type range vector in call to function \"rate\", got string"),
        ("rate()", "1:1 expected 1 argument(s) in call to \"rate\", got 0"),
        ("clamp(a, 1)", "1:1 expected 3 argument(s) in call to \"clamp\", got 2"),
        ("round()", "1:1 expected at least 1 argument(s) in call to \"round\", got 0"),
        ("round(a, 1, 2)", "1:1 expected at most 2 argument(s) in call to \"round\", got 3"),
        ("label_join(a, 'b')", "1:1 expected at least 3 argument(s) in call to \"label_join\", got 2"),
        ("sum()", "1:1 no arguments for aggregate expression provided"),
        ("sum(a, b)", "1:1 wrong number of arguments for aggregate expression provided, expected 1, got 2"),
        ("topk(a)", "1:1 wrong number of arguments for aggregate expression provided, expected 2, got 1"),
        ("topk(a, b)", "1:6 expected type scalar in aggregation parameter, got instant vector"),
        ("count_values(1, b)", "1:14 expected type string in aggregation parameter, got scalar"),
        ("sum(a[5m])", "1:5 expected type instant vector in aggregation expression, got range vector"),
        ("1 == 1", "1:3 comparisons between scalars must use BOOL modifier"),
        ("a + bool b", "1:3 bool modifier can only be used on comparison operators"),
        ("a and 1", "1:1 set operator \"and\" not allowed in binary scalar expression"),
        ("a or on(x) group_left b", "1:1 no grouping allowed for \"or\" operation"),
        ("a unless fill(0) b", "1:1 filling in missing series not allowed for set operators"),
        ("a + fill(0) 1", "1:1 filling in missing series only allowed between instant vectors"),
        ("1 + on(x) a", "1:1 vector matching only allowed between instant vectors"),
        ("a * on(x) group_left(x) b", "1:3 label \"x\" must not occur in ON and GROUP clause at once"),
        ("1 + 'a'", "1:5 binary expression must contain only scalar and instant vector types"),
        ("a[5m] + 1", "1:1 binary expression must contain only scalar and instant vector types"),
        (
            "-'a'",
            "1:1 unary expression only allowed on expressions of type scalar or instant vector, got \"string\"",
        ),
        (
            "1 + -a[5m]",
            "1:5 unary expression only allowed on expressions of type scalar or instant vector, got \"range vector\"",
        ),
        ("{}", "1:1 vector selector must contain at least one non-empty matcher"),
        ("{x=~'.*'}", "1:1 vector selector must contain at least one non-empty matcher"),
        ("foo{__name__='bar'}", "1:1 metric name must not be set twice: \"foo\" or \"bar\""),
        ("foo{'bar'}", "1:5 metric name must not be set twice: \"foo\" or \"bar\""),
        ("{'foo', 'bar'}", "1:9 metric name must not be set twice: \"foo\" or \"bar\""),
        ("foo{a=~'('}", "1:5 error parsing regexp: unclosed group: `(`"),
        ("info(a, b)", "1:9 expected label selectors only, got vector selector instead"),
        ("info(a, (b))", "1:9 expected label selectors only"),
        ("info(a, 1)", "1:1 expected type instant vector in call to function \"info\", got scalar"),
    ]);
}

#[test]
fn modifiers_that_do_not_fit_are_said() {
    let misplaced =
        "modifier must be preceded by an instant vector selector or range vector selector or a subquery";
    check(&[
        ("1 offset 5m", format!("1:1 offset {misplaced}").leak()),
        ("rate(a[5m]) offset 5m", format!("1:1 offset {misplaced}").leak()),
        ("(a) @ 5", format!("1:1 @ {misplaced}").leak()),
        ("a offset 5m offset 5m", "1:1 offset may not be set multiple times"),
        ("a @ 1 @ 2", "1:1 @ <timestamp> may not be set multiple times"),
        ("a @ inf", "1:1 timestamp out of bounds for @ modifier: inf"),
        ("a offset 5m [5m]", "1:13 no offset modifiers allowed before range"),
        ("a @ 5 [5m]", "1:7 no @ modifiers allowed before range"),
        ("(a)[5m]", "1:4 ranges only allowed for vector selectors"),
        ("a[5m][5m]", "1:6 ranges only allowed for vector selectors"),
        ("a[5m][1h:]", "1:1 subquery is only allowed on instant vector, got matrix instead"),
        ("1[1h:]", "1:1 subquery is only allowed on instant vector, got scalar instead"),
        ("a[1h:] smoothed", "1:1 smoothed modifier is not supported for subqueries"),
        ("a smoothed anchored", "1:1 anchored and smoothed modifiers cannot be used together"),
        ("1 anchored", "1:1 anchored modifier not implemented"),
        ("a[0]", "1:3 duration must be greater than 0"),
        ("a[5m:-1m]", "1:6 duration must be greater than 0"),
        ("a[5m - 6m]", "1:3 duration must be greater than 0"),
        ("a[5m / 0]", "1:6 division by zero"),
        ("a[step() % 0]", "1:10 modulo by zero"),
        ("a offset 1e30", "1:10 duration out of range"),
    ]);
}

#[test]
fn too_much_is_refused() {
    let deep = |count| format!("{}1{}", "(".repeat(count), ")".repeat(count));
    parse(&deep(QUERY_DEPTH - 1)).expect("not too deep");
    let chain = |count: usize| vec!["a"; count].join(" or ");
    parse(&chain(QUERY_HEIGHT)).expect("not too high");
    let rows = [
        (deep(QUERY_DEPTH), "levels of nesting"),
        (deep(10_000), "levels of nesting"),
        ("abs(".repeat(10_000), "levels of nesting"),
        ("a[".repeat(10_000), "unexpected"),
        (format!("a[{}", "(".repeat(10_000)), "levels of nesting"),
        (format!("a[{}1]", "-".repeat(10_000)), "levels of nesting"),
        (format!("a[{}1]", "2^".repeat(10_000)), "levels of nesting"),
        (format!("a[{}1]", "step()+".repeat(1_000)), "operations in a duration"),
        ("-".repeat(10_000) + "a", "operations upon each other"),
        (chain(10_000), "operations upon each other"),
        ("2 ^ ".repeat(10_000) + "2", "operations upon each other"),
        (format!("a{}", "[1h:]".repeat(10_000)), "operations upon each other"),
        ("a".repeat(QUERY_BYTES + 1), "bytes, more than"),
    ];
    for (text, expect) in rows {
        let error = parse(&text).expect_err("too much").to_string();
        assert!(error.contains(expect), "{error}");
    }
    parse_selector(&"a".repeat(QUERY_BYTES + 1)).expect_err("too long");
}

#[test]
fn the_deepest_and_highest_expressions_need_little_stack() {
    let all = || {
        let deep = QUERY_DEPTH / 2 - 3;
        let text =
            format!("{}a[{}1{}]{}", "sum(abs(".repeat(deep), "(".repeat(3), ")".repeat(3), "))".repeat(deep));
        parse(&text).expect_err("a range has no sum").to_string();
        let chain = vec!["a"; QUERY_HEIGHT - 2 * deep].join(" ^ ");
        let tree = parse(&format!("{}{chain}{}", "sum(abs(".repeat(deep), "))".repeat(deep))).expect("fits");
        parse(&tree.to_string()).expect("fits again").walk(&mut |_| {});
        assert!(pretty(&tree).contains("\n"));
        assert_eq!(tree.clone().to_string(), tree.to_string());
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(all).expect("a thread");
    thread.join().expect("no more than that");
}
