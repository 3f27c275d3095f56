//! The repository as a value: its files, read from the disk or made up by a test.
//!
//! Rules see nothing but a [`Tree`], so each can be shown a breach in a few lines of text.

use crate::source::Source;
use std::fs;
use std::io;
use std::path::Path;

/// Directories that are no part of the repository, wherever they lie.
const FOREIGN: [&str; 4] = [".git", "target", "node_modules", "__pycache__"];

/// One file.
#[derive(Debug, Clone)]
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    /// Length in bytes.
    pub bytes: usize,
    /// Its text; empty when it is not UTF-8.
    pub text: String,
    /// Taken apart, for Rust files; empty for others.
    pub source: Source,
}

impl File {
    fn new(path: &str, content: Vec<u8>) -> File {
        let bytes = content.len();
        let text = String::from_utf8(content).unwrap_or_default();
        let source = if path.ends_with(".rs") { Source::scan(&text) } else { Source::default() };
        File { path: path.to_owned(), bytes, text, source }
    }

    /// Whether it is Rust, wherever it lies.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is Rust that ends up in the product: `crates/*/src`.
    pub fn is_product(&self) -> bool {
        let mut parts = self.path.split('/');
        self.is_rust() && parts.next() == Some("crates") && parts.nth(1) == Some("src")
    }

    /// Whether it is Rust of the product or of these tools, tests left out.
    pub fn is_src(&self) -> bool {
        self.is_product() || (self.is_rust() && self.path.starts_with("xtask/src/"))
    }

    /// Whether it is a Markdown page.
    pub fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// The directory of the crate it belongs to: `crates/store`, `xtask`.
    pub fn crate_dir(&self) -> Option<&str> {
        if self.path.starts_with("xtask/") {
            return Some("xtask");
        }
        let rest = self.path.strip_prefix("crates/")?;
        let end = rest.find('/')?;
        Some(&self.path[.."crates/".len() + end])
    }
}

/// All files, sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// A tree of `(path, text)`.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Tree {
        files.into_iter().fold(Tree::default(), |tree, (path, text)| tree.with(path, text))
    }

    /// The tree with one file put in or replaced.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Tree {
        self.files.retain(|file| file.path != path);
        self.files.push(File::new(path, text.as_bytes().to_vec()));
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }

    /// The tree without one file.
    #[must_use]
    pub fn without(mut self, path: &str) -> Tree {
        self.files.retain(|file| file.path != path);
        self
    }

    /// Reads the tree under `root`, leaving out what `.gitignore` names at the top and build output.
    ///
    /// # Errors
    /// When a directory or a file cannot be read.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> = ignored.lines().filter_map(|line| line.trim().strip_prefix('/')).collect();
        let mut files = Vec::new();
        let mut open = vec![String::new()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(root.join(&directory))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let kind = entry.file_type()?;
                let path = if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
                if ignored.contains(&path.as_str()) || FOREIGN.contains(&name.as_str()) {
                    continue;
                }
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_file() {
                    files.push(File::new(&path, fs::read(entry.path())?));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree { files })
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The crates' directories that hold a manifest, sorted.
    pub fn crate_dirs(&self) -> Vec<&str> {
        let manifests = self.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
        manifests.filter_map(File::crate_dir).collect()
    }
}
