//! Expressions are read as the trees that Prometheus makes of them, and printed as it prints them.

use query::syntax::{
    At, Edges, Expr, Length, ValueType, evaluate_length, parse, parse_length, parse_selector, position,
    pretty,
};

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

fn read(text: &str) -> Expr {
    parse(text).map_err(|error| format!("{text}: {error}")).expect("an expression")
}

/// Reads an expression, and compares how it is printed.
fn check(rows: &[(&str, &str)]) {
    for (text, expect) in rows {
        let tree = read(text);
        assert_eq!(tree.to_string(), *expect, "{text}");
        assert_eq!(shape(&read(expect)), shape(&tree), "{text}");
    }
}

/// The same of expressions that are printed as they were written.
fn same(rows: &[&str]) {
    check(&rows.iter().map(|text| (*text, *text)).collect::<Vec<_>>());
}

/// Whether two expressions are one tree, but for the parentheses of the second.
fn binds(rows: &[(&str, &str)]) {
    for (text, explicit) in rows {
        let plain = |tree: Expr| {
            let mut tree = tree;
            tree.walk_mut(&mut |expr| {
                while let Expr::Paren(paren) = expr {
                    *expr = (*paren.inner).clone();
                }
            });
            shape(&tree)
        };
        assert_eq!(plain(read(text)), plain(read(explicit)), "{text}");
    }
}

#[test]
fn numbers_are_read_as_go_reads_them() {
    let rows: [(&str, f64); 19] = [
        ("1", 1.0),
        ("1.5e-3", 0.0015),
        (".5", 0.5),
        ("5.", 5.0),
        ("+0.1", 0.1),
        ("-1", -1.0),
        ("--1", 1.0),
        ("0x1f", 31.0),
        ("0X1F", 31.0),
        ("0755", 493.0),
        ("08", 8.0),
        ("1_000", 1000.0),
        ("1_0.5_0e1_0", 10.5e10),
        ("inf", f64::INFINITY),
        ("+Inf", f64::INFINITY),
        ("-INF", f64::NEG_INFINITY),
        ("1h30m", 5400.0),
        ("-100ms", -0.1),
        ("9223372036854775808", 9_223_372_036_854_775_808.0),
    ];
    for (text, expect) in rows {
        let Expr::Number(number) = read(text) else { unreachable!("{text} is a number") };
        assert_eq!(number.value.to_bits(), expect.to_bits(), "{text}");
        assert_eq!((number.span.start, number.span.end), (0, text.len()));
    }
    check(&[("nan", "NaN"), ("NaN", "NaN"), ("1e3", "1000"), ("1e-7", "0.0000001"), ("+5m", "5m")]);
    check(&[
        ("inf", "+Inf"),
        ("-inf", "-Inf"),
        ("0", "0"),
        ("-0", "-0"),
        ("1y2w3d4h5m6s7ms", "382d4h5m6s7ms"),
    ]);
}

#[test]
fn texts_are_read_with_gos_escapes() {
    check(&[
        (r#""a\tb\n""#, r#""a\tb\n""#),
        ("'it'", r#""it""#),
        (r#"'a"b'"#, r#""a\"b""#),
        (r"'a\'b'", r#""a'b""#),
        (r"`a\tb`", r#""a\\tb""#),
    ]);
    let Expr::String(text) = read(r#""\x41\101\u00e9\U0001F600\xc3\xa9""#) else { unreachable!() };
    assert_eq!(text.value, "AAé😀é");
    same(&["\"e\u{301}\"", r#""\u00a0""#]);
    same(&[r#""a\x01\x7f\u200b""#, "\"é😀\"", r#""\a\b\f\n\r\t\v\\""#]);
}

#[test]
fn selectors_are_read_and_printed() {
    check(&[
        ("foo", "foo"),
        ("a:b:c", "a:b:c"),
        (":x", ":x"),
        ("foo{}", "foo"),
        ("foo { b = 'x' , a != \"y\" , }", r#"foo{a!="y",b="x"}"#),
        (r#"{__name__="foo",a=""}"#, r#"{__name__="foo",a=""}"#),
        (r#"foo{a=~"x|y",b!~`\d+`}"#, r#"foo{a=~"x|y",b!~"\\d+"}"#),
        (r#"{"foo"}"#, "foo"),
        (r#"{"my.metric", "a.b"="c", d="e"}"#, r#"{"my.metric","a.b"="c",d="e"}"#),
        (r#"{"my.metric", __name__=~"my.*"}"#, r#"{"my.metric",__name__=~"my.*"}"#),
        (r#"{by="a",and='b',inf="c",sum="d"}"#, r#"{and="b",by="a",inf="c",sum="d"}"#),
        ("foo # the whole line\n{a='b'#}\n}", r#"foo{a="b"}"#),
        (r#"foo{a='#'}"#, r##"foo{a="#"}"##),
    ]);
    same(&["sum", "by", "and", "or", "offset", "start", "end", "step", "range", "rate", "min_of", "without"]);
    same(&[
        "fill",
        "fill_left + fill_right",
        "anchored",
        "smoothed",
        "sum + avg",
        "and and and",
        "sum / count",
    ]);
}

#[test]
fn modifiers_come_in_any_order_and_are_printed_in_one() {
    check(&[
        ("foo offset 5m", "foo offset 5m"),
        ("foo OFFSET -300", "foo offset -5m"),
        ("foo offset 1.5", "foo offset 1s500ms"),
        ("foo @ 1.5", "foo @ 1.500"),
        ("foo @ -1", "foo @ -1.000"),
        ("foo @ +5m", "foo @ 300.000"),
        ("foo offset 5m @ start()", "foo @ start() offset 5m"),
        ("foo[5m] @ end() offset 1w", "foo[5m] @ end() offset 1w"),
        ("foo[90]", "foo[1m30s]"),
        ("foo[ 1h30m ]", "foo[1h30m]"),
        ("foo[5m:]", "foo[5m:]"),
        ("foo[5m:1m] offset 1m @ 3", "foo[5m:1m] @ 3.000 offset 1m"),
        ("rate(foo[5m:])[2h:1]", "rate(foo[5m:])[2h:1s]"),
        ("foo[5m] smoothed", "foo[5m] smoothed"),
        ("foo[5m] Anchored offset 1m", "foo[5m] anchored offset 1m"),
        ("foo smoothed @ 100", "foo @ 100.000 smoothed"),
        ("(foo)[5m:] offset 1m", "(foo)[5m:] offset 1m"),
        ("foo offset 1m [5m:]", "foo offset 1m[5m:]"),
    ]);
    let Expr::Matrix(matrix) = read("foo[5m] @ 2 offset 1m smoothed") else { unreachable!() };
    assert_eq!(matrix.range, Length::Fixed(300_000));
    assert_eq!(matrix.vector.offset, Length::Fixed(60_000));
    assert_eq!((matrix.vector.at, matrix.vector.edges), (Some(At::Time(2_000)), Edges::Smoothed));
}

#[test]
fn operators_bind_as_tightly_as_in_prometheus() {
    binds(&[
        ("1 + 2 * 3 ^ 2 ^ 2 % 5", "1 + ((2 * (3 ^ (2 ^ 2))) % 5)"),
        ("a or b and c unless d", "a or ((b and c) unless d)"),
        ("a or b or c", "(a or b) or c"),
        ("a and b == c + d", "a and (b == (c + d))"),
        ("a - b - c", "(a - b) - c"),
        ("a atan2 b * c", "(a atan2 b) * c"),
        ("-a ^ b", "-(a ^ b)"),
        ("-a * b", "(-a) * b"),
        ("a ^ -b * c", "(a ^ (-b)) * c"),
        ("a ^ - b ^ c", "a ^ (-(b ^ c))"),
        ("a + -b - c", "(a + (-b)) - c"),
        ("a > b </ c", "(a > b) </ c"),
        ("a </ b + c", "a </ (b + c)"),
        ("-a offset 5m", "-(a offset 5m)"),
        ("a == bool b > bool c", "(a == bool b) > bool c"),
    ]);
    check(&[("-1^2", "-1 ^ 2"), ("(-1)^2", "(-1) ^ 2"), ("---a", "---a"), ("+a", "+a"), ("a-1", "a - 1")]);
    let Expr::Unary(unary) = read("-1^2") else { unreachable!("the sign is outside") };
    assert!(unary.negative && matches!(*unary.inner, Expr::Binary(_)));
}

#[test]
fn matching_is_read_and_printed() {
    check(&[
        ("a + ON(x,y,) B", "a + on (x, y) B"),
        ("a / on() b", "a / on () b"),
        ("a / ignoring() b", "a / b"),
        ("a * ignoring(x) group_left b", "a * ignoring (x) group_left () b"),
        ("a * ignoring() group_right(y) b", "a * ignoring () group_right (y) b"),
        ("a == BOOL on(x) group_left(\"y.z\") b", "a == bool on (x) group_left (\"y.z\") b"),
        ("a and ignoring(x) b", "a and ignoring (x) b"),
        ("a + fill(0) b", "a + fill (0) b"),
        ("a + on(x) fill_right(-1.5) b", "a + on (x) fill_right (-1.5) b"),
        ("a + fill_right(1) fill_left(nan) b", "a + fill_left (NaN) fill_right (1) b"),
        ("a + fill_left(1) fill_right(1) b", "a + fill (1) b"),
        ("a * on(by, group_left, sum, and, bool) b", "a * on (by, group_left, sum, and, bool) b"),
        ("a > bool 1", "a > bool 1"),
        ("1 < bool 2", "1 < bool 2"),
    ]);
}

#[test]
fn calls_and_aggregations_are_read_and_printed() {
    check(&[
        ("sum(a)by(x)", "sum by (x) (a)"),
        ("sum by (x:y) (a)", "sum by (\"x:y\") (a)"),
        ("SUM BY (x, \"y.z\") (a)", "sum by (x, \"y.z\") (a)"),
        ("sum by () (a)", "sum(a)"),
        ("sum without() (a)", "sum without () (a)"),
        ("topk(5, a) without (b)", "topk without (b) (5, a)"),
        ("count_values('x', a)", "count_values(\"x\", a)"),
        ("limit_ratio(-0.5, a)", "limit_ratio(-0.5, a)"),
        ("sum(sum by (x) (a)) by (y)", "sum by (y) (sum by (x) (a))"),
        ("time()", "time()"),
        ("label_join(a, 'b', '-')", "label_join(a, \"b\", \"-\")"),
        ("histogram_quantiles(a, 'q', 0.1, 0.2)", "histogram_quantiles(a, \"q\", 0.1, 0.2)"),
        ("info(a, {k=~'v.*'})", "info(a, {k=~\"v.*\"})"),
        ("info(a, {})", "info(a, {})"),
        ("day_of_month()", "day_of_month()"),
        ("round(a, 5m)", "round(a, 5m)"),
        ("step() + START() + range()", "step() + start() + range()"),
        ("min_of(1, end())", "min_of(1, end())"),
    ]);
}

#[test]
fn durations_are_reckoned() {
    check(&[
        ("a[26m+4m]", "a[30m]"),
        ("a[2m*(10+5)]", "a[30m]"),
        ("a[-5m+35m]", "a[30m]"),
        ("a[2^3^2s]", "a[8m32s]"),
        ("a[-2^2+10]", "a[6s]"),
        ("a[7 % 4]", "a[3s]"),
        ("a[min_of(1m, 2m):max_of(1, 2)]", "a[1m:2s]"),
        ("a[step()+1]", "a[step() + 1]"),
        ("a[(STEP()*2):range()]", "a[(step() * 2):range()]"),
        ("a offset -step()", "a offset -step()"),
        ("a offset (5m)", "a offset 5m"),
        ("a offset -(step()*2)", "a offset -(step() * 2)"),
        ("a offset min_of(step(), 1s)", "a offset min_of(step(), 1)"),
        ("a offset (1m + 1m)", "a offset 2m"),
    ]);
    binds(&[
        ("a offset 100 + 2", "(a offset 100) + 2"),
        ("a offset -2 ^ 2", "(a offset -2) ^ 2"),
        ("a offset step()*0", "(a offset step()) * 0"),
        ("a offset -min_of(step(), 1s)^0", "(a offset -min_of(step(), 1s)) ^ 0"),
        ("a offset -(step()) + 1", "(a offset -(step())) + 1"),
    ]);
    let rows = [
        ("step()", Ok(15_000)),
        ("range() / step()", Ok(240_000)),
        ("(step() + 1) * 2", Ok(32_000)),
        ("-step() ^ 2", Ok(-225_000)),
        ("max_of(step(), 20s) % 3", Ok(2_000)),
        ("1 / (step() - 15)", Err("division by zero".to_owned())),
        ("1 % (step() - 15)", Err("modulo by zero".to_owned())),
        ("step() ^ 99", Err("duration out of range".to_owned())),
    ];
    for (text, expect) in rows {
        let Expr::Subquery(subquery) = read(&format!("a[{text}:]")) else { unreachable!() };
        let Length::Computed(length) = subquery.range else { unreachable!("{text} is computed") };
        assert_eq!(evaluate_length(&length, 15_000, 3_600_000), expect, "{text}");
    }
}

#[test]
fn every_part_knows_its_place() {
    let text = "sum by (a) (rate(foo{x=\"y\"}[5m] offset 1m)) +\n  max_over_time(bar[1h:5m]) / (2)";
    let mut parts = Vec::new();
    read(text).walk(&mut |expr| {
        let span = expr.span();
        parts.push((span.start, text.get(span.start..span.end).expect("within the text").to_owned()));
    });
    let expect = [
        (0, text),
        (0, "sum by (a) (rate(foo{x=\"y\"}[5m] offset 1m))"),
        (12, "rate(foo{x=\"y\"}[5m] offset 1m)"),
        (17, "foo{x=\"y\"}[5m] offset 1m"),
        (48, "max_over_time(bar[1h:5m]) / (2)"),
        (48, "max_over_time(bar[1h:5m])"),
        (62, "bar[1h:5m]"),
        (62, "bar"),
        (76, "(2)"),
        (77, "2"),
    ];
    let expect: Vec<_> = expect.map(|(start, part)| (start, part.to_owned())).to_vec();
    assert_eq!(parts, expect);
    assert_eq!((position(text, 12), position(text, 48)), ((1, 13), (2, 3)));
    assert_eq!(position("é\nab", 99), (2, 3));
}

#[test]
fn types_follow_from_the_parts() {
    let rows = [
        ("1 + 2", ValueType::Scalar),
        ("1 + a", ValueType::Vector),
        ("-(a)", ValueType::Vector),
        ("a[5m]", ValueType::Matrix),
        ("a[5m:]", ValueType::Matrix),
        ("'a'", ValueType::String),
        ("scalar(a)", ValueType::Scalar),
    ];
    for (text, expect) in rows {
        assert_eq!(read(text).value_type(), expect, "{text}");
    }
}

#[test]
fn selectors_alone_and_lengths_are_read_as_parameters() {
    let matchers = parse_selector("up{job=~\"a.*\"}").expect("a selector");
    let labels: Vec<_> = matchers.iter().map(|matcher| matcher.label().to_owned()).collect();
    assert_eq!(labels, ["__name__", "job"]);
    for bad in ["up[5m]", "up offset 5m", "1", "rate(up[5m])", "{}", "", "up{", "-up", "sum(up)"] {
        parse_selector(bad).expect_err(bad);
    }
    let rows = [
        ("5m", Some(300_000)),
        ("1h30m", Some(5_400_000)),
        ("1.5", Some(1_500)),
        ("-3", Some(-3_000)),
        ("0", Some(0)),
        ("1y", Some(365 * 86_400_000)),
        ("15ms", Some(15)),
        ("", None),
        ("5", Some(5_000)),
        ("m5", None),
        ("5m5h", None),
        ("NaN", None),
        ("1e300", None),
        ("300y", None),
        ("99999999999999999999y", None),
    ];
    for (text, expect) in rows {
        assert_eq!(parse_length(text), expect, "{text}");
    }
}

#[test]
fn what_is_longer_than_a_line_is_split() {
    let name = "a".repeat(60);
    let rows = [
        ("sum(a) / 2".to_owned(), "sum(a) / 2".to_owned()),
        (format!("{name} + on (x) -({name} * 2)"), format!("  {name}\n+ on (x)\n  -({name} * 2)")),
        (
            format!("topk by (x) (5, rate({name}[5m]) or {name})"),
            format!("topk by (x) (\n  5,\n    rate({name}[5m])\n  or\n    {name}\n)"),
        ),
        (
            format!("max_over_time((-abs({name} + {name}))[1h:] offset 1m)"),
            format!(
                "max_over_time(\n  (\n    -abs(\n        {name}\n      +\n        {name}\n    )\n  )[1h:] offset 1m\n)"
            ),
        ),
    ];
    for (text, expect) in rows {
        assert_eq!(pretty(&read(&text)), expect);
        assert_eq!(shape(&read(&expect)), shape(&read(&text)));
    }
}
