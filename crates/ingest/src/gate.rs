//! The gate: the one door through which everything comes in.

use crate::cumulative::Cumulative;
use crate::foreign::{Cursor, Foreigners, Receivers, Told, bounded};
use crate::generations::Key;
use crate::host_metric::HostReading;
use crate::parcel::{Lots, Spell, TooMany};
use crate::protobuf::Malformed;
use crate::push_group::Groups;
use crate::registry::Registry;
use crate::settings::GateSettings;
use crate::tally::Tally;
use crate::writer::{Arrival, NOBODY, Writer};
use model::{
    Announce, Append, AppendError, Describe, Intake, IntakeError, MessageIds, Metadata, Millis, Origin,
    Reason, Report, Series, limits,
};
use parking_lot::{Mutex, MutexGuard};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use world::Clock;

/// The label that says what was scraped, and for whom.
pub(crate) const JOB: &str = "job";

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
    /// Apart from the writer: whoever brings foreign samples keeps the bus from nothing but the store.
    foreigners: Mutex<Foreigners>,
    sums: Mutex<Cumulative>,
    pushed: Mutex<Groups>,
    /// Another in each run, so that nobody outside can choose two series that look the same.
    seed: u64,
}

/// Why nothing of a request was taken, or not all that could have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The body is not what it says it is; nothing of it was taken.
    #[error("the body cannot be read: {0}")]
    Unreadable(String),
    /// There is more in it than one request may have; nothing of it was taken.
    #[error("one request may have at most {} samples, series or texts", limits::WRITE_ENTRIES)]
    TooLarge,
    /// The store does not take samples now: the request should come again.
    #[error("storage does not accept samples: {0}")]
    Unavailable(String),
}

impl From<TooMany> for WriteError {
    fn from(_: TooMany) -> Self {
        Self::TooLarge
    }
}

impl From<Malformed> for WriteError {
    fn from(malformed: Malformed) -> Self {
        Self::Unreadable(malformed.to_string())
    }
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
        let foreigners = Mutex::new(Foreigners::new(settings.series));
        let mut writer = Writer::new(settings, Arc::clone(&registry), Arc::clone(&tally), appends.clone());
        // The first window of `up` begins here, so that everybody has had time to speak when it ends.
        writer.up_written = Some(clock.now());
        let seed = RandomState::new().hash_one(0);
        Self {
            registry,
            tally,
            announce,
            appends,
            writer: Mutex::new(writer),
            foreigners,
            sums: Mutex::default(),
            pushed: Mutex::default(),
            seed,
        }
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
            // Series without a service came from elsewhere, and so did those with a job, which scrapes and Prometheus'
            // own senders give to each: nobody of the bus speaks through them, whatever they call a service.
            if series.service().is_empty() || series.labels().get(JOB).is_some() {
                continue;
            }
            state.restore(series.service(), series.instance(), oldest, newest);
        }
    }

    /// Silences shorter than this mean nothing.
    pub(crate) fn shortest_silence(&self) -> Millis {
        self.writer.lock().settings.shortest_silence
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

    /// The seed of the keys of foreign series that are written in format number `format`: what two formats write alike
    /// may mean two things.
    pub(crate) fn seed(&self, format: u64) -> u64 {
        self.seed.wrapping_add(format)
    }

    /// Those of `keys` that belong to foreign series that are known.
    pub(crate) fn foreign_keys(&self, keys: impl Iterator<Item = [u8; 16]>) -> Vec<Key> {
        self.foreigners.lock().known(keys)
    }

    /// Running sums of what is told as differences.
    pub(crate) fn sums(&self) -> MutexGuard<'_, Cumulative> {
        self.sums.lock()
    }

    /// What was pushed.
    pub(crate) fn pushed(&self) -> &Mutex<Groups> {
        &self.pushed
    }

    /// Where types and units of metrics are noted.
    pub(crate) fn describe(&self) -> Option<Arc<dyn Describe>> {
        self.writer.lock().describe.clone()
    }

    /// Takes what a request brings, batch by batch, and commits it. `source` says in counters where it came in.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`]: the request must not be acknowledged.
    pub(crate) fn take_parcel(
        &self,
        source: &str,
        lots: &Lots,
        spell: &impl Spell,
        now: Millis,
    ) -> Result<Told, WriteError> {
        let told = self.take_uncommitted(source, lots, spell, now)?;
        self.commit_parcels()?;
        Ok(told)
    }

    /// Takes what a request brings, batch by batch. Readers see it, but it is not committed.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`]: the request must not be acknowledged.
    pub(crate) fn take_uncommitted(
        &self,
        source: &str,
        lots: &Lots,
        spell: &impl Spell,
        now: Millis,
    ) -> Result<Told, WriteError> {
        let describe = self.describe();
        let to = Receivers { appends: &self.appends, describe: describe.as_ref(), now };
        let (mut told, mut cursor) =
            (Told { exemplars: lots.exemplars, ..Told::default() }, Cursor::default());
        let mut taken = Ok(());
        while taken.is_ok() && !cursor.is_at_end(lots) {
            taken = self.foreigners.lock().take(lots, spell, &mut cursor, &to, &mut told);
        }
        self.tally.count_samples(told.accepted, told.replaced);
        self.tell(source, &told, taken.as_ref().err(), now);
        taken.map_err(|fault| WriteError::Unavailable(fault.0))?;
        Ok(told)
    }

    /// Commits what was taken.
    ///
    /// # Errors
    /// [`WriteError::Unavailable`]: nothing that was taken since the last commit may be acknowledged.
    pub(crate) fn commit_parcels(&self) -> Result<(), WriteError> {
        self.appends.iter().try_for_each(|append| append.commit()).map_err(|fault| {
            self.tally.count_internal();
            WriteError::Unavailable(fault.0)
        })?;
        self.tally.count_message();
        Ok(())
    }

    /// Notes what a request says of metrics apart from their samples.
    pub(crate) fn describe_all(
        &self,
        source: &str,
        said: Vec<(&str, Metadata)>,
        told: &mut Told,
        now: Millis,
    ) {
        let Some(describe) = self.describe() else { return };
        let mut refused = Told::default();
        for (name, metadata) in said {
            let is_name = !name.is_empty() && name.len() <= limits::NAME_BYTES;
            let noted =
                if is_name { describe.describe(name, bounded(metadata)) } else { Err(Reason::BadName) };
            if let Err(reason) = noted {
                refused.refuse(reason, 1, || name.to_owned());
            }
        }
        self.tell(source, &refused, None, now);
        told.refused.extend(refused.refused);
    }

    /// Counts a request that cannot be read.
    pub fn refuse_write(&self, source: &str, reason: Reason, why: &str, now: Millis) {
        let arrival = Arrival { topic: source, now, retained: false };
        self.write(|writer| writer.refuse(reason, 1, why, NOBODY, arrival));
    }

    /// Counts what was refused of a request, and tells the bus if it is time to.
    pub(crate) fn tell(&self, source: &str, told: &Told, fault: Option<&AppendError>, now: Millis) {
        let exemplars = usize::try_from(told.exemplars).unwrap_or(usize::MAX);
        if told.refused.is_empty() && told.faults.is_empty() && fault.is_none() && exemplars == 0 {
            return;
        }
        let arrival = Arrival { topic: source, now, retained: false };
        self.write(|writer| {
            for refusal in &told.refused {
                writer.refuse(refusal.reason, refusal.times, &refusal.example, NOBODY, arrival);
            }
            writer.refuse(Reason::Exemplar, exemplars, "", NOBODY, arrival);
            let of_store = fault.map(|fault| (0, fault));
            for (place, fault) in told.faults.iter().map(|(place, fault)| (*place, fault)).chain(of_store) {
                writer.fault(place, fault, NOBODY, now);
            }
        });
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
        Report::Targets(targets) => writer.take_targets(targets, arrival),
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
