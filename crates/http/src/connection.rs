//! Connections that nobody can hold for nothing: a client that does not finish its request's head, stays idle
//! or does not read its answer is let go, and there are only so many at a time.
//!
//! What the router does with a complete head has limits of its own; only here is seen what comes before it.

use axum::extract::Request;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use model::limits;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Which requests of a connection are being answered; the connection has no hurry meanwhile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attendance(Arc<Answers>);

#[derive(Debug, Default)]
struct Answers {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Connected<IncomingStream<'_, Door>> for Attendance {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().attendance.clone()
    }
}

/// Notes that the connection of a request is attended to until the answer is there.
pub(crate) async fn attend(
    ConnectInfo(attendance): ConnectInfo<Attendance>,
    request: Request,
    next: Next,
) -> Response {
    let _attended = Attended::of(&attendance);
    next.run(request).await
}

/// Ends with the answer, or when the client is gone and nobody waits for one.
struct Attended<'a>(&'a Answers);

impl<'a> Attended<'a> {
    fn of(attendance: &'a Attendance) -> Self {
        attendance.0.begun.fetch_add(1, Ordering::Relaxed);
        Self(&attendance.0)
    }
}

impl Drop for Attended<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// A listener that lets in only so many.
pub(crate) struct Door {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl Door {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(limits::HTTP_CONNECTIONS)) }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // Nobody closes the semaphore.
        let place = Arc::clone(&self.room).acquire_owned().await.ok();
        let (stream, from) = Listener::accept(&mut self.listener).await;
        (Connection::new(stream, place), from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// The first byte of a request.
    Request,
    /// The rest of its head.
    Head,
    /// The router.
    Answer,
}

/// A connection with deadlines.
pub(crate) struct Connection {
    stream: TcpStream,
    attendance: Attendance,
    /// Answers that had ended when it last looked.
    answered: u64,
    waits: Waits,
    /// When it has waited long enough for the client to say something.
    deadline: Pin<Box<Sleep>>,
    /// When it has waited long enough for the client to read.
    stall: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn new(stream: TcpStream, place: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            stream,
            attendance: Attendance::default(),
            answered: 0,
            waits: Waits::Request,
            // A client that connects has something to ask.
            deadline: Box::pin(sleep_until(Instant::now() + limits::HTTP_HEAD_TIME)),
            stall: None,
            _place: place,
        }
    }

    /// Looks what the router has done since the last look.
    fn look(&mut self) {
        let ended = self.attendance.0.ended.load(Ordering::Relaxed);
        if ended != self.answered {
            self.answered = ended;
            self.wait(Waits::Request, limits::HTTP_IDLE_TIME);
        }
        if self.attendance.0.begun.load(Ordering::Relaxed) != ended {
            self.waits = Waits::Answer;
        }
    }

    fn wait(&mut self, waits: Waits, time: Duration) {
        self.waits = waits;
        self.deadline.as_mut().reset(Instant::now() + time);
    }

    /// What became of a write: a client that reads is alive, one that does not has [`limits::HTTP_STALL_TIME`].
    fn written(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if result.is_ready() {
            self.look();
            self.stall = None;
            if self.waits == Waits::Request {
                self.wait(Waits::Request, limits::HTTP_IDLE_TIME);
            }
            return result;
        }
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(limits::HTTP_STALL_TIME)));
        stall.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.look();
        let before = buffer.filled().len();
        let result = pin!(&mut self.stream).poll_read(context, buffer);
        if result.is_ready() {
            if self.waits == Waits::Request && buffer.filled().len() > before {
                self.wait(Waits::Head, limits::HTTP_HEAD_TIME);
            }
            return result;
        }
        if self.waits == Waits::Answer {
            return Poll::Pending;
        }
        self.deadline.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = pin!(&mut self.stream).poll_write(context, bytes);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = pin!(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_shutdown(context)
    }
}
