//! What passes on the bus, for those who look on.

use crate::counter::{Counter, NOW, runtime};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use model::{Envelope, Sighting, Watch, limits};
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use tower::ServiceExt;

/// How long messages may take on a busy machine: they are shown four times a second.
const SOON: Duration = Duration::from_secs(20);

fn pass(counter: &Counter, topic: &str, source: &str, payload: &[u8]) {
    let envelope = Envelope { source: source.to_owned().into(), ..Envelope::default() };
    counter.tail.see(&Sighting {
        topic,
        received_at: NOW,
        bytes: payload.len(),
        payload,
        is_taken: false,
        retained: false,
        envelope: (!source.is_empty()).then_some(envelope),
    });
}

/// One who looks on, and is connected.
async fn look_on(counter: &Counter, path: &str) -> Result<BodyDataStream, u16> {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = counter.router.clone().oneshot(request).await.expect("an answer");
    if response.status() != 200 {
        return Err(response.status().as_u16());
    }
    let mut body = response.into_body().into_data_stream();
    assert_eq!(piece(&mut body).await.as_deref(), Some(":\n\n"));
    Ok(body)
}

async fn piece(body: &mut BodyDataStream) -> Option<String> {
    let next = std::future::poll_fn(|context| futures_core::Stream::poll_next(Pin::new(&mut *body), context));
    let piece = timeout(SOON, next).await.expect("a piece in time")?.expect("a piece");
    Some(String::from_utf8(piece.to_vec()).expect("text"))
}

async fn messages(body: &mut BodyDataStream) -> Value {
    let text = piece(body).await.expect("it goes on");
    let data = text.strip_prefix("event: messages\ndata: ").expect("messages");
    let data = serde_json::from_str(data.trim_end()).expect("JSON");
    let faults = Counter::schemas().await.faults_of_named("PassingMessages", &data);
    assert!(faults.is_empty(), "{faults:#?}\n{data}");
    data
}

#[test]
fn who_looks_on_sees_what_passes_from_then_on_and_is_wanted() {
    let counter = Counter::new();
    runtime().block_on(async {
        pass(&counter, "home/oven", "oven", b"before");
        let mut all = look_on(&counter, "/bus/tail").await.expect("a stream");
        let mut some = look_on(&counter, "/bus/tail?topic=home/%2B&service=oven&text=hot").await.expect("a stream");
        pass(&counter, "home/oven", "oven", b"{\"hot\": true}");
        pass(&counter, "home/oven", "stove", b"hot");
        pass(&counter, "home/oven/door", "oven", b"hot");
        pass(&counter, "home/cellar", "oven", b"cold");
        pass(&counter, "x", "", b"\xff\xfe");
        let seen = messages(&mut all).await;
        let topics: Vec<&Value> =
            seen["messages"].as_array().expect("a list").iter().map(|one| &one["topic"]).collect();
        assert_eq!(topics, ["home/oven", "home/oven", "home/oven/door", "home/cellar", "x"]);
        assert_eq!(seen["messages"][4]["payload"], "\u{fffd}\u{fffd}");
        let oven = json!({"at": 1_795_394_400.0, "topic": "home/oven", "service": "oven", "type": "", "bytes": 13,
            "retained": false, "payload": "{\"hot\": true}"});
        assert_eq!(messages(&mut some).await, json!({"messages": [oven], "left_out": 0}));
    });
}

#[test]
fn a_flood_is_cut_and_counted_and_costs_nobody_else() {
    let counter = Counter::new();
    runtime().block_on(async {
        let mut body = look_on(&counter, "/bus/tail").await.expect("a stream");
        let flood = limits::TAIL_BEHIND * 4;
        for _ in 0..flood {
            pass(&counter, "a", "b", &vec![b'x'; limits::TAIL_PAYLOAD * 2]);
        }
        let (mut shown, mut left_out) = (0, 0);
        while shown + left_out < flood {
            let seen = messages(&mut body).await;
            let list = seen["messages"].as_array().expect("a list");
            assert!(list.len() <= limits::TAIL_MESSAGES);
            assert!(
                list.iter().all(|one| one["payload"].as_str().expect("text").len() == limits::TAIL_PAYLOAD)
            );
            shown += list.len();
            left_out += usize::try_from(seen["left_out"].as_u64().expect("a number")).expect("few");
        }
        assert_eq!(shown + left_out, flood);
        assert!(shown > 0);
    });
}

#[test]
fn so_many_look_on_and_all_end_with_the_house() {
    let counter = Counter::new();
    runtime().block_on(async {
        let mut all = Vec::new();
        for _ in 0..limits::TAIL_STREAMS {
            all.push(look_on(&counter, "/bus/tail").await.expect("a place"));
        }
        assert_eq!(look_on(&counter, "/bus/tail").await.err(), Some(503));
        counter.ready.store(false, Ordering::Release);
        for body in &mut all {
            while piece(body).await.is_some() {}
        }
    });
}
