//! Parts of queries that hold no others: selectors, times, numbers, labels.

use super::data::{LENGTH, START};
use model::Millis;
use world::Chance;

/// Where in a tenth of a second queries look: not where samples lie, and not at a multiple of a step, where subqueries do.
const PLACE: Millis = 50;

/// What a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    /// With NaN and infinities.
    Odd,
    /// Several metrics at once.
    Several,
}

/// One of a list.
pub(super) fn one<'a>(chance: &mut Chance, of: &[&'a str]) -> &'a str {
    of[usize::try_from(chance.below(of.len() as u64)).expect("small")]
}

/// Whether something happens that happens once in so many times.
pub(super) fn once_in(chance: &mut Chance, times: u64) -> bool {
    chance.below(times) == 0
}

/// A time to look at, somewhere from the first samples to after the last.
pub(super) fn moment(chance: &mut Chance) -> Millis {
    let tenths = u64::try_from(LENGTH / 100).expect("positive");
    START + 100 * Millis::try_from(chance.below(tenths + 3_000)).expect("small") + PLACE
}

/// The same as seconds in a query.
fn seconds(t: Millis) -> String {
    format!("{}.{:03}", t / 1000, t % 1000)
}

/// A length of time that is a multiple of a tenth of a second.
pub(super) fn length(chance: &mut Chance) -> &'static str {
    one(chance, &["30s", "1m", "90s", "2m30s", "5m", "5m", "10m", "20m", "45m", "7m300ms"])
}

pub(super) fn subquery_step(chance: &mut Chance) -> &'static str {
    one(chance, &["", "10s", "15s", "30s", "1m", "2m", "5m"])
}

/// A kind of series, the odd ones now and then.
pub(super) fn kind(chance: &mut Chance) -> Kind {
    match chance.below(10) {
        0..4 => Kind::Counter,
        4..8 => Kind::Gauge,
        8 => Kind::Odd,
        _ => Kind::Several,
    }
}

/// A selector without times.
pub(super) fn selector(chance: &mut Chance, kind: Kind) -> String {
    let name = match kind {
        Kind::Counter => one(
            chance,
            &["requests_total", "requests_total", "work_seconds_total", "latency_bucket", "latency_count"],
        ),
        Kind::Gauge => one(chance, &["level", "signed", "build_info"]),
        Kind::Odd => "odd",
        Kind::Several => "",
    };
    let mut matchers = Vec::new();
    if kind == Kind::Several {
        matchers.push(one(
            chance,
            &[r#"__name__=~"level|signed""#, r#"__name__=~"l.*|odd""#, r#"__name__!~".*_.*""#],
        ));
    }
    while once_in(chance, 2) && matchers.len() < 3 {
        matchers.push(one(
            chance,
            &[
                r#"job="api""#,
                r#"job!="api""#,
                r#"job=~"a.+|d.*""#,
                r#"job=~".*""#,
                r#"job!~"api|x""#,
                r#"instance=~"a:1|b:1""#,
                r#"instance!~"[ab]:.""#,
                r#"region="""#,
                r#"region!="""#,
                r#"region=~"e?u?""#,
                r#"nothing="""#,
                r#"method='put'"#,
                r#"code=~"5..""#,
                r#"instance="nowhere""#,
            ],
        ));
    }
    if matchers.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", matchers.join(",")) }
}

/// `@` and `offset`, mostly neither. Inside a subquery, one more is kept off the places where the outer one looks.
pub(super) fn modifiers(chance: &mut Chance, is_nested_subquery: bool) -> String {
    let at = match chance.below(24) {
        0 => format!(" @ {}", seconds(moment(chance))),
        1 => " @ start()".to_owned(),
        2 => " @ end()".to_owned(),
        _ => String::new(),
    };
    let is_off = is_nested_subquery && at.is_empty();
    let offset = match chance.below(8) {
        0 => one(chance, &["30s", "5m", "12m", "-3m", "1h", "-100ms"]),
        _ => "",
    };
    match (offset, is_off) {
        ("", false) => at,
        ("", true) => " offset 50ms".to_owned(),
        (offset, false) if once_in(chance, 2) => format!(" offset {offset}{at}"),
        (offset, false) => format!("{at} offset {offset}"),
        // A length ends with its smallest unit.
        ("-100ms", true) => " offset 150ms".to_owned(),
        (offset, true) => format!(" offset {offset}50ms"),
    }
}

/// A number as it may be written.
pub(super) fn literal(chance: &mut Chance) -> &'static str {
    one(chance, &["0", "1", "2", "2.5", "-3", "1e2", ".5", "0x1F", "100", "1e-3", "Inf", "7"])
}

/// Labels to group or match by.
pub(super) fn labels(chance: &mut Chance) -> String {
    let mut all: Vec<&str> = Vec::new();
    for label in ["job", "instance", "method", "region", "code", "nothing"] {
        if once_in(chance, 3) {
            all.push(label);
        }
    }
    all.join(", ")
}
