//! The command line of `query`, `series` and `labels`.

use crate::when;
use clap::{Args, ValueEnum};
use model::{Millis, Secret};
use std::path::PathBuf;

/// Whom to ask.
#[derive(Debug, Clone, Args)]
pub(crate) struct Whom {
    #[command(flatten)]
    pub(crate) collector: Collector,
    /// The data directory of a collector that does not run, instead
    #[arg(long, value_name = "DIR", help_heading = "Whom to ask")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// A running collector, and who asks it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Whom to ask")]
pub(crate) struct Collector {
    /// Address of a running collector
    #[arg(long, value_name = "ADDR", env = "ALICIA_METRICS_HTTP_LISTEN", default_value = "127.0.0.1:8014")]
    pub(crate) http: String,
    /// Bearer token that the collector wants
    #[arg(long, value_name = "SECRET", env = "ALICIA_METRICS_HTTP_TOKEN", hide_env_values = true)]
    pub(crate) http_token: Option<Secret>,
    /// User name that the collector wants
    #[arg(long, value_name = "NAME", env = "ALICIA_METRICS_HTTP_USERNAME")]
    pub(crate) http_username: Option<String>,
    /// Password that the collector wants
    #[arg(long, value_name = "SECRET", env = "ALICIA_METRICS_HTTP_PASSWORD", hide_env_values = true)]
    pub(crate) http_password: Option<Secret>,
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Look {
    /// Columns for people
    Table,
    /// What Prometheus' interface answers
    Json,
    /// A line for each sample, a column for each label
    Csv,
    /// A line for each series, its course drawn in blocks; of a range
    Sparkline,
}

/// What to ask.
///
/// Without --start it is asked what the expression comes to at one time, with it over a range. Times are Unix seconds, dates in
/// UTC (2026-01-01, 2026-01-01T12:30:00Z), or `now`, `now-1h`, `now-7d12h`.
///
///   alicia-metrics query 'cpu_percent > 50'
///   alicia-metrics query 'rate(requests_total[5m])' --start now-1h --output sparkline
///   alicia-metrics query 'max_over_time(memory_percent[1d])' --data-dir data --output csv
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct QueryArgs {
    /// A PromQL expression
    #[arg(value_name = "EXPR")]
    pub(crate) expression: String,
    /// The time at which it is asked [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with_all = ["start", "end", "step"], allow_hyphen_values = true)]
    pub(crate) time: Option<Moment>,
    /// The first time of a range
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub(crate) start: Option<Moment>,
    /// The last time of a range [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "start", allow_hyphen_values = true)]
    pub(crate) end: Option<Moment>,
    /// From each time of a range to the next, e.g. 30s [default: a sixtieth of the range]
    #[arg(long, value_name = "LENGTH", value_parser = length, requires = "start")]
    pub(crate) step: Option<Millis>,
    /// What the answer looks like
    #[arg(short, long, value_name = "LOOK", default_value = "table")]
    pub(crate) output: Look,
    #[command(flatten)]
    pub(crate) whom: Whom,
}

/// What to look at.
#[derive(Debug, Clone, Args)]
pub(crate) struct TopArgs {
    /// Print it once, as text
    #[arg(long)]
    pub(crate) once: bool,
    /// Print it once, as JSON: what GET /overview answers
    #[arg(long)]
    pub(crate) json: bool,
    /// How much time the strips show
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "1h")]
    pub(crate) span: Millis,
    /// Tell by signs and words alone
    #[arg(long, env = "NO_COLOR", value_parser = is_said, hide_env_values = true)]
    pub(crate) no_color: bool,
    #[command(flatten)]
    pub(crate) collector: Collector,
}

/// Whether a switch is on: the variable counts if it holds anything at all (no-color.org); `false` is said by nobody but the parser
/// itself.
#[expect(clippy::unnecessary_wraps, reason = "a parser of values may fail")]
fn is_said(text: &str) -> Result<bool, String> {
    Ok(!text.is_empty() && text != "false")
}

/// Which time to judge rules by.
#[derive(Debug, Clone, Args)]
pub(crate) struct QualityArgs {
    /// The days before now that are looked at
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: u32,
    /// Write JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) whom: Collector,
}

/// What rules are wanted.
///
/// Thresholds and lengths of `for` are learnt from the kept samples, so that each rule would have fired at most so many times a week.
/// Nothing is changed; with --rules they can be handed on:
///
///   alicia-metrics rules suggest --service kitchen --rules | alicia-metrics rules put -
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct SuggestArgs {
    /// Alerts a week that each rule may have
    #[arg(long, value_name = "COUNT", default_value_t = 1.0)]
    pub(crate) budget: f64,
    /// The days before now that are learnt from
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: u32,
    /// Only for this service
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Write JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Write only the rules, as `rules put` takes them
    #[arg(long, conflicts_with = "json")]
    pub(crate) rules: bool,
    #[command(flatten)]
    pub(crate) whom: Collector,
}

/// Which series to list.
///
///   alicia-metrics series cpu_percent
///   alicia-metrics series '{service="lamp",room!="hall"}' --start now-7d
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct SeriesArgs {
    /// A selector of PromQL: a name, or conditions in braces
    #[arg(value_name = "MATCH", required = true)]
    pub(crate) matches: Vec<String>,
    #[command(flatten)]
    pub(crate) listed: ListedArgs,
}

/// Which labels to list.
///
///   alicia-metrics labels
///   alicia-metrics labels service --match cpu_percent
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct LabelsArgs {
    /// The label whose values are listed; without it, the names of all labels
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Only of series that meet this selector; may be said several times
    #[arg(long = "match", value_name = "MATCH")]
    pub(crate) matches: Vec<String>,
    #[command(flatten)]
    pub(crate) listed: ListedArgs,
}

/// What `series` and `labels` have in common.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListedArgs {
    /// Only with samples from here on [default: from the beginning]
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub(crate) start: Option<Moment>,
    /// Only with samples up to here
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub(crate) end: Option<Moment>,
    /// Write JSON instead of lines
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) whom: Whom,
}

/// A time as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    At(Millis),
    Ago(Millis),
}

impl Moment {
    /// When that is.
    pub(crate) fn at(self, now: Millis) -> Millis {
        match self {
            Self::At(time) => time,
            Self::Ago(length) => now.saturating_sub(length),
        }
    }
}

pub(crate) fn moment(text: &str) -> Result<Moment, String> {
    match text.strip_prefix("now") {
        Some("") => Ok(Moment::Ago(0)),
        Some(rest) => {
            let ago = rest.strip_prefix('-').and_then(query::syntax::parse_length).map(Moment::Ago);
            ago.ok_or_else(|| format!("{text:?} is no time: after `now` stands a length, as in now-1h"))
        }
        None => when::parse(text).map(Moment::At),
    }
}

fn length(text: &str) -> Result<Millis, String> {
    let length = query::syntax::parse_length(text).filter(|length| *length > 0);
    length.ok_or_else(|| format!("{text:?} is no length of time, such as 30s, 5m or 1h30m"))
}

#[cfg(test)]
mod tests {
    use super::{Moment, moment};

    #[test]
    fn times_are_said_absolutely_or_from_now() {
        for (text, expected) in [
            ("now", Some(Moment::Ago(0))),
            ("now-1h30m", Some(Moment::Ago(5_400_000))),
            ("1.5", Some(Moment::At(1_500))),
            ("1970-01-02", Some(Moment::At(86_400_000))),
            ("now+1h", None),
            ("nowhere", None),
            ("yesterday", None),
        ] {
            assert_eq!(moment(text).ok(), expected, "{text}");
        }
    }
}
