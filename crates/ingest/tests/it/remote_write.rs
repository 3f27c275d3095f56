//! Remote write, both versions, through the gate.

use crate::house::{House, START};
use crate::proto::{Message, Second, histogram, request, sample, series};
use ingest::{RemoteWrite, Told, WriteError};
use model::{Reason, STALE_MARKER_BITS};

fn write(house: &House, body: &[u8]) -> Result<Told, WriteError> {
    house.gate.remote_write(RemoteWrite::V1, body, START)
}

fn write_2(house: &House, body: &[u8]) -> Result<Told, WriteError> {
    house.gate.remote_write(RemoteWrite::V2, body, START)
}

/// `(samples, histograms, exemplars)` and `reason times example` of each refusal.
fn told(taken: Result<Told, WriteError>) -> ((u64, u64, u64), Vec<String>) {
    let told = match taken {
        Ok(told) => told,
        Err(error) => return ((0, 0, 0), vec![error.to_string()]),
    };
    let refused = told.refused.iter().map(|one| format!("{} {} {}", one.reason, one.times, one.example));
    ((told.samples, told.histograms, told.exemplars), refused.collect())
}

#[test]
fn series_come_with_all_their_labels_and_are_nobody_of_the_bus() {
    let house = House::new();
    let body = request([
        series("up job=a instance=i:1", &[(START, 1.0), (START + 5, 0.5)]),
        series("z=2 a=1 m", &[(START - 1, -0.0)]),
    ]);
    assert_eq!(told(write(&house, &body)), ((3, 0, 0), vec![]));
    assert_eq!(
        house.kept(),
        [
            r#"m{a="1",z="2"} = -0@-1"#,
            r#"up{instance="i:1",job="a"} = 1@0"#,
            r#"up{instance="i:1",job="a"} = 0.5@5"#
        ]
    );
    assert_eq!(house.reader.log.lock().len(), 3, "rules see them too");
    house.pass(7200);
    assert_eq!(house.kept().len(), 3, "no silence ends them, and nothing is said of them");
    assert_eq!(house.known(), "");
    assert_eq!(told(write(&house, &body)), ((3, 0, 0), vec![]), "the same again is no fault");
}

#[test]
fn values_are_kept_bit_for_bit() {
    let house = House::new();
    let bits = [STALE_MARKER_BITS, 0x7ff8_0000_0000_0001, 0xfff0_0000_0000_0000, 1, 0x8000_0000_0000_0000];
    let samples: Vec<_> = (0..).zip(bits.map(f64::from_bits)).collect();
    assert_eq!(told(write(&house, &request([series("m", &samples)]))), ((5, 0, 0), vec![]));
    let kept = house.store.kept.lock()["m{}"].values().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(kept, bits);
}

#[test]
fn what_is_refused_is_told_and_costs_the_rest_nothing() {
    let house = House::new();
    let long = "x".repeat(2_000);
    let cases = [
        ("a=1", "bad_name 1 {a=\"1\"}"),
        ("", "bad_name 1 {}"),
        ("m =1", "bad_labels 1 {__name__=\"m\",=\"1\"}"),
        ("m a=1 b=2 a=3", "bad_labels 1 {__name__=\"m\",a=\"1\",b=\"2\",a=\"3\"}"),
        ("m \u{10ffff}=sum", "bad_labels 1 {__name__=\"m\",\u{10ffff}=\"sum\"}"),
    ];
    for (labels, expect) in cases {
        let body = request([series(labels, &[(START, 1.0)]), series("good", &[(START, 1.0)])]);
        assert_eq!(told(write(&house, &body)), ((1, 0, 0), vec![expect.to_owned()]), "{labels}");
    }
    let many: String = (0..129).map(|n| format!(" l{n}=1")).collect();
    for (labels, reason) in [
        (format!("m{many}"), Reason::TooManyLabels),
        (format!("m {long}=1"), Reason::NameTooLong),
        (long.clone(), Reason::NameTooLong),
        (format!("m a={}", long.repeat(9)), Reason::ValueTooLong),
    ] {
        let refused = write(&house, &request([series(&labels, &[(START, 1.0)])])).expect("taken").refused;
        assert_eq!(refused.iter().map(|one| one.reason).collect::<Vec<_>>(), [reason]);
        assert!(refused[0].example.len() <= 200);
    }
    let future = START + 600_001;
    let body = request([series("m", &[(START, 1.0), (future, 2.0)])]);
    assert_eq!(
        told(write(&house, &body)),
        ((1, 0, 0), vec![format!("too_far_in_future 1 m{{}} at {future}")])
    );
    *house.store.refuse.lock() = Some(Box::new(|sample| (sample.point.v < 0.0).then_some(Reason::TooOld)));
    let body = request([series("n", &[(START, -1.0), (START + 1, 1.0)]), series("o", &[(START, -1.0)])]);
    assert_eq!(told(write(&house, &body)), ((1, 0, 0), vec!["too_old 2 o{}".to_owned()]));
    *house.store.broken.lock() = true;
    assert_eq!(write(&house, &body), Err(WriteError::Unavailable("broken".to_owned())));
}

#[test]
fn labels_in_odd_places_are_the_same_series() {
    let house = House::new();
    let label = |name, value| Message::default().text(1, name).text(2, value);
    let scattered = Message::default()
        .message(2, &sample(START, 1.0))
        .message(1, &label("__name__", "m"))
        .message(2, &sample(START + 1, 2.0))
        .message(1, &label("a", "1"))
        .varint(77, 1);
    // A label's own fields may come in any order, too.
    let turned = Message::default().text(2, "1").text(1, "a");
    let turned = Message::default().message(1, &turned).message(1, &label("__name__", "m"));
    let body = request([scattered.clone(), turned.message(2, &sample(START + 2, 3.0)), scattered]);
    assert_eq!(told(write(&house, &body)), ((5, 0, 0), vec![]));
    assert_eq!(house.kept(), [r#"m{a="1"} = 1@0"#, r#"m{a="1"} = 2@1"#, r#"m{a="1"} = 3@2"#]);
}

#[test]
fn the_second_version_names_texts_by_their_numbers() {
    let house = House::new();
    let mut second = Second::new();
    let (help, unit) = (second.symbol("what it is"), second.symbol("seconds"));
    let metadata = Message::default().varint(1, 1).varint(3, help).varint(4, unit);
    let exemplar = Message::default().double(2, 1.0);
    second.series("up job=a", &Message::default().message(2, &sample(START, 1.0)).message(4, &exemplar));
    second.series("m_total job=a", &Message::default().message(2, &sample(START, 2.0)).message(5, &metadata));
    assert_eq!(told(write_2(&house, &second.request())), ((2, 0, 1), vec![]));
    assert_eq!(house.kept(), [r#"m_total{job="a"} = 2@0"#, r#"up{job="a"} = 1@0"#]);
    assert_eq!(house.gate.tally().total(Reason::Exemplar), 1);
    // The same series under other numbers.
    let mut other = Second::new();
    other.symbol("a");
    other.series("up job=a", &Message::default().message(2, &sample(START + 1, 3.0)));
    assert_eq!(told(write_2(&house, &other.request())), ((1, 0, 0), vec![]));
    assert_eq!(house.kept_of("up"), [r#"up{job="a"} = 1@0"#, r#"up{job="a"} = 3@1"#]);
}

#[test]
fn bodies_that_cannot_be_read_bring_nothing() {
    let house = House::new();
    let mut second = Second::new();
    second.series("up job=a", &Message::default().message(2, &sample(START, 1.0)));
    let bad_number = Message::default().text(4, "").message(5, &Message::default().packed(1, [0, 9]));
    let odd = Message::default().text(4, "").message(5, &Message::default().packed(1, [0]));
    let not_empty = Message::default().text(4, "x");
    for body in [&bad_number.0, &odd.0, &not_empty.0] {
        assert!(matches!(write_2(&house, body), Err(WriteError::Unreadable(_))), "{body:x?}");
    }
    // Cut at each byte it is unreadable, or less; it never does more.
    let whole = request([series("up job=a", &[(START, 1.0)])]);
    for end in 0..whole.len() {
        let taken = write(&house, &whole[..end]);
        assert!(taken.is_err() || taken.is_ok_and(|told| told.samples == 0), "{end}");
        let whole = second.request();
        let taken = write_2(&house, &whole[..end.min(whole.len() - 1)]);
        assert!(taken.is_err() || taken.is_ok_and(|told| told.samples == 0), "{end}");
    }
    assert_eq!(house.kept(), Vec::<String>::new());
}

#[test]
fn more_entries_than_a_request_may_have_are_refused_as_a_whole() {
    let house = House::new();
    let two = |field| Message::default().bytes(field, &[]).0;
    let samples = Message::default().bytes(1, &two(2).repeat((1 << 20) + 1)).0;
    let all_series = two(1).repeat((1 << 20) + 1);
    for body in [&samples, &all_series] {
        assert_eq!(write(&house, body), Err(WriteError::TooLarge));
    }
    let symbols = two(4).repeat((1 << 20) + 1);
    let references =
        Message::default().bytes(4, &[]).bytes(5, &Message::default().packed(1, vec![0; 1 << 22]).0).0;
    for body in [&symbols, &references] {
        assert_eq!(write_2(&house, body), Err(WriteError::TooLarge));
    }
    // A million labels of one series are a series with too many labels.
    let labels = Message::default().bytes(1, &two(1).repeat(1 << 20)).0;
    let with_sample = |labels: &[u8]| {
        let mut series = labels.to_vec();
        series.extend_from_slice(&Message::default().message(2, &sample(START, 1.0)).0);
        Message::default().bytes(1, &series).0
    };
    let labels = with_sample(&labels[5..]);
    assert_eq!(write(&house, &labels).expect("taken").refused[0].reason, Reason::TooManyLabels);
    assert_eq!(house.kept(), Vec::<String>::new());
}

/// Every part of the histograms that are kept, `part = number@milliseconds`.
fn parts(house: &House) -> Vec<String> {
    let strip = |line: String| line.replace("h{\u{10ffff}=\"", "").replace("\"}", "");
    house.kept().into_iter().map(|line| strip(line.replace("\\u{10ffff}", "\u{10ffff}"))).collect()
}

#[test]
fn native_histograms_are_kept_part_by_part() {
    for version in [RemoteWrite::V1, RemoteWrite::V2] {
        let house = House::new();
        let stale =
            Message::default().double(3, f64::from_bits(STALE_MARKER_BITS)).varint(15, START as u64 + 1);
        let body = match version {
            RemoteWrite::V1 => request([series("h", &[]).message(4, &histogram(START)).message(4, &stale)]),
            RemoteWrite::V2 => {
                let mut second = Second::new();
                let rest = Message::default().message(3, &histogram(START)).message(3, &stale);
                second.series("h", &rest).request()
            }
        };
        assert_eq!(told(house.gate.remote_write(version, &body, START)), ((0, 2, 0), vec![]));
        assert_eq!(
            parts(&house),
            [
                "count = 4@0",
                "count = end@1",
                "positive1 = 2@0",
                "positive2 = 1@0",
                "schema = 0@0",
                "schema = 0@1",
                "sum = 7.5@0",
                "sum = end@1",
                "zero_count = 1@0",
                "zero_threshold = 0.000000001@0",
            ]
        );
    }
}

#[test]
fn histograms_whose_numbers_contradict_each_other_are_refused() {
    let span = |gap: i64, length: u64| Message::default().zigzag(1, gap).varint(2, length);
    let whole = |count: u64| Message::default().varint(1, count).double(3, 1.0);
    let custom = || Message::default().zigzag(4, -53).varint(1, 3).double(3, 1.0);
    let bounds = |bounds: &[f64]| bounds.iter().flat_map(|bound| bound.to_le_bytes()).collect::<Vec<u8>>();
    let cases: [(&str, Message, bool); 14] = [
        ("counts agree", whole(2).message(11, &span(0, 1)).packed(12, [4]), true),
        ("fewer in buckets", whole(3).message(11, &span(0, 1)).packed(12, [4]), false),
        (
            "not a number is in no bucket",
            Message::default().varint(1, 3).double(3, f64::NAN).message(11, &span(0, 1)).packed(12, [4]),
            true,
        ),
        (
            "fractions are not added up",
            Message::default()
                .double(2, 3.5)
                .double(3, 1.0)
                .message(11, &span(0, 1))
                .bytes(13, &bounds(&[3.0])),
            true,
        ),
        ("a bucket below zero", whole(0).message(11, &span(0, 1)).packed(12, [1]), false),
        ("a span without buckets", whole(2).message(11, &span(0, u64::MAX)).packed(12, [4]), false),
        ("buckets without a span", whole(2).packed(12, [4]), false),
        ("a bucket out of all bounds", whole(2).message(11, &span(1 << 40, 1)).packed(12, [4]), false),
        (
            "spans that run back",
            whole(2).message(11, &span(5, 1)).message(11, &span(-1, 1)).packed(12, [2, 0]),
            false,
        ),
        ("a schema that there is not", whole(0).zigzag(4, 9), false),
        (
            "custom bounds",
            custom().message(11, &span(0, 3)).packed(12, [2, 0, 0]).bytes(16, &bounds(&[1.0, 2.0])),
            true,
        ),
        (
            "custom bounds that fall",
            custom().message(11, &span(0, 3)).packed(12, [2, 0, 0]).bytes(16, &bounds(&[2.0, 1.0])),
            false,
        ),
        (
            "a bucket behind the last bound",
            custom().message(11, &span(1, 3)).packed(12, [2, 0, 0]).bytes(16, &bounds(&[1.0, 2.0])),
            false,
        ),
        (
            "too many buckets",
            whole(1001).message(11, &span(0, 1001)).packed(12, std::iter::once(2).chain([0; 1000])),
            false,
        ),
    ];
    for (what, histogram, is_good) in cases {
        let house = House::new();
        let body = request([series("h", &[]).message(4, &histogram.varint(15, START as u64))]);
        let (counts, refused) = told(write(&house, &body));
        let expect = if is_good { (0, 1, 0) } else { (0, 0, 0) };
        assert_eq!((counts, refused.len()), (expect, usize::from(!is_good)), "{what}: {refused:?}");
        assert!(is_good || refused[0].starts_with("bad_histogram 1 {__name__=\"h\"}"), "{what}: {refused:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let house = House::new();
        let _ = write(&house, &bytes);
        let _ = write_2(&house, &bytes);
        let _ = write(&house, &Message::default().message(1, &Message(bytes.clone())).0);
        let _ = write(&house, &request([series("h", &[]).message(4, &Message(bytes))]));
    }

    #[test]
    fn any_change_of_one_byte_does_no_harm(at in 0..200_usize, to in proptest::num::u8::ANY) {
        let house = House::new();
        let mut body = request([series("up job=a", &[(START, 1.0)]), series("h", &[]).message(4, &histogram(START))]);
        let at = at % body.len();
        body[at] = to;
        let _ = write(&house, &body);
        let mut second = Second::new();
        second.series("h job=a", &Message::default().message(2, &sample(START, 1.0)).message(3, &histogram(START)));
        let mut body = second.request();
        let at = at % body.len();
        body[at] = to;
        let _ = write_2(&house, &body);
    }
}
