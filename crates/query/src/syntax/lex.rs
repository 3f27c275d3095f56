//! From text to words.
//!
//! Three places have rules of their own: braces know no keywords, brackets know only what a duration is made of, and
//! everything else is an expression.

use crate::syntax::text::quote_char;
use crate::syntax::token::{Keyword, Kind, Token, word};
use crate::syntax::{BinaryOp, ParseError, Span};

/// The words of a text, up to the first thing that is none; what is wrong there.
pub(super) struct Words {
    pub(super) tokens: Vec<Token>,
    pub(super) error: Option<ParseError>,
}

/// Splits a text into words.
pub(super) fn lex(text: &str) -> Words {
    let mut lexer = Lexer { text, at: 0, start: 0, parens: 0, place: Place::Expression, colon: false };
    let mut tokens = Vec::new();
    loop {
        match lexer.next() {
            Ok(token) => {
                tokens.push(token);
                if token.kind == Kind::End {
                    return Words { tokens, error: None };
                }
            }
            Err(message) => {
                let span = Span { start: lexer.start, end: text.len() };
                // Where the words end, so that every reading stops there.
                tokens.push(Token { kind: Kind::End, span });
                return Words { tokens, error: Some(ParseError::new(text, span, message)) };
            }
        }
    }
}

/// Where the lexer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Expression,
    Braces,
    /// In brackets; whether a number has been seen there, since the words of an error depend on it.
    Brackets {
        number: bool,
    },
}

struct Lexer<'a> {
    text: &'a str,
    /// What is read next.
    at: usize,
    /// Where the word began.
    start: usize,
    /// Parentheses that are open.
    parens: usize,
    place: Place,
    /// Whether the brackets had a colon.
    colon: bool,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_alpha(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn is_word(c: char) -> bool {
    is_alpha(c) || c.is_ascii_digit()
}

/// A character as an error shows it.
fn shown(c: Option<char>) -> String {
    let mut shown = String::from('\'');
    // Go has a number below all characters for the end of the text, and prints it as a character that is none.
    quote_char(&mut shown, c.unwrap_or(char::REPLACEMENT_CHARACTER), '\'');
    shown.push('\'');
    shown
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().nth(1)
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn accept(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let fits = self.peek().is_some_and(wanted);
        if fits {
            self.bump();
        }
        fits
    }

    fn accept_run(&mut self, wanted: impl Fn(char) -> bool) {
        while self.accept(&wanted) {}
    }

    /// What has been read of the word.
    fn raw(&self) -> &str {
        self.text.get(self.start..self.at).unwrap_or_default()
    }

    fn next(&mut self) -> Result<Token, String> {
        self.skip();
        self.start = self.at;
        let kind = match self.place {
            Place::Expression => self.in_expression()?,
            Place::Braces => self.in_braces()?,
            Place::Brackets { number } => self.in_brackets(number)?,
        };
        Ok(Token { kind, span: Span { start: self.start, end: self.at } })
    }

    /// Goes over spaces and comments.
    fn skip(&mut self) {
        loop {
            self.accept_run(is_space);
            if !self.accept(|c| c == '#') {
                return;
            }
            self.accept_run(|c| c != '\n' && c != '\r');
        }
    }

    fn in_expression(&mut self) -> Result<Kind, String> {
        let Some(c) = self.peek() else {
            return if self.parens > 0 { Err("unclosed left parenthesis".to_owned()) } else { Ok(Kind::End) };
        };
        if c.is_ascii_digit() || (c == '.' && self.peek_second().is_some_and(|c| c.is_ascii_digit())) {
            return self.number();
        }
        if is_alpha(c) || c == ':' {
            self.accept_run(|c| is_word(c) || c == ':');
            return Ok(self.word());
        }
        self.bump();
        match c {
            '"' | '\'' | '`' => self.string(c),
            '{' => {
                self.place = Place::Braces;
                Ok(Kind::LeftBrace)
            }
            '[' => {
                self.place = Place::Brackets { number: false };
                self.colon = false;
                Ok(Kind::LeftBracket)
            }
            ']' => Err("unexpected right bracket ']'".to_owned()),
            '@' => Ok(Kind::At),
            '=' => match self.peek() {
                Some('=') => Ok(self.also(BinaryOp::Equal)),
                Some('~') => Err("unexpected character after '=': '~'".to_owned()),
                _ => Ok(Kind::Assign),
            },
            '!' if self.peek() == Some('=') => Ok(self.also(BinaryOp::NotEqual)),
            '!' => Err(format!("unexpected character after '!': {}", shown(self.peek()))),
            '<' => Ok(match self.peek() {
                Some('=') => self.also(BinaryOp::LessEqual),
                Some('/') => self.also(BinaryOp::TrimUpper),
                _ => Kind::Operator(BinaryOp::Less),
            }),
            '>' => Ok(match self.peek() {
                Some('=') => self.also(BinaryOp::GreaterEqual),
                Some('/') => self.also(BinaryOp::TrimLower),
                _ => Kind::Operator(BinaryOp::Greater),
            }),
            _ => self.common(c)?.ok_or_else(|| format!("unexpected character: {}", shown(Some(c)))),
        }
    }

    /// The operator that ends with the next character.
    fn also(&mut self, op: BinaryOp) -> Kind {
        self.bump();
        Kind::Operator(op)
    }

    /// What is the same in expressions and brackets.
    fn common(&mut self, c: char) -> Result<Option<Kind>, String> {
        Ok(Some(match c {
            ',' => Kind::Comma,
            '+' => Kind::Operator(BinaryOp::Add),
            '-' => Kind::Operator(BinaryOp::Sub),
            '*' => Kind::Operator(BinaryOp::Mul),
            '/' => Kind::Operator(BinaryOp::Div),
            '%' => Kind::Operator(BinaryOp::Mod),
            '^' => Kind::Operator(BinaryOp::Pow),
            '(' => {
                self.parens += 1;
                Kind::LeftParen
            }
            ')' => {
                let open = self.parens.checked_sub(1);
                self.parens = open.ok_or_else(|| "unexpected right parenthesis ')'".to_owned())?;
                Kind::RightParen
            }
            _ => return Ok(None),
        }))
    }

    /// The kind of the word that has been read.
    fn word(&self) -> Kind {
        let kind = word(self.raw());
        // Metrics may have had these names before the words had a meaning.
        let fill = matches!(kind, Kind::Keyword(Keyword::Fill | Keyword::FillLeft | Keyword::FillRight));
        let rest = self.text.get(self.at..).unwrap_or_default();
        if fill && !rest.trim_start_matches(is_space).starts_with('(') {
            return Kind::Identifier;
        }
        kind
    }

    fn in_braces(&mut self) -> Result<Kind, String> {
        let Some(c) = self.bump() else { return Err("unexpected end of input inside braces".to_owned()) };
        match c {
            _ if is_alpha(c) => {
                self.accept_run(is_word);
                Ok(Kind::Identifier)
            }
            ',' => Ok(Kind::Comma),
            '"' | '\'' | '`' => self.string(c),
            '=' if self.accept(|c| c == '~') => Ok(Kind::Matches),
            '=' => Ok(Kind::Assign),
            '!' if self.accept(|c| c == '~') => Ok(Kind::MatchesNot),
            '!' if self.accept(|c| c == '=') => Ok(Kind::Operator(BinaryOp::NotEqual)),
            '!' => Err(format!("unexpected character after '!' inside braces: {}", shown(self.peek()))),
            '{' => Err("unexpected left brace '{'".to_owned()),
            '}' => {
                self.place = Place::Expression;
                Ok(Kind::RightBrace)
            }
            _ => Err(format!("unexpected character inside braces: {}", shown(Some(c)))),
        }
    }

    fn in_brackets(&mut self, number: bool) -> Result<Kind, String> {
        let Some(c) = self.peek() else {
            return Err(match (number, self.parens) {
                (false, _) => "unexpected end of input in duration expression",
                (true, 0) => "unclosed left bracket",
                (true, _) => "unclosed left parenthesis",
            }
            .to_owned());
        };
        if c.is_ascii_digit() || (c == '.' && self.peek_second().is_some_and(|c| c.is_ascii_digit())) {
            self.place = Place::Brackets { number: true };
            return self.number();
        }
        self.bump();
        match c {
            ']' => {
                self.place = Place::Expression;
                return Ok(Kind::RightBracket);
            }
            '[' => return Err("unexpected left bracket '['".to_owned()),
            ':' if !number => {
                return Err("unexpected colon before duration in duration expression".to_owned());
            }
            ':' if self.colon => return Err("unexpected colon ':'".to_owned()),
            ':' => {
                self.colon = true;
                return Ok(Kind::Colon);
            }
            _ => {}
        }
        if is_alpha(c) {
            self.accept_run(is_alpha);
            let known = ["step", "range", "min_of", "max_of"];
            if known.iter().any(|known| self.raw().eq_ignore_ascii_case(known)) {
                self.place = Place::Brackets { number: true };
                return Ok(word(self.raw()));
            }
            if number {
                return Err(format!("unexpected character: {}, expected ':'", shown(Some(c))));
            }
        }
        let found = self.common(c)?;
        found.ok_or_else(|| format!("unexpected character in duration expression: {}", shown(Some(c))))
    }

    /// A number or a duration. What looks like one and is none is found later.
    fn number(&mut self) -> Result<Kind, String> {
        if self.scan_number() {
            return Ok(Kind::Number);
        }
        if self.scan_duration() {
            return Ok(Kind::Duration);
        }
        Err(format!("bad number or duration syntax: {}", crate::syntax::text::quote(self.raw())))
    }

    fn scan_number(&mut self) -> bool {
        let hex = self.accept(|c| c == '0') && self.accept(|c| matches!(c, 'x' | 'X'));
        let digit = |c: char| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        let (mut dot, mut exponent) = (false, false);
        loop {
            if self.accept(digit) {
                self.accept_run(digit);
            } else if self.peek() == Some('.') {
                self.bump();
                if dot || hex || self.accept(|c| matches!(c, '_' | '.')) {
                    return false;
                }
                dot = true;
            } else if !hex && self.peek().is_some_and(|c| matches!(c, 'e' | 'E')) {
                self.bump();
                self.accept(|c| matches!(c, '+' | '-'));
                let odd = self.accept(|c| matches!(c, '.' | '_' | 'e' | 'E'));
                if exponent || odd || self.peek().is_none() {
                    return false;
                }
                exponent = true;
            } else if self.peek() == Some('_') {
                self.bump();
                if self.accept(|c| matches!(c, '.' | '_' | 'e' | 'E')) || self.peek().is_none() {
                    return false;
                }
            } else {
                return !self.peek().is_some_and(is_alpha);
            }
        }
    }

    /// The rest of a duration, after its first digits.
    fn scan_duration(&mut self) -> bool {
        loop {
            if !self.accept(|c| matches!(c, 's' | 'm' | 'h' | 'd' | 'w' | 'y')) {
                return false;
            }
            // That may have been the m of ms.
            self.accept(|c| c == 's');
            if !self.accept(|c| c.is_ascii_digit()) {
                return !self.peek().is_some_and(is_word);
            }
            self.accept_run(|c| c.is_ascii_digit());
        }
    }

    fn string(&mut self, quotes: char) -> Result<Kind, String> {
        loop {
            match self.bump() {
                Some(c) if c == quotes => return Ok(Kind::String),
                None if quotes == '`' => return Err("unterminated raw string".to_owned()),
                Some(_) if quotes == '`' => {}
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some('\\') => self.escape(quotes)?,
                Some(_) => {}
            }
        }
    }

    /// Checks an escape, of which the backslash has been read.
    fn escape(&mut self, quotes: char) -> Result<(), String> {
        let Some(letter) = self.peek() else { return Err("escape sequence not terminated".to_owned()) };
        let (digits, base, most) = match letter {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => (0, 1, 0),
            _ if letter == quotes => (0, 1, 0),
            '0'..='7' => (3, 8, 255),
            'x' => (2, 16, 255),
            'u' => (4, 16, u32::from(char::MAX)),
            'U' => (8, 16, u32::from(char::MAX)),
            other => return Err(format!("unknown escape sequence {}", code_point(other))),
        };
        if base != 8 {
            self.bump();
        }
        let mut code: u32 = 0;
        for _ in 0..digits {
            let Some(c) = self.bump() else { return Err("escape sequence not terminated".to_owned()) };
            let digit = c.to_digit(base);
            let digit =
                digit.ok_or_else(|| format!("illegal character {} in escape sequence", code_point(c)))?;
            code = code.wrapping_mul(base).wrapping_add(digit);
        }
        if code > most || (0xd800..0xe000).contains(&code) {
            return Err("escape sequence is an invalid Unicode code point".to_owned());
        }
        Ok(())
    }
}

/// A character as Go's `%#U` has it.
fn code_point(c: char) -> String {
    format!("U+{:04X} '{c}'", u32::from(c))
}
