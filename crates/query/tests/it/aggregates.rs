//! Aggregates and increases.

use model::{Point, stale_marker};
use proptest::prelude::{any, proptest};
use query::{aggregate, increase};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

#[test]
fn defect_41_the_definitions_are_those_that_are_documented() {
    // count, min, max, mean, median, sample standard deviation, 95th and 99th percentile of type 7.
    let rows: [(&[f64], [f64; 8]); 4] = [
        (&[5.0], [1.0, 5.0, 5.0, 5.0, 5.0, 0.0, 5.0, 5.0]),
        (&[1.0, 2.0], [2.0, 1.0, 2.0, 1.5, 1.5, std::f64::consts::FRAC_1_SQRT_2, 1.95, 1.99]),
        (&[3.0, 1.0, 2.0, 10.0], [4.0, 1.0, 10.0, 4.0, 2.5, 4.082_482_904_638_63, 8.95, 9.79]),
        (
            &[120.5, 99.0, 101.25, 88.0, 300.0, 95.5, 97.0, 102.0],
            [8.0, 88.0, 300.0, 125.406_25, 100.125, 71.149_984_627_545_78, 237.175, 287.435],
        ),
    ];
    for (values, expect) in rows {
        let a = aggregate(values).expect("there are values");
        let count = f64::from(u32::try_from(a.count).expect("few"));
        let seen = [count, a.min, a.max, a.mean, a.median, a.std_dev, a.percentile_95, a.percentile_99];
        for (seen, expect) in seen.iter().zip(expect) {
            assert!(close(*seen, expect), "{values:?}: {seen} is not {expect}");
        }
    }
}

#[test]
fn defect_20_what_is_no_number_takes_no_part() {
    assert_eq!(aggregate(&[]), None);
    assert_eq!(aggregate(&[f64::NAN, f64::INFINITY, stale_marker()]), None);
    assert_eq!(aggregate(&[f64::NAN, 3.0]), aggregate(&[3.0]));
}

fn points(values: &[f64]) -> Vec<Point> {
    (0..).zip(values).map(|(t, v)| Point { t, v: *v }).collect()
}

#[test]
fn defect_34_a_counter_that_falls_began_anew() {
    let rows: [(&[f64], f64); 6] = [
        (&[], 0.0),
        (&[5.0], 0.0),
        (&[5.0, 5.0, 8.0], 3.0),
        (&[5.0, 8.0, 2.0, 4.0], 7.0),
        (&[5.0, f64::NAN, 6.0], 1.0),
        (&[9.0, 0.0, 0.0, 1.0], 1.0),
    ];
    for (values, expect) in rows {
        assert!(close(increase(&points(values)), expect), "{values:?}");
    }
}

#[test]
fn percentiles_lie_between_two_ranks_as_numpy_has_them() {
    // Of 1 to n the percentile q is 1 + q (n - 1).
    for n in [2_u32, 3, 10, 100, 101, 1_000] {
        let values: Vec<f64> = (1..=n).rev().map(f64::from).collect();
        let a = aggregate(&values).expect("there are values");
        let last = f64::from(n - 1);
        let expect = [1.0 + 0.5 * last, 1.0 + 0.95 * last, 1.0 + 0.99 * last];
        for (seen, expect) in [a.median, a.percentile_95, a.percentile_99].iter().zip(expect) {
            assert!(close(*seen, expect), "{n}: {seen} is not {expect}");
        }
    }
}

#[test]
fn numbers_at_the_edge_of_what_a_double_holds_have_statistics_too() {
    // Computed with exact fractions elsewhere: [-a, a] deviates by a times the root of 2, or as much as fits.
    let rows: [(&[f64], f64, f64); 6] = [
        (&[1e200, -1e200], 0.0, std::f64::consts::SQRT_2 * 1e200),
        (&[1e-200, -1e-200], 0.0, std::f64::consts::SQRT_2 * 1e-200),
        (&[f64::MAX, f64::MAX], f64::MAX, 0.0),
        (&[f64::MAX, -f64::MAX], 0.0, f64::MAX),
        (&[1e308, 1e308, 1e308, 0.0], 0.75e308, 0.5e308),
        (&[0.1, 0.1, 0.1], 0.1, 0.0),
    ];
    for (values, mean, std_dev) in rows {
        let a = aggregate(values).expect("there are values");
        let near = |seen: f64, expect: f64| (seen - expect).abs() <= 1e-12 * expect.abs();
        assert!(near(a.mean, mean) && near(a.std_dev, std_dev), "{values:?}: {a:?}");
    }
}

proptest! {
    #[test]
    fn every_statistic_lies_among_the_values(values in proptest::collection::vec(any::<f64>(), 0..50)) {
        let Some(a) = aggregate(&values) else { return Ok(()) };
        for value in [a.mean, a.median, a.percentile_95, a.percentile_99] {
            assert!(a.min <= value && value <= a.max, "{a:?}");
        }
        assert!(a.std_dev.is_finite(), "{a:?}");
        assert!(a.std_dev >= 0.0 && a.median <= a.percentile_95 && a.percentile_95 <= a.percentile_99);
    }

    #[test]
    fn an_increase_is_never_negative(values in proptest::collection::vec(0.0..1e9_f64, 0..50)) {
        assert!(increase(&points(&values)) >= 0.0);
    }
}
