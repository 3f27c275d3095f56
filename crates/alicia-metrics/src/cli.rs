//! The command line.

use crate::bus_args::{MappingCommand, ReplayArgs};
use crate::capsules_args::CapsuleCommand;
use crate::home_assistant_args::HomeAssistantArgs;
use crate::http_args::HttpArgs;
use crate::progress::Progress;
use crate::questions_args::{
    Collector, LabelsArgs, Moment, QualityArgs, QueryArgs, SeriesArgs, SuggestArgs, TopArgs, Whom, moment,
};
use crate::span::Span;
use crate::{matching, when};
use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Matcher, Millis, Secret};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Metrics of everything that lives on an MQTT bus: collected, kept, judged, answered.
///
/// Without a command it serves; without a broker it starts its own on 127.0.0.1:1883. Try
/// `alicia-metrics demo` to see it work.
#[derive(Debug, Parser)]
#[command(name = "alicia-metrics", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

/// What `top` does, for those who ask how.
const KEYS_OF_TOP: &str = "\
Up and Down choose a service, Enter shows it with the course of its metrics, Esc goes back; / filters, s orders, ? tells \
all keys, q ends. Where standard output is no terminal it is printed once.

  alicia-metrics top --http 192.168.0.7:8014 --span 24h
  alicia-metrics top --json | jq -r '.services[] | select(.state != \"healthy\") | .name'";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collect, judge and answer until told to stop (the default)
    Serve(ServeArgs),
    /// Check the settings and say what they come to, without starting anything
    Check(ServeArgs),
    /// Check rules, and list, make and remove those of a running collector
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Run with a simulated fleet of services on the bus: a leak, a crash, a latency rise
    Demo(DemoArgs),
    /// Send a recording (one JSON object a line) to a broker
    Replay(ReplayArgs),
    /// Say what becomes of a message, before it is sent
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Record the raw bus, look into recordings, and replay them
    #[command(subcommand)]
    Capsule(CapsuleCommand),
    /// Read every byte of the kept samples and say what is damaged; exit code 0 or 1. The collector must not run
    Verify(VerifyArgs),
    /// Write the kept samples as text: JSON lines, CSV or Prometheus. The collector must not run
    Export(ExportArgs),
    /// Take samples from text, of any age within the retention; exit code 4 if some were refused. The collector must
    /// not run
    Import(ImportArgs),
    /// Copy everything that is kept to a directory of its own, which a collector can be started on; a running collector is
    /// asked for it with --http
    Snapshot(SnapshotArgs),
    /// Make a data directory of a snapshot, which is read through first; where there is data already, nothing is done
    Restore(RestoreArgs),
    /// Let samples of some series go for good; without --yes it only says which. The collector must not run
    Erase(EraseArgs),
    /// Ask a PromQL expression, of a running collector or of the data directory of a stopped one
    Query(QueryArgs),
    /// Show how every service is, in the terminal: the dashboard's overview of a running collector
    #[command(after_help = KEYS_OF_TOP)]
    Top(TopArgs),
    /// List the series that meet a selector
    Series(SeriesArgs),
    /// List the labels, or the values of one
    Labels(LabelsArgs),
    /// Ask a running collector whether it is healthy; exit code 0 or 1 (for containers)
    Healthcheck(HealthcheckArgs),
}

/// Settings of the collector. A flag wins over its variable, that over Alicia's own variables (`MQTT_BROKER`,
/// `COLLECTION_INTERVAL`, …), those over the settings file.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    /// Settings file (TOML); read again on SIGHUP
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Broker: a host, `embedded` (run our own) or `none` (watch the host only) [default: embedded]
    #[arg(long, value_name = "HOST|embedded|none", env = "ALICIA_METRICS_MQTT_BROKER", help_heading = "Bus")]
    pub(crate) mqtt_broker: Option<String>,
    /// Port of the broker [default: 1883, with TLS 8883]
    #[arg(long, value_name = "PORT", env = "ALICIA_METRICS_MQTT_PORT", help_heading = "Bus")]
    pub(crate) mqtt_port: Option<u16>,
    /// User name at the broker
    #[arg(long, value_name = "NAME", env = "ALICIA_METRICS_MQTT_USERNAME", help_heading = "Bus")]
    pub(crate) mqtt_username: Option<String>,
    /// Password at the broker; others can read command lines, so prefer the variable or the file
    #[arg(
        long,
        value_name = "SECRET",
        env = "ALICIA_METRICS_MQTT_PASSWORD",
        hide_env_values = true,
        help_heading = "Bus"
    )]
    pub(crate) mqtt_password: Option<Secret>,
    /// File that holds the password at the broker
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_MQTT_PASSWORD_FILE", help_heading = "Bus")]
    pub(crate) mqtt_password_file: Option<PathBuf>,
    /// Client id; must be stable and unique on the broker [default: alicia-metrics]
    #[arg(long, value_name = "ID", env = "ALICIA_METRICS_MQTT_CLIENT_ID", help_heading = "Bus")]
    pub(crate) mqtt_client_id: Option<String>,
    /// Speak TLS to the broker
    #[arg(long, env = "ALICIA_METRICS_MQTT_TLS", help_heading = "Bus")]
    pub(crate) mqtt_tls: bool,
    /// Certificate authority of the broker (PEM); implies TLS
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_MQTT_CA", help_heading = "Bus")]
    pub(crate) mqtt_ca: Option<PathBuf>,
    /// Client certificate (PEM); implies TLS
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_MQTT_CERT", help_heading = "Bus")]
    pub(crate) mqtt_cert: Option<PathBuf>,
    /// Key of the client certificate (PEM)
    #[arg(long, value_name = "FILE", env = "ALICIA_METRICS_MQTT_KEY", help_heading = "Bus")]
    pub(crate) mqtt_key: Option<PathBuf>,
    /// Reach the broker over WebSocket at this path, e.g. /mqtt
    #[arg(long, value_name = "PATH", env = "ALICIA_METRICS_MQTT_WEBSOCKET_PATH", help_heading = "Bus")]
    pub(crate) mqtt_websocket_path: Option<String>,
    /// Listen to what passes on these topics, whoever it is for, to learn who speaks, how late and how regularly; several
    /// times, or `none` [default: alicia/#]
    #[arg(
        long,
        value_name = "FILTER",
        env = "ALICIA_METRICS_MQTT_LISTEN",
        value_delimiter = ',',
        help_heading = "Bus"
    )]
    pub(crate) mqtt_listen: Vec<String>,

    #[command(flatten)]
    pub(crate) http: HttpArgs,

    /// Scrape this Prometheus endpoint (host:port or URL) each 15 seconds; may be given several times
    #[arg(
        long,
        value_name = "URL",
        env = "ALICIA_METRICS_SCRAPE",
        value_delimiter = ',',
        help_heading = "Collection"
    )]
    pub(crate) scrape: Vec<String>,
    /// Evaluate the groups of this rule file of Prometheus; may be given several times, and have stars in its name
    #[arg(
        long,
        value_name = "FILE",
        env = "ALICIA_METRICS_RULE_FILE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(crate) rule_file: Vec<String>,
    /// Time between two rounds of groups that say none [default: 1m]
    #[arg(long, value_name = "DURATION", env = "ALICIA_METRICS_RULE_INTERVAL", help_heading = "Rules")]
    pub(crate) rule_interval: Option<Span>,
    /// Directory of samples, rules and alert state [default: data]
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", help_heading = "Collection")]
    pub(crate) data_dir: Option<PathBuf>,
    /// What a message waits for before it is acknowledged [default: interval]
    #[arg(long, value_name = "POLICY", env = "ALICIA_METRICS_DURABILITY", help_heading = "Collection")]
    pub(crate) durability: Option<Durability>,
    /// How long samples are kept, such as 12h, 30d, 1y [default: 30d]
    #[arg(
        long,
        value_name = "DURATION|forever",
        env = "ALICIA_METRICS_RETENTION",
        help_heading = "Collection"
    )]
    pub(crate) retention: Option<Span>,
    /// The same in days
    #[arg(long, value_name = "DAYS", env = "ALICIA_METRICS_RETENTION_DAYS", help_heading = "Collection")]
    pub(crate) retention_days: Option<u32>,
    /// How far before the newest sample of its series a sample may lie that comes late [default: forever, which is as
    /// long as samples are kept]
    #[arg(
        long,
        value_name = "DURATION|forever",
        env = "ALICIA_METRICS_OUT_OF_ORDER_WINDOW",
        help_heading = "Collection"
    )]
    pub(crate) out_of_order_window: Option<Span>,
    /// Gigabytes that the blocks of samples may take on disk; the oldest go first [default: no limit]
    #[arg(long, value_name = "GB", env = "ALICIA_METRICS_RETENTION_GB", help_heading = "Collection")]
    pub(crate) retention_gb: Option<f64>,
    /// Series that are kept in all [default: one for each 6,400 bytes of the machine's or the control group's memory, between
    /// 100000 and 4000000]
    #[arg(long, value_name = "COUNT", env = "ALICIA_METRICS_MAX_SERIES", help_heading = "Collection")]
    pub(crate) max_series: Option<usize>,
    /// Seconds between two rounds of health checks, insights and summaries [default: 30]
    #[arg(
        long,
        value_name = "SECONDS",
        env = "ALICIA_METRICS_COLLECTION_INTERVAL",
        help_heading = "Collection"
    )]
    pub(crate) collection_interval: Option<u64>,
    /// Seconds between two readings of the host [default: 60]
    #[arg(long, value_name = "SECONDS", env = "ALICIA_METRICS_HOST_INTERVAL", help_heading = "Collection")]
    pub(crate) host_interval: Option<u64>,
    /// The default rule high_cpu fires above this percentage [default: 90]
    #[arg(
        long,
        value_name = "PERCENT",
        env = "ALICIA_METRICS_ALERT_THRESHOLD_CPU",
        help_heading = "Collection"
    )]
    pub(crate) alert_threshold_cpu: Option<f64>,
    /// The default rule high_memory fires above this percentage [default: 85]
    #[arg(
        long,
        value_name = "PERCENT",
        env = "ALICIA_METRICS_ALERT_THRESHOLD_MEMORY",
        help_heading = "Collection"
    )]
    pub(crate) alert_threshold_memory: Option<f64>,

    /// Hand all samples on to this address by remote write, beside the destinations of the settings file; may be given several
    /// times, or several with commas between them
    #[arg(
        long,
        value_name = "URL",
        env = "ALICIA_METRICS_REMOTE_WRITE",
        value_delimiter = ',',
        help_heading = "Handing on"
    )]
    pub(crate) remote_write: Vec<String>,
    #[command(flatten)]
    pub(crate) home_assistant: HomeAssistantArgs,

    /// error, warn, info, debug, trace, or directives such as `warn,bus=debug` [default: info]
    #[arg(long, value_name = "LEVEL", env = "ALICIA_METRICS_LOG_LEVEL", help_heading = "Logs")]
    pub(crate) log_level: Option<String>,
    /// How log lines look [default: text]
    #[arg(long, value_name = "FORMAT", env = "ALICIA_METRICS_LOG_FORMAT", help_heading = "Logs")]
    pub(crate) log_format: Option<LogFormat>,
}

/// How logs are written, always to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// One readable line an event.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Say whether files of rules are right: Prometheus' rule files, or Alicia's rules in TOML or JSON; exit code 0 or 3
    Check {
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// List Alicia's rules of a running collector
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        whom: Collector,
    },
    /// Make or replace Alicia's rules in a running collector
    Put {
        /// TOML with `[[rule]]` tables, or JSON with one rule or a list of them; `-` is standard input, as JSON
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        whom: Collector,
    },
    /// Run unit tests of rule files, in promtool's format; exit code 0 or 1
    Test {
        /// The tests
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Say when a rule would have fired: of a running collector, or over the data directory of a stopped one
    Backtest(BacktestArgs),
    /// Judge each rule of a running collector, of both kinds, by what came of its alerts; the worst first
    Quality(QualityArgs),
    /// Suggest rules that would have fired at most so many times a week, learnt from what a running collector keeps
    Suggest(SuggestArgs),
    /// Remove rules of Alicia's from a running collector
    Delete {
        /// Their names
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
        #[command(flatten)]
        whom: Collector,
    },
}

/// Which rule to try, and on what.
///
/// The rule is run on kept samples by what judges new ones. With several thresholds or lengths of `for`, each pair is tried. A
/// threshold stands for the number that the rule compares with first.
///
///   alicia-metrics rules backtest rules.yml --rule DiskFull --since 30d
///   alicia-metrics rules backtest rules.toml --thresholds 80,90,95 --for 0s,1m,5m --data-dir data
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct BacktestArgs {
    /// A rule file of Prometheus', or Alicia's rules in TOML or JSON; `-` is standard input, as JSON
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The rule's name, if there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// How far back to begin, e.g. 12h, 30d
    #[arg(long, value_name = "LENGTH", default_value = "1d")]
    pub(crate) since: String,
    /// The time at which to begin instead
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "since", allow_hyphen_values = true)]
    pub(crate) start: Option<Moment>,
    /// The time at which to end [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub(crate) end: Option<Moment>,
    /// Thresholds to try instead of the rule's own
    #[arg(long, value_name = "NUMBER,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub(crate) thresholds: Vec<f64>,
    /// Lengths of `for` to try instead of the rule's own
    #[arg(long = "for", value_name = "LENGTH,…", value_delimiter = ',')]
    pub(crate) holds: Vec<String>,
    /// Write JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
    #[command(flatten)]
    pub(crate) whom: Whom,
}

/// What to verify.
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyArgs {
    /// Directory of samples, rules and alert state
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
}

/// What to copy, or whom to ask for it.
#[derive(Debug, Clone, Args)]
pub(crate) struct SnapshotArgs {
    /// Directory of samples, rules and alert state. The collector must not run there
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
    /// The directory to make [default: `snapshots/` and the time, in the data directory]
    #[arg(short, long, value_name = "DIR", conflicts_with = "http")]
    pub(crate) output: Option<PathBuf>,
    /// Ask the collector that listens here to make one, in its own data directory
    #[arg(long, value_name = "ADDR")]
    pub(crate) http: Option<SocketAddr>,
    /// Bearer token that the collector wants
    #[arg(long, value_name = "SECRET", env = "ALICIA_METRICS_HTTP_TOKEN", hide_env_values = true)]
    pub(crate) http_token: Option<Secret>,
    /// User name that it wants
    #[arg(long, value_name = "NAME", env = "ALICIA_METRICS_HTTP_USERNAME")]
    pub(crate) http_username: Option<String>,
    /// Password that it wants
    #[arg(long, value_name = "SECRET", env = "ALICIA_METRICS_HTTP_PASSWORD", hide_env_values = true)]
    pub(crate) http_password: Option<Secret>,
    /// Seconds to wait for its answer
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) timeout: u64,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
}

/// What to restore, and where.
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    /// The directory of a snapshot, or any data directory that no collector uses
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) snapshot: PathBuf,
    /// The data directory to make; it must not exist, or be empty
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
}

/// A format of samples as text (docs/transfer.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransferFormat {
    /// One JSON object a line, as VictoriaMetrics exports and imports them
    Jsonl,
    /// A table with a header
    Csv,
    /// The text format of Prometheus, with timestamps in milliseconds
    Prometheus,
    /// The text format of OpenMetrics, with timestamps in seconds
    Openmetrics,
}

/// What to erase.
#[derive(Debug, Clone, Args)]
pub(crate) struct EraseArgs {
    /// Which series: a name, or conditions such as service="lamp",room=~"hall|attic"
    #[arg(long = "match", value_name = "SERIES", value_parser = |text: &str| matching::parse(text).map(Matching))]
    pub(crate) matching: Matching,
    /// Only samples from here on: Unix seconds or a date in UTC, 2026-01-01 or 2026-01-01T12:30:00Z
    #[arg(long, value_name = "TIME", value_parser = when::parse, allow_hyphen_values = true)]
    pub(crate) start: Option<Millis>,
    /// Only samples up to here
    #[arg(long, value_name = "TIME", value_parser = when::parse, allow_hyphen_values = true)]
    pub(crate) end: Option<Millis>,
    /// Directory of samples, rules and alert state
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
    /// Do it
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What to export.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArgs {
    /// How the samples are written [default: by the end of the file's name, else jsonl]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<TransferFormat>,
    /// Only these series: a name, or conditions such as service="lamp",room!="hall"
    #[arg(long = "match", value_name = "SERIES", value_parser = |text: &str| matching::parse(text).map(Matching))]
    pub(crate) matching: Option<Matching>,
    /// Only samples from here on: Unix seconds or a date in UTC, 2026-01-01 or 2026-01-01T12:30:00Z
    #[arg(long, value_name = "TIME", value_parser = when::parse, allow_hyphen_values = true)]
    pub(crate) start: Option<Millis>,
    /// Only samples up to here
    #[arg(long, value_name = "TIME", value_parser = when::parse, allow_hyphen_values = true)]
    pub(crate) end: Option<Millis>,
    /// Directory of samples, rules and alert state
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
}

/// The conditions of one `--match`.
#[derive(Debug, Clone)]
pub(crate) struct Matching(pub(crate) Vec<Matcher>);

/// What to import.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArgs {
    /// The file to read; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How the samples are written [default: by the end of the file's name, else jsonl]
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<TransferFormat>,
    /// Directory of samples, rules and alert state; made if there is none
    #[arg(long, value_name = "DIR", env = "ALICIA_METRICS_DATA_DIR", default_value = "data")]
    pub(crate) data_dir: PathBuf,
    /// How long samples are kept, as the collector is told; what is older is refused [default: 30d]
    #[arg(long, value_name = "DURATION|forever", env = "ALICIA_METRICS_RETENTION")]
    pub(crate) retention: Option<Span>,
    /// The same in days
    #[arg(long, value_name = "DAYS", env = "ALICIA_METRICS_RETENTION_DAYS")]
    pub(crate) retention_days: Option<u32>,
    /// Whether to show a progress bar
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: Progress,
}

/// Settings of the demo.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Address of the REST API
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8014")]
    pub(crate) http_listen: SocketAddr,
    /// Port of the embedded broker (the next free one if taken)
    #[arg(long, value_name = "PORT", default_value_t = 1883)]
    pub(crate) mqtt_port: u16,
    /// Stop after so many seconds; 0 runs until Ctrl-C
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) seconds: u64,
}

/// Which collector to ask.
#[derive(Debug, Clone, Args)]
pub(crate) struct HealthcheckArgs {
    /// Address of its REST API
    #[arg(long, value_name = "ADDR", env = "ALICIA_METRICS_HTTP_LISTEN", default_value = "127.0.0.1:8014")]
    pub(crate) http_listen: SocketAddr,
    /// Seconds to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub(crate) timeout: u64,
}

/// What a message waits for before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Durability {
    /// The disk has it: a power cut loses nothing that was acknowledged
    Always,
    /// The operating system has it: kill -9 loses nothing, a power cut the last second
    #[default]
    Interval,
    /// Nothing: kill -9 and a power cut lose the last second
    Relaxed,
}

impl From<Durability> for store::Durability {
    fn from(policy: Durability) -> Self {
        match policy {
            Durability::Always => Self::Always,
            Durability::Interval => Self::Interval,
            Durability::Relaxed => Self::Relaxed,
        }
    }
}
