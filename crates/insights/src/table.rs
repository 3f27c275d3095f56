//! What is found again and again: the insights that are present, and those that are over.
//!
//! Nothing is told that was not found in several scans with new data one after the other; and what was told goes on while there is still a hint of
//! it, and is over when there was none in several scans. So an insight neither flickers nor comes from one odd minute.

use crate::finding::{Finding, Kind, place, selector};
use crate::scan::Round;
use model::{LastingInsight, Millis, limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// In how many scans one after the other there must be no hint of an insight until it is over.
const GONE: u32 = 3;

/// What changed in a round.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An insight is told now.
    Appeared(LastingInsight),
    /// One that was told is over.
    Resolved(LastingInsight),
}

/// Kind, series, and of limits which one.
type Key = (Kind, String, String);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    finding: Finding,
    id: Option<u64>,
    seen: u32,
    missed: u32,
    first_seen: Millis,
    last_seen: Millis,
}

/// What must outlive a restart: the insights that are told, and those that are over.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// The newest id.
    told: u64,
    present: Vec<Entry>,
    /// With the time at which each was over, newest first.
    over: VecDeque<(Entry, Millis)>,
}

/// All insights.
#[derive(Debug, Default)]
pub struct Table {
    present: BTreeMap<Key, Entry>,
    /// With the time at which each was over, newest first.
    over: VecDeque<(Entry, Millis)>,
    told: u64,
    rounds: u64,
    tests: usize,
    left_out: usize,
}

impl Table {
    /// A table that goes on where a memory ends. What is not found any more is over as ever.
    #[must_use]
    pub fn restored(memory: Memory) -> Self {
        let Memory { told, present, mut over } = memory;
        over.truncate(limits::INSIGHT_HISTORY);
        let present = present.into_iter().take(limits::INSIGHTS);
        let present = present.map(|entry| (key(&entry.finding), Entry { missed: 0, ..entry })).collect();
        Self { present, over, told, ..Self::default() }
    }

    /// What must outlive a restart.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let told = self.present.values().filter(|entry| entry.id.is_some());
        Memory { told: self.told, present: told.cloned().collect(), over: self.over.clone() }
    }

    /// Takes in what a scan that ended at `now` found.
    pub fn take(&mut self, round: Round, now: Millis) -> Vec<News> {
        let mut news = Vec::new();
        self.rounds += 1;
        (self.tests, self.left_out) = (round.tests, round.left_out);
        let mut found: BTreeMap<Key, (Finding, bool)> = BTreeMap::new();
        found.extend(round.hints.into_iter().map(|finding| (key(&finding), (finding, false))));
        found.extend(round.discoveries.into_iter().map(|finding| (key(&finding), (finding, true))));
        let missing = |key: &Key| !found.contains_key(key) && (round.with_seasons || key.0 != Kind::Anomaly);
        let missed: Vec<Key> = self.present.keys().filter(|key| missing(key)).cloned().collect();
        for key in missed {
            news.extend(self.miss(&key, now));
        }
        for (key, (finding, is_discovery)) in found {
            news.extend(self.meet(key, finding, is_discovery, now));
        }
        while self.over.len() > limits::INSIGHT_HISTORY
            || self.over.back().is_some_and(|(_, at)| *at < now - limits::INSIGHT_KEPT)
        {
            self.over.pop_back();
        }
        news
    }

    fn miss(&mut self, key: &Key, now: Millis) -> Option<News> {
        let entry = self.present.get_mut(key)?;
        entry.missed += 1;
        if entry.id.is_some() && entry.missed < GONE {
            return None;
        }
        let entry = self.present.remove(key)?;
        let insight = entry.resolved(now)?;
        self.over.push_front((entry, now));
        Some(News::Resolved(insight))
    }

    fn meet(&mut self, key: Key, finding: Finding, is_discovery: bool, now: Millis) -> Option<News> {
        let room = self.present.len() < limits::INSIGHTS;
        let Some(entry) = self.present.get_mut(&key) else {
            if is_discovery && room {
                let entry = Entry { finding, id: None, seen: 1, missed: 0, first_seen: now, last_seen: now };
                self.present.insert(key, entry);
            } else if is_discovery {
                self.left_out += 1;
            }
            return None;
        };
        if entry.id.is_none() && !is_discovery {
            self.present.remove(&key);
            return None;
        }
        entry.seen += u32::from(finding.evidence > entry.finding.evidence);
        entry.missed = 0;
        entry.last_seen = now;
        entry.finding = finding;
        if entry.id.is_some() || entry.seen < key.0.lasts() {
            return None;
        }
        self.told += 1;
        entry.id = Some(self.told);
        entry.insight().map(News::Appeared)
    }

    /// The insights that are present, worst first, and if asked for those that are over, newest first.
    #[must_use]
    pub fn insights(&self, with_resolved: bool) -> Vec<LastingInsight> {
        let mut all: Vec<LastingInsight> = self.present.values().filter_map(Entry::insight).collect();
        all.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| b.first_seen.cmp(&a.first_seen)));
        if with_resolved {
            all.extend(self.over.iter().filter_map(|(entry, at)| entry.resolved(*at)));
        }
        all
    }

    /// How many scans there were, how many tests the newest made, and how much it left out.
    #[must_use]
    pub fn scans(&self) -> (u64, usize, usize) {
        (self.rounds, self.tests, self.left_out)
    }
}

impl Entry {
    /// As it is told when it is over.
    fn resolved(&self, at: Millis) -> Option<LastingInsight> {
        Some(LastingInsight { resolved: true, resolved_at: Some(at), ..self.insight()? })
    }

    /// As it is told; `None` if it is not.
    fn insight(&self) -> Option<LastingInsight> {
        let finding = &self.finding;
        let (service_name, instance_id, metric) = place(&finding.labels);
        Some(LastingInsight {
            id: self.id?,
            kind: finding.kind.as_str(),
            service_name,
            instance_id,
            metric,
            severity: finding.severity,
            message: finding.message.clone(),
            value: finding.value,
            low: finding.interval.map(|(low, _)| low),
            high: finding.interval.map(|(_, high)| high),
            unit: finding.unit.clone(),
            p_value: finding.p_value,
            query: finding.query.clone(),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            resolved: false,
            resolved_at: None,
        })
    }
}

fn key(finding: &Finding) -> Key {
    (finding.kind, selector(&finding.labels), finding.bound.clone())
}
