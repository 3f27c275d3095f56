//! The texts of alerts: templates, and the door for whoever expands them.

use model::Labels;
use query::VectorSample;
use template::{Data, Sample, Template};

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

    /// The address of a page that shows what an expression comes to.
    fn link(&self, expr: &str) -> String;
}

/// The page shows a table, as with Prometheus.
const TABLE: u8 = 1;

/// Prometheus' templates.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// `$externalURL`: where others find this collector.
    pub external_url: String,
}

impl Expand for Templates {
    fn check(&self, text: &str) -> Result<(), String> {
        Template::parse(text).map(|_| ()).map_err(|error| error.to_string())
    }

    fn expand(&self, text: &str, data: ExpandData<'_>, query: &Query<'_>) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let external_labels = Labels::default();
        let data = Data {
            labels: data.labels,
            external_labels: &external_labels,
            external_url: &self.external_url,
            value: data.value,
        };
        let answer = |expr: &str| Ok(query(expr)?.into_iter().filter_map(number).collect());
        let expanded = Template::parse(text).and_then(|template| template.expand(&data, &answer));
        expanded.map_err(|error| error.to_string())
    }

    fn link(&self, expr: &str) -> String {
        format!("{}{}", self.external_url, template::link(expr, TABLE))
    }
}

/// A series of an answer; templates know no histograms.
fn number(found: VectorSample) -> Option<Sample> {
    match found.sample {
        query::Sample::Float(value) => Some(Sample { labels: found.labels, value }),
        query::Sample::Histogram(_) => None,
    }
}
