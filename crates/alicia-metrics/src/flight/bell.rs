//! Hears which alerts begin, and says when it is time to write down what led to one.

use capsule::AlertReason;
use model::{Announce, Event, Millis, Severity, limits};
use parking_lot::Mutex;
use std::collections::VecDeque;

/// Alerts whose capsules are still to be written.
pub(crate) struct Bell {
    /// From which severity on; none is never.
    from: Option<Severity>,
    pause: Millis,
    rung: Mutex<Rung>,
}

struct Rung {
    /// The time, as it was told last.
    now: Millis,
    /// When the last alert rang.
    last: Option<Millis>,
    /// When to write, and what for; the oldest first.
    waiting: VecDeque<(Millis, AlertReason)>,
}

impl Bell {
    /// One that rings for alerts of `from` and worse, once in each `pause`.
    pub(crate) fn new(from: Option<Severity>, pause: Millis, now: Millis) -> Self {
        let rung = Rung { now, last: None, waiting: VecDeque::new() };
        Self { from, pause, rung: Mutex::new(rung) }
    }

    /// Tells the time; gives the next alert whose capsule is to be written now. To be called each second, until there is none.
    pub(crate) fn due(&self, now: Millis) -> Option<AlertReason> {
        let mut rung = self.rung.lock();
        rung.now = now;
        // A clock that was set back makes nobody wait longer.
        let is_due =
            |at: Millis| !(now..=now.saturating_add(limits::CAPSULE_AFTER)).contains(&at) || at == now;
        if rung.waiting.front().is_some_and(|(at, _)| is_due(*at)) { Self::next(&mut rung) } else { None }
    }

    /// The next alert that waits, whether it is time or not.
    pub(crate) fn hurry(&self) -> Option<AlertReason> {
        Self::next(&mut self.rung.lock())
    }

    fn next(rung: &mut Rung) -> Option<AlertReason> {
        rung.waiting.pop_front().map(|(_, alert)| alert)
    }
}

impl Announce for Bell {
    fn announce(&self, event: Event) {
        let Event::AlertStarted(alert) = event else { return };
        if self.from.is_none_or(|from| alert.severity < from) {
            return;
        }
        let mut rung = self.rung.lock();
        let now = rung.now;
        let is_soon = rung.last.is_some_and(|last| (0..self.pause).contains(&(now - last)));
        if is_soon || rung.waiting.len() >= limits::CAPSULE_WAITING {
            return;
        }
        rung.last = Some(now);
        let reason = AlertReason {
            alert_id: alert.alert_id,
            rule_name: alert.rule_name,
            severity: alert.severity.to_string(),
            service_name: alert.service_name,
            timestamp: alert.timestamp,
        };
        rung.waiting.push_back((now.saturating_add(limits::CAPSULE_AFTER), reason));
    }
}

#[cfg(test)]
mod tests {
    use super::Bell;
    use model::{Alert, Announce, Event, Severity, Standing};

    fn alert(id: &str, severity: Severity) -> Event {
        Event::AlertStarted(Alert {
            alert_id: id.to_owned(),
            rule_name: "r".to_owned(),
            service_name: "s".to_owned(),
            instance_id: "i".to_owned(),
            severity,
            message: String::new(),
            value: 1.0,
            threshold: 0.0,
            timestamp: 7,
            resolved: false,
            resolved_at: None,
            labels: std::collections::BTreeMap::new(),
            annotations: std::collections::BTreeMap::new(),
            generator: None,
            standing: Standing::default(),
        })
    }

    fn due(bell: &Bell, now: i64) -> Option<String> {
        bell.due(now).map(|reason| reason.alert_id)
    }

    #[test]
    fn a_minute_after_an_alert_it_is_time() {
        let bell = Bell::new(Some(Severity::Error), 600_000, 1_000_000);
        bell.announce(alert("mild", Severity::Warning));
        bell.announce(alert("first", Severity::Error));
        bell.announce(alert("in the pause", Severity::Critical));
        assert_eq!(due(&bell, 1_059_999), None);
        assert_eq!(due(&bell, 1_060_000), Some("first".to_owned()));
        assert_eq!(due(&bell, 1_600_000), None);
        bell.announce(alert("later", Severity::Critical));
        assert_eq!(bell.hurry().map(|reason| reason.alert_id), Some("later".to_owned()));
        assert_eq!(due(&bell, 9_000_000), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait() {
        let bell = Bell::new(Some(Severity::Info), 0, 1_000_000);
        bell.announce(alert("one", Severity::Info));
        assert_eq!(due(&bell, 500_000), Some("one".to_owned()));
    }

    #[test]
    fn one_that_is_off_never_rings() {
        let bell = Bell::new(None, 0, 0);
        bell.announce(alert("one", Severity::Critical));
        assert!(bell.hurry().is_none());
    }
}
