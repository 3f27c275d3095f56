//! The simulated fleet on the bus: every service has a connection of its own and speaks as Alicia's do.

use super::house::Talk;
use super::script::Character;
use bus::{Sender, SenderSettings, envelope, topics};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use world::{Chance, Clock};

/// How often a service reports.
const PERIOD: Duration = Duration::from_secs(2);

/// Starts the fleet against the broker at `broker`; it ends with the set.
pub(super) fn start(fleet: &[Character], broker: SocketAddr, clock: &Arc<dyn Clock>) -> JoinSet<()> {
    let begun = Instant::now();
    let mut services = JoinSet::new();
    for (number, character) in fleet.iter().enumerate() {
        services.spawn(live(*character, broker, Arc::clone(clock), begun, number as u64));
    }
    services
}

/// One service: lives, perhaps dies, comes back as a new process.
async fn live(character: Character, broker: SocketAddr, clock: Arc<dyn Clock>, begun: Instant, seed: u64) {
    let mut chance = Chance::seeded(seed);
    // Services of a house do not start in the same instant.
    tokio::time::sleep(PERIOD.mul_f64(chance.unit())).await;
    loop {
        if character.alive(begun.elapsed().as_secs_f64())
            && let Err(error) = process(&character, broker, &*clock, begun, &mut chance).await
        {
            tracing::warn!(service = character.name, "the simulated service lost the bus: {error}");
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// What a process has counted since its start.
#[derive(Default)]
struct Totals {
    messages: f64,
    errors: f64,
}

/// One process of a service, from its connect to its death.
async fn process(
    character: &Character,
    broker: SocketAddr,
    clock: &dyn Clock,
    begun: Instant,
    chance: &mut Chance,
) -> Result<(), bus::BusError> {
    let settings = SenderSettings {
        host: broker.ip().to_string(),
        port: broker.port(),
        client_id: format!("{}_{:08x}", character.instance, chance.below(1 << 32)),
        username: None,
        password: None,
    };
    let sender = Sender::connect(&settings).await?;
    let asked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&asked);
    sender.on_message(topics::HEALTH_CHECK, move |_, _| flag.store(true, Ordering::Relaxed)).await?;
    let mut talk = Talk::begin(character, &sender).await?;
    let started = Instant::now();
    let start_time = model::to_seconds(clock.now());
    say(&sender, character, topics::REGISTER, clock, &registration(character, start_time)).await?;
    let mut totals = Totals::default();
    let mut next_report = Instant::now();
    loop {
        let t = begun.elapsed().as_secs_f64();
        if !character.alive(t) {
            // A killed process says nothing: no unregister, no will.
            sender.abandon().await;
            return Ok(());
        }
        if asked.swap(false, Ordering::Relaxed) {
            let answer = health(
                character,
                t,
                started.elapsed().as_secs_f64(),
                &totals,
                model::to_seconds(clock.now()),
            );
            say(&sender, character, &topics::health(character.name), clock, &answer).await?;
        }
        if Instant::now() >= next_report {
            next_report += PERIOD;
            let report = measurements(character, t, chance, &mut totals, model::to_seconds(clock.now()));
            say(&sender, character, &topics::metrics(character.name), clock, &report).await?;
        }
        talk.go_on(&sender, clock, (t, chance)).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn say(
    sender: &Sender,
    character: &Character,
    topic: &str,
    clock: &dyn Clock,
    payload: &serde_json::Value,
) -> Result<(), bus::BusError> {
    let message = envelope(character.name, clock.now(), payload)?;
    sender.publish(topic, message, 1, false).await
}

fn registration(character: &Character, started: f64) -> serde_json::Value {
    json!({"service_name": character.name, "status": "online", "timestamp": started,
           "capabilities": [], "version": "1.0.0"})
}

fn health(character: &Character, t: f64, uptime: f64, totals: &Totals, now: f64) -> serde_json::Value {
    let word = if character.healthy(t) { "healthy" } else { "unhealthy" };
    json!({"service_name": character.name, "instance_id": character.instance, "status": word, "uptime": uptime,
           "messages_processed": totals.messages, "errors": totals.errors, "timestamp": now})
}

fn measurements(
    character: &Character,
    t: f64,
    chance: &mut Chance,
    totals: &mut Totals,
    now: f64,
) -> serde_json::Value {
    let vitals = character.vitals(t, chance.unit());
    let requests = character.requests_per_second * PERIOD.as_secs_f64();
    totals.messages += requests.round();
    totals.errors += requests * vitals.error_percent / 100.0;
    let entry = |name: &str, value: f64, kind: &str| json!({"name": name, "value": value, "type": kind, "timestamp": now});
    let mut response = entry("response_time", vitals.response_ms, "histogram");
    response["labels"] = json!({"endpoint": "/process"});
    json!({"service_name": character.name, "instance_id": character.instance, "metrics": [
        entry("cpu_percent", vitals.cpu_percent, "gauge"),
        entry("memory_percent", vitals.memory_percent, "gauge"),
        entry("error_rate", vitals.error_percent, "gauge"),
        entry("response_time_avg", vitals.response_ms, "gauge"),
        response,
        entry("messages_processed_total", totals.messages, "counter"),
        entry("errors_total", totals.errors.floor(), "counter"),
    ]})
}
