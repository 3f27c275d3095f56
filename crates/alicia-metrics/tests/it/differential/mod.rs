//! The same samples and the same queries, here and at Debian's Prometheus 2.42: the same answers.
//!
//! `data` makes samples, `expression` and `generator` make queries, `servers` asks both, `compare` judges, and `known` lists the
//! differences that are meant, each with its reason. All of it follows from a seed, which is told when something differs:
//! `ALICIA_SEED=n` is that world alone. `ALICIA_ROUNDS=n` asks in so many worlds.

mod compare;
mod data;
mod expression;
mod generator;
mod known;
mod servers;

use compare::Verdict;
use generator::Generator;
use servers::{Pair, Question};
use std::collections::BTreeMap;
use world::Chance;

/// Queries in one world of samples.
const QUERIES: usize = 250;
/// Worlds of which everybody's tests ask.
const WORLDS: u64 = 4;
/// Differences that are told before it ends.
const TOLD: usize = 10;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// What came of the queries, counted.
#[derive(Debug, Default)]
struct Tally {
    alike: usize,
    empty: usize,
    both_failed: usize,
    known: BTreeMap<&'static str, usize>,
}

#[test]
fn live_prometheus_answers_the_same() {
    let first = number("ALICIA_SEED");
    let seeds = first.map_or(1..=number("ALICIA_ROUNDS").unwrap_or(WORLDS), |seed| seed..=seed);
    let (mut tally, mut different) = (Tally::default(), Vec::new());
    for seed in seeds {
        let mut chance = Chance::seeded(seed);
        let pair = Pair::start(&data::made(&mut chance));
        let mut generator = Generator::new(chance);
        for _ in 0..QUERIES {
            let question = generator.question();
            if let Some(text) = judged(&pair, &question, &mut tally) {
                different.push(format!("ALICIA_SEED={seed}\n{text}"));
            }
        }
        if different.len() >= TOLD {
            break;
        }
    }
    println!("{tally:?}");
    different.truncate(TOLD);
    assert!(different.is_empty(), "{} differences:\n\n{}", different.len(), different.join("\n\n"));
    let asked = tally.alike + tally.both_failed + tally.known.values().sum::<usize>();
    assert!(
        tally.alike * 10 > asked * 8 && tally.empty * 2 < tally.alike,
        "too few tell something: {tally:?}"
    );
}

/// The difference, if there is one that is not known.
fn judged(pair: &Pair, question: &Question, tally: &mut Tally) -> Option<String> {
    let (theirs, ours) = (pair.theirs(question), pair.ours(question));
    let why = match compare::judge(question, &theirs, &ours) {
        Verdict::Alike { is_empty } => {
            tally.alike += 1;
            tally.empty += usize::from(is_empty);
            return None;
        }
        Verdict::BothFailed => {
            tally.both_failed += 1;
            return None;
        }
        Verdict::Different(why) => why,
    };
    if let Some(known) = known::difference(question, &theirs, &ours) {
        *tally.known.entry(known).or_default() += 1;
        return None;
    }
    let shown = |answer: &serde_json::Value| answer.to_string().chars().take(1_500).collect::<String>();
    Some(format!("{question}\n{why}\nPrometheus: {}\nours:       {}", shown(&theirs), shown(&ours)))
}
