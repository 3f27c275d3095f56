//! What the statistics promise, on noise: false alarms at their level, and intervals that hold what they say.
//!
//! `examples/honesty.rs` tries more of it and prints the figures of `docs/insights.md`, those too where a promise is not kept.

use crate::noise::Noise;
use insights::{Profile, Regular, ahead, change, outlier, slope};

const STEP: i64 = 180_000;
const HOUR: i64 = 3_600_000;
const ROUNDS: usize = 600;

/// So many of [`ROUNDS`] are more than chance makes of 5 %: three deviations.
const MOST: usize = 46;

#[test]
fn noise_is_called_a_trend_or_a_change_no_more_often_than_the_level_says() {
    for phi in [0.0, 0.3, 0.6, 0.9] {
        let mut noise = Noise::new(11);
        let (mut trends, mut changes) = (0, 0);
        for _ in 0..ROUNDS {
            let series = Regular::at(0, STEP, &noise.series(120, phi, 0.0));
            trends += usize::from(slope(&series).is_some_and(|found| found.p_value < 0.05));
            changes += usize::from(change(&series).is_some_and(|found| found.p_value < 0.05));
        }
        assert!(trends <= MOST && changes <= MOST, "phi {phi}: {trends} trends, {changes} changes");
        // A test that never speaks would pass as well.
        assert!(phi > 0.5 || trends > 5 && changes > 5, "phi {phi}: {trends} trends, {changes} changes");
    }
}

#[test]
fn a_slope_and_the_time_to_a_limit_lie_in_their_intervals() {
    for phi in [0.0, 0.3, 0.6] {
        let mut noise = Noise::new(12);
        let (mut slopes, mut times, mut told) = (0, 0, 0);
        for _ in 0..ROUNDS {
            let mut values = noise.series(120, phi, 0.0);
            (0_u32..).zip(&mut values).for_each(|(at, value)| *value += 0.05 * f64::from(at));
            let series = Regular::at(0, STEP, &values);
            let Some(found) = slope(&series) else { continue };
            slopes += usize::from((found.low..=found.high).contains(&1.0));
            if let Some(found) = ahead(&found, 20.0, 0) {
                told += 1;
                let truth = series.ends()[0] + 400 * STEP;
                times += usize::from((found.earliest..=found.latest).contains(&truth));
            }
        }
        assert!(told > ROUNDS * 9 / 10, "phi {phi}: told {told}");
        assert!(slopes >= ROUNDS - MOST - (ROUNDS - told), "phi {phi}: {slopes} slopes");
        assert!(times + MOST >= told, "phi {phi}: {times} times of {told}");
    }
}

#[test]
fn a_slope_holds_for_what_was_held_out() {
    // The line is fitted to the first half; the mean of the second half must be where it says, within its interval.
    let (mut inside, mut all) = (0, 0);
    let mut noise = Noise::new(13);
    for _ in 0..ROUNDS {
        let mut values = noise.series(240, 0.3, 0.0);
        (0_u32..).zip(&mut values).for_each(|(at, value)| *value += 0.03 * f64::from(at));
        let (known, held_out) = values.split_at(120);
        let Some(found) = slope(&Regular::at(0, STEP, known)) else { continue };
        // From the middle of the first half to that of the second are 120 slots, or six hours.
        let level = known.iter().sum::<f64>() / 120.0;
        let rise = (held_out.iter().sum::<f64>() / 120.0 - level) / 6.0;
        // Both means are noisy, too: an eighth of a deviation each, over six hours.
        let noisy = 2.0 * 0.18 / 6.0;
        all += 1;
        inside += usize::from((found.low - noisy..=found.high + noisy).contains(&rise));
    }
    assert!(all > ROUNDS * 9 / 10 && inside + MOST >= all, "{inside} of {all}");
}

#[test]
fn peers_and_hours_of_the_day_raise_no_more_false_alarms_than_the_level_says() {
    for peers in [6, 12, 30] {
        let mut noise = Noise::new(14);
        let alarms = (0..ROUNDS)
            .filter_map(|_| outlier(&noise.series(peers, 0.0, 0.0), 0))
            .filter(|found| found.p_value < 0.05);
        let alarms = alarms.count();
        assert!((5..=MOST).contains(&alarms), "{peers} peers: {alarms}");
    }
    for phi in [0.0, 0.6, 0.9] {
        let mut noise = Noise::new(15);
        let alarms = (0..ROUNDS)
            .filter(|_| {
                let mut values = noise.series(24 * 15 + 1, phi, 0.0);
                (0_u32..).zip(&mut values).for_each(|(at, v)| *v += 5.0 * (f64::from(at % 24) / 3.82).sin());
                Profile::of(&Regular::at(0, HOUR, &values)).newest().is_some_and(|found| found.p_value < 0.05)
            })
            .count();
        assert!((5..=MOST).contains(&alarms), "phi {phi}: {alarms}");
    }
}

#[test]
fn what_is_there_is_found() {
    let mut noise = Noise::new(16);
    let (mut trends, mut changes, mut hours) = (0, 0, 0);
    for _ in 0..100 {
        let mut values = noise.series(120, 0.3, 0.0);
        (0_u32..).zip(&mut values).for_each(|(at, value)| *value += 0.03 * f64::from(at));
        trends +=
            usize::from(slope(&Regular::at(0, STEP, &values)).is_some_and(|found| found.p_value < 0.01));
        let mut values = noise.series(120, 0.3, 0.0);
        values.iter_mut().skip(80).for_each(|value| *value += 3.0);
        let series = Regular::at(0, STEP, &values);
        let found = change(&series).filter(|found| found.p_value < 0.01);
        changes += usize::from(found.is_some_and(|found| (found.at - series.ends()[79]).abs() <= 5 * STEP));
        let mut values = noise.series(24 * 15, 0.3, 0.0);
        values.iter_mut().rev().take(1).for_each(|value| *value += 8.0);
        let found = Profile::of(&Regular::at(0, HOUR, &values)).newest();
        hours += usize::from(found.is_some_and(|found| found.p_value < 0.001));
    }
    assert!(trends > 90 && changes > 90 && hours > 90, "{trends} trends, {changes} changes, {hours} hours");
}

#[test]
fn a_season_is_no_trend_and_steady_growth_is() {
    let day = |at: u32| (f64::from(at % 24) / 24.0 * std::f64::consts::TAU).sin();
    let wave: Vec<f64> = (0..24 * 10 + 4).map(|at| 10.0 * day(at)).collect();
    let profile = Profile::of(&Regular::at(0, HOUR, &wave));
    let rise = wave[wave.len() - 1] - wave[wave.len() - 7];
    assert!(rise.abs() > 1.0 && profile.is_usual_rise(6, rise));
    assert!(!profile.is_usual_rise(6, -rise) && !profile.is_usual_rise(6, 3.0 * rise));
    let growth: Vec<f64> = (0..24 * 10).map(f64::from).collect();
    let profile = Profile::of(&Regular::at(0, HOUR, &growth));
    assert!(!profile.is_usual_rise(6, 6.0), "a disk that fills each day is filling");
}
