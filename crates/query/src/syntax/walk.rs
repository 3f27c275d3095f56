//! Going through a tree.

use crate::syntax::Expr;

impl Expr {
    /// What it is made of, in the order of the text; a range selector has its selector within it and no child.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::Number(_) | Self::String(_) | Self::Vector(_) | Self::Matrix(_) => Vec::new(),
            Self::Paren(it) => vec![&*it.inner],
            Self::Unary(it) => vec![&*it.inner],
            Self::Binary(it) => vec![&it.lhs, &it.rhs],
            Self::Aggregate(it) => it.param.iter().chain([&it.inner]).collect(),
            Self::Call(it) => it.args.iter().collect(),
            Self::Subquery(it) => vec![&it.inner],
        }
    }

    /// The same, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Number(_) | Self::String(_) | Self::Vector(_) | Self::Matrix(_) => Vec::new(),
            Self::Paren(it) => vec![&mut *it.inner],
            Self::Unary(it) => vec![&mut *it.inner],
            Self::Binary(it) => vec![&mut it.lhs, &mut it.rhs],
            Self::Aggregate(it) => it.param.iter_mut().chain([&mut it.inner]).collect(),
            Self::Call(it) => it.args.iter_mut().collect(),
            Self::Subquery(it) => vec![&mut it.inner],
        }
    }

    /// Shows it and everything in it, what is around before what is within.
    pub fn walk(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        for child in self.children() {
            child.walk(see);
        }
    }

    /// The same, to be changed: what is within is looked for after the change.
    pub fn walk_mut(&mut self, change: &mut dyn FnMut(&mut Self)) {
        change(self);
        for child in self.children_mut() {
            child.walk_mut(change);
        }
    }
}
