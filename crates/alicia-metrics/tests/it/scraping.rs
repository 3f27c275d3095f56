//! Scraping a real node_exporter, beside a real Prometheus that scrapes it too; and ourselves.

use crate::broker::{Mosquitto, publish};
use crate::collector::Setup;
use crate::prometheus::Prometheus;
use crate::wait::{free_port, until};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Killed when dropped.
struct NodeExporter {
    child: Child,
    address: String,
}

impl NodeExporter {
    fn start() -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let child = Command::new("prometheus-node-exporter")
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node_exporter runs: install it with `apt-get install prometheus-node-exporter`");
        Self { child, address }
    }
}

impl Drop for NodeExporter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The job `node` of the last minute.
const LATELY: &str = "%7Bjob%3D%22node%22%7D%5B1m%5D";
/// Samples after which both have seen enough.
const ENOUGH: usize = 6;

/// Values by labels, of a range vector; those of series that were seen often enough, or any.
fn values(result: &Value, least: usize) -> BTreeMap<String, Vec<String>> {
    let series = result.as_array().into_iter().flatten();
    let all = series.map(|series| {
        let labels: BTreeMap<String, Value> =
            serde_json::from_value(series["metric"].clone()).expect("labels");
        let values = series["values"].as_array().into_iter().flatten();
        let texts = values.map(|value| value[1].as_str().unwrap_or("").to_owned()).collect();
        (serde_json::to_string(&labels).expect("JSON"), texts)
    });
    all.filter(|(_, texts): &(String, Vec<String>)| texts.len() >= least).collect()
}

/// The one value of a series that has no other.
fn constant(values: &[String]) -> Option<f64> {
    let first = values.first()?;
    if values.iter().all(|value| value == first) { first.parse().ok() } else { None }
}

#[test]
fn live_a_node_exporter_is_scraped_as_prometheus_scrapes_it() {
    let node = NodeExporter::start();
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("settings.toml");
    let job = format!(
        "job = 'node'\ntargets = ['{}']\ninterval = '1s'\nlabels = {{ site = 'home' }}",
        node.address
    );
    fs::write(&config, format!("[[scrape]]\n{job}\n")).expect("written");
    let collector = Setup::none().with(&["--config", &config.display().to_string()]).start();
    let prometheus = Prometheus::start(|_| {
        let targets = format!("static_configs: [{{targets: ['{}'], labels: {{site: home}}}}]", node.address);
        format!("scrape_configs: [{{job_name: node, scrape_interval: 1s, {targets}}}]\n")
    });
    let (theirs, ours) = until("both have scraped often enough", || {
        let theirs = prometheus.query(LATELY)?;
        let ours = collector.json(&format!("/api/v1/query?query={LATELY}"))["data"]["result"].clone();
        let (often, as_often) = (values(&theirs, ENOUGH).len(), values(&ours, ENOUGH).len());
        if often > 0 && as_often > 0 {
            Ok((theirs, ours))
        } else {
            Err(format!("{often} and {as_often} series"))
        }
    });

    // Of a series that came or went just now one of the two may know nothing yet.
    for (name, some, all) in [("ours", &theirs, &ours), ("Prometheus'", &ours, &theirs)] {
        let (some, all) = (values(some, ENOUGH), values(all, 1));
        let missing: Vec<&String> = some.keys().filter(|labels| !all.contains_key(*labels)).collect();
        assert!(missing.is_empty(), "not among {name}: {missing:#?}");
    }
    let (theirs, ours) = (values(&theirs, ENOUGH), values(&ours, ENOUGH));
    assert!(ours.len() > 200, "{} series", ours.len());
    let mut compared = 0;
    for (labels, values) in &theirs {
        // How long a scrape took is another thing for each.
        if labels.contains("\"scrape_duration_seconds\"") {
            continue;
        }
        let (Some(theirs), Some(ours)) = (constant(values), ours.get(labels).and_then(|ours| constant(ours)))
        else {
            continue;
        };
        assert!(
            theirs.to_bits() == ours.to_bits() || (theirs.is_nan() && ours.is_nan()),
            "{labels}: {ours}, not {theirs}"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared} constant series");
    assert_eq!(collector.json("/refusals")["refusals"], serde_json::json!([]));

    let known = collector.json("/api/v1/metadata?metric=node_cpu_seconds_total");
    let known = &known["data"]["node_cpu_seconds_total"][0];
    assert_eq!([&known["type"], &known["help"]], ["counter", "Seconds the CPUs spent in each mode."]);
    assert!(collector.own_metric("alicia_metrics_scrapes_total") >= ENOUGH as f64);

    drop(node);
    until("its end is seen", || {
        let up = collector.json("/api/v1/query?query=up")["data"]["result"].clone();
        let rest =
            collector.json("/api/v1/query?query=count(%7Bsite%3D%22home%22%7D)")["data"]["result"].clone();
        // What tells of the target goes on, the rest has ended.
        if up[0]["value"][1] == "0" && rest[0]["value"][1] == "5" { Ok(()) } else { Err((up, rest)) }
    });
}

/// Python's own page. Killed when dropped.
struct Page {
    child: Child,
    address: String,
}

impl Page {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let address = format!("127.0.0.1:{}", free_port());
        let child = Command::new(root.join("../../target/venv-prometheus/bin/python"))
            // Beside the script there is one that is called as the library.
            .arg("-P")
            .arg(root.join("tests/clients/page_server.py"))
            .arg(address.rsplit(':').next().unwrap_or_default())
            .spawn()
            .expect("a Python with prometheus_client: `./scripts/test` makes it");
        Self { child, address }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn live_an_openmetrics_page_of_python_is_read_but_for_its_exemplars() {
    let page = Page::start();
    let collector = Setup::none().with(&["--scrape", &page.address]).start();
    let own = "%7Bjob%3D%22scrape%22%2C__name__%3D~%22own_.*%22%7D";
    let found = until("the page is scraped", || {
        let found = collector.json(&format!("/api/v1/query?query={own}"))["data"]["result"].clone();
        if found[0].is_null() { Err(found) } else { Ok(found) }
    });
    let mut told: Vec<String> = found
        .as_array()
        .into_iter()
        .flatten()
        .map(|sample| {
            let mut labels: BTreeMap<String, Value> =
                serde_json::from_value(sample["metric"].clone()).expect("labels");
            labels.retain(|name, _| name != "job" && name != "instance");
            let labels = serde_json::to_string(&labels).expect("JSON").replace('"', "");
            format!("{labels} {}", sample["value"][1].as_str().unwrap_or(""))
        })
        .filter(|line| !line.contains("_created"))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            "{__name__:own_build_info,version:1.2} 1",
            "{__name__:own_runs_total,kind:a \\\\ b\\nc} 3",
            "{__name__:own_seconds_bucket,le:+Inf} 2",
            "{__name__:own_seconds_bucket,le:1.0} 1",
            "{__name__:own_seconds_count} 2",
            "{__name__:own_seconds_sum} 5.5",
            "{__name__:own_state,own_state:busy} 1",
            "{__name__:own_state,own_state:idle} 0",
            "{__name__:own_summary_count} 1",
            "{__name__:own_summary_sum} 2",
        ]
    );
    let refusals = collector.json("/refusals")["refusals"].clone();
    let reasons: Vec<&Value> = refusals.as_array().into_iter().flatten().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, ["exemplar"], "{refusals}");
    let known = collector.json("/api/v1/metadata?metric=own_runs_total");
    assert_eq!(known["data"]["own_runs_total"][0]["type"], "counter", "{known}");
}

#[test]
fn live_targets_come_with_flags_and_go_with_a_reload_of_the_settings() {
    let node = NodeExporter::start();
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("settings.toml");
    fs::write(&config, "").expect("written");
    let collector =
        Setup::none().with(&["--config", &config.display().to_string(), "--scrape", &node.address]).start();
    let healths = || {
        let targets = collector.json("/api/v1/targets")["data"]["activeTargets"].clone();
        let word = |target: &Value, name: &str| target[name].as_str().unwrap_or("").to_owned();
        let all: Vec<String> = targets
            .as_array()
            .into_iter()
            .flatten()
            .map(|target| {
                format!(
                    "{} {}{}",
                    word(target, "scrapePool"),
                    word(target, "health"),
                    word(target, "lastError")
                )
            })
            .collect();
        all.join(", ")
    };
    let wait = |expect: &str| {
        until(expect, || {
            let healths = healths();
            if healths == expect { Ok(()) } else { Err(healths) }
        });
    };
    wait("scrape up");
    let job = format!("[[scrape]]\njob = 'self'\ntargets = ['{}']\ninterval = '1s'\n", collector.http);
    fs::write(&config, &job).expect("written");
    assert_eq!(collector.ask("POST", "/-/reload", "").status, 200);
    wait("scrape up, self up");
    let own = collector.json("/api/v1/query?query=alicia_metrics_messages_total");
    assert_eq!(own["data"]["result"][0]["metric"]["job"], "self", "{own}");

    fs::write(&config, job.replace("interval = '1s'", "interval = '1s'\ntimeout = '2s'")).expect("written");
    let refused = collector.ask("POST", "/-/reload", "");
    assert!(refused.body.contains("timeout"), "{}", refused.body);
    wait("scrape up, self up");
    fs::write(&config, "").expect("written");
    collector.signal("HUP");
    wait("scrape up");
}

#[test]
fn live_targets_that_are_announced_on_the_bus_are_scraped_if_they_may_be() {
    let (broker, node) = (Mosquitto::in_memory(), NodeExporter::start());
    let dir = tempfile::tempdir().expect("a directory");
    let config = dir.path().join("settings.toml");
    fs::write(&config, "[scrape_from_bus]\nallow = ['127.0.0.0/8']\n").expect("written");
    let announce = |job: &str, targets: &str, flags: &[&str]| {
        let labels = r#""labels":{"room":"hall"},"interval":"1s""#;
        let text = format!(r#"{{"job":"{job}","targets":[{targets}],{labels}}}"#);
        publish(broker.port, "alicia/metrics/scrape", &text, flags);
    };
    announce("hub", &format!("\"{}\"", node.address), &["-r"]);
    let collector = Setup::broker(broker.port).with(&["--config", &config.display().to_string()]).connect();
    let wait = |expect: &str| {
        until(expect, || {
            let up = collector.json("/api/v1/query?query=up%7Bjob!%3D%22%22%7D")["data"]["result"].clone();
            let mut all: Vec<String> = up
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| {
                    let word = |name: &str| one["metric"][name].as_str().unwrap_or("-").to_owned();
                    format!("{} {} {}", word("job"), word("room"), one["value"][1].as_str().unwrap_or("-"))
                })
                .collect();
            all.sort();
            if all.join(", ") == expect { Ok(()) } else { Err(all) }
        });
    };
    let refused = |count: u64| {
        until("it is refused", || {
            let refused = collector.refused("target_not_allowed");
            if refused == count { Ok(()) } else { Err(refused) }
        });
    };
    wait("hub hall 1");

    // Somebody would like to know what only we can ask.
    announce("evil", r#""http://169.254.169.254/latest/meta-data""#, &[]);
    refused(1);
    let shown = collector.json("/refusals").to_string();
    assert!(shown.contains("169.254.169.254"), "{shown}");

    let page = format!("http://{}/metrics", node.address);
    let register = format!(r#"{{"service_name":"sensor","metadata":{{"metrics_url":"{page}"}}}}"#);
    publish(broker.port, "alicia/system/discovery/register", &register, &[]);
    wait("hub hall 1, sensor - 1");
    publish(broker.port, "alicia/system/discovery/unregister", r#"{"service_name":"sensor"}"#, &[]);
    wait("hub hall 1");
    announce("hub", "", &["-r"]);
    wait("");

    announce("hub", &format!("\"{}\"", node.address), &["-r"]);
    wait("hub hall 1");
    // By default nobody may.
    fs::write(&config, "").expect("written");
    collector.signal("HUP");
    wait("");
    refused(2);
    let services = collector.json("/services").to_string();
    assert!(!services.contains("\"scrape\"") && !services.contains("\"hub\""), "{services}");
}
