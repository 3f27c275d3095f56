//! Explains alerts when they begin, and once more when a minute has shown what else changed.

use crate::house::House;
use crate::unexplained::Waiting;
use model::{Alert, Millis, limits};
use rules::why::{Question, explain, metrics_of};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// When more is known.
const LATER: Millis = limits::MINUTE;
/// How often it is looked which explanations are due.
const LOOK: Duration = Duration::from_secs(1);

/// Explains alerts one after the other, until the house ends.
pub(crate) async fn run(house: Arc<House>, mut waiting: Waiting) {
    let mut later: VecDeque<(Millis, Alert)> = VecDeque::new();
    loop {
        let alert = match tokio::time::timeout(LOOK, waiting.recv()).await {
            Ok(None) => return,
            Ok(Some(alert)) => {
                if later.len() < limits::EXPLAIN_QUEUE {
                    later.push_back((house.clock.now().saturating_add(LATER), alert.clone()));
                }
                alert
            }
            Err(_) => match later.front() {
                Some((due, _)) if *due <= house.clock.now() => match later.pop_front() {
                    Some((_, alert)) => alert,
                    None => continue,
                },
                _ => continue,
            },
        };
        let own = Arc::clone(&house);
        let explained = tokio::task::spawn_blocking(move || tell(&own, &alert)).await;
        if explained.is_err() {
            tracing::error!("an explanation failed");
        }
    }
}

fn tell(house: &House, alert: &Alert) {
    let own = metrics_of(alert, &house.book, &house.rule_groups.board());
    let started = house.gate.registry().started(&alert.service_name);
    let question = Question { alert, own: &own, started, now: house.clock.now() };
    match explain(&question, &*house.store) {
        Ok(explanation) => house.desk.explain(&alert.alert_id, alert.timestamp, &explanation.text()),
        Err(error) => tracing::error!(alert = alert.alert_id, "an alert is not explained: {error}"),
    }
}
