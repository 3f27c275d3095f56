//! Rust source as the rules want to see it: code with comments and literals blanked out, and those apart.
//!
//! A full parser would be a large dependency for a few questions. Telling code from comment and text is all
//! that the rules need: a banned word inside a string is no breach, and a brace inside a string closes
//! nothing. Lines keep their numbers.

/// A piece of text and the line (from 1) on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Line, counted from 1.
    pub line: usize,
    /// The comment with its slashes, or the text between a literal's quotes.
    pub text: String,
}

/// One Rust file, taken apart.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The code: comments and the insides of literals are spaces, line breaks stay.
    pub code: String,
    /// Comments, doc comments included.
    pub comments: Vec<Piece>,
    /// String literals, escapes untouched.
    pub strings: Vec<Piece>,
}

impl Source {
    /// Takes `text` apart.
    pub fn scan(text: &str) -> Source {
        let scanner = Scanner { chars: text.chars().collect(), at: 0, line: 1, source: Source::default() };
        scanner.run()
    }

    /// Every place where `word` stands in the code as a whole word: its byte offset.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            let before = self.code[..*at].chars().next_back();
            let after = self.code[at + word.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    }

    /// The line (from 1) of a byte offset in the code.
    pub fn line_of(&self, offset: usize) -> usize {
        1 + self.code[..offset].bytes().filter(|byte| *byte == b'\n').count()
    }

    /// The byte offset of the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, c) in self.code[open..].char_indices() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(open + at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The modules that the file declares by `mod name;`, with their lines, in order.
    pub fn modules(&self) -> Vec<(usize, &str)> {
        self.words("mod")
            .filter_map(|at| {
                let rest = self.code[at + "mod".len()..].trim_start();
                let name = identifier(rest);
                let declared = !name.is_empty() && rest[name.len()..].trim_start().starts_with(';');
                declared.then(|| (self.line_of(at), name))
            })
            .collect()
    }

    /// The file's `use` declarations: line and what stands between `use` and `;`.
    pub fn uses(&self) -> impl Iterator<Item = (usize, &str)> {
        self.words("use").filter_map(|at| {
            let rest = &self.code[at + "use".len()..];
            // `use<'a>` in a type lists what it captures; it is no declaration.
            let declared = rest.starts_with(char::is_whitespace);
            let end = rest.find(';')?;
            declared.then(|| (self.line_of(at), rest[..end].trim()))
        })
    }
}

/// Whether `c` may be part of an identifier.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The identifier at the beginning of `text`; empty if there is none.
pub fn identifier(text: &str) -> &str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    line: usize,
    source: Source,
}

impl Scanner {
    fn run(mut self) -> Source {
        while let Some(c) = self.peek(0) {
            match c {
                '/' if self.peek(1) == Some('/') => self.line_comment(),
                '/' if self.peek(1) == Some('*') => self.block_comment(),
                '"' => self.string(None),
                'r' | 'b' | 'c' if !self.source.code.chars().next_back().is_some_and(is_word) => {
                    self.prefix();
                }
                '\'' => self.quote(),
                _ => self.keep(),
            }
        }
        self.source
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.source.code.push(c);
            self.step(c);
        }
    }

    /// Passes one character over, leaving a space in the code.
    fn blank(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.source.code.push(if c == '\n' { '\n' } else { ' ' });
        self.step(c);
        Some(c)
    }

    fn step(&mut self, c: char) {
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.peek(0).is_some_and(|c| c != '\n') {
            text.extend(self.blank());
        }
        self.source.comments.push(Piece { line, text });
    }

    fn block_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        let mut depth = 0_usize;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    text.extend(self.blank());
                    continue;
                }
            }
            text.extend(self.blank());
            text.extend(self.blank());
            if depth == 0 {
                break;
            }
        }
        self.source.comments.push(Piece { line, text });
    }

    /// `r"…"`, `r#"…"#`, `br"…"`, `b"…"`, `c"…"`; or only an identifier that begins like one.
    fn prefix(&mut self) {
        let letters: usize = match (self.peek(0), self.peek(1)) {
            (Some('b' | 'c'), Some('r')) => 2,
            _ => 1,
        };
        let raw = self.peek(letters - 1) == Some('r');
        let mut hashes = 0;
        while raw && self.peek(letters + hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(letters + hashes) != Some('"') {
            return self.keep();
        }
        for _ in 0..letters + hashes {
            self.keep();
        }
        self.string(raw.then_some(hashes));
    }

    /// A string at its opening quote; `raw` is the number of hashes of a raw one.
    fn string(&mut self, raw: Option<usize>) {
        let line = self.line;
        let mut text = String::new();
        self.keep();
        while let Some(c) = self.peek(0) {
            if c == '\\' && raw.is_none() {
                text.extend(self.blank());
            } else if c == '"' && (1..=raw.unwrap_or(0)).all(|n| self.peek(n) == Some('#')) {
                self.keep();
                break;
            }
            text.extend(self.blank());
        }
        self.source.strings.push(Piece { line, text });
    }

    /// A character literal is blanked, a lifetime kept.
    fn quote(&mut self) {
        self.keep();
        if self.peek(0) == Some('\\') {
            self.blank();
            self.blank();
            while self.peek(0).is_some_and(|c| c != '\'' && c != '\n') {
                self.blank();
            }
            self.keep();
        } else if self.peek(1) == Some('\'') {
            self.blank();
            self.keep();
        }
    }
}
