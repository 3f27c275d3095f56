//! What a template may cost.

use crate::world::expand;
use model::Labels;
use model::limits::{TEMPLATE_BYTES, TEMPLATE_OUTPUT_BYTES, TEMPLATE_SAMPLES};
use template::{Data, Sample, Template};

fn refused(text: &str, why: &str) {
    match expand(text) {
        Ok(text) => panic!("it expands to {} bytes", text.len()),
        Err(error) => assert!(error.what.contains(why), "{error}"),
    }
}

#[test]
fn a_template_is_so_long_at_most() {
    assert!(expand(&"x".repeat(TEMPLATE_BYTES)).is_ok());
    refused(&"x".repeat(TEMPLATE_BYTES + 1), "longer than");
}

#[test]
fn blocks_parentheses_and_templates_nest_only_so_deep() {
    let nested = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    assert_eq!(expand(&nested("{{ if true }}", "x", "{{ end }}", 60)).as_deref(), Ok("x"));
    refused(&nested("{{ if true }}", "x", "{{ end }}", 2_000), "are open");
    let parenthesised = |times| format!("{{{{ {} }}}}", nested("(", "1", ")", times));
    assert_eq!(expand(&parenthesised(60)).as_deref(), Ok("1"));
    refused(&parenthesised(30_000), "are open");
    refused(&format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(1_000)), "are open");
    refused("{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}", "are open");
}

#[test]
fn texts_grow_only_so_large() {
    let doubled = "{{ $x = print $x $x }}".repeat(40);
    refused(&format!("{{{{ $x := \"0123456789\" }}}}{doubled}"), "bytes");
    let long = "a".repeat(16_000);
    refused(&format!("{{{{ reReplaceAll \"a\" \"{}\" \"{long}\" }}}}", "$0".repeat(1_000)), "bytes");
    refused(&format!("{{{{ reReplaceAll \".*\" \"{}\" \"{long}\" }}}}", "$0".repeat(1_000)), "bytes");
    refused(&format!("{{{{ printf \"{}\" 5 }}}}", "%1000[1]d".repeat(3_000)), "bytes");
    refused("{{ printf \"%1001d\" 5 }}", "more than 1000");
    refused("{{ printf \"%.99999999999999999999f\" 5.0 }}", "more than 1000");
    refused("{{ printf \"%*d\" 1000000 5 }}", "more than 1000");
    let printed = format!("{{{{ $x := \"{}\" }}}}{}", "a".repeat(30_000), "{{ $x }}".repeat(3));
    refused(&printed, "longer than");
    assert_eq!(TEMPLATE_OUTPUT_BYTES, 65_536);
}

#[test]
fn steps_patterns_and_queries_are_counted() {
    let loops = "{{ range $labels }}".repeat(7) + &"{{ end }}".repeat(7);
    refused(&loops, "steps");
    refused(&"{{ match \"a\" \"b\" }}".repeat(101), "regular expressions");
    refused(&format!("{{{{ match \"b\" \"{}\" }}}}", "a".repeat(17_000)), "held against");
    refused(&"{{ query \"up\" | len }}".repeat(21), "queries");
    assert_eq!(expand(&"{{ query \"up\" | len }}".repeat(20)).as_deref(), Ok("3".repeat(20).as_str()));
}

#[test]
fn answers_have_so_many_series_at_most() {
    let expand = |series: usize| {
        let labels = Labels::default();
        let data = Data { labels: &labels, external_labels: &labels, external_url: "", value: 0.0 };
        let template =
            Template::parse("{{ query \"x\" | sortByLabel \"a\" | len }}").expect("it can be read");
        template.expand(&data, &|_| Ok(vec![Sample { labels: Labels::default(), value: 1.0 }; series]))
    };
    assert_eq!(expand(TEMPLATE_SAMPLES).as_deref(), Ok("10000"));
    assert!(expand(TEMPLATE_SAMPLES + 1).is_err());
}
