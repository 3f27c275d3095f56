//! Trends: the seed's words, and the test beside them.

use model::{Point, stale_marker};
use proptest::prelude::proptest;
use query::{Direction, trend};

/// Values a minute apart, at a time of today.
fn minutely(values: impl IntoIterator<Item = f64>) -> Vec<Point> {
    (0..).zip(values).map(|(i, v)| Point { t: 1_795_394_248_000 + i * 60_000, v }).collect()
}

/// Numbers from 0 to 1 that look like chance.
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 32).expect("32 bits")) / f64::from(u32::MAX)
    })
    .skip(8)
}

#[test]
fn the_seeds_words_follow_its_thresholds() {
    let line = |per_second: f64| trend(&minutely((0..10).map(|i| 7.0 + per_second * 60.0 * f64::from(i))));
    let rows = [
        (0.11, Direction::Increasing),
        (0.099, Direction::Stable),
        (0.0, Direction::Stable),
        (-0.099, Direction::Stable),
        (-0.11, Direction::Decreasing),
    ];
    for (slope, direction) in rows {
        let found = line(slope);
        assert_eq!(found.trend, direction, "{slope}");
        assert!(
            (found.slope - slope).abs() < 1e-9 && (found.strength - slope.abs()).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(found.data_points, 10);
    }
}

#[test]
fn too_few_points_are_said_to_be_too_few() {
    assert_eq!(trend(&[]).trend, Direction::InsufficientData);
    assert_eq!(trend(&minutely([1.0])).trend, Direction::InsufficientData);
    assert_eq!(trend(&minutely([1.0, f64::NAN])).trend, Direction::InsufficientData);
    let mut two = minutely([1.0, 100.0]);
    two.push(Point { t: 1_795_394_248_000 + 200_000, v: stale_marker() });
    assert_eq!((trend(&two).trend, trend(&two).data_points), (Direction::Increasing, 2));
    assert_eq!(trend(&two).tested_direction(), Direction::InsufficientData);
    let at_once = [Point { t: 5, v: 1.0 }, Point { t: 5, v: 9.0 }];
    assert_eq!(trend(&at_once).trend, Direction::Stable, "no time passed");
}

#[test]
fn the_test_gives_the_values_computed_by_hand() {
    let test = trend(&minutely([10.0, 12.0, 11.0, 14.0, 13.0, 15.0, 18.0, 17.0, 19.0, 21.0]))
        .significance
        .expect("ten points");
    assert!((test.p_value - 0.000_676_764_180_121_047_5).abs() < 1e-12, "{test:?}");
    assert!((test.slope_per_hour - 72.0).abs() < 1e-9 && test.significant, "{test:?}");
    assert!((test.low_per_hour - 60.0).abs() < 1e-9 && (test.high_per_hour - 90.0).abs() < 1e-9, "{test:?}");
    assert!((test.relative_per_hour.expect("not zero") - 72.0 / 14.5).abs() < 1e-9, "{test:?}");

    let ties = trend(&minutely([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0]))
        .significance
        .expect("ten points");
    assert!((ties.p_value - 0.002_176_378_942_218_397).abs() < 1e-12, "{ties:?}");

    let flat = trend(&minutely([4.0; 20])).significance.expect("twenty points");
    assert!(!flat.significant && (flat.p_value - 1.0).abs() < 1e-12, "{flat:?}");
}

/// Checks the test against values that a program of its own computed from the textbook's formulas (the ranks of
/// the interval as SciPy's `theilslopes` takes them).
fn check(points: &[Point], p_value: f64, slope: f64, low: f64, high: f64) {
    let test = trend(points).significance.expect("enough points");
    let seen = [test.p_value, test.slope_per_hour, test.low_per_hour, test.high_per_hour];
    for (seen, expect) in seen.iter().zip([p_value, slope, low, high]) {
        assert!((seen - expect).abs() <= 1e-9 * expect.abs().max(1.0), "{seen} is not {expect}: {test:?}");
    }
    assert_eq!(test.significant, p_value < 0.05);
}

#[test]
fn slopes_and_intervals_are_those_of_the_reference() {
    let ten = [10.0, 12.0, 11.0, 14.0, 13.0, 15.0, 18.0, 17.0, 19.0, 21.0];
    check(&minutely(ten), 0.000_676_764_180_121_047_5, 72.0, 60.0, 90.0);
    let ties = [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0];
    check(&minutely(ties), 0.002_176_378_942_218_397, 15.0, 0.0, 20.0);
    let down = [-3.0, -5.0, -4.5, -7.0, -6.0, -9.0, -8.5, -12.0, -11.0];
    check(&minutely(down), 0.004_878_564_475_033_636, -60.0, -80.0, -45.0);
    let no_trend = [5.0, 3.0, 8.0, 1.0, 9.0, 2.0, 7.0, 4.0, 6.0, 5.0, 3.0, 8.0];
    check(&minutely(no_trend), 0.782_359_471_428_624_7, 8.75, -37.5, 45.0);
    let outlier = [1.0, 2.0, 3.0, 4.0, 1000.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
    check(&minutely(outlier), 0.000_470_169_279_313_970_76, 60.0, 60.0, 60.0);
    let uneven: Vec<Point> = [0, 10, 15, 60, 61, 300, 301, 900]
        .into_iter()
        .zip([4.0, 4.2, 4.1, 4.6, 4.3, 5.0, 4.9, 5.4])
        .map(|(t, v)| Point { t: 1_795_394_248_000 + t * 1_000, v })
        .collect();
    check(
        &uneven,
        0.009_374_768_459_434_893,
        8.829_896_907_216_499,
        3.428_571_428_571_431_5,
        17.704_918_032_786_875,
    );
}

#[test]
fn a_fall_is_a_rise_in_the_mirror() {
    for seed in 0..50 {
        let values: Vec<f64> = (0..30).zip(noise(seed)).map(|(i, n)| f64::from(i) * 0.1 + 5.0 * n).collect();
        let up = trend(&minutely(values.iter().copied())).significance.expect("enough points");
        let down = trend(&minutely(values.iter().map(|v| -v))).significance.expect("enough points");
        assert_eq!(up.p_value, down.p_value, "seed {seed}");
        assert_eq!(
            (up.low_per_hour, up.high_per_hour),
            (-down.high_per_hour, -down.low_per_hour),
            "seed {seed}"
        );
    }
}

#[test]
fn defect_31_the_test_means_the_same_in_every_unit() {
    let values: Vec<f64> = (0..60).zip(noise(3)).map(|(i, n)| f64::from(i) * 0.4 + 20.0 * n).collect();
    let test = |factor: f64| {
        trend(&minutely(values.iter().map(|v| v * factor))).significance.expect("enough points")
    };
    let (one, bytes, tiny) = (test(1.0), test(1e9), test(1e-9));
    for other in [bytes, tiny] {
        assert_eq!((one.p_value, one.significant), (other.p_value, other.significant));
        let relative = |test: query::Significance| test.relative_per_hour.expect("not zero");
        assert!((relative(one) - relative(other)).abs() < 1e-9);
    }
    // 100 % an hour is "stable" by the seed's threshold, and a trend by the test.
    let hour = trend(&minutely((0..60).map(|i| f64::from(i) * 100.0 / 60.0)));
    assert_eq!((hour.trend, hour.tested_direction()), (Direction::Stable, Direction::Increasing));
}

#[test]
fn noise_without_a_trend_is_called_one_in_about_five_of_a_hundred() {
    let called = (0..1_000)
        .filter(|seed| trend(&minutely(noise(*seed).take(40))).significance.is_some_and(|t| t.significant))
        .count();
    assert!((25..=75).contains(&called), "{called} of 1000");
}

#[test]
fn the_interval_holds_the_true_slope_about_nineteen_times_in_twenty() {
    let holds = |seed: u64| {
        let values = (0..40).zip(noise(seed)).map(|(i, n)| f64::from(i) * 0.5 + 10.0 * n);
        let test = trend(&minutely(values)).significance.expect("enough points");
        test.low_per_hour <= 30.0 && 30.0 <= test.high_per_hour
    };
    let held = (0..1_000).filter(|seed| holds(*seed)).count();
    assert!((920..=980).contains(&held), "{held} of 1000");
}

#[test]
fn many_points_are_thinned_and_say_the_same() {
    let values = (0..5_000).zip(noise(9)).map(|(i, n)| f64::from(i) * 0.01 + n);
    let test = trend(&minutely(values)).significance.expect("enough points");
    assert!(test.significant && (test.slope_per_hour - 0.6).abs() < 0.01, "{test:?}");
}

proptest! {
    #[test]
    fn any_values_have_an_answer(values in proptest::collection::vec(proptest::num::f64::ANY, 0..60)) {
        let found = trend(&minutely(values));
        assert!(found.data_points < 2 || found.trend != Direction::InsufficientData);
        assert!(found.slope.is_finite(), "{found:?}");
    }

    #[test]
    fn values_turned_round_turn_the_trend_round(values in proptest::collection::vec(-50..50_i32, 8..40)) {
        let test = |sign: f64| {
            trend(&minutely(values.iter().map(|v| sign * f64::from(*v)))).significance.expect("enough points")
        };
        let (up, down) = (test(1.0), test(-1.0));
        assert_eq!((up.p_value, up.slope_per_hour), (down.p_value, -down.slope_per_hour));
        assert_eq!((up.low_per_hour, up.high_per_hour), (-down.high_per_hour, -down.low_per_hour));
    }
}
