//! Any text as the condition of a rule.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rules::Condition;

fuzz_target!(|text: &str| {
    // Refused or understood.
    let _understood = Condition::parse(text);
});
