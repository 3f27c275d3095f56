//! What each simulated service does over time: pure functions of the seconds since the demo began.

/// What goes wrong with a service, and when (seconds since the demo began).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    /// Nothing.
    Well,
    /// Memory grows without end.
    Leak { from: f64 },
    /// The process dies without a word and comes back.
    Crash { at: f64, back: f64 },
    /// Answers take longer and longer.
    Slower { from: f64 },
    /// More and more requests fail.
    Failing { from: f64 },
    /// The processor is busy now and then.
    Busy { period: f64 },
}

/// One simulated service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Character {
    pub(super) name: &'static str,
    pub(super) instance: &'static str,
    pub(super) fate: Fate,
    /// Usual response time in milliseconds.
    pub(super) response_ms: f64,
    /// Usual share of memory in percent.
    pub(super) memory_percent: f64,
    /// Usual requests a second.
    pub(super) requests_per_second: f64,
    /// What it says beside its measurements.
    pub(super) part: Part,
}

/// What a service does in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing that others hear.
    Quiet,
    /// Asks the parts of the voice, one after the other.
    Asks,
    /// Answers, as this part of the voice.
    Answers(&'static str),
    /// Says how the lamps are.
    Lamps,
}

const fn well(
    name: &'static str,
    instance: &'static str,
    response_ms: f64,
    memory_percent: f64,
) -> Character {
    Character {
        name,
        instance,
        fate: Fate::Well,
        response_ms,
        memory_percent,
        requests_per_second: 4.0,
        part: Part::Quiet,
    }
}

/// The dozen. Names are Alicia's, so that the demo looks like home.
pub(super) const FLEET: [Character; 13] = [
    Character {
        fate: Fate::Leak { from: 15.0 },
        part: Part::Answers("tts"),
        ..well("tts_service", "tts_service-1", 180.0, 35.0)
    },
    Character {
        fate: Fate::Crash { at: 40.0, back: 90.0 },
        ..well("personality_system", "personality_system-1", 25.0, 12.0)
    },
    Character {
        fate: Fate::Slower { from: 20.0 },
        part: Part::Asks,
        ..well("voice_router", "voice_router-1", 60.0, 18.0)
    },
    Character {
        fate: Fate::Failing { from: 60.0 },
        part: Part::Answers("grok"),
        ..well("grok_integration", "grok_integration-1", 420.0, 22.0)
    },
    Character {
        fate: Fate::Busy { period: 60.0 },
        part: Part::Answers("ai"),
        ..well("ai_service", "ai_service-1", 350.0, 48.0)
    },
    well("ai_service", "ai_service-2", 340.0, 46.0),
    Character { part: Part::Answers("stt"), ..well("stt_service", "stt_service-1", 140.0, 40.0) },
    well("security_gateway", "security_gateway-1", 8.0, 9.0),
    well("device_manager", "device_manager-1", 15.0, 11.0),
    Character { part: Part::Lamps, ..well("ha_bridge", "ha_bridge-1", 30.0, 14.0) },
    well("sonos_service", "sonos_service-1", 45.0, 10.0),
    well("event_scheduler", "event_scheduler-1", 12.0, 8.0),
    well("discovery_service", "discovery_service-1", 10.0, 8.0),
];

/// The gauges of a service at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vitals {
    pub(super) cpu_percent: f64,
    pub(super) memory_percent: f64,
    pub(super) response_ms: f64,
    pub(super) error_percent: f64,
}

impl Character {
    /// The gauges at `t`; `noise` is any number in 0..1.
    pub(super) fn vitals(&self, t: f64, noise: f64) -> Vitals {
        let wobble = noise - 0.5;
        let mut vitals = Vitals {
            cpu_percent: 12.0 + 6.0 * wobble,
            memory_percent: self.memory_percent + wobble,
            response_ms: self.response_ms * (1.0 + 0.2 * wobble),
            error_percent: 0.2 * noise,
        };
        match self.fate {
            Fate::Leak { from } => {
                vitals.memory_percent = (vitals.memory_percent + 0.8 * (t - from).max(0.0)).min(97.0);
            }
            Fate::Slower { from } => vitals.response_ms += 9.0 * (t - from).max(0.0),
            Fate::Failing { from } => vitals.error_percent += (0.3 * (t - from).max(0.0)).min(12.0),
            Fate::Busy { period } if (t / period).fract() > 0.5 => vitals.cpu_percent = 94.0 + 3.0 * wobble,
            Fate::Busy { .. } | Fate::Crash { .. } | Fate::Well => {}
        }
        vitals
    }

    /// Whether the process lives at `t`.
    pub(super) fn alive(&self, t: f64) -> bool {
        !matches!(self.fate, Fate::Crash { at, back } if (at..back).contains(&t))
    }

    /// Whether the service calls itself healthy at `t`.
    pub(super) fn healthy(&self, t: f64) -> bool {
        self.vitals(t, 0.5).error_percent <= 5.0
    }
}

#[cfg(test)]
mod tests {
    use super::{FLEET, Fate};

    fn fated(wanted: impl Fn(Fate) -> bool) -> super::Character {
        FLEET.into_iter().find(|one| wanted(one.fate)).expect("the fleet has one of each fate")
    }

    #[test]
    fn within_two_minutes_every_default_threshold_is_passed_once() {
        let peak = |one: super::Character, of: fn(super::Vitals) -> f64| {
            (0..120).map(|t| of(one.vitals(f64::from(t), 0.5))).fold(f64::MIN, f64::max)
        };
        assert!(peak(fated(|f| matches!(f, Fate::Leak { .. })), |v| v.memory_percent) > 85.0);
        assert!(peak(fated(|f| matches!(f, Fate::Busy { .. })), |v| v.cpu_percent) > 90.0);
        assert!(peak(fated(|f| matches!(f, Fate::Failing { .. })), |v| v.error_percent) > 5.0);
        let slow = fated(|f| matches!(f, Fate::Slower { .. }));
        assert!(slow.vitals(110.0, 0.5).response_ms > 10.0 * slow.response_ms);
        let crash = fated(|f| matches!(f, Fate::Crash { .. }));
        assert!(crash.alive(39.0) && !crash.alive(41.0) && crash.alive(90.0));
    }
}
