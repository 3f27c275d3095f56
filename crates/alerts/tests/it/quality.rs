//! What is said of rules by what came of their alerts.

use alerts::quality::{Care, Fired, Origin, Quality, Subject, Verdict, judge};
use model::{Millis, Severity, TimeRange, limits};
use proptest::prelude::*;

const HOUR: Millis = limits::HOUR;
/// The range: thirty days.
const DAYS: TimeRange = TimeRange { start: 0, end: 30 * limits::DAY };

fn subject(name: &str) -> Subject {
    Subject {
        name: name.to_owned(),
        origin: Origin::Rule,
        group: None,
        severity: Severity::Warning,
        enabled: true,
        hold: 0,
        known_since: Some(0),
    }
}

/// An alert of the rule at `subject`, on the oven, in which somebody had a look.
fn fired(subject: usize, start: Millis, length: Millis) -> Fired {
    let care = Care { acknowledged: true, ..Care::default() };
    let (alert_id, service) = (format!("{subject}:oven:a"), "oven".to_owned());
    Fired { subject, alert_id, service, start, end: Some(start + length), care: Some(care) }
}

/// Alerts of half an hour at these hours.
fn at(subject: usize, hours: &[Millis]) -> Vec<Fired> {
    hours.iter().map(|hour| fired(subject, hour * HOUR, HOUR / 2)).collect()
}

fn one(subjects: &[Subject], all: &[Fired], name: &str) -> Quality {
    let found = judge(subjects, all, DAYS).into_iter().find(|quality| quality.rule == name);
    found.unwrap_or_else(|| panic!("{name} is judged"))
}

#[track_caller]
fn check(all: &[Fired], verdict: Verdict, words: &str) -> Quality {
    let quality = one(&[subject("a")], all, "a");
    let reason = &quality.verdicts.first().expect("one at least").reason;
    assert!(quality.verdict == verdict && reason.contains(words), "{:?}: {reason}", quality.verdict);
    quality
}

#[test]
fn a_rule_of_whose_alerts_somebody_takes_care_is_good() {
    let mut all = at(0, &[10, 100, 200, 300, 400]);
    all.extend([fired(0, 500 * HOUR, 2 * HOUR)]);
    let quality = check(&all, Verdict::Good, "it fired 6 times in 30 days, for 30 min in the middle");
    assert_eq!((quality.fired, quality.acknowledged, quality.short, quality.firing), (6, 6, 0, 0));
    assert_eq!((quality.median_seconds, quality.longest_seconds), (Some(1_800.0), Some(7_200.0)));
    let (per_week, share) = (quality.per_week.expect("known"), quality.firing_share);
    assert!((per_week - 1.4).abs() < 1e-9 && (share - 4.5 / 720.0).abs() < 1e-9, "{per_week} {share}");
}

#[test]
fn a_rule_whose_alerts_nobody_cares_about_is_named() {
    let ignored = |mut fired: Fired| {
        fired.care = Some(Care::default());
        fired
    };
    let mut all: Vec<Fired> = at(0, &[10, 100, 200, 300, 400]).into_iter().map(ignored).collect();
    check(&all, Verdict::NeverAcknowledged, "it fired 5 times, and nobody took care");
    check(&all[..4], Verdict::Good, "");
    // One that lay in a silence was known to somebody.
    all[2].care = Some(Care { silenced: true, ..Care::default() });
    check(&all, Verdict::Good, "");
    // Nobody was to hear of those that another alert explained.
    all[2].care = Some(Care { inhibited: true, ..Care::default() });
    let quality = check(&all, Verdict::Good, "");
    assert_eq!(quality.inhibited, 1);
    // Of what is not remembered nothing is said.
    all.iter_mut().for_each(|one| one.care = None);
    let quality = check(&all, Verdict::Good, "");
    assert_eq!((quality.times_only, quality.acknowledged), (5, 0));
}

#[test]
fn a_rule_that_begins_and_ends_again_and_again_flaps() {
    let burst = |hour: Millis| {
        (0..4).map(move |n| fired(0, hour * HOUR + n * 6 * limits::MINUTE, 2 * limits::MINUTE))
    };
    let all: Vec<Fired> = burst(10).chain(burst(50)).chain(at(0, &[300, 400])).collect();
    let quality = check(&all, Verdict::Flapping, "8 of its 10 alerts");
    assert_eq!(quality.flapped, 8);
    // One bad evening does not make it.
    let evening: Vec<Fired> = burst(10).chain(at(0, &(2..20).map(|n| n * 30).collect::<Vec<_>>())).collect();
    check(&evening, Verdict::Good, "");
    // The same beginnings on four instances are none.
    let apart = burst(10).enumerate().map(|(n, one)| Fired { alert_id: format!("a:oven:{n}"), ..one });
    check(&apart.collect::<Vec<_>>(), Verdict::Good, "");
    // What the desk said to flap did.
    let said = at(0, &[10, 100, 200, 300]).into_iter().map(|one| {
        let care = Care { flapping: true, acknowledged: true, ..Care::default() };
        Fired { care: Some(care), ..one }
    });
    check(&said.collect::<Vec<_>>(), Verdict::Flapping, "4 of its 4");
}

#[test]
fn a_rule_whose_alerts_are_soon_over_should_wait_longer() {
    let mut all: Vec<Fired> = (1..5).map(|n| fired(0, n * 50 * HOUR, 20 * limits::SECOND)).collect();
    all.extend(at(0, &[10, 60, 110]));
    let quality =
        check(&all, Verdict::ShortLived, "4 of 7 alerts were over within a minute: with `for = \"30s\"`");
    assert_eq!((quality.short, quality.verdicts[0].hold), (4, Some(30.0)));
    check(&all[1..], Verdict::Good, "");
    let patient = Subject { hold: 5 * limits::MINUTE, ..subject("a") };
    assert_eq!(one(&[patient], &all, "a").verdicts[0].hold, Some(330.0), "it is so much longer than it was");
}

#[test]
fn a_rule_that_fires_nearly_all_the_time_says_nothing() {
    let open = Fired { end: None, ..fired(0, 24 * HOUR, 0) };
    let quality = check(&[open], Verdict::AlwaysFiring, "97 % of the 30 days");
    assert_eq!((quality.firing, quality.median_seconds), (1, None));
    // Many instances one after the other are not one that always fires.
    let turns =
        (0..30).map(|day| Fired { alert_id: format!("{day}"), ..fired(0, day * 24 * HOUR, 24 * HOUR) });
    let quality = check(&turns.collect::<Vec<_>>(), Verdict::Good, "");
    assert!((quality.firing_share - 1.0).abs() < 1e-9);
}

#[test]
fn a_rule_that_never_fired_is_named_once_a_week_is_known() {
    check(&[], Verdict::NeverFired, "it never fired in the 30 days that are known");
    let new = Subject { known_since: Some(DAYS.end - 3 * limits::DAY), ..subject("new") };
    let none = Subject { known_since: None, ..subject("none") };
    let off = Subject { enabled: false, ..subject("off") };
    for (subject, words) in [(new, "only 3 days are known"), (none, "no sample"), (off, "not enabled")] {
        let quality = one(std::slice::from_ref(&subject), &[], &subject.name);
        assert_eq!(quality.verdict, Verdict::Unknown);
        assert!(quality.verdicts[0].reason.contains(words), "{:?}", quality.verdicts);
    }
}

#[test]
fn of_two_rules_that_say_the_same_one_is_named_with_the_other() {
    let subjects = [subject("latency"), subject("cpu"), subject("door")];
    let hours: Vec<Millis> = (1..9).map(|n| n * 70).collect();
    // The latency rises only while the processor is busy, a little later; the processor is busy at other times too.
    let mut all: Vec<Fired> = hours.iter().map(|hour| fired(0, hour * HOUR + 30_000, HOUR / 2)).collect();
    all.extend(at(1, &hours));
    all.extend(at(1, &[5, 15, 25, 35]));
    all.extend(at(2, &[7, 100, 333]));
    let latency = one(&subjects, &all, "latency");
    let judgement = &latency.verdicts[0];
    assert_eq!((latency.verdict, judgement.other.as_deref()), (Verdict::Redundant, Some("cpu")));
    let (share, back) = (judgement.share.expect("a share"), judgement.share_of_other.expect("a share"));
    assert!(share > 0.99 && (0.6..0.7).contains(&back), "{share} {back}");
    assert!(judgement.reason.contains("`cpu` fired on the same service too"), "{}", judgement.reason);
    for name in ["cpu", "door"] {
        assert_eq!(one(&subjects, &all, name).verdict, Verdict::Good, "{name}");
    }
    // On another service that says nothing.
    let apart: Vec<Fired> =
        all.iter().map(|one| Fired { service: format!("{}", one.subject), ..one.clone() }).collect();
    assert_eq!(one(&subjects, &apart, "latency").verdict, Verdict::Good);
}

#[test]
fn where_each_of_two_rules_covers_the_other_the_milder_is_named() {
    let hours: Vec<Millis> = (1..9).map(|n| n * 70).collect();
    let all: Vec<Fired> = at(0, &hours).into_iter().chain(at(1, &hours)).collect();
    let verdicts = |first: Severity, second: Severity| {
        let subjects =
            [Subject { severity: first, ..subject("a") }, Subject { severity: second, ..subject("b") }];
        [one(&subjects, &all, "a").verdict, one(&subjects, &all, "b").verdict]
    };
    use Severity::{Critical, Warning};
    assert_eq!(verdicts(Critical, Warning), [Verdict::Good, Verdict::Redundant]);
    assert_eq!(verdicts(Warning, Critical), [Verdict::Redundant, Verdict::Good]);
    assert_eq!(
        verdicts(Warning, Warning),
        [Verdict::Good, Verdict::Redundant],
        "one of the two, always the same"
    );
}

#[test]
fn what_is_worse_or_always_there_or_chance_makes_nothing_redundant() {
    let hours: Vec<Millis> = (1..9).map(|n| n * 70).collect();
    let critical = Subject { severity: Severity::Critical, ..subject("critical") };
    let mut all: Vec<Fired> = at(0, &hours);
    all.extend(hours.iter().map(|hour| fired(1, (hour - 1) * HOUR, 3 * HOUR)));
    let verdict = one(&[critical, subject("warning")], &all, "critical").verdict;
    assert_eq!(verdict, Verdict::Good, "a critical rule within a milder one says that it got worse");
    let mut all: Vec<Fired> = at(0, &hours);
    all.push(fired(1, 0, 700 * HOUR));
    assert_eq!(one(&[subject("a"), subject("always")], &all, "a").verdict, Verdict::Good);
    // Three times within a rule that fires half of the time are chance in one of eight cases.
    let mut all = at(0, &[10, 100, 200]);
    all.push(fired(1, 0, 360 * HOUR));
    assert_eq!(one(&[subject("a"), subject("half")], &all, "a").verdict, Verdict::Good);
    let inhibited = |one: Fired| Fired {
        care: Some(Care { inhibited: true, acknowledged: true, ..Care::default() }),
        ..one
    };
    let all: Vec<Fired> = at(0, &hours).into_iter().map(inhibited).chain(at(1, &hours)).collect();
    assert_eq!(
        one(&[subject("a"), subject("b")], &all, "a").verdict,
        Verdict::Good,
        "it is told once already"
    );
}

#[test]
fn the_worst_come_first() {
    let subjects = [subject("good"), subject("never"), subject("always"), subject("short")];
    let mut all = at(0, &[10, 100]);
    all.push(fired(2, 0, 30 * limits::DAY));
    all.extend((0..6).map(|n| fired(3, n * 90 * HOUR, 5_000)));
    let names: Vec<String> = judge(&subjects, &all, DAYS).into_iter().map(|quality| quality.rule).collect();
    assert_eq!(names, ["always", "short", "never", "good"]);
}

proptest! {
    #[test]
    fn shares_are_shares_and_of_two_rules_at_most_one_is_redundant(
        times in prop::collection::vec((0_usize..4, 0_i64..700, 1_i64..2_000, 0_u8..3, any::<bool>()), 0..120),
        severities in prop::collection::vec(0_usize..4, 4),
    ) {
        let all = [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];
        let subjects: Vec<Subject> = severities
            .iter()
            .enumerate()
            .map(|(n, severity)| Subject { severity: all[*severity], ..subject(&n.to_string()) })
            .collect();
        let fired: Vec<Fired> = times
            .into_iter()
            .map(|(rule, hour, minutes, service, is_over)| {
                let one = fired(rule, hour * HOUR, minutes * limits::MINUTE);
                let end = one.end.filter(|_| is_over);
                Fired { service: service.to_string(), alert_id: format!("{rule}:{service}"), end, ..one }
            })
            .collect();
        let report = judge(&subjects, &fired, DAYS);
        prop_assert_eq!(report.len(), subjects.len());
        let mut pairs = Vec::new();
        for one in &report {
            prop_assert!((0.0..=1.0).contains(&one.firing_share), "{:?}", one);
            prop_assert_eq!(one.verdict, one.verdicts[0].verdict);
            for judgement in &one.verdicts {
                for share in [judgement.share, judgement.share_of_other].into_iter().flatten() {
                    prop_assert!((0.0..=1.0).contains(&share), "{:?}", judgement);
                }
                pairs.extend(judgement.other.clone().map(|other| (one.rule.clone(), other)));
            }
        }
        for (rule, other) in &pairs {
            prop_assert!(!pairs.contains(&(other.clone(), rule.clone())), "{} and {}", rule, other);
        }
    }
}
