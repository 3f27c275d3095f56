//! Any text as the template of an annotation.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Labels;
use model::limits::TEMPLATE_OUTPUT_BYTES;
use template::{Data, Sample, Template};

fuzz_target!(|text: &str| {
    let Ok(template) = Template::parse(text) else { return };
    let labels = Labels::new([("job", "node"), ("instance", "host.example:9100")]);
    let data = Data { labels: &labels, external_labels: &labels, external_url: "http://a:1/b", value: 1.5 };
    let answer = |expression: &str| match expression {
        "up" => Ok(vec![Sample { labels: labels.clone(), value: 0.0 }; 3]),
        _ => Err("no answer".to_owned()),
    };
    // Refused or expanded, within its limit.
    if let Ok(expanded) = template.expand(&data, &answer) {
        assert!(expanded.len() <= TEMPLATE_OUTPUT_BYTES);
    }
});
