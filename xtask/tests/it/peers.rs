//! What peers are measured with: the same samples for all, and questions of times that have samples.

use xtask::bench::peers::fleet::{self, Host, SERIES, Shape};
use xtask::bench::peers::questions::QUESTIONS;
use xtask::bench::peers::wire::{self, Request};

const SHAPE: Shape = Shape { hosts: 30, steps: 4_320, interval: 10_000, end: 1_795_000_000_000 };

#[test]
fn the_fleet_says_the_same_every_time_and_counters_only_rise() {
    let (mut one, mut other) = (Host::new(7), Host::new(7));
    let mut before = *Host::new(7).advance();
    for _ in 0..500 {
        let values = *one.advance();
        assert_eq!(&values, other.advance());
        let (gauges, counters) = values.split_at(fleet::GAUGES.len());
        assert!(gauges.iter().all(|value| (0.0..=100.0).contains(value)), "{gauges:?}");
        assert!(counters.iter().zip(&before[gauges.len()..]).all(|(now, before)| now >= before));
        before = values;
    }
    assert_eq!(fleet::labels(7).len(), SERIES);
}

#[test]
fn times_are_in_the_range_of_the_shape() {
    let times: Vec<i64> = (0..30).flat_map(|host| [SHAPE.time(host, 0), SHAPE.time(host, 4_319)]).collect();
    assert!(times.iter().all(|time| (SHAPE.start()..SHAPE.end).contains(time)), "{times:?}");
}

#[test]
fn a_request_is_what_remote_write_says_it_is() {
    let mut request = Request::default();
    let labels = wire::labels(&[("__name__".to_owned(), "a".to_owned())]);
    request.push(&labels, 300, 1.0);
    let body = request.take().expect("short");
    let plain = snap::raw::Decoder::new().decompress_vec(&body).expect("packed");
    // A series of 29 bytes: a label of 13 ("__name__" and "a"), and a sample of 12, the double and the varint 300.
    let expect = b"\x0a\x1d\x0a\x0d\x0a\x08__name__\x12\x01a\x12\x0c\x09\0\0\0\0\0\0\xf0\x3f\x10\xac\x02";
    assert_eq!(plain, expect);
    assert!(request.is_empty());
}

#[test]
fn questions_are_asked_of_times_that_have_samples() {
    for question in QUESTIONS {
        for turn in 0..50 {
            let path = question.path(&SHAPE, turn);
            assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
            let number = |name: &str| {
                let behind = path.split_once(&format!("&{name}="))?.1;
                behind.split('&').next()?.parse::<f64>().ok()
            };
            let time = number("start").or_else(|| number("time")).expect("a time");
            let start = SHAPE.start() as f64 / 1e3;
            let end = number("end").unwrap_or(time);
            // A time may be rounded down to a whole step before the first samples.
            assert!(time >= start - 3_600.0 && end <= SHAPE.end as f64 / 1e3, "{path}");
        }
    }
}
