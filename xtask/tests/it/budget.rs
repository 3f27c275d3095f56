//! The budget of crates.

use xtask::tidy::budget::{crates, judge};

#[test]
fn a_crate_counts_once_for_each_version() {
    let tree = "alicia-metrics v0.1.0 (/somewhere)\naxum v0.8.9\nbytes v1.2.0\nbytes v1.2.0 (*)\nhashbrown v0.16.0\nhashbrown v0.15.0\n\n";
    assert_eq!(crates(tree).len(), 5);
}

#[test]
fn one_crate_over_the_budget_is_a_breach() {
    assert_eq!(judge(3, 3), []);
    assert_eq!(judge(4, 3).len(), 1);
}
