//! What an answer means, and how long to wait before the next attempt. Pure.

use model::limits;
use world::BackOff;

/// What is done after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was taken.
    Taken,
    /// The receiver is in trouble: the same again, later.
    Again,
    /// Something in the request is not wanted: it is tried in pieces.
    Bad,
    /// The receiver wants none of it.
    Refused,
}

/// What a status of HTTP means. A redirection, a password that is not known any more and a path that is not there are
/// treated as trouble: somebody is putting things right, or should, and nothing is lost until then.
pub(crate) fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        401 | 403..=405 | 407 | 408 | 425 | 429 => Verdict::Again,
        400 | 413 | 422 => Verdict::Bad,
        400..=499 => Verdict::Refused,
        _ => Verdict::Again,
    }
}

/// The pauses of a destination.
pub(crate) fn back_off() -> BackOff {
    BackOff::new(limits::FORWARD_FIRST_PAUSE, limits::FORWARD_LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, back_off, judge};
    use std::time::Duration;

    #[test]
    fn answers_mean_what_the_protocol_says() {
        for (status, verdict) in [
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (301, Verdict::Again),
            (400, Verdict::Bad),
            (401, Verdict::Again),
            (404, Verdict::Again),
            (409, Verdict::Refused),
            (408, Verdict::Again),
            (413, Verdict::Bad),
            (429, Verdict::Again),
            (500, Verdict::Again),
            (503, Verdict::Again),
        ] {
            assert_eq!(judge(status), verdict, "{status}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let mut back_off = back_off();
        let pauses: Vec<u128> = (0..9).map(|_| back_off.pause(None).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        back_off.reset();
        assert_eq!(back_off.pause(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(back_off.pause(Some(Duration::from_secs(7_000))), Duration::from_secs(30));
        assert_eq!(back_off.pause(Some(Duration::ZERO)), Duration::from_secs(2));
    }
}
