//! From an address and the labels around it to a target: where its page is, and what its series are called. As
//! Prometheus does it, labels that begin with `__` say where and when, and are gone then.

use super::job::{ScrapeJob, ScrapeSecret};
use crate::outgoing::Call;
use ingest::{AnnouncedJob, ScrapeTarget};
use model::{Login, Millis, NAME, PART, limits};
use query::syntax::{parse_length, print_length};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

const ADDRESS: &str = "__address__";
const SCHEME: &str = "__scheme__";
const PATH: &str = "__metrics_path__";
const INTERVAL: &str = "__scrape_interval__";
const TIMEOUT: &str = "__scrape_timeout__";
const PARAMETER: &str = "__param_";
const HIDDEN: &str = "__";

/// Labels by their names.
pub(super) type LabelMap = BTreeMap<String, String>;

/// Targets side by side, and their labels: what a file has, or the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
pub(super) struct Group {
    #[serde(default)]
    pub(super) targets: Vec<String>,
    #[serde(default)]
    pub(super) labels: LabelMap,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spec {
    /// The job of the settings that it comes from.
    pub(super) pool: String,
    pub(super) url: String,
    pub(super) target: ScrapeTarget,
    pub(super) discovered: LabelMap,
    pub(super) interval: Millis,
    pub(super) timeout: Duration,
    pub(super) auth: Login<ScrapeSecret>,
    pub(super) ca: Option<PathBuf>,
    /// With which settings its client was made, where it depends on them.
    pub(super) client: ClientOf,
}

/// Which client asks a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ClientOf {
    /// One that goes everywhere: the settings name the target.
    #[default]
    Settings,
    /// One that goes where those on the bus may have us go, by the settings of this number.
    Bus(u64),
}

/// What makes a target the one that it is: its labels and its URL.
pub(super) type Id = (Vec<(String, String)>, String);

impl Spec {
    pub(super) fn id(&self) -> Id {
        (self.target.labels.clone(), self.url.clone())
    }

    /// When in its interval it is asked: targets are spread over it, and each keeps its place over restarts.
    pub(super) fn offset(&self) -> Millis {
        let mut hasher = DefaultHasher::new();
        self.id().hash(&mut hasher);
        let hash = Millis::try_from(hasher.finish() >> 1).unwrap_or(0);
        hash % self.interval.max(1)
    }
}

/// A job that was announced on the bus, and its targets.
pub(super) fn announced(announced: &AnnouncedJob) -> (ScrapeJob, Group) {
    let job = ScrapeJob { sample_limit: limits::ANNOUNCED_SAMPLES, ..ScrapeJob::new(&announced.job) };
    let (targets, mut labels) = (announced.targets.clone(), announced.labels.clone());
    if let Some(interval) = &announced.interval {
        labels.insert(INTERVAL.to_owned(), interval.clone());
        // Whoever is to be asked more often than usual is waited for no longer than until then.
        let shorter = parse_length(interval).filter(|length| *length < millis(job.timeout));
        labels.extend(shorter.map(|_| (TIMEOUT.to_owned(), interval.clone())));
    }
    (job, Group { targets, labels })
}

/// The targets of `group`, as `job` has them; those that are none are told.
pub(super) fn specs(job: &ScrapeJob, group: &Group) -> Vec<Result<Spec, String>> {
    let one = |address: &String| {
        spec(job, address, &group.labels)
            .map_err(|why| format!("job {:?}, target {address:?}: {why}", job.job))
    };
    group.targets.iter().map(one).collect()
}

fn spec(job: &ScrapeJob, address: &str, labels: &LabelMap) -> Result<Spec, String> {
    let mut all = discovered(job, address)?;
    all.extend(labels.iter().map(|(name, value)| (name.clone(), value.clone())));
    let get = |name: &str| all.get(name).map(String::as_str).unwrap_or_default();
    let url = url(&all, get(SCHEME), get(ADDRESS), get(PATH))?;
    let interval = length(INTERVAL, get(INTERVAL))?;
    let timeout = length(TIMEOUT, get(TIMEOUT))?;
    if interval < limits::SCRAPE_SHORTEST {
        return Err(format!("the interval is shorter than {}", print_length(limits::SCRAPE_SHORTEST)));
    }
    if timeout > interval {
        return Err("the timeout is longer than the interval".to_owned());
    }
    let mut own: LabelMap = all
        .iter()
        .filter(|(name, value)| !name.starts_with(HIDDEN) && !value.is_empty())
        .map(owned)
        .collect();
    own.entry("instance".to_owned()).or_insert_with(|| get(ADDRESS).to_owned());
    check_labels(&own)?;
    let word = |name: &str| own.get(name).map(String::as_str).unwrap_or_default();
    let source = format!("scrape {} {}", word("job"), word("instance"));
    let target = ScrapeTarget {
        source,
        labels: own.into_iter().collect(),
        honor_labels: job.honor_labels,
        honor_timestamps: job.honor_timestamps,
        sample_limit: job.sample_limit,
    };
    let timeout = Duration::from_millis(timeout.unsigned_abs());
    let (auth, ca) = (job.auth.clone(), job.ca.clone());
    Ok(Spec {
        pool: job.job.clone(),
        url,
        target,
        discovered: all,
        interval,
        timeout,
        auth,
        ca,
        client: ClientOf::default(),
    })
}

fn owned((name, value): (&String, &String)) -> (String, String) {
    (name.clone(), value.clone())
}

/// What is known of a target before its own labels say more.
fn discovered(job: &ScrapeJob, address: &str) -> Result<LabelMap, String> {
    let mut all = job.labels.clone();
    let mut set = |name: &str, value: String| all.insert(name.to_owned(), value);
    set("job", job.labels.get("job").unwrap_or(&job.job).clone());
    set(SCHEME, job.scheme.clone());
    set(PATH, job.path.clone());
    set(INTERVAL, print_length(millis(job.interval)));
    set(TIMEOUT, print_length(millis(job.timeout)));
    set(ADDRESS, address.to_owned());
    if !address.contains("://") {
        return Ok(all);
    }
    let call = Call::get(address).map_err(|error| error.to_string())?;
    let url = Url::parse(call.url()).map_err(|error| error.to_string())?;
    let host = url.host_str().unwrap_or_default();
    set(ADDRESS, url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")));
    set(SCHEME, url.scheme().to_owned());
    if url.path() != "/" {
        set(PATH, url.path().to_owned());
    }
    for (name, value) in url.query_pairs() {
        set(&format!("{PARAMETER}{name}"), value.into_owned());
    }
    Ok(all)
}

fn url(all: &LabelMap, scheme: &str, address: &str, path: &str) -> Result<String, String> {
    let is_address = !address.is_empty() && !address.contains(['/', '?', '#', '@', ' ', '\\']);
    if !is_address {
        return Err("expected host:port, or a URL".to_owned());
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let call = Call::get(&format!("{scheme}://{address}{slash}{path}")).map_err(|error| error.to_string())?;
    let mut url = Url::parse(call.url()).map_err(|error| error.to_string())?;
    let parameters = all.iter().filter_map(|(name, value)| Some((name.strip_prefix(PARAMETER)?, value)));
    for (name, value) in parameters {
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url.into())
}

fn length(name: &str, text: &str) -> Result<Millis, String> {
    let length = parse_length(text).filter(|length| *length > 0);
    length.ok_or_else(|| format!("{name}: {text:?} is no length of time, such as 15s"))
}

fn millis(length: Duration) -> Millis {
    Millis::try_from(length.as_millis()).unwrap_or(limits::DAY)
}

fn check_labels(labels: &LabelMap) -> Result<(), String> {
    if labels.len() > limits::LABELS_PER_ENTRY / 2 {
        return Err(format!("it has more than {} labels", limits::LABELS_PER_ENTRY / 2));
    }
    for (name, value) in labels {
        if name.is_empty() || name == NAME || name.starts_with(PART) || name.len() > limits::NAME_BYTES {
            return Err(format!("{name:?} is no name of a label"));
        }
        if value.len() > limits::LABEL_VALUE_BYTES {
            return Err(format!("the value of the label {name:?} is too long"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Group, ScrapeJob, specs};

    /// What a target of job `j` comes to: URL, labels, interval; or why it is none.
    #[track_caller]
    fn check(target: &str, labels: &[(&str, &str)], expect: &str) {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let group = Group { targets: vec![target.to_owned()], labels };
        let told = match specs(&ScrapeJob::new("j"), &group).remove(0) {
            Err(why) => format!("! {why}"),
            Ok(spec) => {
                let labels: Vec<String> =
                    spec.target.labels.iter().map(|(n, v)| format!("{n}={v}")).collect();
                format!("{} {} {}", spec.url, labels.join(","), spec.interval)
            }
        };
        if expect.starts_with('!') {
            assert!(told.starts_with('!') && told.contains(&expect[2..]), "{target}: {told}");
        } else {
            assert_eq!(told, expect, "{target}");
        }
    }

    #[test]
    fn a_target_is_an_address_or_a_url_and_labels_say_more() {
        check("host:9100", &[], "http://host:9100/metrics instance=host:9100,job=j 15000");
        check("host", &[("room", "hall")], "http://host/metrics instance=host,job=j,room=hall 15000");
        check("[::1]:9100", &[], "http://[::1]:9100/metrics instance=[::1]:9100,job=j 15000");
        check("https://host/", &[], "https://host/metrics instance=host,job=j 15000");
        check("http://host:1/own?a=b%20c", &[], "http://host:1/own?a=b+c instance=host:1,job=j 15000");
        check(
            "host:1",
            &[
                ("job", "k"),
                ("instance", "i"),
                ("__metrics_path__", "p"),
                ("__scheme__", "https"),
                ("__x", "y"),
            ],
            "https://host:1/p instance=i,job=k 15000",
        );
        check(
            "host:1",
            &[("__param_target", "a/b"), ("__scrape_interval__", "1m"), ("empty", "")],
            "http://host:1/metrics?target=a%2Fb instance=host:1,job=j 60000",
        );
    }

    #[test]
    fn what_is_no_target_is_told() {
        for (target, labels, why) in [
            ("", vec![], "! expected host:port"),
            ("host/path", vec![], "! expected host:port"),
            ("user:secret@host", vec![], "! expected host:port"),
            ("ftp://host", vec![], "! scheme"),
            ("http://user:pass@host/", vec![], "! do not belong"),
            ("host:99999", vec![], "! port"),
            ("host:1", vec![("__scrape_interval__", "5s")], "! longer than the interval"),
            ("host:1", vec![("__scrape_interval__", "10ms"), ("__scrape_timeout__", "5ms")], "! shorter"),
            ("host:1", vec![("__scrape_interval__", "often")], "! __scrape_interval__"),
            ("host:1", vec![("__scheme__", "gopher")], "! scheme"),
        ] {
            check(target, &labels, why);
        }
    }

    #[test]
    fn targets_are_spread_over_their_interval_and_keep_their_places() {
        let targets = (0..200).map(|n| format!("host-{n}:9100")).collect();
        let group = Group { targets, ..Group::default() };
        let places = || -> Vec<i64> {
            specs(&ScrapeJob::new("j"), &group).into_iter().flatten().map(|spec| spec.offset()).collect()
        };
        assert_eq!(places(), places());
        let early = places().iter().filter(|place| **place < 7_500).count();
        assert!((60..140).contains(&early), "{early} of 200 in the first half");
    }
}
