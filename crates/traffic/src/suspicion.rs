//! Whether one voice follows another, or only seems to.
//!
//! A message that comes shortly after another one means nothing by itself. So for each message of the one that may follow, the
//! same is asked of times at which it could have come as well: of its pauses the newest is put in the place of the others, and each
//! of the others in its place. If it does not follow, none of these times is distinguished from the others, and a bet that the real one
//! is nearer to the cause wins nothing in the long run, whatever the rhythms of both are: two clocks that happen to tick together
//! would tick together with exchanged pauses too. The winnings of such bets are an e-value: that they ever reach `x` has a chance of
//! 1 in `x` at most, however often one looks.
//!
//! The first bet is another one: that of all places within its pause the message came just there. That is worth no more than
//! [`PLACE`], for clocks that were started or set together are not so rare.

use crate::times::Lag;
use model::Millis;

/// So long after its cause a message comes, at most: each is tried, and the winnings are shared.
pub(crate) const WINDOWS: [Millis; 5] = [5, 20, 80, 320, 1_280];
/// The longest of them.
pub(crate) const LONGEST: Millis = WINDOWS[WINDOWS.len() - 1];
/// Parts of what was won that are staked each time: the small one survives exceptions, the large one gains quickly.
const STAKES: [f32; 2] = [0.5, 0.9];
/// The least chance of the first bet.
const PLACE: f64 = 0.01;
/// Winnings are cut here, so that an edge that is none any more is gone after some dozen messages.
const MOST: f32 = 1e12;
/// And here, for they are numbers of 32 bits.
const LEAST: f32 = 1e-30;
/// Lags that are remembered.
const LAGS: usize = 16;
/// So much more often than chance a message must follow: clocks that are set by the same clock are near each other, with any pauses.
pub(crate) const LIFT: f64 = 3.0;
/// Windows that won so much of the most say about the same.
const ABOUT: f32 = 1e-3;
/// Lost so much after so many messages, a suspicion gives way to others.
const HOPELESS: (f32, u32) = (0.05, 16);

/// A voice that may be another one's cause.
#[derive(Debug, Clone)]
pub(crate) struct Suspicion {
    /// The key of the cause.
    pub(crate) cause: u64,
    /// Since when it is suspected. The message that gave rise to it does not count.
    pub(crate) since: Millis,
    /// How often the cause had spoken then.
    pub(crate) spoken: u64,
    /// Messages that were examined.
    pub(crate) examined: u32,
    /// When the newest came that followed.
    pub(crate) last: Millis,
    hits: [u32; WINDOWS.len()],
    /// How many times were drawn for comparison, and how many of them would have been hits.
    drawn: u32,
    chances: [u32; WINDOWS.len()],
    worth: [[f32; STAKES.len()]; WINDOWS.len()],
    lags: [u16; LAGS],
}

/// What a suspicion comes to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finding {
    /// The e-value.
    pub(crate) worth: f64,
    /// Messages that followed, within the window that says most.
    pub(crate) hits: u32,
    /// The share of them, and the share of those times that were drawn.
    pub(crate) share: f64,
    pub(crate) by_chance: f64,
    /// Median of the lags in milliseconds, and how far half of them are from it.
    pub(crate) lag: f64,
    pub(crate) spread: f64,
}

impl Suspicion {
    pub(crate) fn new(cause: u64, spoken: u64, now: Millis) -> Self {
        Self {
            cause,
            since: now,
            spoken,
            examined: 0,
            last: now,
            hits: [0; WINDOWS.len()],
            drawn: 0,
            chances: [0; WINDOWS.len()],
            worth: [[1.0; STAKES.len()]; WINDOWS.len()],
            lags: [0; LAGS],
        }
    }

    /// A message came `real` after the cause, at `at`, and would have come with `drawn` lags as well. `rate` is how often the cause
    /// spoke in each millisecond about that time.
    pub(crate) fn examine(&mut self, real: Lag, drawn: &[Lag], rate: impl Fn() -> f64, at: Millis) {
        let rate = (self.examined == 0).then(rate);
        self.examined += 1;
        self.drawn += u32::try_from(drawn.len()).unwrap_or(0);
        let is_near = real <= LONGEST;
        if !is_near && drawn.iter().all(|lag| *lag > LONGEST) && rate.is_none() {
            return;
        }
        for (place, window) in WINDOWS.into_iter().enumerate() {
            let chances = drawn.iter().filter(|lag| **lag <= window).count();
            let hit = real <= window;
            self.hits[place] += u32::from(hit);
            self.chances[place] += u32::try_from(chances).unwrap_or(0);
            // Where all would be hits, or none, nothing can be won.
            if rate.is_none() && chances == if hit { drawn.len() } else { 0 } {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            let chance = match rate {
                Some(rate) => (rate * window as f64).clamp(PLACE, 1.0),
                None => (chances + usize::from(hit)) as f64 / (drawn.len() + 1) as f64,
            };
            #[expect(clippy::cast_possible_truncation, reason = "a small number")]
            let gain = (f64::from(u8::from(hit)) / chance - 1.0) as f32;
            for (worth, stake) in self.worth[place].iter_mut().zip(STAKES) {
                *worth = (*worth * (1.0 + stake * gain)).clamp(LEAST, MOST);
            }
        }
        if is_near {
            let hits = self.hits[WINDOWS.len() - 1] - 1;
            self.lags[hits as usize % LAGS] = u16::try_from(real).unwrap_or(u16::MAX);
            self.last = at;
        }
    }

    /// Whether it may give way to another one.
    pub(crate) fn is_hopeless(&self) -> bool {
        let most = self.worth.iter().flatten().copied().fold(0.0, f32::max);
        self.examined >= HOPELESS.1 && most < HOPELESS.0
    }

    /// What it comes to so far.
    pub(crate) fn finding(&self) -> Finding {
        let all: f64 = self.worth.iter().flatten().map(|worth| f64::from(*worth)).sum();
        #[expect(clippy::cast_precision_loss, reason = "ten")]
        let worth = all / (WINDOWS.len() * STAKES.len()) as f64;
        let most = |place: usize| self.worth[place].iter().copied().fold(0.0, f32::max);
        let (lag, spread) = self.lag();
        let share = |count: u32, of: u32| f64::from(count) / f64::from(of.max(1));
        let is_distinct = |place: usize| {
            share(self.hits[place], self.examined) >= LIFT * share(self.chances[place], self.drawn)
        };
        // How much follows of what would not have been near by chance: of that the windows have the most that say about the most.
        let beyond = |place: usize| {
            let by_chance = share(self.chances[place], self.drawn);
            (share(self.hits[place], self.examined) - by_chance) / (1.0 - by_chance).max(f64::EPSILON)
        };
        let enough = (0..WINDOWS.len()).map(most).fold(0.0, f32::max) * ABOUT;
        let places = (0..WINDOWS.len()).filter(|place| most(*place) >= enough);
        let order = |a: &usize, b: &usize| {
            let by_beyond = beyond(*a).total_cmp(&beyond(*b)).then(b.cmp(a));
            is_distinct(*a).cmp(&is_distinct(*b)).then(by_beyond)
        };
        let best = places.max_by(order).unwrap_or(0);
        Finding {
            worth,
            hits: self.hits[best],
            share: share(self.hits[best], self.examined),
            by_chance: share(self.chances[best], self.drawn),
            lag,
            spread,
        }
    }

    fn lag(&self) -> (f64, f64) {
        let known = (self.hits[WINDOWS.len() - 1] as usize).min(LAGS);
        let mut lags: Vec<f64> = self.lags.iter().take(known).map(|lag| f64::from(*lag)).collect();
        let median = middle(&mut lags);
        let mut off: Vec<f64> = lags.iter().map(|lag| (lag - median).abs()).collect();
        (median, middle(&mut off))
    }
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{Lag, Suspicion};

    const FAR: Lag = 9_000;

    #[test]
    fn what_is_near_only_in_truth_wins_and_what_is_near_with_any_pause_does_not() {
        let (mut follows, mut ticks) = (Suspicion::new(1, 0, 0), Suspicion::new(1, 0, 0));
        for at in 0..12 {
            follows.examine(3, &[FAR; 15], || 1e-4, at);
            ticks.examine(3, &[4; 15], || 1e-4, at);
        }
        let finding = follows.finding();
        assert!(finding.worth > 1e6 && finding.hits == 12, "{finding:?}");
        assert_eq!((finding.share, finding.by_chance, finding.lag, finding.spread), (1.0, 0.0, 3.0, 0.0));
        assert!(ticks.finding().worth < 100.0, "{:?}", ticks.finding());
        // It does not follow any more.
        (0..60).for_each(|at| follows.examine(FAR, &[FAR; 14], || 1e-4, at));
        (0..60).for_each(|at| follows.examine(FAR, &[3; 5], || 1e-4, at));
        assert!(follows.finding().worth < 1.0 && follows.is_hopeless());
    }
}
