//! The bus's topics are written in one file, so that what the program hears and says can be read there.

use crate::tree::{File, Tree};
use crate::violation::Violation;

/// The only product file with topics in it.
const HOME: &str = "crates/bus/src/topics.rs";

/// No string that begins like a topic elsewhere in the product. The demonstration plays other services, so
/// it may name what they say.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| file.is_product() && file.path != HOME && !is_demo(file)) {
        for text in file.source.strings.iter().filter(|text| text.text.starts_with("alicia/")) {
            let what = format!("The topic \"{}\" belongs into `{HOME}`.", text.text);
            found.push(Violation::new(&file.path, text.line, what));
        }
    }
    found
}

fn is_demo(file: &File) -> bool {
    file.path.split(['/', '.']).any(|part| part == "demo")
}
