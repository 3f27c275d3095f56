//! Calls of other servers, which are real ones on this machine.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use flate2::write::GzEncoder;
use http::{Call, CallError, Outgoing, Reach, Reply};
use std::io::{BufRead, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// Serves `router` on a free port.
async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn zipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn packed(how: &'static str, body: Vec<u8>) -> Response {
    ([("content-encoding", how)], body).into_response()
}

/// What it was asked, in words.
async fn echo(method: axum::http::Method, headers: HeaderMap, body: Bytes) -> String {
    let word = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    let agent = word("user-agent");
    let agent = agent.split('/').next().unwrap_or("-");
    format!("{method} {} {} {agent} {}", word("authorization"), word("x-own"), body.len())
}

/// A server with everything that can go wrong.
fn server() -> Router {
    Router::new()
        .route("/echo", any(echo))
        .route("/big", get(|| async { vec![b'a'; 100_000] }))
        .route("/packed", get(|| async { packed("gzip", zipped(&[b'a'; 1_000])) }))
        .route("/bomb", get(|| async { packed("gzip", zipped(&vec![0; 64 << 20])) }))
        .route("/torn", get(|| async { packed("gzip", vec![0x1f, 0x8b, 8, 0, 1]) }))
        .route("/odd", get(|| async { packed("br", vec![1, 2, 3]) }))
        .route("/failing", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "oh") }))
        .route("/away", get(|| async { Redirect::temporary("/echo") }))
        .route("/round", get(|| async { Redirect::permanent("/round") }))
        .route("/to-file", get(|| async { Redirect::to("file:///etc/passwd") }))
        .route("/hanging", get(|| async { std::future::pending::<()>().await }))
        .route(
            "/stalling",
            get(|| async {
                let (sender, receiver) = tokio::sync::mpsc::channel(1);
                let first = sender.send(Ok::<_, std::io::Error>(Bytes::from_static(b"a"))).await;
                tokio::spawn(async move {
                    sender.closed().await;
                    drop(first);
                });
                Body::from_stream(Pieces(receiver))
            }),
        )
}

/// A body that comes piece by piece.
struct Pieces(tokio::sync::mpsc::Receiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Pieces {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

fn outgoing() -> Outgoing {
    Outgoing::new(None, Reach::anywhere()).expect("TLS")
}

/// Calls `path`, made into a call by `ask`, and says what came of it.
async fn asked(path: &str, ask: impl FnOnce(Call) -> Call) -> Result<Reply, CallError> {
    let address = serve(server()).await;
    let call = Call::get(&format!("http://{address}{path}")).expect("a URL");
    outgoing().call(ask(call)).await
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).expect("text")
}

#[tokio::test]
async fn a_call_brings_its_method_headers_and_body_and_comes_back_with_any_status() {
    let address = serve(server()).await;
    let client = outgoing();
    let url = format!("http://{address}/echo");
    let reply = client.call(Call::get(&url).expect("a URL")).await.expect("an answer");
    assert_eq!((reply.status, text(&reply)), (200, "GET - - alicia-metrics 0"));
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));

    let call = Call::post(&url, vec![7; 70_000]).and_then(|call| call.header("X-Own", "yes"));
    let reply = client.call(call.and_then(|call| call.bearer("t")).expect("good")).await.expect("an answer");
    assert_eq!(text(&reply), "POST Bearer t yes alicia-metrics 70000");

    let reply = asked("/failing", |call| call).await.expect("an answer");
    assert_eq!((reply.status, reply.is_success(), text(&reply)), (500, false, "oh"));
}

#[tokio::test]
async fn the_answers_length_counts_packed_and_unpacked() {
    let reply = asked("/big", |call| call.at_most(100_000)).await.expect("it fits");
    assert_eq!(reply.body.len(), 100_000);
    assert_eq!(asked("/big", |call| call.at_most(99_999)).await.err(), Some(CallError::TooLong(99_999)));
    assert_eq!(asked("/packed", |call| call.at_most(1_000)).await.expect("it fits").body, vec![b'a'; 1_000]);
    assert_eq!(asked("/packed", |call| call.at_most(999)).await.err(), Some(CallError::TooLong(999)));
    assert_eq!(asked("/bomb", |call| call.at_most(1 << 20)).await.err(), Some(CallError::TooLong(1 << 20)));
    assert!(matches!(asked("/torn", |call| call).await, Err(CallError::Broken(_))));
    assert!(matches!(asked("/odd", |call| call).await, Err(CallError::Broken(_))));
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_not_waited_for() {
    for path in ["/hanging", "/stalling"] {
        let answer = asked(path, |call| call.within(Duration::from_millis(100))).await;
        assert_eq!(answer.err(), Some(CallError::TooSlow(Duration::from_millis(100))), "{path}");
    }
}

#[tokio::test]
async fn nobody_at_home_is_told_with_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let call = Call::get(&format!("http://{address}/")).expect("a URL");
    let error = outgoing().call(call).await.expect_err("nobody is there").to_string();
    assert!(error.contains("Connection refused"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_followed_only_if_asked_and_so_many_times() {
    assert_eq!(asked("/away", |call| call).await.expect("an answer").status, 307);
    let reply = asked("/away", |call| call.redirects(1).bearer("t").expect("good")).await.expect("an answer");
    assert_eq!(text(&reply), "GET Bearer t - alicia-metrics 0");
    assert_eq!(asked("/round", |call| call.redirects(5)).await.expect("an answer").status, 308);
    let refused = asked("/to-file", |call| call.redirects(5)).await;
    assert!(matches!(refused, Err(CallError::BadUrl { .. })), "{refused:?}");
}

#[tokio::test]
async fn another_server_does_not_get_the_secrets_of_the_first() {
    let second = serve(server()).await;
    let place = format!("http://{second}/echo");
    let first = serve(Router::new().route("/", get(|| async move { Redirect::temporary(&place) }))).await;
    let call = Call::get(&format!("http://{first}/")).and_then(|call| call.basic("me", "secret"));
    let reply = outgoing().call(call.expect("good").redirects(1)).await.expect("an answer");
    assert_eq!(text(&reply), "GET - - alicia-metrics 0");
}

#[tokio::test]
async fn what_is_out_of_reach_is_not_connected_to_by_name_by_address_or_by_redirect() {
    let address = serve(server()).await;
    let port = address.port();
    let client = |allowed: &'static str| {
        Outgoing::new(None, Reach::only(move |host, _| host == allowed)).expect("TLS")
    };
    let nowhere = client("nowhere");
    let places = ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"];
    for host in places {
        let call = Call::get(&format!("http://{host}:{port}/echo")).expect("a URL");
        let answer = nowhere.call(call).await;
        assert!(matches!(answer, Err(CallError::Forbidden(_))), "{host}: {answer:?}");
    }
    let call = |url: &str| Call::get(&format!("http://{url}")).expect("a URL").redirects(3);
    let named = client("localhost").call(call(&format!("localhost:{port}/echo"))).await;
    assert_eq!(named.expect("allowed").status, 200);

    let place = format!("http://127.0.0.1:{port}/echo");
    let first = serve(Router::new().route("/", get(|| async move { Redirect::temporary(&place) }))).await;
    let redirected = client("localhost").call(call(&format!("localhost:{}/", first.port()))).await;
    assert!(matches!(redirected, Err(CallError::Forbidden(_))), "{redirected:?}");
}

#[tokio::test]
async fn the_judge_sees_an_address_as_it_is() {
    let seen = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let witness = Arc::clone(&seen);
    let reach = Reach::only(move |_, address: IpAddr| {
        witness.lock().push(address);
        false
    });
    let client = Outgoing::new(None, reach).expect("TLS");
    let answer = client.call(Call::get("http://[::ffff:169.254.169.254]/").expect("a URL")).await;
    assert!(matches!(answer, Err(CallError::Forbidden(_))), "{answer:?}");
    assert_eq!(*seen.lock(), [IpAddr::from([169, 254, 169, 254])]);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let counting = axum::serve::ListenerExt::tap_io(listener, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    tokio::spawn(async move { axum::serve(counting, server()).await });
    let client = outgoing();
    for _ in 0..5 {
        client.call(Call::get(&format!("http://{address}/echo")).expect("a URL")).await.expect("an answer");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// A server of openssl with a certificate for `localhost`.
struct Secured {
    child: Child,
    port: u16,
}

impl Secured {
    fn new(dir: &Path) -> Self {
        let words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout own.key -out own.pem \
                     -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE";
        let made = openssl(dir, words).stderr(Stdio::null()).status().expect("openssl runs");
        assert!(made.success());
        std::fs::write(dir.join("page"), "secured").expect("written");
        let words = "s_server -accept 127.0.0.1:0 -cert own.pem -key own.key -WWW";
        let mut child =
            openssl(dir, words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("openssl runs");
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("ACCEPT ")?.rsplit(':').next()?.trim().parse().ok());
        Self { child, port: port.expect("it says where it listens") }
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn openssl(dir: &Path, words: &str) -> Command {
    let mut command = Command::new("openssl");
    command.args(words.split_whitespace()).current_dir(dir);
    command
}

#[tokio::test]
async fn a_certificate_is_good_if_the_named_authority_says_so_and_by_that_name_only() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Secured::new(dir.path());
    let call = |host: &str| {
        Call::get(&format!("https://{host}:{}/page", server.port))
            .expect("a URL")
            .within(Duration::from_secs(20))
    };
    let trusting = Outgoing::new(Some(&dir.path().join("own.pem")), Reach::anywhere()).expect("an authority");
    let reply = trusting.call(call("localhost")).await.expect("an answer");
    assert_eq!((reply.status, text(&reply)), (200, "secured"));
    let other_name = trusting.call(call("127.0.0.1")).await.expect_err("no certificate has that name");
    assert!(other_name.to_string().contains("not valid for name"), "{other_name}");
    let unknown = outgoing().call(call("localhost")).await.expect_err("the system does not know it");
    assert!(unknown.to_string().contains("invalid peer certificate"), "{unknown}");
    assert!(Outgoing::new(Some(&dir.path().join("page")), Reach::anywhere()).is_err());
    assert!(Outgoing::new(Some(&dir.path().join("missing")), Reach::anywhere()).is_err());
}
