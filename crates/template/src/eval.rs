//! A template is carried out: its pieces one after the other, with the variables of the blocks around each.

use crate::ast::{Branch, BranchKind, Command, Node, Operand, Pipe};
use crate::call::World;
use crate::error::{At, TemplateError};
use crate::function::Function;
use crate::out::Out;
use crate::parse::{GIVEN, Tree};
use crate::show::show;
use crate::value::Value;
use std::rc::Rc;

/// Where it goes on behind a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

/// A template that is being carried out.
pub(crate) struct Machine<'a> {
    tree: &'a Tree,
    world: World<'a>,
    out: Out,
    variables: Vec<(&'a str, Value)>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(tree: &'a Tree, world: World<'a>, limit: usize) -> Self {
        let root = Value::Root(Rc::clone(&world.root));
        let values = [
            root,
            Value::Labels(Rc::clone(&world.root.labels)),
            Value::Labels(Rc::clone(&world.root.external_labels)),
            Value::Text(Rc::clone(&world.root.external_url)),
            Value::Float(world.root.value),
        ];
        Self { tree, world, out: Out::new(limit), variables: GIVEN.into_iter().zip(values).collect() }
    }

    /// Carries all of it out.
    ///
    /// # Errors
    /// A function or a value refuses, or the template costs too much.
    pub(crate) fn run(mut self) -> Result<String, TemplateError> {
        let root = Value::Root(Rc::clone(&self.world.root));
        self.list(&self.tree.main, &root)?;
        Ok(self.out.into_text())
    }

    fn list(&mut self, nodes: &'a [Node], dot: &Value) -> Result<Flow, TemplateError> {
        for node in nodes {
            match self.node(node, dot)? {
                Flow::On => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, node: &'a Node, dot: &Value) -> Result<Flow, TemplateError> {
        match node {
            Node::Text(text) => {
                self.world
                    .budget
                    .steps(1)
                    .and_then(|()| self.out.push(text))
                    .map_err(|it| At::START.error(it))?;
                Ok(Flow::On)
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    show(&mut self.out, &value).map_err(|what| pipe.at.error(what))?;
                }
                Ok(Flow::On)
            }
            Node::Branch(branch) => {
                let outer = self.variables.len();
                self.world.budget.down().map_err(|what| branch.pipe.at.error(what))?;
                let flow = match branch.kind {
                    BranchKind::Range => self.range(branch, dot),
                    BranchKind::If | BranchKind::With => self.choice(branch, dot),
                };
                self.world.budget.up();
                self.variables.truncate(outer);
                flow
            }
            Node::Break => Ok(Flow::Break),
            Node::Continue => Ok(Flow::Continue),
            Node::Include { at, name, pipe } => self.include(*at, name, pipe.as_ref(), dot),
        }
    }

    fn choice(&mut self, branch: &'a Branch, dot: &Value) -> Result<Flow, TemplateError> {
        let value = self.pipe(&branch.pipe, dot)?;
        if !value.is_true() {
            return self.list(&branch.otherwise, dot);
        }
        let dot = if branch.kind == BranchKind::With { &value } else { dot };
        self.list(&branch.body, dot)
    }

    fn range(&mut self, branch: &'a Branch, dot: &Value) -> Result<Flow, TemplateError> {
        let at = branch.pipe.at;
        let mark = self.variables.len();
        let over = self.pipe_value(&branch.pipe, dot)?;
        let items =
            items(&over).ok_or_else(|| at.error(format!("range can't iterate over {}", over.kind())))?;
        if items.is_empty() {
            return self.list(&branch.otherwise, dot);
        }
        for (key, item) in items {
            self.world.budget.steps(1).map_err(|what| at.error(what))?;
            self.variables.truncate(mark);
            match branch.pipe.variables.as_slice() {
                [] => {}
                [only] => self.set(&branch.pipe, only, item.clone())?,
                [first, second, ..] => {
                    self.set(&branch.pipe, first, key)?;
                    self.set(&branch.pipe, second, item.clone())?;
                }
            }
            if self.list(&branch.body, &item)? == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// Another template of this text, with the value as its dot and as its `$`.
    fn include(
        &mut self,
        at: At,
        name: &'a str,
        pipe: Option<&'a Pipe>,
        dot: &Value,
    ) -> Result<Flow, TemplateError> {
        let value = pipe.map_or(Ok(Value::Nil), |pipe| self.pipe(pipe, dot))?;
        let Some(nodes) = self.tree.named.get(name) else {
            return Err(at.error(format!("template {name:?} not defined")));
        };
        self.world.budget.steps(1).and_then(|()| self.world.budget.down()).map_err(|what| at.error(what))?;
        let variables = std::mem::replace(&mut self.variables, vec![("$", value.clone())]);
        let result = self.list(nodes, &value);
        self.variables = variables;
        self.world.budget.up();
        result
    }

    /// The value of a pipeline, which its variables then have.
    fn pipe(&mut self, pipe: &'a Pipe, dot: &Value) -> Result<Value, TemplateError> {
        let value = self.pipe_value(pipe, dot)?;
        for name in &pipe.variables {
            self.set(pipe, name, value.clone())?;
        }
        Ok(value)
    }

    fn pipe_value(&mut self, pipe: &'a Pipe, dot: &Value) -> Result<Value, TemplateError> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        Ok(value.unwrap_or(Value::Nil))
    }

    fn set(&mut self, pipe: &'a Pipe, name: &'a str, value: Value) -> Result<(), TemplateError> {
        if !pipe.assigns {
            self.variables.push((name, value));
            return Ok(());
        }
        match self.variables.iter_mut().rev().find(|(known, _)| *known == name) {
            Some((_, old)) => {
                *old = value;
                Ok(())
            }
            None => Err(pipe.at.error(format!("undefined variable: {name}"))),
        }
    }

    /// A function with its arguments, of which the value of the command before is the last; or a value alone.
    fn command(
        &mut self,
        it: &'a Command,
        dot: &Value,
        before: Option<Value>,
    ) -> Result<Value, TemplateError> {
        let Some((first, rest)) = it.operands.split_first() else { return Ok(Value::Nil) };
        if let Operand::Function(function) = first {
            return self.call(*function, it.at, rest, dot, before);
        }
        if !rest.is_empty() || before.is_some() {
            return Err(it.at.error("can't give argument to what is no function"));
        }
        if *first == Operand::Nil {
            return Err(it.at.error("nil is not a command"));
        }
        self.operand(first, it.at, dot)
    }

    fn call(
        &mut self,
        function: Function,
        at: At,
        operands: &'a [Operand],
        dot: &Value,
        before: Option<Value>,
    ) -> Result<Value, TemplateError> {
        let mut args = Vec::with_capacity(operands.len() + 1);
        for operand in operands {
            let value = self.operand(operand, at, dot)?;
            // What these two are asked is answered by the first that is not as the others should be.
            let decides = match function {
                Function::And => !value.is_true(),
                Function::Or => value.is_true(),
                _ => false,
            };
            if decides {
                return Ok(value);
            }
            args.push(value);
        }
        args.extend(before);
        self.world.budget.steps(1).map_err(|what| at.error(what))?;
        self.world.call(function, &args).map_err(|what| at.error(what))
    }

    fn operand(&mut self, operand: &'a Operand, at: At, dot: &Value) -> Result<Value, TemplateError> {
        self.world.budget.steps(1).map_err(|what| at.error(what))?;
        match operand {
            Operand::Dot => Ok(dot.clone()),
            Operand::Nil => Ok(Value::Nil),
            Operand::Bool(it) => Ok(Value::Bool(*it)),
            Operand::Int(it) => Ok(Value::Int(*it)),
            Operand::Float(it) => Ok(Value::Float(*it)),
            Operand::Text(it) => {
                self.world.budget.bytes(it.len()).map_err(|what| at.error(what))?;
                Ok(Value::text(it))
            }
            Operand::Function(function) => self.call(*function, at, &[], dot, None),
            Operand::Variable(name) => self
                .variables
                .iter()
                .rev()
                .find(|(known, _)| **known == **name)
                .map(|(_, value)| value.clone())
                .ok_or_else(|| at.error(format!("undefined variable: {name}"))),
            Operand::Pipe(pipe) => {
                self.world.budget.down().map_err(|what| at.error(what))?;
                let value = self.pipe(pipe, dot);
                self.world.budget.up();
                value
            }
            Operand::Fields(of, names) => {
                let value = self.operand(of, at, dot)?;
                let found = names.iter().try_fold(value, |value, name| value.field(name));
                found.map_err(|what| at.error(what))
            }
        }
    }
}

/// What a range goes through, each with its key or its number; nothing if it cannot.
fn items(value: &Value) -> Option<Vec<(Value, Value)>> {
    let number = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
    Some(match value {
        Value::Nil | Value::Missing => Vec::new(),
        Value::Vector(all) => {
            all.iter().enumerate().map(|(at, it)| (number(at), Value::Sample(Rc::clone(it)))).collect()
        }
        Value::Labels(labels) => {
            labels.iter().map(|(name, value)| (Value::text(name), Value::text(value))).collect()
        }
        Value::Args(args) => args.iter().map(|(name, value)| (Value::text(name), value.clone())).collect(),
        _ => return None,
    })
}
