//! Whatever stands in the journal of rules and alerts, in whatever order: the book of it lives on, and what it would
//! write anew makes the same book again.

use crate::desk::{Desk, rule};
use model::{Alert, Rule, Severity};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use rules::Change;
use std::collections::BTreeMap;

/// Few names, so that changes meet; those that lead an alert's id astray are among them.
fn name() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "default", "", "a:s", "ä\u{0}"]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), select(vec![0.0, 91.0, f64::MAX, f64::NAN])]
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), 0..10_000_i64, select(vec![i64::MIN, i64::MAX])]
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let condition = select(vec!["value > 90", "value ==", "", "not value < 1e308", "value == 'down'"]);
    (name(), condition, any::<bool>(), prop_oneof![0..100_u64, any::<u64>()])
        .prop_map(|(name, condition, enabled, cooldown)| Rule { enabled, ..rule(&name, condition, cooldown) })
}

fn any_alert() -> impl Strategy<Value = Alert> {
    let names = (name(), name(), name());
    let ended = (any::<bool>(), proptest::option::of(time()));
    (names, number(), number(), time(), ended).prop_map(|(names, value, threshold, timestamp, ended)| Alert {
        alert_id: Alert::id(&names.0, &names.1, &names.2),
        rule_name: names.0,
        service_name: names.1,
        instance_id: names.2,
        severity: Severity::Critical,
        message: String::new(),
        value,
        threshold,
        timestamp,
        resolved: ended.0,
        resolved_at: ended.1,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: model::Standing::default(),
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any_rule().prop_map(Change::RulePut),
        name().prop_map(Change::RuleRemoved),
        any_alert().prop_map(Change::AlertChanged),
        (name(), name(), name(), any::<u64>()).prop_map(|(rule_name, service_name, instance_id, series)| {
            Change::AlertHeldBy { rule_name, service_name, instance_id, series }
        }),
    ]
}

fn defaults() -> Vec<Rule> {
    vec![rule("default", "value > 90", 60)]
}

proptest! {
    #[test]
    fn any_changes_make_a_book_that_lives_on(changes in vec(change(), 0..12), now in time(), value in number()) {
        let desk = Desk::restored(defaults(), changes);
        desk.book.tick(0);
        let frozen = desk.book.freeze(|changes| changes);
        let again = Desk::restored(defaults(), frozen);
        assert_eq!(again.book.rules(), desk.book.rules());
        assert_eq!(again.book.active_count(), desk.book.active_count());
        desk.sample("m", "s", &[("instance", "i")], now, value);
        desk.book.tick(now);
        let _ = (desk.book.alerts(false), desk.book.history(10));
    }

    /// A record is JSON, which has no NaN: what can be read is a change, and is written again.
    #[test]
    fn any_text_is_a_change_or_none(text in ".{0,60}", kind in select(vec!["rule_put", "rule_removed", "alert_changed", ""])) {
        for text in [text.clone(), format!("{{\"{kind}\":{text}}}"), format!("{{\"{kind}\":\"{text}\"}}")] {
            if let Ok(change) = serde_json::from_str::<Change>(&text) {
                assert!(serde_json::to_vec(&change).is_ok());
            }
        }
    }
}
