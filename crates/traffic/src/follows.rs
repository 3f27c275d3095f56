//! Who speaks regularly after whom. What is seen of it stays here, and `causes` makes edges of it.
//!
//! A voice is what one sender says on one kind of topic. Messages that are known to be answers, or repeat an id, need no
//! guess and are no effects here. Nor is anybody's arrival: after the broker was away all of them arrive together.

use crate::suspicion::{LONGEST, Suspicion};
use crate::times::Times;
use hashbrown::HashMap;
use model::{Millis, limits};
use std::collections::VecDeque;
use std::sync::Arc;

/// How a topic of arrivals and departures ends.
const ARRIVAL: &str = "register";

/// Times that are drawn for comparison: one for each pause but the newest.
const DRAWN: usize = limits::GRAPH_TIMES - 2;

/// What one sender says on one kind of topic.
#[derive(Debug, Clone)]
pub(crate) struct Voice {
    pub(crate) sender: Arc<str>,
    pub(crate) topic: Arc<str>,
    /// When its newest bursts began, and how many there were.
    times: Times,
    pub(crate) spoken: u64,
    pub(crate) last: Millis,
    /// The newest message but one needed no guess.
    is_explained: bool,
    pub(crate) suspicions: Vec<Suspicion>,
}

/// All voices.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    pub(crate) voices: HashMap<u64, Voice>,
    /// The voices of the newest bursts, the newest in front.
    newest: VecDeque<(u64, Millis)>,
    suspicions: usize,
    /// How many there ever were: each could have been a mistake.
    pub(crate) tried: u64,
    /// Bursts since the last round, and how many of a voice one is examined of.
    bursts: u64,
    thinned: u64,
    /// Until when nobody is listened to.
    deaf_until: Millis,
}

impl Follows {
    /// A voice is heard. `key` is its own, `is_explained` says that it is known why.
    pub(crate) fn hear(
        &mut self,
        key: u64,
        sender: &Arc<str>,
        topic: &Arc<str>,
        is_explained: bool,
        now: Millis,
    ) {
        if (0..=limits::GRAPH_ARRIVALS).contains(&(self.deaf_until - now)) {
            return;
        }
        let has_room = self.voices.len() < limits::GRAPH_VOICES;
        let voice = match self.voices.get_mut(&key) {
            Some(voice) => voice,
            None if sender.is_empty() || !has_room || topic.ends_with(ARRIVAL) => return,
            None => self.voices.entry(key).or_insert(Voice {
                sender: Arc::clone(sender),
                topic: Arc::clone(topic),
                times: Times::default(),
                spoken: 0,
                last: Millis::MIN / 2,
                is_explained: true,
                suspicions: Vec::new(),
            }),
        };
        let pause = now - std::mem::replace(&mut voice.last, now);
        if (0..limits::GRAPH_BURST).contains(&pause) {
            return;
        }
        if pause < 0 {
            voice.times.clear();
        }
        voice.times.push(now);
        voice.spoken += 1;
        self.bursts += 1;
        let was_explained = std::mem::replace(&mut voice.is_explained, is_explained);
        if voice.spoken.is_multiple_of(self.thinned.max(1)) {
            let mut suspicions = std::mem::take(&mut voice.suspicions);
            if !was_explained {
                self.examine(key, &mut suspicions, now);
            }
            if !is_explained {
                self.suspect(sender, &mut suspicions, now);
            }
            if let Some(voice) = self.voices.get_mut(&key) {
                voice.suspicions = suspicions;
            }
        }
        if self.newest.len() >= limits::GRAPH_BEFORE {
            self.newest.pop_back();
        }
        self.newest.push_front((key, now));
    }

    /// The message before this one is compared with what could have been: `now` less each of the pauses.
    fn examine(&self, key: u64, suspicions: &mut [Suspicion], now: Millis) {
        let Some(voice) = self.voices.get(&key) else { return };
        let times = voice.times.newest_first();
        let [_, real, _, ..] = *times else { return };
        // When it could have been: sorted, the newest in front, so that one walk through a cause's times finds all.
        let mut drawn = [0; DRAWN];
        let mut count = 0;
        for (place, pair) in drawn.iter_mut().zip(times.windows(2).skip(1)) {
            *place = now - (pair[0] - pair[1]);
            count += 1;
        }
        let drawn = drawn.get_mut(..count).unwrap_or_default();
        drawn.sort_unstable_by_key(|time| std::cmp::Reverse(*time));
        let about = 2 * (now - real);
        for suspicion in suspicions.iter_mut().filter(|suspicion| suspicion.since < real) {
            let Some(cause) = self.voices.get(&suspicion.cause) else { continue };
            // All or none: which times are known must not depend on which of them is the real one.
            let Some(lags) = cause.times.lags::<DRAWN>(drawn) else { continue };
            let Some([lag]) = cause.times.lags::<1>(&[real]) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "a few, and a time below 2^53 ms")]
            let rate = || cause.times.count_since(now - about) as f64 / about as f64;
            suspicion.examine(lag, lags.get(..count).unwrap_or_default(), rate, real);
        }
    }

    /// Whoever else spoke just now may be the cause.
    fn suspect(&mut self, sender: &Arc<str>, suspicions: &mut Vec<Suspicion>, now: Millis) {
        for (cause, at) in &self.newest {
            if !(0..=LONGEST).contains(&(now - at)) {
                break;
            }
            let Some(voice) = self.voices.get(cause).filter(|voice| voice.sender != *sender) else {
                continue;
            };
            if suspicions.iter().any(|known| known.cause == *cause) {
                continue;
            }
            let new = Suspicion::new(*cause, voice.spoken, now);
            if suspicions.len() < limits::GRAPH_CAUSES && self.suspicions < limits::GRAPH_SUSPICIONS {
                suspicions.push(new);
                self.suspicions += 1;
            } else if let Some(hopeless) = suspicions.iter_mut().find(|known| known.is_hopeless()) {
                *hopeless = new;
            } else {
                continue;
            }
            self.tried += 1;
        }
    }

    /// Nobody can be heard now. When that is over all arrive one after the other, and none of them because of another one.
    pub(crate) fn deafen(&mut self, now: Millis) {
        self.deaf_until = now + limits::GRAPH_ARRIVALS;
    }

    /// A round of [`limits::TRAFFIC_EVERY`] is over.
    pub(crate) fn round(&mut self) {
        let most =
            limits::GRAPH_EXAMINED * u64::try_from(limits::TRAFFIC_EVERY / limits::SECOND).unwrap_or(1);
        self.thinned = std::mem::take(&mut self.bursts).div_ceil(most);
    }

    /// Forgets what `is_known` no more, by the time it was heard last.
    pub(crate) fn forget(&mut self, is_known: impl Fn(Millis) -> bool) {
        self.voices.retain(|_, voice| is_known(voice.last));
        let known: hashbrown::HashSet<u64> = self.voices.keys().copied().collect();
        for voice in self.voices.values_mut() {
            voice.suspicions.retain(|one| known.contains(&one.cause) && is_known(one.last));
        }
        self.suspicions = self.voices.values().map(|voice| voice.suspicions.len()).sum();
    }
}
