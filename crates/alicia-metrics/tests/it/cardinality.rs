//! A million new series at a collector that has 512 MiB: it refuses them, and lives.

use crate::broker::Mosquitto;
use crate::collector::{Collector, Setup};
use crate::numbered::{numbers, publish_all, whole};
use crate::wait::until;
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Memory that the collector may have.
const MEMORY: u64 = 512 << 20;
/// New series, so many in a message, in so many messages a round.
const ENTRIES: u64 = 500;
const MESSAGES: u64 = 200;
const ROUNDS: u64 = 10;
/// Numbers of an old series that come with each round.
const NUMBERS: u64 = 20;
/// When the first number was, in seconds.
const START: u64 = 1_700_000_000;

/// A group of processes with little memory, gone with this.
struct Group {
    dir: PathBuf,
    used: &'static str,
}

impl Group {
    /// By the first or the second version of control groups, whichever the machine has.
    fn new() -> Self {
        let is_second = !Path::new("/sys/fs/cgroup/memory").is_dir();
        let (root, limit, used) = if is_second {
            ("/sys/fs/cgroup", "memory.max", "memory.current")
        } else {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes")
        };
        let dir = Path::new(root).join(format!("alicia-metrics-{}", std::process::id()));
        let made = fs::create_dir(&dir).and_then(|()| fs::write(dir.join(limit), MEMORY.to_string()));
        made.expect("this test makes a control group for memory: it needs root");
        Self { dir, used }
    }

    /// Does `work`, whose processes are in the group from their first moment on: they look how much memory they have.
    fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        let add =
            |dir: &Path| fs::write(dir.join("cgroup.procs"), std::process::id().to_string()).expect("moved");
        add(&self.dir);
        let done = work();
        add(self.dir.parent().expect("a group is in another"));
        done
    }

    /// Most bytes that were used, pages of files among them; with the second version, those of now.
    fn used(&self) -> u64 {
        let text = fs::read_to_string(self.dir.join(self.used)).expect("readable");
        text.trim().parse().expect("a number")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Its processes are dead by then, or soon; an empty group that stays hurts nobody.
        let _removed = fs::remove_dir(&self.dir);
    }
}

/// Publishes messages of new series of service `flood`: of one metric in even rounds, of a hundred in odd ones.
fn flood(port: u16, round: u64) {
    let mut child = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", "alicia/metrics/flood", "-q", "1", "-l"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("mosquitto_pub runs");
    let mut input = child.stdin.take().expect("piped");
    let metrics = if round.is_multiple_of(2) { 1 } else { 100 };
    for message in 0..MESSAGES {
        let first = (round * MESSAGES + message) * ENTRIES;
        let entry = |number: u64| json!({"name": format!("m{}", number % metrics), "value": 1, "labels": {"id": number.to_string()}});
        let entries: Vec<_> = (first..first + ENTRIES).map(entry).collect();
        let body = json!({"service_name": "flood", "instance_id": "flood-1", "metrics": entries});
        writeln!(input, "{body}").expect("mosquitto_pub reads");
    }
    drop(input);
    assert!(child.wait().expect("reaped").success());
}

/// Refused series by reason.
fn refused(collector: &Collector) -> [u64; 2] {
    ["too_many_series_of_metric", "too_many_series_of_service"].map(|reason| collector.refused(reason))
}

#[test]
fn live_a_million_new_series_are_refused_in_512_mib_and_old_ones_live_on() {
    let (broker, group) = (Mosquitto::start(), Group::new());
    let collector = group.around(|| Setup::broker(broker.port).connect());
    for round in 0..ROUNDS {
        publish_all(broker.port, "level", START, round * NUMBERS..(round + 1) * NUMBERS);
        flood(broker.port, round);
        let seen = until("old series are taken and read", || {
            let seen = numbers(&collector, "level");
            if seen.len() as u64 == (round + 1) * NUMBERS { Ok(seen) } else { Err(seen.len()) }
        });
        assert_eq!(seen, whole((round + 1) * NUMBERS));
    }
    let all = ROUNDS * MESSAGES * ENTRIES;
    let refused = until("all of them came", || {
        let refused = refused(&collector).iter().sum::<u64>();
        let taken = collector.own_metric("alicia_metrics_samples_total");
        if taken + refused as f64 >= all as f64 { Ok(refused) } else { Err((taken, refused)) }
    });
    assert!(refused >= all * 9 / 10, "{refused} of {all}");
    let by_reason = self::refused(&collector);
    assert!(by_reason.iter().all(|count| *count > 10_000), "of metric, of service: {by_reason:?}");
    println!(
        "figure: {refused} of {all} new series refused, {} MiB used at most, {} MiB resident",
        group.used() >> 20,
        collector.resident_mib()
    );
}
