//! How often senders spoke before a restart, read from what is kept: so that one is missed who fell silent while nobody
//! listened.

use crate::gate::{Gate, JOB};
use crate::registry::SenderName;
use model::{
    INSTANCE, Matcher, Millis, SERVICE, Select, SelectError, Selection, TimeRange, is_stale_marker, limits,
};
use std::ops::ControlFlow;

/// When a sender spoke, as far as it is remembered.
#[derive(Debug, Default)]
struct Spoken {
    /// Times of its samples, in no order.
    times: Vec<Millis>,
    /// The newest staleness marker.
    ended: Option<Millis>,
}

impl Gate {
    /// Learns how often those spoke in the last day who are known from before a restart ([`Gate::restore`]). Whose series all
    /// ended, by a goodbye or after a silence that was noticed, are left as they are: nobody waits for them. Nor of a service that
    /// names no instance: it is known anew when it speaks.
    ///
    /// # Errors
    /// [`SelectError`] when the history cannot be read; the others are missed once they were heard anew.
    pub fn recall_rhythms(&self, history: &dyn Select, now: Millis) -> Result<(), SelectError> {
        let unheard = self.registry().read().unheard();
        for sender in unheard {
            if let Some(times) = spoken(history, &sender, now)?.times() {
                self.registry().write().recall(&sender, &times);
            }
        }
        Ok(())
    }
}

impl Spoken {
    /// The newest times, oldest first; `None` if all ended.
    fn times(mut self) -> Option<Vec<Millis>> {
        self.times.sort_unstable();
        self.times.dedup();
        let newest = *self.times.last()?;
        if self.ended >= Some(newest) {
            return None;
        }
        Some(self.times.split_off(self.times.len().saturating_sub(limits::RHYTHM_TIMES)))
    }
}

fn spoken(history: &dyn Select, sender: &SenderName, now: Millis) -> Result<Spoken, SelectError> {
    let matchers = vec![
        Matcher::equal(SERVICE, &*sender.service),
        Matcher::equal(INSTANCE, &*sender.instance),
        Matcher::equal(JOB, ""),
    ];
    let selection =
        Selection::all(matchers).within(TimeRange::last(limits::DAY, now)).newest(limits::RHYTHM_TIMES);
    let (mut found, mut series) = (Spoken::default(), 0);
    history.each(&selection, &mut |_, columns| {
        for point in columns.points() {
            if is_stale_marker(point.v) {
                found.ended = found.ended.max(Some(point.t));
            } else {
                found.times.push(point.t);
            }
        }
        series += 1;
        if series < limits::RHYTHM_SERIES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(found)
}
