//! What the functions do with their arguments. `and` and `or` are not here: they look at their arguments one by one, which
//! is `eval`'s.

use crate::budget::Budget;
use crate::compare::compare;
use crate::data::Sample;
use crate::function::Function;
use crate::out::Out;
use crate::value::{Root, Value};
use crate::{escape, humanize, length, names, pattern, pick};
use crate::{
    printf::printf,
    show::{show, show_all, show_argument},
};
use model::limits::TEMPLATE_SAMPLES;
use std::cmp::Ordering;
use std::rc::Rc;

/// Who answers a template's queries.
pub(crate) type Query<'a> = &'a dyn Fn(&str) -> Result<Vec<Sample>, String>;

/// What functions have besides their arguments.
pub(crate) struct World<'a> {
    pub(crate) query: Query<'a>,
    pub(crate) root: Rc<Root>,
    pub(crate) budget: Budget,
}

impl World<'_> {
    /// What the function comes to.
    ///
    /// # Errors
    /// Too few or too many arguments, one of a wrong type, or what the function itself refuses.
    pub(crate) fn call(&mut self, function: Function, args: &[Value]) -> Result<Value, String> {
        function.check_count(args.len())?;
        let named = |what: String| format!("error calling {}: {what}", function.name());
        let value = self.made(function, args).map_err(|failure| match failure {
            Failure::Type(what) => what,
            Failure::Call(what) => named(what),
        })?;
        if let Value::Text(text) = &value {
            self.budget.bytes(text.len()).map_err(named)?;
        }
        Ok(value)
    }

    fn made(&mut self, function: Function, args: &[Value]) -> Result<Value, Failure> {
        match function {
            Function::Query => self.query(&text(args, 0)?),
            Function::SortByLabel => self.sort_by_label(args),
            Function::Match | Function::ReReplaceAll => self.pattern(function, args),
            Function::Print | Function::Println | Function::Printf => self.print(function, args),
            Function::Html | Function::Js | Function::UrlQuery => self.escape(function, args),
            Function::ExternalUrl => Ok(Value::Text(Rc::clone(&self.root.external_url))),
            Function::PathPrefix => Ok(Value::text(escape::path(&self.root.external_url))),
            Function::Eq | Function::Ne | Function::Lt | Function::Le | Function::Gt | Function::Ge => {
                compared(function, args).map_err(Failure::Call)
            }
            Function::Index | Function::Slice | Function::Len => {
                picked(function, args).map_err(Failure::Call)
            }
            Function::First | Function::Label | Function::StrValue | Function::Value => {
                of_sample(function, args)
            }
            Function::Not => Ok(Value::Bool(!args.first().is_some_and(Value::is_true))),
            Function::Args => {
                let named = args.iter().enumerate().map(|(at, value)| (format!("arg{at}"), value.clone()));
                Ok(Value::Args(Rc::new(named.collect())))
            }
            Function::And | Function::Or => Ok(args.last().cloned().unwrap_or(Value::Nil)),
            _ => of_text(function, args).or_else(|| of_number(function, args)).unwrap_or(Ok(Value::Nil)),
        }
    }

    fn query(&mut self, expression: &str) -> Result<Value, Failure> {
        self.budget.query().map_err(Failure::Call)?;
        let samples = (self.query)(expression).map_err(Failure::Call)?;
        if samples.len() > TEMPLATE_SAMPLES {
            return Err(Failure::Call(format!("the answer has more than {TEMPLATE_SAMPLES} series")));
        }
        Ok(Value::Vector(samples.into_iter().map(Rc::new).collect()))
    }

    fn sort_by_label(&mut self, args: &[Value]) -> Result<Value, Failure> {
        let (label, all) = (text(args, 0)?, vector(args, 1)?);
        self.budget.steps(all.len()).map_err(Failure::Call)?;
        let mut sorted = all.to_vec();
        sorted.sort_by(|a, b| a.labels.get(&label).unwrap_or("").cmp(b.labels.get(&label).unwrap_or("")));
        Ok(Value::Vector(sorted.into()))
    }

    fn pattern(&mut self, function: Function, args: &[Value]) -> Result<Value, Failure> {
        let (expression, second) = (text(args, 0)?, text(args, 1)?);
        let is_match = function == Function::Match;
        let subject = if is_match { Rc::clone(&second) } else { text(args, 2)? };
        self.budget.pattern(subject.len()).map_err(Failure::Call)?;
        let compiled = pattern::compile(&expression).map_err(Failure::Call)?;
        if is_match {
            return Ok(Value::Bool(compiled.is_match(&subject)));
        }
        self.written(|out| pattern::replace_all(out, &compiled, &second, &subject))
    }

    fn print(&self, function: Function, args: &[Value]) -> Result<Value, Failure> {
        if function != Function::Printf {
            return self.written(|out| show_all(out, args, function == Function::Println, show_argument));
        }
        let format = text(args, 0)?;
        self.written(|out| printf(out, &format, args.get(1..).unwrap_or(&[])))
    }

    fn escape(&self, function: Function, args: &[Value]) -> Result<Value, Failure> {
        let mut out = Out::new(self.budget.bytes_left());
        show_all(&mut out, args, false, show).map_err(Failure::Call)?;
        let text = out.into_text();
        Ok(Value::text(&match function {
            Function::Html => escape::html(&text),
            Function::Js => escape::js(&text),
            _ => escape::url_query(&text),
        }))
    }

    /// A text that is no longer than what is left.
    fn written(&self, write: impl FnOnce(&mut Out) -> Result<(), String>) -> Result<Value, Failure> {
        let mut out = Out::new(self.budget.bytes_left());
        write(&mut out).map_err(Failure::Call)?;
        Ok(Value::text(&out.into_text()))
    }
}

/// Why there is no value.
#[derive(Debug)]
enum Failure {
    /// An argument is not of the type that the function takes.
    Type(String),
    /// The function refused.
    Call(String),
}

fn wrong(expected: &str, got: Option<&Value>) -> Failure {
    let got = got.map_or("nothing", Value::kind);
    Failure::Type(format!("wrong type for value; expected {expected}; got {got}"))
}

fn text(args: &[Value], at: usize) -> Result<Rc<str>, Failure> {
    match args.get(at) {
        Some(Value::Text(text)) => Ok(Rc::clone(text)),
        other => Err(wrong("string", other)),
    }
}

fn vector(args: &[Value], at: usize) -> Result<Rc<[Rc<Sample>]>, Failure> {
    match args.get(at) {
        Some(Value::Vector(all)) => Ok(Rc::clone(all)),
        other => Err(wrong("template.queryResult", other)),
    }
}

fn sample(args: &[Value], at: usize) -> Result<Rc<Sample>, Failure> {
    match args.get(at) {
        Some(Value::Sample(sample)) => Ok(Rc::clone(sample)),
        other => Err(wrong("*template.sample", other)),
    }
}

/// A number, or a text that is one.
fn number(args: &[Value]) -> Result<f64, Failure> {
    match args.first() {
        Some(Value::Float(number)) => Ok(*number),
        #[expect(clippy::cast_precision_loss, reason = "Go converts so as well")]
        Some(Value::Int(number)) => Ok(*number as f64),
        #[expect(clippy::cast_precision_loss, reason = "Go converts so as well")]
        Some(Value::Duration(nanos)) => Ok(*nanos as f64 / 1e9),
        Some(Value::Text(text)) => text.parse().map_err(|_| {
            let shown: String = text.chars().take(80).collect();
            Failure::Call(format!("strconv.ParseFloat: parsing {shown:?}: invalid syntax"))
        }),
        other => {
            Err(Failure::Call(format!("can't convert {} to float", other.map_or("nothing", Value::kind))))
        }
    }
}

fn compared(function: Function, args: &[Value]) -> Result<Value, String> {
    let (Some(first), Some(second)) = (args.first(), args.get(1)) else {
        return Err("missing argument for comparison".to_owned());
    };
    let ordered = |fits: fn(Ordering) -> bool| -> Result<Value, String> {
        Ok(Value::Bool(compare(first, second, true)?.is_some_and(fits)))
    };
    match function {
        Function::Eq => {
            for other in args.get(1..).unwrap_or(&[]) {
                if compare(first, other, false)? == Some(Ordering::Equal) {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        Function::Ne => Ok(Value::Bool(compare(first, second, false)? != Some(Ordering::Equal))),
        Function::Lt => ordered(Ordering::is_lt),
        Function::Le => ordered(Ordering::is_le),
        // Go takes `a > b` for what is not `a <= b`: so it holds where one is not a number.
        Function::Gt => Ok(Value::Bool(!compare(first, second, true)?.is_some_and(Ordering::is_le))),
        _ => Ok(Value::Bool(!compare(first, second, true)?.is_some_and(Ordering::is_lt))),
    }
}

fn picked(function: Function, args: &[Value]) -> Result<Value, String> {
    let Some((value, keys)) = args.split_first() else { return Ok(Value::Nil) };
    match function {
        Function::Index => pick::index(value, keys),
        Function::Slice => pick::slice(value, keys),
        _ => pick::len(value),
    }
}

fn of_sample(function: Function, args: &[Value]) -> Result<Value, Failure> {
    match function {
        Function::First => match vector(args, 0)?.first() {
            Some(first) => Ok(Value::Sample(Rc::clone(first))),
            None => Err(Failure::Call("first() called on vector with no elements".to_owned())),
        },
        Function::Label => {
            let (label, sample) = (text(args, 0)?, sample(args, 1)?);
            Ok(Value::text(sample.labels.get(&label).unwrap_or("")))
        }
        Function::StrValue => Ok(Value::text(sample(args, 0)?.labels.get("__value__").unwrap_or(""))),
        _ => Ok(Value::Float(sample(args, 0)?.value)),
    }
}

/// Functions of one text.
fn of_text(function: Function, args: &[Value]) -> Option<Result<Value, Failure>> {
    let make: fn(&str) -> Result<Value, String> = match function {
        Function::GraphLink => |text| Ok(Value::text(&escape::link(text, 0))),
        Function::TableLink => |text| Ok(Value::text(&escape::link(text, 1))),
        Function::ParseDuration => |text| length::seconds(text).map(Value::Float),
        Function::SafeHtml => |text| Ok(Value::text(text)),
        Function::StripDomain => |text| Ok(Value::text(&names::strip_domain(text))),
        Function::StripPort => |text| Ok(Value::text(names::strip_port(text))),
        Function::Title => |text| Ok(Value::text(&names::title(text))),
        Function::ToLower => |text| Ok(Value::text(&names::lower(text))),
        Function::ToUpper => |text| Ok(Value::text(&names::upper(text))),
        _ => return None,
    };
    Some(text(args, 0).and_then(|text| make(&text).map_err(Failure::Call)))
}

/// Functions of one number.
fn of_number(function: Function, args: &[Value]) -> Option<Result<Value, Failure>> {
    let make: fn(f64) -> Result<Value, String> = match function {
        Function::Humanize => |it| Ok(Value::text(&humanize::humanize(it))),
        Function::Humanize1024 => |it| Ok(Value::text(&humanize::humanize1024(it))),
        Function::HumanizeDuration => |it| Ok(Value::text(&humanize::humanize_duration(it))),
        Function::HumanizePercentage => |it| Ok(Value::text(&humanize::humanize_percentage(it))),
        Function::HumanizeTimestamp => |it| humanize::humanize_timestamp(it).map(|text| Value::text(&text)),
        Function::ToDuration => |it| humanize::to_duration(it).map(Value::Duration),
        Function::ToTime => |it| humanize::to_time(it).map(Value::Time),
        _ => return None,
    };
    Some(number(args).and_then(|number| make(number).map_err(Failure::Call)))
}
