//! The server on a real socket. The runtime's clock stands still and is moved by hand.

use crate::counter::Counter;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const REQUEST: &[u8] = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n";

/// A client of a server.
struct Client {
    stream: TcpStream,
    stop: oneshot::Sender<()>,
}

/// Runs `test` with a client and its server, which then stops.
fn with_client<F: Future<Output = ()>>(test: impl FnOnce(Client) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        // While a blocking task runs, the clock does not move by itself.
        let (end, ended) = std::sync::mpsc::sync_channel::<()>(1);
        let still = tokio::task::spawn_blocking(move || ended.recv());
        let counter = Counter::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(http::serve(listener, counter.router.clone(), async {
            let _ = stopped.await;
        }));
        let stream = TcpStream::connect(address).await.expect("a connection");
        let client = Client { stream, stop };
        settle().await;
        test(client).await;
        server.await.expect("the server ends").expect("in order");
        drop(end);
        assert!(still.await.expect("it ends").is_err());
    });
}

/// Lets the server, which runs on this thread, do all it can do now.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

async fn pass(seconds: u64) {
    settle().await;
    tokio::time::advance(Duration::from_secs(seconds)).await;
    settle().await;
}

impl Client {
    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("writable");
        settle().await;
    }

    /// Reads one answer whose body is an object.
    async fn answer(&mut self) -> String {
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut bytes = [0; 1_024];
            let count = self.stream.read(&mut bytes).await.expect("readable");
            assert!(count > 0, "the connection ended after {text:?}");
            text.push_str(std::str::from_utf8(&bytes[..count]).expect("text"));
        }
        text
    }

    /// The server has not let go of the connection.
    #[track_caller]
    fn is_alive(&self) {
        let error = self.stream.try_read(&mut [0; 16]).expect_err("neither an end nor a word");
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }

    /// The server lets go of the connection without a word.
    async fn ends(&mut self) {
        // A reset is an end, too.
        assert_eq!(self.stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
    }
}

#[test]
fn a_head_that_is_not_finished_in_time_is_not_waited_for() {
    with_client(|mut client| async move {
        client.send(b"GET /-/healthy HTTP/1.1\r\n").await;
        // A byte now and then buys no time.
        for _ in 0..7 {
            pass(2).await;
            client.is_alive();
            client.send(b"X").await;
        }
        pass(2).await;
        client.ends().await;
    });
}

#[test]
fn a_connection_that_says_nothing_is_let_go() {
    with_client(|mut client| async move {
        pass(14).await;
        client.is_alive();
        pass(2).await;
        client.ends().await;
    });
}

#[test]
fn a_connection_may_idle_between_requests_and_each_has_its_own_time() {
    with_client(|mut client| async move {
        for _ in 0..3 {
            client.send(&REQUEST[..10]).await;
            pass(10).await;
            client.send(&REQUEST[10..]).await;
            assert!(client.answer().await.starts_with("HTTP/1.1 200 OK"));
            pass(60).await;
        }
        client.is_alive();
        pass(16).await;
        client.ends().await;
    });
}

#[test]
fn a_stop_ends_idle_connections_and_the_server() {
    with_client(|mut client| async move {
        client.send(REQUEST).await;
        client.answer().await;
        client.stop.send(()).expect("the server runs");
        let count = client.stream.read(&mut [0; 16]).await.expect("an orderly end");
        assert_eq!(count, 0);
    });
}

#[test]
fn a_client_that_does_not_read_is_let_go() {
    with_client(|mut client| async move {
        // The answers, some 40 MB, fill every buffer on the way.
        let requests = 2_000;
        client.send(&b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(requests)).await;
        client.stream.readable().await.expect("an answer comes");
        for _ in 0..100 {
            pass(1).await;
        }
        let mut rest = Vec::new();
        // A reset is an end, too.
        let _ = client.stream.read_to_end(&mut rest).await;
        let answers = rest.windows(12).filter(|window| window == b"HTTP/1.1 200").count();
        assert!(0 < answers && answers < requests, "{answers}");
    });
}

#[test]
fn a_body_that_never_ends_is_given_up_with_a_504() {
    with_client(|mut client| async move {
        let head =
            "POST /alerts/rules HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n";
        client.send(head.as_bytes()).await;
        let mut go_on = [0; 25];
        client.stream.read_exact(&mut go_on).await.expect("the head was read");
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        client.send(b"{").await;
        pass(39).await;
        client.is_alive();
        pass(2).await;
        let text = client.answer().await;
        assert!(text.starts_with("HTTP/1.1 504 "), "{text}");
        assert!(text.ends_with(r#"{"detail":"the answer took too long"}"#), "{text}");
    });
}
