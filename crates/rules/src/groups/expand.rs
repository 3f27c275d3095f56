//! The texts of alerts: a door for whoever knows Prometheus' templates, and what is known here without.

use model::Labels;
use query::{Number, VectorSample};

/// Answers a question that a template asks.
pub type Query<'a> = dyn Fn(&str) -> Result<Vec<VectorSample>, String> + 'a;

/// What a template is about.
#[derive(Debug, Clone, Copy)]
pub struct ExpandData<'a> {
    /// The series, its name among them.
    pub labels: &'a Labels,
    /// What it comes to.
    pub value: f64,
}

/// Expands templates.
pub trait Expand: Send + Sync {
    /// Whether a text is a template.
    ///
    /// # Errors
    /// Why not.
    fn check(&self, text: &str) -> Result<(), String>;

    /// What the template comes to.
    ///
    /// # Errors
    /// Why to nothing; it stands in the text's place then.
    fn expand(&self, text: &str, data: ExpandData<'_>, query: &Query<'_>) -> Result<String, String>;
}

/// `{{ $labels.NAME }}` and `{{ $value }}`, and no other actions.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainText;

impl Expand for PlainText {
    /// Only whether each action ends: what it says is told where it is expanded, as Prometheus does with functions that fail.
    fn check(&self, text: &str) -> Result<(), String> {
        pieces(text).map(|_| ())
    }

    fn expand(&self, text: &str, data: ExpandData<'_>, _query: &Query<'_>) -> Result<String, String> {
        let mut expanded = String::new();
        for piece in pieces(text)? {
            match piece {
                Piece::Text(text) => expanded.push_str(text),
                Piece::Action("$value" | ".Value") => expanded.push_str(&Number(data.value).to_string()),
                Piece::Action(action) => {
                    let label = ["$labels.", ".Labels."].iter().find_map(|start| action.strip_prefix(start));
                    let is_name = |name: &&str| name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
                    let label = label.filter(is_name).ok_or_else(|| format!("{action:?} is not known"))?;
                    expanded.push_str(data.labels.get(label).unwrap_or_default());
                }
            }
        }
        Ok(expanded)
    }
}

enum Piece<'a> {
    Text(&'a str),
    Action(&'a str),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((before, behind)) = rest.split_once("{{") {
        let (action, behind) = behind.split_once("}}").ok_or("an action has no end, `}}`")?;
        found.push(Piece::Text(before));
        found.push(Piece::Action(action.trim_matches('-').trim()));
        rest = behind;
    }
    found.push(Piece::Text(rest));
    Ok(found)
}
