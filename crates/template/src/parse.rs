//! Words as a tree. What needs no data to be wrong is found here: functions and variables that nobody made, blocks that do
//! not end.

use crate::ast::{Branch, BranchKind, Command, Node, Operand, Pipe};
use crate::error::{At, TemplateError};
use crate::function::Function;
use crate::lex::tokens;
use crate::token::{Kind, Token};
use model::limits::{TEMPLATE_BYTES, TEMPLATE_DEPTH};
use std::collections::BTreeMap;

/// The variables that Prometheus sets before a template begins; `$` is the dot that it began with.
pub(crate) const GIVEN: [&str; 5] = ["$", "$labels", "$externalLabels", "$externalURL", "$value"];

/// The pieces of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) main: Vec<Node>,
    /// What `define` and `block` gave names to.
    pub(crate) named: BTreeMap<Box<str>, Vec<Node>>,
}

/// Reads a template.
///
/// # Errors
/// It is none.
pub(crate) fn parse(text: &str) -> Result<Tree, TemplateError> {
    if text.len() > TEMPLATE_BYTES {
        return Err(At::START.error(format!("the template is longer than {TEMPLATE_BYTES} bytes")));
    }
    let tokens = tokens(text)?;
    let variables = GIVEN.map(str::to_owned).to_vec();
    let mut parser = Parser { tokens, next: 0, variables, ranges: 0, depth: 0, named: BTreeMap::new() };
    let (main, end) = parser.list()?;
    match end {
        Stop::End => Ok(Tree { main, named: parser.named }),
        other => Err(parser.before().error(format!("unexpected {{{{{}}}}}", other.word()))),
    }
}

/// What a list of pieces ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The template's end.
    End,
    /// `{{ end }}`
    EndWord,
    /// `{{ else`, with more to come.
    Else,
}

impl Stop {
    fn word(self) -> &'static str {
        match self {
            Self::End => "",
            Self::EndWord => "end",
            Self::Else => "else",
        }
    }
}

#[derive(Debug)]
struct Parser {
    tokens: Vec<Token>,
    next: usize,
    variables: Vec<String>,
    /// How many `range` are open.
    ranges: usize,
    depth: usize,
    named: BTreeMap<Box<str>, Vec<Node>>,
}

impl Parser {
    fn peek(&self) -> &Kind {
        self.tokens.get(self.next).map_or(&Kind::End, |token| &token.kind)
    }

    fn here(&self) -> At {
        self.tokens.get(self.next).or_else(|| self.tokens.last()).map_or(At::START, |token| token.at)
    }

    /// Where the word before this one is.
    fn before(&self) -> At {
        self.next.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(At::START, |token| token.at)
    }

    fn spaced(&self) -> bool {
        self.tokens.get(self.next).is_none_or(|token| token.spaced)
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let takes = self.peek() == kind;
        self.next += usize::from(takes);
        takes
    }

    fn expect(&mut self, kind: &Kind, context: &str) -> Result<(), TemplateError> {
        if self.take(kind) {
            return Ok(());
        }
        Err(self.unexpected(context))
    }

    fn unexpected(&self, context: &str) -> TemplateError {
        match self.peek() {
            Kind::End => self.here().error(format!("unclosed {context}")),
            other => self.here().error(format!("unexpected {} in {context}", other.shown())),
        }
    }

    /// Goes one step down, and up again.
    fn deeper<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.depth >= TEMPLATE_DEPTH {
            return Err(self
                .here()
                .error(format!("more than {TEMPLATE_DEPTH} blocks and parentheses are open")));
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Pieces up to an `end`, an `else` or the template's end.
    fn list(&mut self) -> Result<(Vec<Node>, Stop), TemplateError> {
        let mut nodes = Vec::new();
        loop {
            let at = self.here();
            match self.peek().clone() {
                Kind::End => return Ok((nodes, Stop::End)),
                Kind::Text(text) => {
                    self.next += 1;
                    nodes.push(Node::Text(text.into_boxed_str()));
                }
                _ => {
                    self.expect(&Kind::Open, "template")?;
                    let word = match self.peek() {
                        Kind::Name(word) => word.clone(),
                        _ => String::new(),
                    };
                    match word.as_str() {
                        "end" => {
                            self.next += 1;
                            self.expect(&Kind::Close, "end")?;
                            return Ok((nodes, Stop::EndWord));
                        }
                        "else" => {
                            self.next += 1;
                            return Ok((nodes, Stop::Else));
                        }
                        _ => nodes.extend(self.action(&word, at)?),
                    }
                }
            }
        }
    }

    /// What stands behind `{{`, if it is no `end` and no `else`.
    fn action(&mut self, word: &str, at: At) -> Result<Option<Node>, TemplateError> {
        let branch = match word {
            "if" => BranchKind::If,
            "range" => BranchKind::Range,
            "with" => BranchKind::With,
            "break" | "continue" => return self.leave(word, at).map(Some),
            "define" => return self.define(at).map(|()| None),
            "template" => return self.include(at).map(Some),
            "block" => return self.block(at).map(Some),
            _ => return self.pipe("command", &Kind::Close, false).map(|pipe| Some(Node::Action(pipe))),
        };
        self.next += 1;
        self.branch(branch, at).map(Some)
    }

    fn branch(&mut self, kind: BranchKind, at: At) -> Result<Node, TemplateError> {
        self.deeper(|this| {
            let outer = this.variables.len();
            let context = match kind {
                BranchKind::If => "if",
                BranchKind::Range => "range",
                BranchKind::With => "with",
            };
            let pipe = this.pipe(context, &Kind::Close, kind == BranchKind::Range)?;
            let inner = this.variables.len();
            let open = usize::from(kind == BranchKind::Range);
            this.ranges += open;
            let (body, stop) = this.list()?;
            this.ranges -= open;
            this.variables.truncate(inner);
            let otherwise = match stop {
                Stop::EndWord => Vec::new(),
                Stop::Else => this.otherwise(kind, at)?,
                Stop::End => return Err(at.error(format!("unclosed {context}: there is no {{{{end}}}}"))),
            };
            this.variables.truncate(outer);
            Ok(Node::Branch(Box::new(Branch { kind, pipe, body, otherwise })))
        })
    }

    /// What stands behind `{{ else`, up to the branch's `end`, which `else if` shares with it.
    fn otherwise(&mut self, kind: BranchKind, at: At) -> Result<Vec<Node>, TemplateError> {
        let word = if kind == BranchKind::With { "with" } else { "if" };
        let here = self.here();
        if kind != BranchKind::Range && self.take(&Kind::Name(word.to_owned())) {
            return Ok(vec![self.branch(kind, here)?]);
        }
        self.expect(&Kind::Close, "else")?;
        match self.list()? {
            (nodes, Stop::EndWord) => Ok(nodes),
            (_, Stop::Else) => Err(self.before().error("expected end; found {{else}}")),
            (_, Stop::End) => Err(at.error("unclosed else: there is no {{end}}")),
        }
    }

    fn leave(&mut self, word: &str, at: At) -> Result<Node, TemplateError> {
        self.next += 1;
        self.expect(&Kind::Close, word)?;
        if self.ranges == 0 {
            return Err(at.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(if word == "break" { Node::Break } else { Node::Continue })
    }

    fn name(&mut self, context: &str) -> Result<Box<str>, TemplateError> {
        let Kind::String(name) = self.peek() else { return Err(self.unexpected(context)) };
        let name = name.clone().into_boxed_str();
        self.next += 1;
        Ok(name)
    }

    /// `{{ define "name" }}`, which may only stand outside of everything.
    fn define(&mut self, at: At) -> Result<(), TemplateError> {
        if self.depth > 0 {
            return Err(at.error("unexpected {{define}}: it may not stand within another block"));
        }
        self.next += 1;
        let name = self.name("define clause")?;
        self.expect(&Kind::Close, "define clause")?;
        self.body(&name, "define", at)
    }

    /// The pieces up to an `end`, which get a name. They know none of the variables around them.
    fn body(&mut self, name: &str, context: &str, at: At) -> Result<(), TemplateError> {
        let variables = std::mem::replace(&mut self.variables, vec!["$".to_owned()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, stop) = self.deeper(Self::list)?;
        self.variables = variables;
        self.ranges = ranges;
        if stop != Stop::EndWord {
            return Err(at.error(format!("unclosed {context}: there is no {{{{end}}}}")));
        }
        if self.named.insert(Box::from(name), nodes).is_some() {
            return Err(at.error(format!("multiple definition of template {name:?}")));
        }
        Ok(())
    }

    fn include(&mut self, at: At) -> Result<Node, TemplateError> {
        self.next += 1;
        let name = self.name("template clause")?;
        if self.take(&Kind::Close) {
            return Ok(Node::Include { at, name, pipe: None });
        }
        let pipe = self.pipe("template clause", &Kind::Close, false)?;
        Ok(Node::Include { at, name, pipe: Some(pipe) })
    }

    /// `{{ block "name" pipe }}`: defined and used in one place.
    fn block(&mut self, at: At) -> Result<Node, TemplateError> {
        self.next += 1;
        let name = self.name("block clause")?;
        let pipe = self.pipe("block clause", &Kind::Close, false)?;
        self.body(&name, "block", at)?;
        Ok(Node::Include { at, name, pipe: Some(pipe) })
    }

    /// A pipeline, and the word that it ends with.
    fn pipe(&mut self, context: &str, end: &Kind, is_range: bool) -> Result<Pipe, TemplateError> {
        let at = self.here();
        let (variables, assigns) = self.declarations(context, is_range)?;
        let mut commands = Vec::new();
        loop {
            let command = self.command()?;
            let first = command.operands.first();
            if !commands.is_empty() && !first.is_some_and(Operand::is_executable) {
                let stage = commands.len() + 1;
                return Err(command.at.error(format!("non executable command in pipeline stage {stage}")));
            }
            commands.push(command);
            // Go minds no bar behind the last.
            let goes_on = self.take(&Kind::Pipe);
            if self.take(end) {
                return Ok(Pipe { at, variables, assigns, commands });
            }
            if !goes_on {
                return Err(self.unexpected(context));
            }
        }
    }

    /// `$x :=`, `$x =`, and `$i, $x :=` of a range.
    fn declarations(
        &mut self,
        context: &str,
        is_range: bool,
    ) -> Result<(Vec<Box<str>>, bool), TemplateError> {
        let name = |this: &Self, ahead: usize| match this.tokens.get(this.next + ahead).map(|it| &it.kind) {
            Some(Kind::Variable(name)) => Some(name.clone().into_boxed_str()),
            _ => None,
        };
        let mark = |this: &Self, ahead: usize| this.tokens.get(this.next + ahead).map(|it| it.kind.clone());
        let Some(first) = name(self, 0) else { return Ok((Vec::new(), false)) };
        let (names, ahead) = match (mark(self, 1), name(self, 2)) {
            (Some(Kind::Comma), Some(second)) if is_range => (vec![first, second], 3),
            (Some(Kind::Comma), _) => {
                return Err(self.here().error(format!("too many declarations in {context}")));
            }
            _ => (vec![first], 1),
        };
        let assigns = match mark(self, ahead) {
            Some(Kind::Declare) => false,
            Some(Kind::Assign) => true,
            _ if names.len() == 1 => return Ok((Vec::new(), false)),
            _ => return Err(self.here().error("range can only initialize variables")),
        };
        for name in &names {
            if assigns {
                self.known(name)?;
            } else {
                self.variables.push(name.to_string());
            }
        }
        self.next += ahead + 1;
        Ok((names, assigns))
    }

    fn known(&self, name: &str) -> Result<(), TemplateError> {
        if self.variables.iter().any(|known| known == name) {
            return Ok(());
        }
        Err(self.here().error(format!("undefined variable {name:?}")))
    }

    fn command(&mut self) -> Result<Command, TemplateError> {
        let at = self.here();
        let mut operands = Vec::new();
        while let Some(operand) = self.operand()? {
            operands.push(operand);
            match self.peek() {
                Kind::Pipe | Kind::RightParen | Kind::Close => break,
                _ if self.spaced() => {}
                _ => return Err(self.unexpected("operand")),
            }
        }
        if operands.is_empty() {
            return Err(match self.peek() {
                Kind::Pipe | Kind::RightParen | Kind::Close => self.here().error("missing value for command"),
                _ => self.unexpected("command"),
            });
        }
        Ok(Command { at, operands })
    }

    /// A value with its fields; nothing where there is none.
    fn operand(&mut self) -> Result<Option<Operand>, TemplateError> {
        let Some(term) = self.term()? else { return Ok(None) };
        let mut fields = Vec::new();
        while let (Kind::Field(name), false) = (self.peek(), self.spaced()) {
            fields.push(name.clone().into_boxed_str());
            self.next += 1;
        }
        match (fields.is_empty(), term) {
            (true, term) => Ok(Some(term)),
            (_, Operand::Fields(of, mut first)) => {
                first.append(&mut fields);
                Ok(Some(Operand::Fields(of, first)))
            }
            (_, term @ (Operand::Variable(_) | Operand::Pipe(_) | Operand::Function(_))) => {
                Ok(Some(Operand::Fields(Box::new(term), fields)))
            }
            _ => Err(self.before().error("unexpected . after a value that has no fields")),
        }
    }

    fn term(&mut self) -> Result<Option<Operand>, TemplateError> {
        let term = match self.peek().clone() {
            Kind::Dot => Operand::Dot,
            Kind::Field(name) => Operand::Fields(Box::new(Operand::Dot), vec![name.into_boxed_str()]),
            Kind::Int(it) => Operand::Int(it),
            Kind::Float(it) => Operand::Float(it),
            Kind::String(it) => Operand::Text(it.into_boxed_str()),
            Kind::Variable(name) => {
                self.known(&name)?;
                Operand::Variable(name.into_boxed_str())
            }
            Kind::Name(name) => match name.as_str() {
                "nil" => Operand::Nil,
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                "if" | "else" | "end" | "range" | "with" | "define" | "template" | "block" => {
                    return Ok(None);
                }
                _ => {
                    let function = Function::named(&name).map_err(|what| self.here().error(what))?;
                    Operand::Function(function)
                }
            },
            Kind::LeftParen => {
                self.next += 1;
                let pipe =
                    self.deeper(|this| this.pipe("parenthesized pipeline", &Kind::RightParen, false))?;
                return Ok(Some(Operand::Pipe(Box::new(pipe))));
            }
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(term))
    }
}
