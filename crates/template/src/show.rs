//! Values as `print` and `{{ . }}` write them.

use crate::data::Sample;
use crate::float::shortest;
use crate::moment;
use crate::out::Out;
use crate::value::Value;
use model::Labels;

/// How a value is written.
pub(crate) type Write = fn(&mut Out, &Value) -> Result<(), String>;

/// Writes a value as Go's `%v` does. Go writes an address for each series of a query's answer; here that is the series.
///
/// # Errors
/// There is no room.
pub(crate) fn show(out: &mut Out, value: &Value) -> Result<(), String> {
    match value {
        Value::Missing => out.push("<no value>"),
        Value::Nil => out.push("<nil>"),
        Value::Bool(it) => out.push(if *it { "true" } else { "false" }),
        Value::Int(it) => out.push(&it.to_string()),
        Value::Float(it) => out.push(&shortest(*it)),
        Value::Text(it) => out.push(it),
        Value::Labels(it) => labels(out, it),
        Value::Sample(it) => sample(out, it),
        Value::Vector(all) => {
            out.push("[")?;
            for (at, it) in all.iter().enumerate() {
                out.push(if at == 0 { "" } else { " " })?;
                sample(out, it)?;
            }
            out.push("]")
        }
        Value::Args(all) => {
            out.push("map[")?;
            for (at, (name, it)) in all.iter().enumerate() {
                out.push(if at == 0 { "" } else { " " })?;
                out.push(name)?;
                out.push(":")?;
                show(out, it)?;
            }
            out.push("]")
        }
        Value::Time(millis) => out.push(&moment::time(*millis)),
        Value::Duration(nanos) => out.push(&moment::duration(*nanos)),
        Value::Root(root) => {
            out.push("{")?;
            labels(out, &root.labels)?;
            out.push(" ")?;
            labels(out, &root.external_labels)?;
            out.push(&format!(" {} {}}}", root.external_url, shortest(root.value)))
        }
    }
}

/// Writes a value as `print` and `printf` do: a series is marked as what Go points to.
///
/// # Errors
/// There is no room.
pub(crate) fn show_argument(out: &mut Out, value: &Value) -> Result<(), String> {
    out.push(if matches!(value, Value::Sample(_)) { "&" } else { "" })?;
    show(out, value)
}

/// All of them after each other, each written by `write`: `print` puts a space between two that are no texts, `println`
/// between all.
///
/// # Errors
/// There is no room.
pub(crate) fn show_all(out: &mut Out, values: &[Value], line: bool, write: Write) -> Result<(), String> {
    let is_text = |at: usize| matches!(values.get(at), Some(Value::Text(_)));
    for (at, value) in values.iter().enumerate() {
        if at > 0 && (line || !is_text(at) && !is_text(at - 1)) {
            out.push(" ")?;
        }
        write(out, value)?;
    }
    out.push(if line { "\n" } else { "" })
}

fn labels(out: &mut Out, labels: &Labels) -> Result<(), String> {
    out.push("map[")?;
    for (at, (name, value)) in labels.iter().enumerate() {
        out.push(if at == 0 { "" } else { " " })?;
        out.push(name)?;
        out.push(":")?;
        out.push(value)?;
    }
    out.push("]")
}

fn sample(out: &mut Out, sample: &Sample) -> Result<(), String> {
    out.push("{")?;
    labels(out, &sample.labels)?;
    out.push(" ")?;
    out.push(&shortest(sample.value))?;
    out.push("}")
}
