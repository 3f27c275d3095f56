//! The series that alerts write.

use super::house::{House, both};
use std::collections::BTreeMap;

const PENDING: &str = r#"ALERTS{alertname="Hot",alertstate="pending",instance="a"}"#;
const FIRING: &str = r#"ALERTS{alertname="Hot",alertstate="firing",instance="a"}"#;
const SINCE: &str = r#"ALERTS_FOR_STATE{alertname="Hot",instance="a"}"#;

fn written(house: &House) -> BTreeMap<String, f64> {
    house.ask(r#"{__name__=~"ALERTS.*"}"#)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
fn alerts_write_how_they_are_and_since_when_and_end_with_a_marker() {
    both("30s", "  - {alert: Hot, expr: m > 5, for: 1m, labels: {note: ''}}", |mut house| {
        let expect = |series: &[(&str, f64)]| -> BTreeMap<String, f64> {
            series.iter().map(|(name, v)| ((*name).to_owned(), *v)).collect()
        };
        house.step("a", Some(6.0));
        let since = (house.now() / 1_000) as f64;
        assert_eq!(written(&house), expect(&[(PENDING, 1.0), (SINCE, since)]));
        house.step("a", Some(6.0));
        assert_eq!(written(&house), expect(&[(PENDING, 1.0), (SINCE, since)]));
        for _ in 0..2 {
            house.step("a", Some(6.0));
            assert_eq!(written(&house), expect(&[(FIRING, 1.0), (SINCE, since)]), "the other has ended");
        }
        house.step("a", None);
        assert_eq!(written(&house), expect(&[]), "at once, and not five minutes later");
        // They are of the time of their rounds.
        house.step("a", Some(6.0));
        assert_eq!(
            house.ask(&format!("timestamp({PENDING})")).into_values().collect::<Vec<_>>(),
            [since + 150.0]
        );
    });
}

#[test]
fn a_series_that_appears_and_vanishes_while_it_is_pending_leaves_nothing() {
    both("30s", "  - {alert: Hot, expr: m > 5, for: 1m}", |mut house| {
        house.step("a", Some(6.0));
        house.step("a", None);
        assert_eq!(written(&house), BTreeMap::new());
        assert_eq!(house.ask("count_over_time(ALERTS[5m])").len(), 1, "it was there");
    });
}
