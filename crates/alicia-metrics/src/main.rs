//! `alicia-metrics`: the command line, and the one place where the rooms are put together.
//!
//! Start reading at [`assemble`], which builds every part and connects it to the next.

mod matching;
mod span;
mod when;

mod progress;

mod home_assistant_args;

mod http_args;

mod questions_args;

mod bus_args;

mod capsules_args;

mod cli;
mod logging;
mod settings;

mod ledger;

mod entries;

mod desk;

mod mappings;

mod data_dir;

mod forwarding;

mod rule_groups;

mod notices;

mod flight;

mod unexplained;

mod kept_insights;

mod smart_home;

mod house;

mod explainer;

mod bystander;
mod capsule_desk;
mod insight_scan;
mod introducer;

mod timers;

mod eraser;
mod snapshot;

mod bus_questions;

mod reload;

mod assemble;

mod asking;

mod demo;
mod healthcheck;
mod recording;
mod replay;
mod transfer;

mod backup;
mod erase;
mod questions;

mod mapping_test;
mod top;
mod verify;

mod capsules;

use bus_args::MappingCommand;
use clap::Parser;
use cli::{Cli, Command, ExportArgs, RulesCommand, ServeArgs};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The name under which the collector speaks on the bus.
const SERVICE_NAME: &str = "metrics_collector";

/// Something failed at run time.
const EXIT_FAILURE: u8 = 1;
/// The settings are not usable. (2 is a wrong command line, by clap.)
const EXIT_SETTINGS: u8 = 3;
/// It is done, but not everything that was given could be taken.
const EXIT_REFUSED: u8 = 4;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        None => serve(&cli.serve),
        Some(Command::Serve(args)) => serve(&args),
        Some(Command::Check(args)) => check(&args),
        Some(Command::Rules(command)) => rules(command),
        Some(Command::Demo(args)) => finish(with_runtime(demo::run(&args))),
        Some(Command::Replay(args)) => match with_runtime(replay::replay(&args)) {
            Ok(Ok(sent)) => say(&format!("sent {} messages, {} bytes", sent.messages, sent.bytes)),
            Ok(Err(error)) => fail(&error),
            Err(error) => fail(&error),
        },
        Some(Command::Mapping(MappingCommand::Test(args))) => match mapping_test::run(&args) {
            Ok(tried) if tried.is_understood => say(tried.text.trim_end()),
            Ok(tried) => fail(&tried.text.trim_end()),
            Err(error) => refuse(&error),
        },
        Some(Command::Capsule(command)) => match capsules::run(&command) {
            Ok(shown) => answered(Ok(shown)),
            Err(error) => fail(&error),
        },
        Some(Command::Verify(args)) => match verify::verify(&args) {
            Ok(found) if found.is_sound => say(&found.text),
            Ok(found) => fail(&found.text),
            Err(error) => fail(&error),
        },
        Some(Command::Export(args)) => export(&args),
        Some(Command::Snapshot(args)) => match backup::snapshot(&args) {
            Ok(told) => say(&told),
            Err(error) => fail(&error),
        },
        Some(Command::Restore(args)) => match backup::restore(&args) {
            Ok(told) => say(&told),
            Err(error) => fail(&error),
        },
        Some(Command::Erase(args)) => match erase::erase(&args) {
            Ok(told) => say(&told),
            Err(error) => fail(&error),
        },
        Some(Command::Import(args)) => match transfer::import(&args) {
            Ok(done) if done.refused.is_empty() => say(&done.to_string()),
            Ok(done) => complain(&done, EXIT_REFUSED),
            Err(error) => fail(&error),
        },
        Some(Command::Query(args)) => answered(questions::query(&args)),
        Some(Command::Top(args)) => match top::run(&args) {
            Ok(text) => answered(Ok(questions::Shown { text, said: Vec::new() })),
            Err(error) => fail(&error),
        },
        Some(Command::Series(args)) => answered(questions::series(&args)),
        Some(Command::Labels(args)) => answered(questions::labels(&args)),
        Some(Command::Healthcheck(args)) => match healthcheck::ask(&args) {
            Ok(status) => say(&status),
            Err(error) => fail(&format!("{} is not healthy: {error}", args.http_listen)),
        },
    }
}

fn rules(command: RulesCommand) -> ExitCode {
    match command {
        RulesCommand::Check { files } => check_rules(&files),
        RulesCommand::List { json, whom } => answered(questions::list_rules(&whom, json)),
        RulesCommand::Put { file, whom } => answered(questions::put_rules(&whom, &file)),
        RulesCommand::Test { files } => test_rules(&files),
        RulesCommand::Backtest(args) => answered(questions::backtest(&args)),
        RulesCommand::Quality(args) => answered(questions::quality(&args)),
        RulesCommand::Suggest(args) => answered(questions::suggest(&args)),
        RulesCommand::Delete { names, whom } => answered(questions::delete_rules(&whom, &names)),
    }
}

/// What was asked for goes to standard output, what is to be said of it to standard error.
fn answered(answer: Result<questions::Shown, questions::AskError>) -> ExitCode {
    match answer {
        Ok(shown) => {
            for warning in &shown.said {
                complain(warning, 0);
            }
            match std::io::stdout().write_all(shown.text.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(EXIT_FAILURE),
            }
        }
        Err(error) => fail(&error),
    }
}

fn serve(args: &ServeArgs) -> ExitCode {
    match settings::load(args) {
        Ok(settings) => {
            logging::start(&settings.log_level, settings.log_format);
            finish(with_runtime(assemble::serve(settings, args.clone())))
        }
        Err(error) => refuse(&error),
    }
}

fn check(args: &ServeArgs) -> ExitCode {
    match settings::load(args) {
        Ok(settings) => say(&format!(
            "settings are good\nbroker {:?}\nhttp {}\ndata {}\nretention {}, late by at most {}, collection every {} s, host every {} s, {} rules and {} scrape jobs in the file, {} groups in rule files, {}",
            settings.mqtt.broker,
            settings.http_listen,
            settings.data_dir.display(),
            settings.retention,
            settings.out_of_order_window,
            settings.collection_seconds,
            settings.host_seconds,
            settings.rules.len(),
            settings.scrape.len(),
            settings.rule_groups.len(),
            destinations(&settings),
        )),
        Err(error) => refuse(&error),
    }
}

/// Says of each file what it has, or what is wrong with it.
fn check_rules(files: &[PathBuf]) -> ExitCode {
    let mut is_right = true;
    for file in files {
        match questions::check_rules(file) {
            Some(Ok(count)) => {
                say(&format!("{}: {count} rules", file.display()));
                continue;
            }
            Some(Err(error)) => {
                is_right = false;
                complain(&error, EXIT_SETTINGS);
                continue;
            }
            None => {}
        }
        match settings::read_rule_file(file, settings::DEFAULT_INTERVAL) {
            Ok(groups) => {
                let rules: usize = groups.iter().map(|group| group.rules.len()).sum();
                let counted = format!("{}: {} groups, {rules} rules", file.display(), groups.len());
                let in_rounds = questions::judged_in_rounds(&groups);
                say(&[vec![counted], in_rounds].concat().join("\n"));
            }
            Err(error) => {
                is_right = false;
                refuse(&error);
            }
        }
    }
    if is_right { ExitCode::SUCCESS } else { ExitCode::from(EXIT_SETTINGS) }
}

/// Says of each file of unit tests whether all is as expected.
fn test_rules(files: &[PathBuf]) -> ExitCode {
    let mut is_right = true;
    for file in files {
        let tested = questions::test_rules(file);
        is_right &= tested.is_right;
        say(&tested.text);
    }
    if is_right { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILURE) }
}

fn destinations(settings: &settings::Settings) -> String {
    match settings.destinations.as_slice() {
        [] => "nothing is handed on".to_owned(),
        some => {
            let some: Vec<String> =
                some.iter().map(|one| format!("{} ({})", one.name, one.shown_url())).collect();
            format!("handed on to {}", some.join(", "))
        }
    }
}

/// The samples may go to standard output, so what is to be said goes to standard error.
fn export(args: &ExportArgs) -> ExitCode {
    match transfer::export(args) {
        Ok(done) if done.damage.is_empty() => complain(&format!("{} samples exported", done.samples), 0),
        Ok(done) => fail(&format!("{} samples exported; damage:\n{}", done.samples, done.damage.join("\n"))),
        Err(error) => fail(&error),
    }
}

/// Runs `work` on a runtime of two threads: one core is enough for a home, two keep HTTP out of the way of
/// the bus.
fn with_runtime<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    Ok(runtime.block_on(work))
}

fn finish(ended: std::io::Result<Result<(), assemble::ServeError>>) -> ExitCode {
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&error),
        Err(error) => fail(&error),
    }
}

fn say(text: &str) -> ExitCode {
    // A closed pipe on standard output is the reader's choice, not a failure.
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(EXIT_FAILURE),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    complain(error, EXIT_FAILURE)
}

fn refuse(error: &settings::SettingsError) -> ExitCode {
    complain(error, EXIT_SETTINGS)
}

fn complain(error: &dyn std::fmt::Display, code: u8) -> ExitCode {
    if writeln!(std::io::stderr(), "alicia-metrics: {error}").is_err() {
        // There is nobody left to tell; the exit code says it.
        return ExitCode::from(code);
    }
    ExitCode::from(code)
}
