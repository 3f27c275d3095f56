//! What templates come to, and what they are refused for.

use crate::cases::{LANGUAGE, LIKE_OTHERS, REFUSED, UNREADABLE};
use crate::world::{expand, expand_of};
use template::Template;

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expand(text).unwrap_or_else(|error| format!("<{error}>")), expected))
        .filter(|(_, got, expected)| got != *expected)
        .map(|(text, got, expected)| format!("{text}\n  got      {got:?}\n  expected {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check_errors(cases: &[(&str, &str)], refused: impl Fn(&str) -> Option<String>) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, refused(text), expected))
        .filter(|(_, got, expected)| got.as_deref() != Some(**expected))
        .map(|(text, got, expected)| format!("{text}\n  got      {got:?}\n  expected {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn templates_in_the_manner_of_public_rule_files_expand() {
    check(LIKE_OTHERS);
}

#[test]
fn the_language_is_gos() {
    check(LANGUAGE);
}

#[test]
fn what_cannot_be_expanded_is_refused_with_its_place() {
    check_errors(REFUSED, |text| {
        Template::parse(text).expect("it can be read");
        expand(text).err().map(|error| error.to_string())
    });
}

#[test]
fn what_is_no_template_is_refused_when_it_is_read() {
    check_errors(UNREADABLE, |text| Template::parse(text).err().map(|error| error.to_string()));
}

#[test]
fn what_newer_versions_of_prometheus_have_expands_too() {
    check(&[
        (
            "{{ toDuration 90.5 }} {{ toDuration \"0.0015\" }} {{ toDuration 60 | humanizeDuration }}",
            "1m30.5s 1.5ms 1m 0s",
        ),
        ("{{ with $labels.no }}a{{ else with $labels.job }}{{ . }}{{ end }}", "node"),
        // For these promtool has no address.
        ("{{ pathPrefix }} {{ externalURL }}", "/pre http://prom.example:9090/pre"),
    ]);
}

#[test]
fn what_differs_each_time_is_left_out_and_says_so() {
    let error = Template::parse("{{ now }}").expect_err("it is refused").to_string();
    assert!(error.starts_with("1:4: function \"now\" is not supported here"), "{error}");
}

#[test]
fn values_that_are_no_numbers_are_written_as_go_writes_them() {
    for (value, expected) in [
        (f64::NAN, "NaN NaN   NaN NaN NaN%"),
        (f64::INFINITY, "+Inf +Inf  +Inf +Inf +Inf%"),
        (f64::NEG_INFINITY, "-Inf -Inf  -Inf -Inf -Inf%"),
    ] {
        let text = "{{ $value }} {{ $value | humanize }} {{ printf \"%05.1f\" $value }} {{ humanizeDuration $value }} \
             {{ humanizePercentage $value }}";
        assert_eq!(expand_of(text, value).as_deref(), Ok(expected));
    }
}
