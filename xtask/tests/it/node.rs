//! A capture holds what the exporter said, scrape by scrape.

use std::time::Duration;
use xtask::bench::anatomy::kind;
use xtask::bench::capture::{Captured, Writer, read};
use xtask::bench::exposition::{labels, parse};
use xtask::bench::progress;
use xtask::bench::weigh::{exact, lines};

#[test]
fn the_lines_of_a_scrape_are_understood() {
    let text = "# HELP a_total A thing {with} braces.\n# TYPE a_total counter\na_total{x=\"}\\\" \",y=\"\"} 1.5e+06\n\
                # TYPE g summary\ng{quantile=\"0.5\"} NaN\ng_sum 3\nplain -Inf\n";
    let found: Vec<String> = parse(text)
        .expect("understood")
        .iter()
        .map(|line| format!("{} {} {:?}", line.kind, line.head, line.value))
        .collect();
    let expected = [
        "counter a_total{x=\"}\\\" \",y=\"\"} 1500000.0",
        "gauge g{quantile=\"0.5\"} NaN",
        "counter g_sum 3.0",
        "gauge plain -inf",
    ];
    assert_eq!(found, expected);
    for bad in ["a{x=\"1\" 2", "a", "a x"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
    assert_eq!(
        labels("a_total{x=\"}\\\"\\n\",y=\"\"}", &[("job", "node")]).as_deref(),
        Some(r#"{"__name__":"a_total","job":"node","x":"}\"\n"}"#)
    );
}

#[test]
fn a_capture_gives_every_sample_of_every_scrape_back() {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes).expect("written");
    let scrapes = [
        (1_000, "# TYPE a counter\na 1\nb 2\n"),
        (2_000, "# TYPE a counter\na 1\n"),
        (3_002, "b 0.1\nc -0\n"),
    ];
    for (t, text) in scrapes {
        writer.scrape(t, text, &[]).expect("written");
    }
    let mut text = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!(text.matches("0 1.0").count(), 1, "what did not change is not said again:\n{text}");
    let captured = |kind: &str, name: &str, points: &[(u64, f64)]| Captured {
        kind: kind.to_owned(),
        labels: format!("{{\"__name__\":\"{name}\"}}"),
        points: points.to_vec(),
    };
    let all = [
        captured("counter", "a", &[(1_000, 1.0), (2_000, 1.0)]),
        captured("gauge", "b", &[(1_000, 2.0), (3_002, 0.1)]),
        captured("gauge", "c", &[(3_002, -0.0)]),
    ];
    assert_eq!(read(&text).as_deref(), Ok(&all[..]));
    text.push_str("t 4000\n0 7.0\n");
    assert_eq!(read(&text).as_deref(), Ok(&all[..]), "a scrape that was cut off counts nothing");
    text.push_str("99 7.0\n");
    assert!(read(&text).is_err_and(|error| error.contains("99 7.0")));
    assert_eq!(
        lines(&all).lines().nth(1),
        Some(r#"{"metric":{"__name__":"b"},"type":"gauge","values":[2.0,0.1],"timestamps":[1000,3002]}"#)
    );
    let answer = lines(&all).replace(",\"type\":\"gauge\"", "").replace(",\"type\":\"counter\"", "");
    assert_eq!(exact(&all, &answer), 5);
    assert_eq!(exact(&all, &answer.replace("2.0", "2").replace("-0.0", "0")), 4, "zero is not minus zero");
}

#[test]
fn series_are_told_apart_by_what_they_hold() {
    for (values, expected) in [
        (&[5.5, 5.5][..], "constant"),
        (&[1.0, 2.0], "integers, counter"),
        (&[1.0, 2.25], "decimals, counter"),
        (&[1e-7, 2e300], "decimals, counter"),
        (&[0.1 + 0.2, 1.0], "full doubles, counter"),
    ] {
        let points = values.iter().map(|value| (0, *value)).collect();
        let one = Captured { kind: "counter".to_owned(), labels: String::new(), points };
        assert_eq!(kind(&one), expected, "{values:?}");
    }
}

#[test]
fn a_bar_says_how_far_it_is() {
    let line = progress::line("scrapes", 450, 1_800, Duration::from_secs(450));
    assert!(line.contains("450/1800 scrapes  22:30 left"), "{line}");
    assert_eq!(line.matches('█').count(), 7);
}
