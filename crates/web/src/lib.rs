//! The dashboard: its source is below `ui`, what is built of it is embedded here. The crate knows nothing of the house, and the
//! page nothing but what the HTTP interface says.

/// A file that the browser asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its path below the root, without a leading slash.
    pub path: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// The same by gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
    /// A tag of its content, with quotation marks.
    pub etag: &'static str,
    /// Whether what has this path is always the same: the name holds a hash of the content.
    pub is_immutable: bool,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The page itself, and what a build has as it.
const PAGE: &str = "index.html";

/// The file of a path below the root; the page itself is [`page`].
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path && asset.path != PAGE)
}

/// The page, which says where it lies by `<base href="/" />`.
#[must_use]
pub fn page() -> &'static str {
    let page = ASSETS.iter().find(|asset| asset.path == PAGE);
    page.and_then(|page| std::str::from_utf8(page.bytes).ok()).unwrap_or_default()
}

/// The paths of all files, the page among them.
pub fn paths() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.path)
}
