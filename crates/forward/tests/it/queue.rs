//! What goes in comes out, in order, and all of it is accounted for.

use crate::rig::{Receiver, START, numbers, open, series};
use forward::{Settings, Version};
use ingest::RemoteWrite;
use model::{Append, Labels, Matcher, NAME, Point, Sample, stale_marker};
use world::{Disk, SimDisk};

#[test]
fn what_is_taken_arrives_in_order_and_bit_for_bit() {
    check(Version::V1, RemoteWrite::V1);
    check(Version::V2, RemoteWrite::V2);
}

fn check(version: Version, read_as: RemoteWrite) {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    receiver.version = read_as;
    let mut rig = open(&disk, &Settings { version, ..Settings::default() });
    let all = [series("a x=1"), series("a x=2"), series("ü")];
    for _ in 0..3_000 {
        rig.take(&all);
    }
    let odd = [stale_marker(), -0.0, f64::from_bits(0x7ff8_0000_0000_0001), f64::NEG_INFINITY];
    for (number, v) in (0..).zip(odd) {
        let point = Point { t: START + 10_000 + number, v };
        rig.queue.append(&[Sample { series: &all[2], point }]).expect("it never fails");
    }
    rig.queue.commit().expect("it never fails");
    rig.drain(&mut receiver);
    assert_eq!(receiver.values(r#"a{x="1"}"#), numbers(0..3_000));
    assert_eq!(receiver.values(r#"a{x="2"}"#), numbers(0..3_000));
    let bits: Vec<u64> = receiver.values("ü{}").iter().map(|v| v.to_bits()).skip(3_000).collect();
    assert_eq!(bits, odd.map(f64::to_bits));
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.failed, stats.dropped, stats.queue_samples), (9_004, 0, 0, 0));
    assert_eq!((receiver.requests, receiver.repeats), (2, 0), "5,000 are sent together");
    assert_eq!(rig.queue.take_told(), Vec::<String>::new());
}

#[test]
fn only_what_is_asked_for_goes_and_gets_the_labels_that_it_has_not() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let settings = Settings {
        matchers: vec![Matcher::regex(NAME, "a|b").expect("good"), Matcher::not_equal("zone", "cellar")],
        labels: Labels::new([("site", "home"), ("zone", "none"), ("__name__", "never")]),
        ..Settings::default()
    };
    let mut rig = open(&disk, &settings);
    rig.take(&[series("a zone=roof"), series("b"), series("c"), series("a zone=cellar")]);
    rig.drain(&mut receiver);
    let kept: Vec<&String> = receiver.kept.keys().collect();
    assert_eq!(kept, [r#"a{site="home",zone="roof"}"#, r#"b{site="home",zone="none"}"#]);
}

#[test]
fn a_queue_that_is_opened_again_goes_on_where_it_was() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let all = [series("a"), series("b")];
    let settings = Settings { max_samples: 300, ..Settings::default() };
    let mut taken = 0;
    for round in 0..20 {
        let mut rig = open(&disk, &settings).after(taken);
        for _ in 0..100 {
            rig.take(&all);
            taken += 1;
        }
        rig.step(&mut receiver);
        // Half of them end in order.
        if round % 2 == 0 {
            rig.queue.stop();
        }
        assert_eq!(rig.queue.stats().queue_samples, 2 * taken as u64 - receiver.count());
    }
    let mut rig = open(&disk, &settings);
    assert_eq!(rig.queue.stats().queue_samples, 2 * taken as u64 - receiver.count());
    rig.drain(&mut receiver);
    assert_eq!((receiver.values("a{}"), receiver.values("b{}")), (numbers(0..taken), numbers(0..taken)));
    assert_eq!(receiver.repeats, 0, "each was acknowledged");
    assert_eq!(rig.queue.take_told(), Vec::<String>::new());
}

#[test]
fn segments_that_are_acknowledged_leave_the_disk() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let mut rig = open(&disk, &Settings { queue_bytes: 1 << 20, ..Settings::default() });
    let all: Vec<_> = (0..100).map(|number| series(&format!("m n={number}"))).collect();
    for _ in 0..1_000 {
        rig.take(&all);
    }
    assert!(disk.list().expect("readable").len() > 2, "several segments");
    rig.drain(&mut receiver);
    // The newest one is still written to.
    assert!(disk.list().expect("readable").len() <= 2, "{:?}", disk.list());
    assert_eq!(receiver.count(), 100_000);
    let reopened = open(&disk, &Settings::default());
    assert_eq!((reopened.queue.stats().queue_samples, reopened.queue.stats().queue_bytes), (0, 0));
}

#[test]
fn a_full_queue_lets_the_oldest_go_counts_them_and_says_so_once() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let settings = Settings { queue_bytes: 1 << 20, ..Settings::default() };
    let mut rig = open(&disk, &settings);
    let all: Vec<_> = (0..100).map(|number| series(&format!("m n={number}"))).collect();
    for _ in 0..4_000 {
        rig.take(&all);
    }
    let stats = rig.queue.stats();
    assert!(stats.queue_bytes <= settings.queue_bytes, "{stats:?}");
    assert!(stats.dropped > 100_000, "{stats:?}");
    assert_eq!(stats.dropped + stats.queue_samples, 400_000);
    let told = rig.queue.take_told();
    assert!(told.len() == 1 && told[0].contains("full"), "{told:?}");
    rig.drain(&mut receiver);
    let stats = rig.queue.stats();
    assert_eq!((stats.sent + stats.dropped, receiver.count()), (400_000, stats.sent));
    let newest = receiver.values(r#"m{n="7"}"#);
    assert_eq!(newest, numbers(4_000 - newest.len()..4_000), "what is left has no holes");
    assert_eq!(rig.queue.take_told(), ["the queue has room again"]);
}

#[test]
fn a_batch_that_is_under_way_when_its_segment_goes_is_counted_once() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let mut rig = open(&disk, &Settings { queue_bytes: 1 << 20, ..Settings::default() });
    let all: Vec<_> = (0..100).map(|number| series(&format!("m n={number}"))).collect();
    let fill = |rig: &mut crate::rig::Rig| (0..3_000).for_each(|_| rig.take(&all));
    rig.take(&all);
    for reply in [503, 204] {
        receiver.answers = vec![crate::rig::status(reply)];
        rig.clock.advance(std::time::Duration::from_secs(60));
        let forward::Next::Post(request) = rig.courier.next_step() else {
            panic!("there is something to send")
        };
        fill(&mut rig);
        rig.courier.answered(&receiver.post(&request.body));
        let stats = rig.queue.stats();
        assert_eq!(stats.lag, 0, "nothing is under way");
    }
    rig.drain(&mut receiver);
    let stats = rig.queue.stats();
    assert_eq!(stats.sent + stats.dropped, 600_100, "{stats:?}");
    assert!(stats.sent > receiver.count(), "one was acknowledged unread");
}

#[test]
fn a_series_flood_does_not_make_every_sample_a_definition() {
    let disk = SimDisk::new(1);
    let mut rig = open(&disk, &Settings { series: 50_000, ..Settings::default() });
    let all: Vec<_> =
        (0..30_000).map(|number| series(&format!("metric service=s{number} room=kitchen"))).collect();
    for _ in 0..20 {
        rig.take(&all);
    }
    let stats = rig.queue.stats();
    assert_eq!(stats.queue_samples, 600_000);
    assert!(stats.queue_bytes < 600_000 * 12, "{} bytes a sample", stats.queue_bytes / 600_000);
}
