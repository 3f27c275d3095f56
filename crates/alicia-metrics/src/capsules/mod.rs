//! `alicia-metrics capsule`: recordings of the raw bus as files: fetched, shown, checked, made of text and written as text, and
//! replayed ([`replay`]).

mod files;

mod save;

mod show;

mod lines;

mod replay;

use crate::capsules_args::CapsuleCommand;
use crate::flight::ContextError;
use crate::questions::{AskError, Shown};
use crate::settings::SettingsError;
use std::io;
use std::path::Path;

/// Why something could not be done with a capsule.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CapsulesError {
    #[error("cannot read {path}: {source}")]
    Read { path: String, source: io::Error },
    #[error("cannot write {path}: {source}")]
    Write { path: String, source: io::Error },
    #[error("{path}: {source}")]
    Capsule { path: String, source: capsule::CapsuleError },
    #[error("{path}, line {line}: {why}")]
    Line { path: String, line: u64, why: String },
    #[error("{0}")]
    Damaged(String),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Context(#[from] ContextError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{path} is not empty: a replay needs a directory of its own")]
    Taken { path: String },
    #[error("the replay cannot go on: {0}")]
    Replay(String),
}

impl CapsulesError {
    fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.display().to_string(), source }
    }

    fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.display().to_string(), source }
    }

    fn capsule(path: &Path, source: capsule::CapsuleError) -> Self {
        Self::Capsule { path: path.display().to_string(), source }
    }
}

/// Does what was asked for.
pub(crate) fn run(command: &CapsuleCommand) -> Result<Shown, CapsulesError> {
    match command {
        CapsuleCommand::Save(args) => save::save(args),
        CapsuleCommand::Show { file, json } => show::show(file, *json),
        CapsuleCommand::Verify { file } => show::verify(file),
        CapsuleCommand::Export { file, lines } => lines::export(file, lines),
        CapsuleCommand::Import { lines, file } => lines::import(lines, file),
        CapsuleCommand::Replay(args) => replay::replay(args),
    }
}
