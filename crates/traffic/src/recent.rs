//! The newest values of something, for quantiles of how it is now.

use model::{Millis, limits};
use std::collections::VecDeque;

/// Values with their times, the oldest in front.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent {
    values: VecDeque<(Millis, f32)>,
}

impl Recent {
    /// One more value, in milliseconds.
    pub(crate) fn push(&mut self, now: Millis, value: Millis) {
        if self.values.len() >= limits::TRAFFIC_RECENT {
            self.values.pop_front();
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a seven-digit number of milliseconds is exact enough"
        )]
        self.values.push_back((now, value as f32));
    }

    /// The quantiles of what is not too old, less `offset` milliseconds and never below 0, in seconds. `None` if there is
    /// nothing.
    pub(crate) fn quantiles<const N: usize>(
        &self,
        now: Millis,
        offset: Millis,
        shares: [f64; N],
    ) -> Option<[f64; N]> {
        let oldest = now - limits::TRAFFIC_RECENT_AGE;
        let mut values: Vec<f32> =
            self.values.iter().filter(|(at, _)| *at > oldest).map(|(_, value)| *value).collect();
        values.sort_unstable_by(f32::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(shares.map(|share| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a place among a few hundred"
            )]
            let place = ((last as f64) * share).round() as usize;
            #[expect(clippy::cast_precision_loss, reason = "offsets are below 2^53 ms")]
            let offset = offset as f64;
            values.get(place).map_or(0.0, |value| ((f64::from(*value) - offset) / 1e3).max(0.0))
        }))
    }
}
