//! History is for ever: nothing large gets into it. Recordings and assets are kept small or made by a tool.

use crate::tree::Tree;
use crate::violation::Violation;

/// Bytes of one file.
const BLOB_BYTES: usize = 100 << 10;

/// No file over 100 KiB but `Cargo.lock`.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let large = tree.files().filter(|file| file.bytes > BLOB_BYTES && file.path != "Cargo.lock");
    large
        .map(|file| {
            let what = format!("{} KiB, {} are the limit.", file.bytes.div_ceil(1 << 10), BLOB_BYTES >> 10);
            Violation::new(&file.path, 1, what)
        })
        .collect()
}
