//! Which silences a switch shows, makes and ends.

use crate::house::NOW;
use alerts::{Condition, Silence};
use home_assistant::Silences;
use model::limits;

fn condition(name: &str, value: &str) -> Condition {
    Condition { name: name.to_owned(), value: value.to_owned(), is_regex: false, is_equal: true }
}

fn silence(id: &str, matchers: Vec<Condition>) -> Silence {
    Silence {
        id: id.to_owned(),
        matchers,
        starts_at: NOW,
        ends_at: Some(NOW + limits::HOUR),
        times: Vec::new(),
        created_by: "me".to_owned(),
        comment: String::new(),
        updated_at: NOW,
    }
}

#[test]
fn a_switch_shows_who_silences_all_of_a_rule_and_ends_what_is_its_own() {
    let pattern = Condition { is_regex: true, ..condition("alertname", "hot|cold") };
    let not_cold = Condition { is_equal: false, ..condition("rule", "cold") };
    let weekly = serde_json::from_str(r#"[{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}]"#)
        .expect("times");
    let all = Silences::read([
        silence("own", vec![condition("alertname", "hot")]),
        silence("by its other name", vec![condition("rule", "hot")]),
        silence("both", vec![pattern.clone()]),
        silence("the same twice", vec![pattern, not_cold.clone()]),
        silence("all others", vec![not_cold]),
        silence("a part", vec![condition("alertname", "hot"), condition("service", "oven")]),
        silence("another", vec![condition("alertname", "cold")]),
        silence("of nothing", Vec::new()),
        silence("no pattern", vec![Condition { is_regex: true, ..condition("rule", "(") }]),
        Silence { starts_at: NOW + 1, ..silence("later", vec![condition("rule", "hot")]) },
        Silence { ends_at: Some(NOW), ..silence("over", vec![condition("rule", "hot")]) },
        Silence { times: weekly, ..silence("planned", vec![condition("rule", "hot")]) },
    ]);
    let ids: Vec<&str> = all.of("hot", NOW).map(|silence| silence.id.as_str()).collect();
    assert_eq!(ids, ["own", "by its other name", "both", "the same twice", "all others", "planned"]);
    assert_eq!(all.own("hot", NOW), ["own", "by its other name"]);
    assert_eq!(all.hushes("hot", NOW).len(), 6);
    assert_eq!(all.of("cold", NOW).count(), 2);
    assert_eq!(all.of("hot", NOW + limits::HOUR).count(), 0, "they end by themselves");
}

#[test]
fn a_switch_makes_a_silence_of_its_rule_for_a_time() {
    let draft = Silences::draft("a \"b\" +#", limits::HOUR, NOW);
    assert_eq!((draft.starts_at, draft.ends_at), (None, Some(NOW + limits::HOUR)));
    assert_eq!(draft.created_by, "home_assistant");
    let made = Silences::read([silence("made", draft.matchers)]);
    assert_eq!(made.own("a \"b\" +#", NOW), ["made"]);
    assert_eq!(made.of("a", NOW).count(), 0);
}
