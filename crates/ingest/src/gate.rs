//! The gate: the one door through which everything comes in.

use crate::host_metric::HostReading;
use crate::message_ids::MessageIds;
use crate::registry::Registry;
use crate::settings::GateSettings;
use crate::tally::Tally;
use crate::writer::{Arrival, Writer};
use model::{Announce, Append, Describe, Intake, IntakeError, Millis, Origin, Reason, Report, Series};
use parking_lot::Mutex;
use std::sync::Arc;
use world::Clock;

/// Takes messages, and hands what they hold to every append.
///
/// Whatever is measured by the clock is measured by the times of arrival and of the ticks; so a recording
/// that is played again gives the same registry, samples and events.
pub struct Gate {
    registry: Arc<Registry>,
    tally: Arc<Tally>,
    announce: Arc<dyn Announce>,
    appends: Vec<Arc<dyn Append>>,
    writer: Mutex<Writer>,
}

impl Gate {
    /// A gate in front of `appends`. The first of them is the store: what it refuses the others never see,
    /// and when it does not take a batch, the message is not taken.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "every room takes its clock as a share of its own")]
    pub fn new(
        settings: GateSettings,
        clock: Arc<dyn Clock>,
        appends: Vec<Arc<dyn Append>>,
        announce: Arc<dyn Announce>,
    ) -> Self {
        let registry = Arc::new(Registry::default());
        let tally = Arc::new(Tally::default());
        let mut writer = Writer::new(settings, Arc::clone(&registry), Arc::clone(&tally), appends.clone());
        // The first window of `up` begins here, so that everybody has had time to speak when it ends.
        writer.up_written = Some(clock.now());
        Self { registry, tally, announce, appends, writer: Mutex::new(writer) }
    }

    /// Has what is known of metrics noted there too: their types, and the units that their names say.
    #[must_use]
    pub fn describing(self, describe: Arc<dyn Describe>) -> Self {
        self.writer.lock().describe = Some(describe);
        self
    }

    /// Who is known.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What was taken and refused.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Makes those known again whose series were kept over a restart: `spans` has each series with the times of
    /// its oldest and newest sample. They count as silent until they are heard.
    pub fn restore(&self, spans: impl IntoIterator<Item = (Arc<Series>, Millis, Millis)>) {
        let mut state = self.registry.write();
        for (series, oldest, newest) in spans {
            state.restore(series.service(), series.instance(), oldest, newest);
        }
    }

    /// Takes new settings; they hold from the next message on.
    pub fn set_settings(&self, settings: GateSettings) {
        self.writer.lock().settings = settings;
    }

    /// Every service was just asked for its health: reports that come now are answers.
    pub fn probe_sent(&self, now: Millis) {
        self.write(|writer| writer.probe_sent(now));
    }

    /// To be called once a second: ends what fell silent, writes `up`, tells of missed probes.
    pub fn tick(&self, now: Millis) {
        self.write(|writer| writer.tick(now));
    }

    /// Takes a reading of the host, as service `system`, instance `host`. A store that does not take it is
    /// counted and announced; the next reading comes soon.
    pub fn take_host(&self, reading: &HostReading, now: Millis) {
        let arrival = Arrival { topic: "host", now, retained: false };
        let taken = self.write(|writer| writer.take_measurements(&reading.measurements(), arrival));
        drop(taken);
    }

    /// Does `work` with the writer, and announces what came of it after the lock is gone.
    fn write<T>(&self, work: impl FnOnce(&mut Writer) -> T) -> T {
        let mut writer = self.writer.lock();
        let done = work(&mut writer);
        let events = writer.take_events();
        drop(writer);
        for event in events {
            self.announce.announce(event);
        }
        done
    }
}

impl Intake for Gate {
    fn take(&self, origin: &Origin<'_>, report: Report<'_>) -> Result<(), IntakeError> {
        self.write(|writer| take(writer, origin, &report))
    }

    /// Without the lock: whoever waits for the disk keeps nobody else from speaking.
    fn commit(&self) -> Result<(), IntakeError> {
        self.appends.iter().try_for_each(|append| append.commit()).map_err(|fault| {
            self.tally.count_internal();
            IntakeError::Unavailable(fault.0)
        })
    }
}

fn take(writer: &mut Writer, origin: &Origin<'_>, report: &Report<'_>) -> Result<(), IntakeError> {
    let arrival = Arrival { topic: origin.topic, now: origin.received_at, retained: origin.retained };
    let id = origin.message_id.as_deref().filter(|id| !id.is_empty());
    let hash = id.map(MessageIds::hash);
    if let (Some(id), Some(hash)) = (id, hash)
        && writer.ids.contains(hash)
    {
        writer.tally.count_message();
        writer.tally.count(Reason::Duplicate, origin.topic, id, &[], origin.received_at);
        return Ok(());
    }
    match report {
        Report::Measurements(measured) => writer.take_measurements(measured, arrival)?,
        Report::Health(health) => writer.take_health(health, arrival)?,
        Report::Status(status) => writer.take_status(status, arrival)?,
        Report::Registered(registration) => writer.take_registered(registration, arrival),
        Report::Unregistered(goodbye) => writer.take_unregistered(goodbye, arrival),
        Report::Nothing(nothing) => writer.take_nothing(nothing, arrival),
        // A question to the services, and every later kind of report, holds nothing to keep.
        _ => {}
    }
    writer.tally.count_message();
    // Remembered only now: a message that was not taken is not a duplicate when it comes again.
    if let Some(hash) = hash {
        writer.ids.remember(hash);
    }
    Ok(())
}
