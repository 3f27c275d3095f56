//! Recorded messages, without a broker.

use crate::rig::{Bystander, Witness};
use crate::said::OWN;
use bus::Feed;
use model::Passage;
use std::sync::Arc;

struct Fed {
    witness: Arc<Witness>,
    bystander: Arc<Bystander>,
    feed: Feed,
}

fn fed(listens: &[&str]) -> Fed {
    let (witness, bystander) = (Arc::<Witness>::default(), Arc::<Bystander>::default());
    let listens = listens.iter().map(|&filter| filter.to_owned()).collect();
    let feed = Feed::new(OWN.to_owned(), listens, witness.clone(), bystander.clone());
    Fed { witness, bystander, feed }
}

const MEASURED: &[u8] = br#"{"metrics":[{"name":"x","value":1}]}"#;

fn passage<'a>(topic: &'a str, payload: &'a [u8], is_taken: bool) -> Passage<'a> {
    Passage {
        topic,
        received_at: 7,
        bytes: payload.len(),
        payload,
        qos: 1,
        retained: false,
        properties: &[],
        is_taken,
    }
}

impl Fed {
    /// What reached the intake, and on which topics something was seen.
    fn after(&self, passage: &Passage<'_>) -> (Vec<String>, Vec<String>) {
        self.feed.take(passage).expect("it is taken");
        let meanings = self.witness.meanings();
        let topics = self.bystander.seen.lock().drain(..).map(|(topic, ..)| topic).collect();
        (meanings, topics)
    }
}

#[test]
fn what_was_taken_is_taken_and_what_was_heard_is_seen() {
    let fed = fed(&["alicia/#"]);
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let taken = passage("alicia/metrics/a", MEASURED, true);
    let expected = "measured a/a_unknown: x=1.0 gauge";
    assert_eq!(fed.after(&taken), (words(&[expected]), words(&["alicia/metrics/a"])));
    let heard = passage("home/door", b"open", false);
    assert_eq!(fed.after(&heard), (words(&[]), words(&["home/door"])));
    let own = crate::said::enveloped(OWN, r#"{"metrics":[{"name":"x","value":1}]}"#);
    let own = passage("alicia/metrics/a", own.as_bytes(), true);
    assert_eq!(fed.after(&own).0, words(&["nothing: own"]));
}

#[test]
fn without_anybody_who_listened_nothing_is_seen() {
    let fed = fed(&[]);
    let (meanings, topics) = fed.after(&passage("alicia/metrics/a", MEASURED, true));
    assert_eq!((meanings.len(), topics.len()), (1, 0));
}

#[test]
fn payloads_that_are_left_out_and_questions_are_counted_as_they_were() {
    let fed = fed(&[]);
    let long = Passage { bytes: 5_000_000, ..passage("alicia/metrics/a", b"", true) };
    let told = fed.after(&long).0.join(" ");
    assert!(told.contains("too_large") || told.contains("5000000"), "{told}");
    assert_eq!(fed.after(&passage("alicia/metrics/query", b"up", true)).0.len(), 1);
}

#[test]
fn what_cannot_be_kept_is_told() {
    let fed = fed(&[]);
    fed.witness.refuse();
    assert!(fed.feed.take(&passage("alicia/metrics/a", MEASURED, true)).is_err());
}
