//! A restart: what rules with windows and holds knew is read from the history.

use crate::desk::{Desk, Watch, rule};
use crate::held::tick;
use model::{
    Append, INSTANCE, Labels, MetricKind, Millis, NAME, Point, Rule, SERVICE, STATUS, Sample, Select, Series,
};
use rules::{Change, RuleBook};
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

/// Seconds after this are those of the samples.
const START: Millis = 1_795_394_400_000;

/// A store that outlives the book.
struct Kept {
    store: Arc<MemoryStore>,
    rules: Vec<Rule>,
}

impl Kept {
    fn new(rules: Vec<Rule>) -> Self {
        let clock = Arc::new(SimClock::at(START));
        Self { store: Arc::new(MemoryStore::new(MemoryLimits::default(), clock)), rules }
    }

    /// A book that starts at `t` with these changes.
    fn book(&self, changes: Vec<Change>, t: i64) -> Desk {
        let watch = Arc::new(Watch::default());
        let book = RuleBook::new(watch.clone(), watch.clone(), self.rules.clone(), changes);
        let history: Arc<dyn Select> = self.store.clone();
        let (book, recalled) = book.with_history(history, START + t * 1_000);
        recalled.expect("memory can be read");
        Desk { book, watch }
    }

    /// A sample goes to the store, and to the book if there is one.
    fn say(&self, desk: Option<&Desk>, labels: &[(&str, &str)], t: i64, v: f64) {
        let all = [(NAME, "m"), (SERVICE, "s"), (INSTANCE, "i")]
            .into_iter()
            .filter(|(name, _)| labels.iter().all(|(own, _)| own != name));
        let series = Arc::new(Series::new(Labels::new(all.chain(labels.iter().copied())), MetricKind::Gauge));
        let sample = [Sample { series: &series, point: Point { t: START + t * 1_000, v } }];
        assert!(self.store.append(&sample).expect("memory takes it").refused.is_empty());
        if let Some(desk) = desk {
            desk.book.append(&sample).expect("a book takes everything");
        }
    }
}

fn recorded(desk: &Desk) -> Vec<Change> {
    desk.watch.recorded.lock().clone()
}

#[test]
fn a_window_of_an_hour_is_not_blind_after_a_restart() {
    let kept = Kept::new(vec![rule("busy", "avg(1h) > 50", 0)]);
    (0..60).for_each(|minute| kept.say(None, &[], minute * 60, 100.0));
    let desk = kept.book(Vec::new(), 3_600);
    kept.say(Some(&desk), &[], 3_601, 0.0);
    let said = desk.said();
    assert!(said.len() == 1 && said[0].starts_with("start busy:s:i 98."), "{said:?}");
    let blind = Desk::new(kept.rules);
    blind.at(3_601, 0.0);
    assert_eq!(blind.said(), [""; 0], "without a history it knows only the newest sample");
}

#[test]
fn what_was_pending_goes_on() {
    let kept = Kept::new(vec![Rule { hold: Some("10m".to_owned()), ..rule("high", "value > 90", 0) }]);
    let before = kept.book(Vec::new(), 0);
    for t in [0, 60, 120, 240] {
        kept.say(Some(&before), &[], t, 95.0);
    }
    let desk = kept.book(recorded(&before), 300);
    assert_eq!(desk.book.pending()[0].timestamp, START);
    kept.say(Some(&desk), &[], 300, 95.0);
    assert_eq!(desk.said(), [""; 0]);
    kept.say(Some(&desk), &[], 600, 95.0);
    assert_eq!(desk.said(), [format!("start high:s:i 95 @{}", START + 600_000)]);
}

#[test]
fn what_broke_before_the_restart_stays_broken() {
    let kept = Kept::new(vec![Rule { hold: Some("10m".to_owned()), ..rule("high", "value > 90", 0) }]);
    for (t, v) in [(0, 95.0), (200, 5.0), (240, 95.0)] {
        kept.say(None, &[], t, v);
    }
    let desk = kept.book(Vec::new(), 300);
    assert_eq!(desk.book.pending()[0].timestamp, START + 240_000);
}

#[test]
fn an_alert_that_waits_for_its_recovery_is_not_ended_by_a_restart() {
    let recover = Some("value < 10".to_owned());
    let kept = Kept::new(vec![Rule { recover, ..rule("high", "value > 90", 0) }]);
    let before = kept.book(Vec::new(), 0);
    for (t, v) in [(0, 95.0), (10, 50.0)] {
        kept.say(Some(&before), &[], t, v);
    }
    for history in [true, false] {
        let desk = if history {
            kept.book(recorded(&before), 20)
        } else {
            Desk::restored(kept.rules.clone(), recorded(&before))
        };
        kept.say(Some(&desk), &[], 30, 51.0);
        assert_eq!(desk.said(), [""; 0], "with history: {history}");
        kept.say(Some(&desk), &[], 40, 5.0);
        assert_eq!(desk.said(), [format!("end high:s:i @{}", START + 40_000)]);
    }
}

#[test]
fn nothing_starts_or_ends_by_reading_the_history() {
    let kept = Kept::new(vec![rule("busy", "avg(1h) > 50", 0), rule("plain", "value > 50", 0)]);
    (0..60).for_each(|minute| kept.say(None, &[], minute * 60, 100.0));
    let desk = kept.book(Vec::new(), 3_600);
    assert_eq!((desk.said(), desk.book.active_count()), (Vec::new(), 0));
    desk.book.recover(START + 3_600_000);
    assert_eq!(desk.said().len(), 1, "only the recovery itself");
    kept.say(Some(&desk), &[], 3_601, 100.0);
    assert_eq!(desk.said().len(), 2);
}

#[test]
fn a_rule_that_is_made_later_knows_what_was_before() {
    let kept = Kept::new(Vec::new());
    let desk = kept.book(Vec::new(), 0);
    for minute in 0..60 {
        kept.say(Some(&desk), &[], minute * 60, 100.0);
        desk.book.tick(START + minute * 60_000);
    }
    desk.book.put(rule("busy", "sum(1h) > 5000", 0)).expect("good");
    kept.say(Some(&desk), &[], 3_541, 0.0);
    let said = desk.said();
    assert!(said.len() == 1 && said[0].starts_with("start busy:s:i 6000"), "{said:?}");
}

#[test]
fn health_words_are_one_history() {
    let kept = Kept::new(vec![Rule {
        metric_name: "health_status".to_owned(),
        hold: Some("2m".to_owned()),
        ..rule("down", "value == 'unhealthy'", 0)
    }]);
    let word = |desk: Option<&Desk>, t: i64, word: &str| {
        let value = f64::from(u8::from(word == "healthy"));
        kept.say(desk, &[(NAME, "health_status"), (STATUS, word)], t, value);
    };
    word(None, 0, "unhealthy");
    word(None, 30, "healthy");
    word(None, 60, "unhealthy");
    let desk = kept.book(Vec::new(), 100);
    assert_eq!(desk.book.pending()[0].timestamp, START + 60_000);
    word(Some(&desk), 180, "unhealthy");
    assert_eq!(desk.said(), [format!("start down:s:i 0 @{}", START + 180_000)]);
}

#[test]
fn silence_is_counted_from_the_restart_on() {
    let kept = Kept::new(vec![rule("gone", "absent(1m)", 0)]);
    kept.say(None, &[], 0, 1.0);
    let desk = kept.book(Vec::new(), 600);
    let from = START / 1_000 + 600;
    tick(&desk, from, from + 61);
    assert_eq!(desk.said(), [""; 0]);
    tick(&desk, from + 62, from + 63);
    assert_eq!(desk.said(), [""; 0], "it was silent before, too: nobody knows that it should speak");
}
