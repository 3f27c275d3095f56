//! Who follows whom, of what `follows` has seen: what is beyond chance, and is not explained by something else.
//!
//! Of many suspicions some would seem good by chance. They are judged together (the Benjamini–Hochberg procedure for
//! e-values, which holds whatever depends on what): of all that is told [`ERROR`] at most is false on average, and where nobody
//! follows anybody something is told with no more than that chance. All that were ever tried count.
//!
//! Who answers the same question follows the others as much as the question: the one that all of them follow is the cause, unless
//! the time since a nearer one is much more even, as in a chain.

use crate::follows::Follows;
use crate::suspicion::{Finding, LIFT};
use hashbrown::HashMap;
use model::Millis;
use std::collections::BTreeMap;

/// The share of false edges among those told by time alone, at most, on average.
pub(crate) const ERROR: f64 = 0.01;
/// Fewer messages are no rule.
const HITS: u32 = 5;
/// Half of the one's messages, or after half of the other's.
const SHARE: f64 = 0.5;
/// So much of the messages a common cause explains.
const COVERS: f64 = 0.8;
/// In a chain the nearer cause is so many times more even, and by so many milliseconds: less is how a broker hands on a message to
/// several who answer it.
const EVEN: (f64, f64) = (2.0, 10.0);
/// Of two that follow each other, the one that does it so much more often.
const AHEAD: u32 = 3;

/// A voice that follows another one.
#[derive(Debug, Clone)]
pub(crate) struct Follower {
    pub(crate) cause: u64,
    pub(crate) effect: u64,
    pub(crate) finding: Finding,
    /// How many of the cause's bursts were followed, of those since it was suspected.
    pub(crate) share_of_cause: f64,
    pub(crate) confidence: f64,
    pub(crate) since: Millis,
    pub(crate) last: Millis,
}

impl Follows {
    /// Who follows whom.
    pub(crate) fn followers(&self) -> Vec<Follower> {
        let all = self.beyond_chance();
        let found: HashMap<(u64, u64), &Follower> =
            all.iter().map(|one| ((one.cause, one.effect), one)).collect();
        let mut by_effect: BTreeMap<u64, Vec<&Follower>> = BTreeMap::new();
        all.iter().for_each(|one| by_effect.entry(one.effect).or_default().push(one));
        let mut left = Vec::new();
        for causes in by_effect.values() {
            let unexplained = unexplained(causes, &found);
            self.nearest_of_each(causes.iter().filter(|one| unexplained.contains(&one.cause)), &mut left);
        }
        left
    }

    /// Of several things that one sender says at the same time, one is the cause.
    fn nearest_of_each<'a>(&self, causes: impl Iterator<Item = &'a &'a Follower>, left: &mut Vec<Follower>) {
        let begin = left.len();
        for one in causes {
            let sender = self.sender(one.cause);
            match left.iter_mut().skip(begin).find(|other| self.sender(other.cause) == sender) {
                Some(other) if self.rank(one) > self.rank(other) => *other = (*one).clone(),
                Some(_) => {}
                None => left.push((*one).clone()),
            }
        }
    }

    fn sender(&self, voice: u64) -> &str {
        self.voices.get(&voice).map_or("", |voice| &voice.sender)
    }

    /// The surer the larger: it is followed more often, its topic is more alike, it was nearer.
    fn rank(&self, one: &Follower) -> (i64, usize, i64) {
        let topic = |voice: u64| self.voices.get(&voice).map_or("", |voice| &*voice.topic);
        let levels = topic(one.cause).split('/').zip(topic(one.effect).split('/'));
        let alike = levels.take_while(|(a, b)| a == b).count();
        #[expect(clippy::cast_possible_truncation, reason = "quarters, and milliseconds")]
        let (share, lag) = ((one.finding.share * 4.0).round() as i64, one.finding.lag as i64);
        (share, alike, -lag)
    }

    /// All that is beyond chance.
    fn beyond_chance(&self) -> Vec<Follower> {
        let mut all: Vec<Follower> = Vec::new();
        for (effect, voice) in &self.voices {
            for suspicion in &voice.suspicions {
                let Some(cause) = self.voices.get(&suspicion.cause) else { continue };
                let finding = suspicion.finding();
                let bursts = u32::try_from(cause.spoken - suspicion.spoken).unwrap_or(u32::MAX);
                // The newest message of the follower is not examined yet.
                let share_of_cause = f64::from(finding.hits) / f64::from(bursts.saturating_sub(1).max(1));
                let is_much = finding.share >= SHARE || share_of_cause >= SHARE;
                if finding.hits >= HITS && finding.share >= LIFT * finding.by_chance && is_much {
                    all.push(Follower {
                        cause: suspicion.cause,
                        effect: *effect,
                        finding,
                        share_of_cause: share_of_cause.min(1.0),
                        confidence: 0.0,
                        since: suspicion.since,
                        last: suspicion.last,
                    });
                }
            }
        }
        all.sort_by(|a, b| {
            let by_worth = b.finding.worth.total_cmp(&a.finding.worth);
            by_worth.then_with(|| (a.effect, a.cause).cmp(&(b.effect, b.cause)))
        });
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let error = |place: usize, worth: f64| self.tried as f64 / ((place + 1) as f64 * worth);
        let mut least = f64::INFINITY;
        for (place, one) in all.iter_mut().enumerate().rev() {
            least = least.min(error(place, one.finding.worth));
            one.confidence = 1.0 - least.min(1.0);
        }
        all.retain(|one| one.confidence >= 1.0 - ERROR);
        all
    }
}

/// The causes among those of one voice that nothing else explains. What is explained by what is explained itself is not explained
/// by that; of those that explain each other in a circle, none is left.
fn unexplained(causes: &[&Follower], found: &HashMap<(u64, u64), &Follower>) -> Vec<u64> {
    let is_behind = |one: &&Follower| {
        let back = found.get(&(one.effect, one.cause));
        back.is_some_and(|back| one.finding.hits < back.finding.hits * AHEAD)
    };
    let mut open: Vec<&Follower> = causes.iter().copied().filter(|one| !is_behind(one)).collect();
    let explains = |root: &Follower, one: &Follower| {
        let (is_root, is_near) =
            (found.contains_key(&(root.cause, one.cause)), found.contains_key(&(one.cause, root.cause)));
        let covers = root.finding.share >= COVERS * one.finding.share;
        (is_near && is_chain(&one.finding, &root.finding))
            || (is_root && covers && !is_chain(&root.finding, &one.finding))
    };
    let mut left: Vec<&Follower> = Vec::new();
    loop {
        let is_free = |one: &Follower| open.iter().all(|root| !explains(root, one));
        let free: Vec<&Follower> = open.iter().copied().filter(|one| is_free(one)).collect();
        if free.is_empty() {
            return left.iter().map(|one| one.cause).collect();
        }
        left.extend(free);
        open.retain(|one| left.iter().all(|root| root.cause != one.cause && !explains(root, one)));
    }
}

/// Whether `near`, which follows `root` itself, is what the effect follows.
fn is_chain(root: &Finding, near: &Finding) -> bool {
    let is_even = near.spread * EVEN.0 + EVEN.1 <= root.spread;
    is_even && f64::from(near.hits) >= COVERS * f64::from(root.hits)
}
