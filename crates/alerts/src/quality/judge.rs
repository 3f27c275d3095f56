//! What is to be said of rules.

use super::facts::Facts;
use super::given::{Fired, Subject};
use super::overlap::{Covered, covered};
use super::report::{Judgement, Quality, Verdict};
use super::words::{length, percent, times};
use model::{Millis, TimeRange, limits, to_seconds};

/// What is to be said of each of `subjects` by what `fired` in `range`, the worst first. What fired before or after is not looked at.
#[must_use]
pub fn judge(subjects: &[Subject], fired: &[Fired], range: TimeRange) -> Vec<Quality> {
    let is_in = |one: &&Fired| one.start <= range.end && one.end.is_none_or(|end| end >= range.start);
    let fired: Vec<Fired> = fired.iter().filter(is_in).cloned().collect();
    let mut by_subject: Vec<Vec<&Fired>> = vec![Vec::new(); subjects.len()];
    for one in &fired {
        if let Some(own) = by_subject.get_mut(one.subject) {
            own.push(one);
        }
    }
    let facts: Vec<Facts> =
        subjects.iter().zip(&by_subject).map(|(subject, own)| Facts::count(subject, own, range)).collect();
    let mut covered = covered(subjects, &facts, &fired, range);
    let all = subjects.iter().zip(&facts).enumerate();
    let mut all: Vec<Quality> = all
        .map(|(at, (subject, facts))| {
            let other = covered.remove(&at);
            let other = other.and_then(|one| Some((subjects.get(one.by)?, one)));
            quality(subject, facts, verdicts(subject, facts, other))
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |one: &Quality| (one.verdict, std::cmp::Reverse(one.fired));
        key(a).cmp(&key(b)).then_with(|| (&a.rule, &a.group).cmp(&(&b.rule, &b.group)))
    });
    all
}

fn quality(subject: &Subject, facts: &Facts, verdicts: Vec<Judgement>) -> Quality {
    Quality {
        rule: subject.name.clone(),
        source: subject.origin,
        group: subject.group.clone(),
        severity: subject.severity,
        verdict: verdicts.first().map_or(Verdict::Unknown, |worst| worst.verdict),
        verdicts,
        known_since: facts.since,
        fired: facts.fired,
        per_week: facts.per_week(),
        firing: facts.firing,
        median_seconds: facts.median.map(to_seconds),
        longest_seconds: facts.longest.map(to_seconds),
        firing_share: facts.share,
        acknowledged: facts.acknowledged,
        silenced: facts.silenced,
        inhibited: facts.inhibited,
        flapped: facts.flapped,
        short: facts.short.len(),
        times_only: facts.fired - facts.remembered,
    }
}

/// All verdicts that hold, the worst first.
fn verdicts(subject: &Subject, facts: &Facts, other: Option<(&Subject, Covered)>) -> Vec<Judgement> {
    if !subject.enabled {
        return vec![Judgement::new(Verdict::Unknown, "it is not enabled".to_owned())];
    }
    let found = [
        always_firing(facts),
        flapping(facts),
        short_lived(subject, facts),
        other.map(|(other, covered)| redundant(other, &covered)),
        never_acknowledged(facts),
        never_fired(facts),
    ];
    let mut found: Vec<Judgement> = found.into_iter().flatten().collect();
    if found.is_empty() {
        found.push(good_or_unknown(facts));
    }
    found
}

fn always_firing(facts: &Facts) -> Option<Judgement> {
    let is_so = facts.known >= limits::QUALITY_ALWAYS_KNOWN && facts.share_of_one >= limits::QUALITY_ALWAYS;
    let (share, known) = (percent(facts.share_of_one), length(facts.known));
    is_so.then(|| {
        Judgement::new(
            Verdict::AlwaysFiring,
            format!("one of its alerts fired {share} of the {known} that are known"),
        )
    })
}

fn flapping(facts: &Facts) -> Option<Judgement> {
    let is_so = facts.flapped >= limits::QUALITY_FLAP_TIMES
        && share(facts.flapped, facts.fired) >= limits::QUALITY_FLAPPING;
    is_so.then(|| {
        let (flapped, fired) = (facts.flapped, facts.fired);
        Judgement::new(
            Verdict::Flapping,
            format!("{flapped} of its {fired} alerts began and ended again and again: a condition to recover, or a longer `for`, would join them"),
        )
    })
}

fn short_lived(subject: &Subject, facts: &Facts) -> Option<Judgement> {
    let is_so = facts.over >= limits::QUALITY_ALERTS
        && share(facts.short.len(), facts.over) > limits::QUALITY_SHORT_LIVED;
    is_so.then(|| {
        let hold = subject.hold.saturating_add(longer(&facts.short));
        let (short, over) = (facts.short.len(), facts.over);
        let reason = format!(
            "{short} of {over} alerts were over within a minute: with `for = \"{}s\"` most of them would not have been told",
            hold / limits::SECOND
        );
        Judgement { hold: Some(to_seconds(hold)), ..Judgement::new(Verdict::ShortLived, reason) }
    })
}

/// By how much `for` must grow so that nine of ten of these are not told any more, in a length that people use.
fn longer(short: &[Millis]) -> Millis {
    let most = short.get((short.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0);
    let usual = [10, 15, 30, 45].map(|seconds| seconds * limits::SECOND);
    usual.into_iter().find(|length| *length > most).unwrap_or(limits::MINUTE + limits::SECOND * 15)
}

fn redundant(other: &Subject, covered: &Covered) -> Judgement {
    let reason = format!(
        "{} of the time that it fired, `{}` fired on the same service too (the other way round {})",
        percent(covered.share),
        other.name,
        percent(covered.back)
    );
    Judgement {
        other: Some(other.name.clone()),
        share: Some(covered.share),
        share_of_other: Some(covered.back),
        ..Judgement::new(Verdict::Redundant, reason)
    }
}

fn never_acknowledged(facts: &Facts) -> Option<Judgement> {
    // Of what another alert explains, nobody was to hear.
    let told = facts.remembered.saturating_sub(facts.suppressed);
    let is_so = told >= limits::QUALITY_ALERTS && facts.acknowledged == 0 && facts.silenced == 0;
    is_so.then(|| {
        let reason = format!("it fired {}, and nobody took care of any alert or silenced one", times(told));
        Judgement::new(Verdict::NeverAcknowledged, reason)
    })
}

fn never_fired(facts: &Facts) -> Option<Judgement> {
    (facts.fired == 0 && facts.known >= limits::QUALITY_KNOWN).then(|| {
        let reason = format!("it never fired in the {} that are known", length(facts.known));
        Judgement::new(Verdict::NeverFired, reason)
    })
}

fn good_or_unknown(facts: &Facts) -> Judgement {
    if facts.since.is_none() {
        return Judgement::new(Verdict::Unknown, "there is no sample that it could have judged".to_owned());
    }
    let (fired, known) = (facts.fired, length(facts.known));
    if facts.known < limits::QUALITY_KNOWN && fired < limits::QUALITY_ALERTS {
        let fired =
            if fired == 0 { "it did not fire".to_owned() } else { format!("it fired {}", times(fired)) };
        return Judgement::new(Verdict::Unknown, format!("only {known} are known, in which {fired}"));
    }
    let mut reason = format!("it fired {} in {known}", times(fired));
    if let Some(median) = facts.median {
        reason.push_str(&format!(", for {} in the middle", length(median)));
    }
    if facts.acknowledged > 0 {
        reason.push_str(&format!("; somebody took care of {} of the alerts", facts.acknowledged));
    }
    Judgement::new(Verdict::Good, reason)
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
