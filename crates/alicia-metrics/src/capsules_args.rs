//! The command line of `capsule`.

use crate::questions_args::Collector;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Recordings of the raw bus.
#[derive(Debug, Subcommand)]
pub(crate) enum CapsuleCommand {
    /// Ask a running collector for what passed on the bus lately, and write it to a file
    Save(SaveArgs),
    /// Say what is in a capsule: its span, its topics, what was left out, what is damaged
    Show {
        /// The capsule
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Read every byte of a capsule and say what is damaged; exit code 0 or 1
    Verify {
        /// The capsule
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Write the messages of a capsule as JSON lines, which `alicia-metrics replay` sends to a broker
    Export {
        /// The capsule
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The file to write
        #[arg(value_name = "LINES")]
        lines: PathBuf,
    },
    /// Make a capsule of JSON lines
    Import {
        /// The recording: lines of {"t": unix seconds, "topic", "qos", "retain", "payload"}
        #[arg(value_name = "LINES")]
        lines: PathBuf,
        /// The capsule to write
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Let a collector take the messages of a capsule in their own time, as fast as it can, without a network, and say what it
    /// came to. The same capsule always comes to the same, byte for byte
    Replay(CapsuleReplayArgs),
}

/// What to ask for.
#[derive(Debug, Clone, Args)]
pub(crate) struct SaveArgs {
    /// The file to write
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How far back, in minutes [default: as far as the collector remembers]
    #[arg(long, value_name = "MINUTES", conflicts_with = "kept")]
    pub(crate) minutes: Option<u64>,
    /// One that was written because of an alert, by its name; GET /bus/capsules lists them
    #[arg(long, value_name = "NAME")]
    pub(crate) kept: Option<String>,
    #[command(flatten)]
    pub(crate) collector: Collector,
}

/// What to replay.
#[derive(Debug, Clone, Args)]
pub(crate) struct CapsuleReplayArgs {
    /// The capsule
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Rules instead of those in the capsule: a rule file of Prometheus', or Alicia's rules in TOML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// The directory in which samples, rules and alerts are kept, which must not exist or be empty; it can be queried, or a
    /// collector started on it [default: in memory, and gone afterwards]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The directory to write `series.jsonl`, `alerts.jsonl` and `events.jsonl` to
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}
