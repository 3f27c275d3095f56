//! Who is scraped: the labels that its series get, and what is remembered of them.

use crate::exposition::Head;
use std::borrow::Cow;

/// What is put before the name of a label that a target's page has, and the target too.
const EXPORTED: &str = "exported_";

/// A target, as far as its samples are concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScrapeTarget {
    /// What counters and refusals call it.
    pub source: String,
    /// Labels that all of its series get: `job`, `instance`, and what the settings say.
    pub labels: Vec<(String, String)>,
    /// Whether labels of its page win over these.
    pub honor_labels: bool,
    /// Whether the times of its page count.
    pub honor_timestamps: bool,
    /// With more samples than these a page is refused as a whole; 0 is no limit.
    pub sample_limit: usize,
}

/// What is remembered of a target between two scrapes: sixteen bytes a series.
#[derive(Debug, Default)]
pub struct ScrapeMemory {
    /// The series of the last page that was read, by their keys, in order.
    pub(crate) series: Vec<[u8; 16]>,
    /// Whether these go on. They do not after a scrape that failed, but are known when they come back.
    pub(crate) is_live: bool,
    /// Whether the target's own series were begun.
    pub(crate) is_reported: bool,
}

impl ScrapeMemory {
    pub(crate) fn has(&self, key: [u8; 16]) -> bool {
        self.series.binary_search(&key).is_ok()
    }
}

impl ScrapeTarget {
    /// The labels of a series of the page, and the target's.
    pub(crate) fn labels<'a>(&'a self, head: &mut Head<'a>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let mut labels = std::mem::take(&mut head.labels);
        let on_page = labels.len();
        for (name, value) in &self.labels {
            let is_there = labels[..on_page].iter().any(|(known, _)| known == name);
            if is_there && self.honor_labels {
                continue;
            }
            if is_there {
                rename(&mut labels, on_page, name);
            }
            labels.push((Cow::Borrowed(name), Cow::Borrowed(value)));
        }
        labels
    }

    /// The labels of the series that tell how the scrape was.
    pub(crate) fn own_labels(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.labels.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value)))
    }
}

/// Gives the label of that name another, which no label has. Where the label has no value, it is none.
fn rename(labels: &mut Vec<(Cow<'_, str>, Cow<'_, str>)>, on_page: usize, name: &str) {
    let mut other = format!("{EXPORTED}{name}");
    while labels.iter().any(|(known, _)| **known == other) {
        other.insert_str(0, EXPORTED);
    }
    for (known, _) in labels[..on_page].iter_mut().filter(|(known, _)| known == name) {
        *known = Cow::Owned(other.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::ScrapeTarget;
    use crate::exposition::Head;

    #[track_caller]
    fn check(line: &str, honor_labels: bool, expect: &str) {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let target = ScrapeTarget {
            source: String::new(),
            labels: vec![label("job", "j"), label("instance", "i"), label("exported_room", "r")],
            honor_labels,
            honor_timestamps: true,
            sample_limit: 0,
        };
        let (mut head, _) = Head::read(line).expect("a series");
        let labels = target.labels(&mut head);
        let mut told: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        told.sort();
        assert_eq!(told.join(","), expect, "{line}");
    }

    #[test]
    fn labels_of_the_target_win_and_those_of_the_page_are_kept_beside_them_unless_they_are_to_win() {
        check("m{a=\"b\"}", false, "a=b,exported_room=r,instance=i,job=j");
        check("m{job=\"x\"}", false, "exported_job=x,exported_room=r,instance=i,job=j");
        check("m{job=\"x\"}", true, "exported_room=r,instance=i,job=x");
        check("m{instance=\"\"}", true, "exported_room=r,instance=,job=j");
        check(
            "m{job=\"x\",exported_job=\"y\"}",
            false,
            "exported_exported_job=x,exported_job=y,exported_room=r,instance=i,job=j",
        );
        check("m{exported_room=\"x\"}", false, "exported_exported_room=x,exported_room=r,instance=i,job=j");
    }
}
