//! Commands to the collector's switches: what is none is refused, counted and shown where all that comes in is.

use crate::allowance::Allowance;
use crate::inbound::Publish;
use model::{Intake, Nothing, Origin, Reason, Report, limits};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use world::Clock;

/// Takes a command: the id of a switch, and whether it is to be on. Never blocks. Gives why it is not taken: there is no
/// such switch, or too many commands wait.
pub type OnCommand = dyn Fn(&str, bool) -> Result<(), (Reason, &'static str)> + Send + Sync;

/// Takes commands.
pub(crate) struct Commands {
    intake: Arc<dyn Intake>,
    clock: Arc<dyn Clock>,
    on_command: Arc<OnCommand>,
    allowance: Mutex<Allowance>,
    taken: AtomicU64,
    refused: AtomicU64,
}

impl Commands {
    pub(crate) fn new(intake: Arc<dyn Intake>, clock: Arc<dyn Clock>, on_command: Arc<OnCommand>) -> Self {
        let (per_second, most) =
            (limits::HOME_ASSISTANT_COMMANDS_PER_SECOND, limits::HOME_ASSISTANT_COMMAND_BURST);
        let allowance = Mutex::new(Allowance::new(per_second, most));
        Self { intake, clock, on_command, allowance, taken: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }

    /// Takes a message of a topic of commands: of that of the switch `object`, if it is one.
    pub(crate) fn take(&self, publish: &Publish<'_>, object: Option<&str>) {
        match self.command(publish, object) {
            Ok(()) => drop(self.taken.fetch_add(1, Ordering::Relaxed)),
            Err((reason, why)) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                self.refuse(publish, reason, why);
            }
        }
    }

    /// How many were taken, and how many refused.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.taken.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed))
    }

    fn command(&self, publish: &Publish<'_>, object: Option<&str>) -> Result<(), (Reason, &'static str)> {
        let object = object.ok_or((Reason::BadCommand, "there is no such switch"))?;
        if publish.retained {
            return Err((Reason::BadCommand, "a command that was given at another time"));
        }
        let is_on = match publish.payload {
            b"ON" => true,
            b"OFF" => false,
            _ => return Err((Reason::BadCommand, "neither ON nor OFF")),
        };
        if !self.allowance.lock().take(self.clock.monotonic()) {
            return Err((Reason::TooManyCommands, "too many commands; try again later"));
        }
        (self.on_command)(object, is_on)
    }

    fn refuse(&self, publish: &Publish<'_>, reason: Reason, why: &'static str) {
        let origin = Origin {
            topic: &publish.topic,
            source: None,
            message_id: None,
            sent_at: None,
            received_at: self.clock.now(),
            bytes: publish.bytes,
            retained: publish.retained,
        };
        let example = publish.payload.get(..limits::EXAMPLE_BYTES).unwrap_or(publish.payload);
        let nothing = Nothing { reason, detail: Cow::Borrowed(why), example };
        if let Err(error) = self.intake.take(&origin, Report::Nothing(nothing)) {
            tracing::debug!("a refused command is not counted: {error}");
        }
    }
}
