//! What answers mean, and when what is sent.

use crate::rig::{Receiver, Rig, numbers, open, series, status};
use forward::{Courier, Next, Reply, Settings};
use model::{Append, Describe, Metadata, MetricType, Point, Reason, Sample};
use std::sync::Arc;
use std::time::Duration;
use world::{SimClock, SimDisk};

fn rig(count: usize) -> Rig {
    let mut rig = open(&SimDisk::new(1), &Settings::default());
    for _ in 0..count {
        rig.take(&[series("a")]);
    }
    rig
}

fn after(seconds: u64) -> Reply {
    Reply::Status {
        status: 429,
        says_written: false,
        retry_after: Some(Duration::from_secs(seconds)),
        text: String::new(),
    }
}

#[test]
fn trouble_is_waited_out_with_growing_pauses_and_told_once() {
    let (mut rig, mut receiver) = (rig(10), Receiver::new());
    let trouble = [Reply::Failed("refused".to_owned()), status(503), after(5), status(500), after(3_600)];
    receiver.answers = trouble.into_iter().rev().collect();
    let mut pauses = Vec::new();
    while receiver.count() == 0 {
        match rig.courier.next_step() {
            Next::Post(request) => rig.courier.answered(&receiver.post(&request.body)),
            Next::Wait(wait) => {
                pauses.push(wait.as_millis());
                rig.clock.advance(wait);
            }
        }
    }
    assert_eq!(pauses, [500, 1_000, 5_000, 4_000, 30_000]);
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.retries, stats.failed, stats.dropped), (10, 5, 0, 0));
    assert_eq!(
        rig.queue.take_told(),
        [
            "the destination does not take samples now: refused",
            "the destination answers again after 5 attempts"
        ]
    );
}

#[test]
fn what_is_refused_is_dropped_counted_and_told_with_the_answer() {
    let (mut rig, mut receiver) = (rig(10), Receiver::new());
    receiver.answers = vec![status(409)];
    rig.drain(&mut receiver);
    rig.take(&[series("a")]);
    rig.drain(&mut receiver);
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.failed, stats.retries), (1, 10, 0));
    let told = rig.queue.take_told();
    assert_eq!(told, [r#"10 samples were not wanted and are dropped: it answered 409 "said so""#]);
}

#[test]
fn one_sample_that_is_not_wanted_does_not_cost_the_others() {
    let (mut rig, mut receiver) = (rig(2_500), Receiver::new());
    let late = Point { t: crate::rig::START, v: -1.0 };
    rig.queue.append(&[Sample { series: &series("a"), point: late }]).expect("it never fails");
    for _ in 0..2_499 {
        rig.take(&[series("a")]);
    }
    rig.drain(&mut receiver);
    assert_eq!(receiver.values("a{}"), numbers(0..4_999));
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.failed), (4_999, 1));
    assert!(receiver.requests <= 32, "{}", receiver.requests);
}

#[test]
fn who_wants_nothing_is_soon_asked_only_once_for_each_request() {
    let (mut rig, mut receiver) = (rig(1), Receiver::new());
    for round in 0..10 {
        receiver.answers = (0..100).map(|_| status(400)).collect();
        receiver.requests = 0;
        for _ in 0..50 {
            rig.take(&[series("a")]);
        }
        rig.drain(&mut receiver);
        assert!(round < 5 || receiver.requests == 1, "round {round}: {}", receiver.requests);
    }
    assert_eq!(rig.queue.stats().failed, 501);
    assert_eq!(rig.queue.take_told().len(), 1, "not once for each");
}

#[test]
fn few_samples_wait_for_others_and_many_do_not() {
    let mut rig = rig(10);
    let Next::Post(_) = rig.courier.next_step() else { panic!("the first do not wait") };
    rig.courier.answered(&status(200));
    rig.take(&[series("a")]);
    assert!(matches!(rig.courier.next_step(), Next::Wait(wait) if wait <= Duration::from_secs(1)));
    for _ in 0..5_000 {
        rig.take(&[series("a")]);
    }
    assert!(matches!(rig.courier.next_step(), Next::Post(_)));
    assert_eq!(rig.queue.stats().lag, 0);
    rig.clock.advance(Duration::from_secs(7));
    assert_eq!(rig.queue.stats().lag, 7_000);
    rig.courier.answered(&status(200));
    assert_eq!(rig.queue.stats().lag, 0);
}

struct Described;

impl Describe for Described {
    fn describe(&self, _: &str, _: Metadata) -> Result<(), Reason> {
        Ok(())
    }

    fn described(&self, metric: Option<&str>) -> Vec<(Box<str>, Metadata)> {
        let counter = |help: &str| Metadata {
            metric_type: MetricType::Counter,
            unit: "bytes".into(),
            help: help.into(),
        };
        let mut all = vec![("a_total".into(), counter("größer")), ("b_total".into(), counter(""))];
        all.retain(|(name, _): &(Box<str>, _)| metric.is_none_or(|metric| **name == *metric));
        all
    }
}

#[test]
fn metrics_are_described_at_the_start_and_every_minute_but_only_those_that_go() {
    let clock = Arc::new(SimClock::at(0));
    let matchers = vec![model::Matcher::equal(model::NAME, "a_total")];
    let settings = Settings { matchers, ..Settings::default() };
    let (_queue, mut courier) =
        Courier::open(Arc::new(SimDisk::new(1)), clock.clone(), settings, Some(Arc::new(Described)))
            .expect("a sound disk");
    let mut described = Vec::new();
    for second in 0..150 {
        if let Next::Post(request) = courier.next_step() {
            let mut body = Vec::new();
            ingest::unpack(ingest::Packing::Snappy, &request.body, &mut body).expect("packed");
            // Type 1, then name, help and unit.
            assert_eq!(body, b"\x1a\x1c\x08\x01\x12\x07a_total\x22\x08gr\xc3\xb6\xc3\x9fer\x2a\x05bytes");
            courier.answered(&status(200));
            described.push(second);
        }
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(described, [0, 60, 120]);
}

#[test]
fn the_second_version_says_what_metrics_are_beside_their_samples() {
    let clock = Arc::new(SimClock::at(0));
    let settings = Settings { version: forward::Version::V2, ..Settings::default() };
    let (queue, mut courier) =
        Courier::open(Arc::new(SimDisk::new(1)), clock, settings, Some(Arc::new(Described)))
            .expect("a sound disk");
    let point = Point { t: 5, v: 1.0 };
    queue.append(&[Sample { series: &series("a_total"), point }]).expect("it never fails");
    queue.commit().expect("it never fails");
    let Next::Post(request) = courier.next_step() else { panic!("there is something to send") };
    let mut body = Vec::new();
    ingest::unpack(ingest::Packing::Snappy, &request.body, &mut body).expect("packed");
    // Texts: none, name of the label, name of the metric, help, unit; then a series of labels, a sample, and type 1.
    let texts = b"\x22\0\x22\x08__name__\x22\x07a_total\x22\x08gr\xc3\xb6\xc3\x9fer\x22\x05bytes";
    let sample = b"\x0a\x02\x01\x02\x12\x0b\x09\0\0\0\0\0\0\xf0\x3f\x10\x05\x2a\x06\x08\x01\x18\x03\x20\x04";
    let expect = [&texts[..], b"\x2a\x19", sample].concat();
    assert_eq!(body, expect);
}

#[test]
fn who_takes_the_second_version_without_a_word_has_not_understood_it() {
    let taken =
        |says_written| Reply::Status { status: 204, says_written, retry_after: None, text: String::new() };
    let mut rig = open(&SimDisk::new(1), &Settings { version: forward::Version::V2, ..Settings::default() });
    rig.take(&[series("a")]);
    for (reply, sent) in [(taken(false), 0), (status(415), 0), (taken(true), 1)] {
        rig.clock.advance(Duration::from_secs(60));
        let Next::Post(_) = rig.courier.next_step() else { panic!("it is tried again") };
        rig.courier.answered(&reply);
        let stats = rig.queue.stats();
        assert_eq!((stats.sent, stats.failed, stats.queue_samples), (sent, 0, 1 - sent));
    }
    assert!(rig.queue.take_told()[0].contains("version 2"));
}
