//! Home Assistant, as far as the house has to do with it: what stands on the broker for it, which is remembered on disk
//! (`home_assistant.json`), and what its switches say.

use crate::settings::{HomeAssistant as Settings, Settings as AllSettings};
use bus::{Announcing, Bus, BusError};
use home_assistant::{Announcer, Household, Memory, Plan};
use ingest::Gate;
use model::{Labels, NAME, Reason, limits};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc::{Receiver, channel};
use world::{Clock, Disk};

/// What stands on the broker, in the data directory.
const FILE: &str = "home_assistant.json";

/// Home Assistant, as far as the house has to do with it.
pub(crate) struct SmartHome {
    disk: Arc<dyn Disk>,
    /// None where nothing is announced, nor stands there from before.
    announcing: Option<Announcing>,
    is_enabled: bool,
    /// The rule of each switch.
    switches: Arc<Mutex<BTreeMap<String, String>>>,
    /// Taken by who does it.
    work: Mutex<Option<Work>>,
    entities: AtomicUsize,
    left_out: AtomicUsize,
}

/// What is announced, and what is commanded.
pub(crate) struct Work {
    pub(crate) announcer: Announcer,
    pub(crate) commands: Receiver<Command>,
}

/// What a switch is to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) rule: String,
    pub(crate) is_on: bool,
}

impl SmartHome {
    /// Connects to Home Assistant's topics, if anything is to be announced or taken down.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(
        settings: &AllSettings,
        disk: Arc<dyn Disk>,
        bus: &Bus,
        gate: &Arc<Gate>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, BusError> {
        let settings = &settings.home_assistant;
        let memory = memory(&*disk);
        let switches = Arc::<Mutex<BTreeMap<String, String>>>::default();
        let (known, (queue, commands)) = (Arc::clone(&switches), channel(limits::HOME_ASSISTANT_COMMANDS));
        let on_command = move |id: &str, is_on: bool| {
            let rule = known.lock().get(id).cloned();
            let rule = rule.ok_or((Reason::BadCommand, "there is no such switch"))?;
            let full = (Reason::TooManyCommands, "too many commands wait; try again later");
            queue.try_send(Command { rule, is_on }).map_err(|_| full)
        };
        let is_needed = settings.is_enabled || !memory.is_empty();
        let mut announcer = Announcer::new(settings.topics.clone(), memory);
        if settings.is_enabled
            && announcer.note_presence()
            && let Err(error) = remember(&*disk, announcer.memory())
        {
            tracing::error!("what Home Assistant is told is not remembered: {error}");
        }
        let announcing = if is_needed {
            let presence = presence(settings);
            let at = (gate.clone() as _, Arc::clone(clock));
            bus.announce(settings.topics.clone(), presence, at, Arc::new(on_command))?
        } else {
            None
        };
        Ok(Self {
            disk,
            announcing,
            is_enabled: settings.is_enabled,
            switches,
            work: Mutex::new(Some(Work { announcer, commands })),
            entities: AtomicUsize::new(0),
            left_out: AtomicUsize::new(0),
        })
    }

    /// What is to be done, if anything is; whoever asks does it.
    pub(crate) fn take_work(&self) -> Option<Work> {
        self.announcing.as_ref()?;
        self.work.lock().take()
    }

    /// Whether all that is to be done is to take down what stood there, and that is done.
    pub(crate) fn is_over(&self, announcer: &Announcer) -> bool {
        !self.is_enabled && announcer.memory().is_empty()
    }

    /// Forgets what the broker has taken down, and makes a plan of what is to be done, unless one is `stuck`, and carries it
    /// out. Gives what is stuck then, because the disk does not take what must be remembered of it.
    pub(crate) fn work(
        &self,
        announcer: &mut Announcer,
        house: impl FnOnce() -> Household,
        stuck: Option<Plan>,
    ) -> Option<Plan> {
        let announcing = self.announcing.as_ref()?;
        self.forget(announcer, announcing);
        let was_stuck = stuck.is_some();
        let plan = stuck.unwrap_or_else(|| {
            if self.is_enabled { announcer.update(&house()) } else { announcer.farewell() }
        });
        self.switches.lock().clone_from(announcer.switches());
        match self.carry_out(plan, announcer.memory(), announcing) {
            Ok(()) => None,
            Err((plan, why)) => {
                if !was_stuck {
                    tracing::error!("Home Assistant is told nothing new before the disk takes it: {why}");
                }
                Some(plan)
            }
        }
    }

    /// Says goodbye, if anybody was told anything.
    pub(crate) async fn stop(&self) {
        if let Some(announcing) = &self.announcing {
            announcing.stop().await;
        }
    }

    /// How it goes, for the Prometheus text.
    #[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
    pub(crate) fn own_metrics(&self) -> Vec<(Labels, f64)> {
        let Some(announcing) = &self.announcing else { return Vec::new() };
        let status = announcing.status();
        let counts = [
            ("alicia_metrics_home_assistant_connected", u64::from(status.connected)),
            ("alicia_metrics_home_assistant_entities", self.entities.load(Ordering::Relaxed) as u64),
            ("alicia_metrics_home_assistant_left_out", self.left_out.load(Ordering::Relaxed) as u64),
            ("alicia_metrics_home_assistant_waiting", status.waiting as u64),
            ("alicia_metrics_home_assistant_messages_total", status.messages),
            ("alicia_metrics_home_assistant_failures_total", status.failures),
            ("alicia_metrics_home_assistant_commands_total", status.commands),
            ("alicia_metrics_home_assistant_commands_refused_total", status.commands_refused),
        ];
        counts.map(|(name, value)| (Labels::new([(NAME, name)]), value as f64)).into()
    }

    /// Carries out a plan: nothing is put up before it is remembered. Gives the plan back where the disk does not take it.
    fn carry_out(&self, plan: Plan, memory: &Memory, announcing: &Announcing) -> Result<(), (Plan, String)> {
        if plan.remember
            && let Err(why) = remember(&*self.disk, memory)
        {
            return Err((plan, why));
        }
        let mut refused = None;
        for paper in plan.put_up {
            if !announcing.put_up(paper.rank, &paper.topic, paper.payload.to_string().into_bytes()) {
                refused = Some(paper.topic);
            }
        }
        for topic in plan.take_down {
            if !announcing.take_down(&topic) {
                refused = Some(topic);
            }
        }
        if let Some(topic) = refused {
            tracing::error!("Home Assistant is not told what stands on {topic}: there is no room for more");
        }
        Ok(())
    }

    /// Forgets what the broker does not have any more.
    fn forget(&self, announcer: &mut Announcer, announcing: &Announcing) {
        let gone = announcing.taken_down();
        let mut changed = false;
        for topic in &gone {
            changed |= announcer.taken_down(topic);
        }
        if changed && let Err(error) = remember(&*self.disk, announcer.memory()) {
            // It is only taken down once more after a restart.
            tracing::warn!("what Home Assistant was told is not remembered: {error}");
        }
        self.entities.store(announcer.memory().len(), Ordering::Relaxed);
        self.left_out.store(announcer.left_out(), Ordering::Relaxed);
    }
}

/// What stands on the topic of availability while the collector is there, and when it is gone.
fn presence(settings: &Settings) -> Option<[Vec<u8>; 2]> {
    let words = [Announcer::online(), Announcer::offline()];
    settings.is_enabled.then(|| words.map(|word| word.to_string().into_bytes()))
}

fn remember(disk: &dyn Disk, memory: &Memory) -> Result<(), String> {
    disk.replace(FILE, &memory.write()?).map_err(|error| error.to_string())
}

/// What stood on the broker before.
fn memory(disk: &dyn Disk) -> Memory {
    let read = disk.read(FILE).map_err(|error| error.to_string());
    let read = read.and_then(|bytes| bytes.map_or(Ok(Memory::default()), |bytes| Memory::read(&bytes)));
    read.unwrap_or_else(|error| {
        tracing::error!("{FILE} cannot be read, what Home Assistant was told before stays: {error}");
        Memory::default()
    })
}
