//! A sender's time, made the house's time.
//!
//! The bus speaks Unix seconds, but senders written in JavaScript say milliseconds, and others microseconds
//! or nanoseconds. No two of these can be confused: in seconds every year up to 5138 lies below 1e11, and
//! every time since 1973 counted in the next finer unit lies above it.

use model::{Millis, Reason, from_seconds, limits};

/// From here on a number is taken for milliseconds, microseconds, nanoseconds.
const MILLISECONDS: f64 = 1e11;
const MICROSECONDS: f64 = 1e14;
const NANOSECONDS: f64 = 1e17;

/// The time of a sample: what the sender said, or `received_at` where it said nothing (or no number).
///
/// # Errors
/// [`Reason::TooFarInFuture`] when it lies more than [`limits::FUTURE`] after `received_at`;
/// [`Reason::TooOld`] when it lies before all representable time. Other old times are the store's matter.
pub(crate) fn moment(said: Option<f64>, received_at: Millis) -> Result<Millis, Reason> {
    let Some(said) = said.filter(|said| said.is_finite()) else { return Ok(received_at) };
    match from_seconds(in_seconds(said)) {
        Some(t) if t <= received_at.saturating_add(limits::FUTURE) => Ok(t),
        None if said < 0.0 => Err(Reason::TooOld),
        _ => Err(Reason::TooFarInFuture),
    }
}

fn in_seconds(said: f64) -> f64 {
    match said.abs() {
        size if size < MILLISECONDS => said,
        size if size < MICROSECONDS => said / 1e3,
        size if size < NANOSECONDS => said / 1e6,
        _ => said / 1e9,
    }
}

#[cfg(test)]
mod tests {
    use super::moment;
    use model::{Reason, limits};

    const NOW: i64 = 1_795_394_307_690;

    fn check(said: Option<f64>, expect: Result<i64, Reason>) {
        assert_eq!(moment(said, NOW), expect, "{said:?}");
    }

    #[test]
    fn a_missing_or_unusable_time_is_the_time_of_arrival() {
        for said in [None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY)] {
            check(said, Ok(NOW));
        }
    }

    #[test]
    fn defect_32_every_unit_of_time_gives_the_same_moment() {
        check(Some(1_795_394_307.68), Ok(NOW - 10));
        check(Some(1_795_394_307_680.0), Ok(NOW - 10));
        check(Some(1_795_394_307_680_000.0), Ok(NOW - 10));
        check(Some(1_795_394_307_680_000_000.0), Ok(NOW - 10));
    }

    #[test]
    fn the_far_future_is_refused_and_the_past_is_left_to_the_store() {
        check(Some((NOW + limits::FUTURE) as f64 / 1000.0), Ok(NOW + limits::FUTURE));
        check(Some((NOW + limits::FUTURE + 1) as f64 / 1000.0), Err(Reason::TooFarInFuture));
        check(Some(9.9e10), Err(Reason::TooFarInFuture));
        check(Some(f64::MAX), Err(Reason::TooFarInFuture));
        check(Some(f64::MIN), Err(Reason::TooOld));
        check(Some(0.0), Ok(0));
        check(Some(-1.0), Ok(-1000));
    }
}
