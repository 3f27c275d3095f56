//! Targets that are announced on the bus: what is remembered of them, and how many.

use crate::house::{House, goodbye};
use model::{Reason, Registration, Report, Targets, limits};

fn announce(house: &House, job: &str, targets: &[&str], labels: &[(&str, &str)]) {
    house.send(Report::Targets(Targets {
        job: job.to_owned().into(),
        targets: targets.iter().map(|target| (*target).to_owned().into()).collect(),
        labels: labels.iter().map(|(n, v)| ((*n).to_owned().into(), (*v).to_owned().into())).collect(),
        interval: None,
    }));
}

fn register(house: &House, service: &str, page: Option<&str>) {
    house.send(Report::Registered(Registration {
        service: service.to_owned().into(),
        started: None,
        capabilities: Vec::new(),
        version: None,
        metrics_url: page.map(|page| page.to_owned().into()),
    }));
}

/// What is announced: `job: targets {labels}`.
fn announced(house: &House) -> Vec<String> {
    let all = house.gate.registry().announced();
    all.iter().map(|job| format!("{}: {} {:?}", job.job, job.targets.join(","), job.labels)).collect()
}

#[test]
fn the_newest_announcement_of_a_job_counts_and_none_is_its_end() {
    let house = House::new();
    announce(&house, "a", &["h:1"], &[("room", "hall")]);
    announce(&house, "b", &["h:2", "h:3"], &[]);
    assert_eq!(announced(&house), ["a: h:1 {\"room\": \"hall\"}", "b: h:2,h:3 {}"]);
    announce(&house, "a", &["h:4"], &[]);
    announce(&house, "b", &[], &[]);
    assert_eq!(announced(&house), ["a: h:4 {}"]);
    announce(&house, "never", &[], &[]);
    assert_eq!(house.known(), "", "a job is no service");
}

#[test]
fn a_page_is_known_until_its_service_says_goodbye_or_registers_without_one() {
    let house = House::new();
    register(&house, "s", Some("http://h/m"));
    assert_eq!(announced(&house), ["s: http://h/m {}"]);
    house.send(goodbye("s"));
    assert_eq!(announced(&house), Vec::<String>::new());
    register(&house, "s", Some("http://h/m"));
    register(&house, "s", None);
    assert_eq!(announced(&house), Vec::<String>::new());
}

#[test]
fn what_is_too_much_or_says_where_to_go_is_refused_and_leaves_what_was() {
    let house = House::new();
    announce(&house, "a", &["h:1"], &[]);
    let long = "x".repeat(limits::NAME_BYTES + 1);
    let many = vec!["h:1"; limits::ANNOUNCED_TARGETS + 1];
    announce(&house, "a", &[&long], &[]);
    announce(&house, "a", &["h:2"], &[(&long, "v")]);
    announce(&house, "a", &["h:2"], &[("n", &long)]);
    announce(&house, "a", &["h:2"], &[("__address__", "evil:80")]);
    announce(&house, "a", &many, &[]);
    register(&house, "s", Some(&long));
    assert_eq!(announced(&house), ["a: h:1 {}"]);
    let total = |reason| house.gate.tally().total(reason);
    let counts =
        [Reason::NameTooLong, Reason::ValueTooLong, Reason::BadLabels, Reason::TooManyTargets].map(total);
    assert_eq!(counts, [3, 1, 1, 1]);
    for number in 0..limits::ANNOUNCED_JOBS {
        announce(&house, &format!("job {number}"), &["h:1"], &[]);
    }
    assert_eq!((announced(&house).len(), total(Reason::TooManyTargets)), (limits::ANNOUNCED_JOBS, 2));
}
