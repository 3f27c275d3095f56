//! Figures as they are printed.

use xtask::bench::table::{Table, quantile, thousands};

#[test]
fn a_table_is_markdown_and_aligned() {
    let mut out = Vec::new();
    let table = Table::begin(&mut out, &["QoS", "msg/s"]).unwrap();
    table.row(&mut out, &["0".to_owned(), "12".to_owned()]).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "| QoS | msg/s |\n| --: | ----: |\n|   0 |    12 |\n");
}

#[test]
fn thousands_are_set_off() {
    let check = |value: f64, expect: &str| assert_eq!(thousands(value), expect);
    check(0.0, "0");
    check(999.4, "999");
    check(1_000.0, "1,000");
    check(1_234_567.0, "1,234,567");
    check(-0.2, "0");
    check(-1_234.0, "-1,234");
}

#[test]
fn quantiles_are_of_the_nearest_rank() {
    let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(quantile(&hundred, 0.5), Some(50.0));
    assert_eq!(quantile(&hundred, 0.99), Some(99.0));
    assert_eq!(quantile(&hundred, 0.999), Some(100.0));
    assert_eq!(quantile(&hundred, 1.0), Some(100.0));
    assert_eq!(quantile(&[7.0], 0.5), Some(7.0));
    assert_eq!(quantile(&[], 0.5), None);
}
