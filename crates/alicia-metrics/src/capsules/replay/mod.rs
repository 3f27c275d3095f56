//! `capsule replay`: a collector without a network, on a clock of its own, takes the messages of a capsule in the times in which they
//! came, by the way on which they came: decode, gate, store, rules, desk. Everything happens on one thread, and what maps would
//! give in any order is put in one: the same capsule comes to the same, byte for byte.
//!
//! [`stage`] puts the parts together, [`duties`] has what happens by the clock, [`outputs`] what is written.

mod outputs;

mod heard;

mod stage;

mod duties;

mod timers;

use super::CapsulesError;
use super::files::Source;
use crate::capsules_args::CapsuleReplayArgs;
use crate::flight::Context;
use crate::questions::{Shown, Table, is_of_alicia, read_rules};
use crate::settings::{DEFAULT_INTERVAL, read_rule_file};
use capsule::{Capsule, Piece};
use http::rfc3339;
use model::{Alert, Millis, Passage, limits};
use outputs::Outputs;
use rules::groups::RuleGroup;
use stage::{Kept, Stage};
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use timers::Timers;

/// Alerts that are shown.
const SHOWN: usize = 20;

/// A replay that goes on.
struct Going {
    stage: Stage,
    timers: Timers,
    begun: Millis,
    messages: u64,
}

/// Replays a capsule.
pub(super) fn replay(args: &CapsuleReplayArgs) -> Result<Shown, CapsulesError> {
    let source = Source::open(&args.file)?;
    let wrong = |error| CapsulesError::capsule(&args.file, error);
    let capsule = Capsule::open(&source, source.length).map_err(wrong)?;
    let mut context = Context::read(&capsule.preface().settings)?;
    let mut said = Vec::new();
    if context.is_without_rules && args.rules.is_none() {
        said.push("the collector's rules did not fit in the capsule: the default rules are taken".to_owned());
    }
    let groups = match &args.rules {
        Some(file) => rules_of(file, &mut context)?,
        None => context.groups()?,
    };
    let outputs = Arc::new(Outputs::create(args.output.as_deref())?);
    let kept = args.data_dir.as_deref().map_or(Ok(Kept::in_memory()), Kept::in_directory)?;
    let begin = |first: Millis| -> Result<Going, CapsulesError> {
        let stage = Stage::new(first, capsule.preface(), &context, groups.clone(), &kept, &outputs)?;
        let timers = Timers::new(&stage, context.collection_seconds, first);
        Ok(Going { stage, timers, begun: first, messages: 0 })
    };
    let (mut going, mut failure) = (None::<Going>, None);
    let read = capsule.each(&mut |piece| {
        let taken = match piece {
            Piece::Gap(gap) => {
                said.push(gap.to_string());
                return ControlFlow::Continue(());
            }
            Piece::Message(message) => take(&mut going, &begin, &message),
        };
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(|source| CapsulesError::read(&args.file, source))?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    let Some(mut going) = going else {
        return Err(CapsulesError::Replay("there is no message in the capsule".to_owned()));
    };
    let end = going.stage.now().saturating_add(limits::CAPSULE_TAIL);
    going.timers.run_until(&mut going.stage, end)?;
    let alerts = going.stage.finish(&outputs)?;
    let text = told(&going, &alerts, &outputs.finish()?);
    Ok(Shown { text, said })
}

/// The rules of a file in the place of all others.
fn rules_of(file: &Path, context: &mut Context) -> Result<Vec<RuleGroup>, CapsulesError> {
    if is_of_alicia(file) {
        context.rules = Some(read_rules(file)?);
        return Ok(Vec::new());
    }
    context.rules = Some(Vec::new());
    let mut groups = read_rule_file(file, DEFAULT_INTERVAL)?;
    // When a group has its rounds follows from the file that it stands in: not from where that lies here.
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    groups.iter_mut().for_each(|group| group.file.clone_from(&name));
    Ok(groups)
}

/// Takes one message in its time.
fn take(
    going: &mut Option<Going>,
    begin: &dyn Fn(Millis) -> Result<Going, CapsulesError>,
    message: &Passage<'_>,
) -> Result<(), CapsulesError> {
    let going = match going {
        Some(going) => going,
        None => going.insert(begin(message.received_at)?),
    };
    // Before the clock goes there: each second of it takes its time.
    let ahead = message.received_at.saturating_sub(going.stage.now()).max(0);
    if going.stage.passed().saturating_add(ahead) > limits::CAPSULE_SPAN {
        let days = limits::CAPSULE_SPAN / limits::DAY;
        return Err(CapsulesError::Replay(format!("the capsule goes through more than {days} days")));
    }
    going.timers.run_until(&mut going.stage, message.received_at)?;
    going.messages += 1;
    going.stage.take(message)
}

/// What it came to, for people.
fn told(going: &Going, alerts: &[Alert], done: &outputs::Done) -> String {
    let seconds = model::to_seconds(going.stage.now() - going.begun);
    let mut text = String::new();
    // Writing to a text does not fail.
    let _fits = writeln!(
        text,
        "replayed {} messages of {seconds} s from {} on: {} series, {} samples, {} alerts, {} events",
        going.messages,
        rfc3339(going.begun),
        done.series,
        done.samples,
        alerts.len(),
        done.events
    );
    if !alerts.is_empty() {
        let mut table = Table::new(&["began", "over", "severity", "alert"]);
        for alert in alerts.iter().take(SHOWN) {
            let over = alert.resolved_at.map_or("-".to_owned(), rfc3339);
            let id = alert.alert_id.escape_debug().to_string();
            table.push(vec![rfc3339(alert.timestamp), over, alert.severity.to_string(), id]);
        }
        text.push_str(&table.text());
    }
    if alerts.len() > SHOWN {
        let _fits = writeln!(text, "… and {} more", alerts.len() - SHOWN);
    }
    let _fits = writeln!(text, "hash {}", done.hash);
    text
}
