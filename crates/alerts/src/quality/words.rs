//! Numbers as people say them.

use model::{Millis, limits, to_seconds};

/// A length of time in its largest unit: `40 s`, `2.5 min`, `3 h`, `12 days`.
pub(super) fn length(millis: Millis) -> String {
    let (unit, name) = match millis {
        ..limits::MINUTE => (limits::SECOND, "s"),
        limits::MINUTE..limits::HOUR => (limits::MINUTE, "min"),
        limits::HOUR..limits::DAY => (limits::HOUR, "h"),
        _ => (limits::DAY, "days"),
    };
    let number = (to_seconds(millis) / to_seconds(unit) * 10.0).round() / 10.0;
    if number == 1.0 && unit == limits::DAY { "1 day".to_owned() } else { format!("{number} {name}") }
}

/// A share in percent; only all of it is 100 %.
pub(super) fn percent(share: f64) -> String {
    let percent = (share * 100.0).round();
    if percent >= 100.0 && share < 1.0 { "more than 99 %".to_owned() } else { format!("{percent} %") }
}

/// A number and what it counts.
pub(super) fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::{length, percent};

    #[test]
    fn lengths_and_shares_are_said_shortly() {
        for (millis, text) in [
            (400, "0.4 s"),
            (59_000, "59 s"),
            (90_000, "1.5 min"),
            (7_200_000, "2 h"),
            (86_400_000, "1 day"),
            (216_000_000, "2.5 days"),
        ] {
            assert_eq!(length(millis), text);
        }
        assert_eq!([percent(0.913), percent(0.999), percent(1.0)], ["91 %", "more than 99 %", "100 %"]);
    }
}
