//! `alicia-metrics mapping test`: what a message becomes.

use crate::bus_args::MappingTestArgs;
use crate::mappings;
use crate::questions::Table;
use crate::settings::{self, SettingsError};
use fields::{FieldView, Fields, FieldsView, InboxEntry};
use model::limits;
use serde_json::json;
use std::io::Read as _;
use world::{Clock, SystemClock};

/// What came of it.
pub(crate) struct Tried {
    pub(crate) text: String,
    /// Whether anything is a metric, or left out on purpose.
    pub(crate) is_understood: bool,
}

/// Tries a message.
///
/// # Errors
/// The settings file or the payload cannot be read.
pub(crate) fn run(args: &MappingTestArgs) -> Result<Tried, SettingsError> {
    let fields = Fields::new(settings::mappings_of(args.config.as_deref())?);
    let payload = match args.payload.as_str() {
        "-" => standard_input()?,
        text => text.as_bytes().to_vec(),
    };
    let (view, inbox) =
        mappings::try_message(&fields, (&args.topic, &payload), None, SystemClock::default().now());
    let is_understood = inbox.is_empty();
    let text = if args.json {
        let not_understood = inbox.first();
        json!({"fields": view.fields, "left_fields": view.left_fields, "not_understood": not_understood})
            .to_string()
    } else {
        text(&view, &inbox)
    };
    Ok(Tried { text, is_understood })
}

/// No more than a broker would show us.
fn standard_input() -> Result<Vec<u8>, SettingsError> {
    let mut payload = Vec::new();
    let most = u64::from(limits::LISTEN_PACKET_BYTES);
    let read = std::io::stdin().lock().take(most + 1).read_to_end(&mut payload);
    let wrong = |message: String| SettingsError::Value { name: "PAYLOAD".to_owned(), message };
    read.map_err(|error| wrong(error.to_string()))?;
    if payload.len() as u64 > most {
        return Err(wrong(format!("longer than {most} bytes")));
    }
    // What commands write ends with a line.
    while payload.last() == Some(&b'\n') {
        payload.pop();
    }
    Ok(payload)
}

fn text(view: &FieldsView, inbox: &[InboxEntry]) -> String {
    let mut text = String::new();
    if !view.fields.is_empty() {
        let mut table = Table::new(&["METRIC", "VALUE>", "LABELS", "FIELD"]);
        for field in &view.fields {
            // All of them have the same job.
            let own = field.labels.iter().filter(|(name, _)| *name != "job");
            let labels: Vec<String> = own.map(|(name, value)| format!("{name}={value:?}")).collect();
            table.push(vec![field.metric.clone(), value(field), labels.join(" "), field.path.clone()]);
        }
        text.push_str(&table.text());
    }
    if !view.left_fields.is_empty() {
        let mut table = Table::new(&["LEFT OUT", "BECAUSE"]);
        for left in &view.left_fields {
            table.push(vec![left.path.clone(), left.reason()]);
        }
        text.push_str(&table.text());
    }
    for entry in inbox {
        text.push_str(&format!(
            "not understood: {}; this would say something about it:\n\n{}",
            entry.reason, entry.suggestion
        ));
    }
    if text.is_empty() {
        let reasons: Vec<String> = view.left_out.iter().map(|left| left.reason()).collect();
        text = format!("nothing becomes of it: {}\n", reasons.join(", "));
    }
    text
}

fn value(field: &FieldView) -> String {
    match (&field.state, field.value) {
        (Some(state), _) => state.clone(),
        (None, Some(value)) => value.to_string(),
        (None, None) => String::new(),
    }
}
