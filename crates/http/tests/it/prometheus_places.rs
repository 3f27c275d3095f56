//! So many queries at a time, each in a bounded time and no longer than somebody waits.

use crate::counter::{Answer, Counter, runtime};
use http::Queries;
use model::{
    Columns, Labels, MetricKind, NAME, SampleType, Select, SelectError, Selection, Series, TakeSeries,
};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Has series without end, and counts the readers that came and went.
#[derive(Default)]
struct Endless {
    came: AtomicUsize,
    went: AtomicUsize,
}

impl Select for Endless {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        if selection.samples == SampleType::HistogramParts {
            return Ok(());
        }
        self.came.fetch_add(1, Ordering::Release);
        let series = Arc::new(Series::new(Labels::new([(NAME, "x")]), MetricKind::Gauge));
        let columns = Columns { times: &[1], values: &[1.0] };
        while take(&series, columns) == ControlFlow::Continue(()) {
            std::thread::yield_now();
        }
        self.went.fetch_add(1, Ordering::Release);
        Ok(())
    }

    fn series_count(&self) -> usize {
        1
    }
}

/// Waits until something is so; the test's own limit of time ends what never comes.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[track_caller]
fn is_failure(answer: &Answer, status: u16, kind: &str, text: &str) {
    let expected = format!(r#"{{"status":"error","errorType":"{kind}","error":"{text}"}}"#);
    assert_eq!((answer.status, answer.text.as_str()), (status, expected.as_str()));
}

#[test]
fn what_takes_too_long_ends_with_a_timeout() {
    let endless = Arc::new(Endless::default());
    let counter = Counter::reading(endless.clone(), Queries::default());
    for path in [
        "/api/v1/query?query=sum(x)&timeout=200ms",
        "/api/v1/query_range?query=sum(rate(x[5m]))&start=0&end=10&step=1&timeout=0.2",
    ] {
        let answer = runtime().block_on(counter.get(path));
        is_failure(&answer, 503, "timeout", "query timed out in expression evaluation");
    }
    assert_eq!(endless.went.load(Ordering::Acquire), 2);
    let counter = Counter::reading(endless, Queries::new(1, 1, Duration::from_millis(200)));
    for path in [
        "/api/v1/labels",
        "/api/v1/series?match[]=x",
        "/api/v1/query?query=x&timeout=1h",
        "/federate?match[]=x",
    ] {
        let answer = runtime().block_on(counter.get(path));
        is_failure(&answer, 503, "timeout", "query timed out in expression evaluation");
    }
}

#[test]
fn nobody_waits_and_nothing_is_computed_any_more() {
    let endless = Arc::new(Endless::default());
    let counter = Counter::reading(endless.clone(), Queries::default());
    runtime().block_on(async {
        tokio::select! {
            _ = counter.get("/api/v1/query?query=sum(x)") => panic!("it has no end"),
            () = until(|| endless.came.load(Ordering::Acquire) == 1) => {}
        }
        let gone = until(|| endless.went.load(Ordering::Acquire) == 1);
        assert_eq!(tokio::time::timeout(Duration::from_secs(1), gone).await, Ok(()));
    });
}

#[test]
fn more_queries_wait_or_are_sent_away() {
    let endless = Arc::new(Endless::default());
    let counter = Counter::reading(endless.clone(), Queries::new(1, 1, Duration::from_secs(10)));
    runtime().block_on(async {
        let path = "/api/v1/query?query=sum(x)";
        let first = counter.get(path);
        let second = counter.get("/api/v1/query?query=sum(x)&timeout=300ms");
        let third = async {
            until(|| endless.came.load(Ordering::Acquire) == 1).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            counter.get(path).await
        };
        let others = async { tokio::join!(second, third) };
        // The first is polled first, so it has the place.
        let (second, third) = tokio::select! {
            biased;
            _ = first => panic!("it has no end"),
            others = others => others,
        };
        is_failure(&second, 503, "timeout", "query timed out in query queue");
        is_failure(&third, 503, "unavailable", "too many queries are waiting; ask again later");
    });
}

#[test]
fn a_long_answer_is_whole() {
    let counter = Counter::new();
    let query = "/api/v1/query_range?query=label_replace(vector(time()),'a','1','','')%20or%20vector(1)&start=0&end=10999&step=1";
    let answer = runtime().block_on(counter.get(query)).json();
    for (at, first) in [(0, "1"), (1, "0")] {
        let series = &answer["data"]["result"][at];
        assert_eq!(
            (series["values"].as_array().map(Vec::len), &series["values"][0][1]),
            (Some(11_000), &first.into())
        );
    }
}
