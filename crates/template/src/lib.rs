//! Templates of alert labels and annotations, as Prometheus' rule files have them: the part of Go's `text/template` that
//! alerts use, and Prometheus' functions.
//!
//! A text is read once by [`Template::parse`] and expanded for each alert by [`Template::expand`]. Everything is a pure
//! function of the data and of the answers to its queries. What a template may cost is bounded, whatever it says.
//! `eval` says how a template is carried out, `call` what the functions do.

mod error;

mod data;

mod value;

mod float;

mod out;

mod moment;

mod show;

mod quote;

mod padding;

mod printf;

mod humanize;

mod length;

mod escape;

mod names;

mod compare;

mod pattern;

mod pick;

mod function;

mod token;

mod lex;

mod ast;

mod parse;

mod budget;

mod call;

mod eval;

mod template;

pub use data::{Data, Sample};
pub use error::TemplateError;
pub use escape::link;
pub use template::Template;
