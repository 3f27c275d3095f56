//! What an answer means, and how long to wait before the next attempt. Pure.

use model::limits;
use world::BackOff;

/// What is done after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was taken.
    Taken,
    /// The same again, later.
    Again,
    /// It is not wanted, however often it is sent.
    Refused,
}

/// What a status of HTTP means. A redirection, a password that is not good and a place that is not there are treated as
/// trouble: somebody may put them right before what waits is too old.
pub(crate) fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        401 | 403..=405 | 407 | 408 | 425 | 429 => Verdict::Again,
        400..=499 => Verdict::Refused,
        _ => Verdict::Again,
    }
}

/// What a code of SMTP means. What a server says of a password or of the way there, somebody may put right; what it says for good
/// of the letter stays.
pub(crate) fn judge_mail(code: u16) -> Verdict {
    match code {
        200..=299 => Verdict::Taken,
        530 | 534 | 535 | 538 => Verdict::Again,
        500..=599 => Verdict::Refused,
        _ => Verdict::Again,
    }
}

/// The pauses of a receiver.
pub(crate) fn back_off() -> BackOff {
    BackOff::new(limits::NOTIFY_FIRST_PAUSE, limits::NOTIFY_LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::{Verdict, back_off, judge, judge_mail};
    use std::time::Duration;

    #[test]
    fn answers_mean_what_http_says() {
        for (status, verdict) in [
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (302, Verdict::Again),
            (400, Verdict::Refused),
            (401, Verdict::Again),
            (404, Verdict::Again),
            (413, Verdict::Refused),
            (429, Verdict::Again),
            (500, Verdict::Again),
        ] {
            assert_eq!(judge(status), verdict, "{status}");
        }
    }

    #[test]
    fn answers_mean_what_smtp_says() {
        for (code, verdict) in [
            (250, Verdict::Taken),
            (421, Verdict::Again),
            (451, Verdict::Again),
            (535, Verdict::Again),
            (550, Verdict::Refused),
            (552, Verdict::Refused),
            (354, Verdict::Again),
        ] {
            assert_eq!(judge_mail(code), verdict, "{code}");
        }
    }

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let mut back = back_off();
        let pauses: Vec<u64> = (1..12).map(|_| back.pause(None).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(back_off().pause(Some(Duration::from_secs(30))).as_secs(), 30);
        assert_eq!(back_off().pause(Some(Duration::from_secs(3_000))).as_secs(), 300);
    }
}
