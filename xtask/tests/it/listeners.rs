//! The server that benchmarks let others scrape and send to.

use xtask::bench::listener::Listener;
use xtask::bench::web;

#[test]
fn each_request_is_answered_with_what_is_made_of_its_body() {
    let listener = Listener::start(|body| format!("{} bytes", body.len())).expect("a port");
    for _ in 0..3 {
        let answer = web::get(listener.port, "/metrics", "text/plain").expect("an answer");
        assert_eq!((answer.status, answer.body.as_str()), (200, "0 bytes"));
    }
    let answer = web::post(listener.port, "/", &"x".repeat(100_000)).expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (200, "100000 bytes"));
}

#[test]
fn who_breaks_off_does_not_stop_it() {
    let listener = Listener::start(|_| "here".to_owned()).expect("a port");
    drop(std::net::TcpStream::connect(("127.0.0.1", listener.port)).expect("a connection"));
    assert_eq!(web::get(listener.port, "/", "*/*").expect("an answer").body, "here");
}
