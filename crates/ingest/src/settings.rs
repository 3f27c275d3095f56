//! What of the gate can be set, and changed while it runs.

use model::{Millis, limits};

/// The gate's settings. Limits are not among them: those are in [`model::limits`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateSettings {
    /// How long samples are kept. The store refuses what is older; the gate forgets series that were silent
    /// for so long.
    pub retention: Millis,
    /// Series that are kept in all: so many are remembered, and ended when their senders fall silent. What is remembered
    /// is bounded when the gate is made.
    pub series: usize,
    /// How often every service is asked for its health, and how often `up` is written.
    pub collection_interval: Millis,
    /// Silences shorter than this never make anything stale, however fast its rhythm: a process that is
    /// restarted in place is back within it.
    pub shortest_silence: Millis,
    /// The silence after which something is stale whose rhythm is not known yet, at least; three collection
    /// intervals if those are longer.
    pub unknown_silence: Millis,
    /// How long an answer to a probe may take before the timeout was adapted to the service.
    pub probe_timeout: Millis,
}

impl Default for GateSettings {
    fn default() -> Self {
        Self {
            retention: 30 * limits::DAY,
            series: limits::SERIES,
            collection_interval: 30 * limits::SECOND,
            shortest_silence: 15 * limits::SECOND,
            unknown_silence: 90 * limits::SECOND,
            probe_timeout: 5 * limits::SECOND,
        }
    }
}
