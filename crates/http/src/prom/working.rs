//! Computing an answer on a thread of its own, for as long as somebody waits for it.

use super::failure::{Failure, Kind};
use super::output::{Gone, Output};
use crate::parts::Parts;
use crate::problem::Problem;
use crate::queries::NoPlace;
use axum::response::{IntoResponse, Response};
use query::{QueryError, Stop};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// Whether an answer is still wanted.
#[derive(Debug, Default)]
pub(crate) struct Going(AtomicU8);

const TIMED_OUT: u8 = 1;
const CANCELED: u8 = 2;

impl Going {
    /// Why the work should stop, if it should.
    pub(crate) fn stop(&self) -> Option<Stop> {
        match self.0.load(Ordering::Relaxed) {
            TIMED_OUT => Some(Stop::Timeout),
            CANCELED => Some(Stop::Canceled),
            _ => None,
        }
    }

    /// Goes on only if the work should.
    ///
    /// # Errors
    /// It should not.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        match self.stop() {
            None => Ok(()),
            Some(Stop::Timeout) => Err(QueryError::Timeout),
            Some(Stop::Canceled) => Err(QueryError::Canceled),
        }
    }

    /// It took too long.
    pub(super) fn time_out(&self) {
        self.end(TIMED_OUT);
    }

    fn end(&self, why: u8) {
        let _ended_before = self.0.compare_exchange(0, why, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Cancels when the client is gone: then the request's future is dropped.
pub(super) struct Watch(pub(super) Arc<Going>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.end(CANCELED);
    }
}

/// Why there is no more of an answer.
pub(crate) enum Ended {
    Failed(Failure),
    Gone,
}

impl<F: Into<Failure>> From<F> for Ended {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<Gone> for Ended {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// What `work` gives, if it has a place and is done within `time`, the wait for the place included; for answers of Alicia's
/// routes, which are short.
///
/// # Errors
/// That of the work, or why there is none.
pub(crate) async fn worked<T: Send + 'static>(
    parts: Arc<Parts>,
    time: Duration,
    work: impl FnOnce(&Parts, &Going) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let until = Instant::now() + time;
    let place = parts.queries.enter(until).await.map_err(|why| match why {
        NoPlace::TooMany => {
            Problem::Unavailable("too many questions are waiting; ask again later".to_owned())
        }
        NoPlace::TooLate => Problem::TooSlow,
    })?;
    let going = Arc::new(Going::default());
    let _watch = Watch(Arc::clone(&going));
    let seen = Arc::clone(&going);
    let mut done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&parts, &seen)
    });
    let done = match timeout_at(until, &mut done).await {
        Ok(done) => done,
        Err(_) => {
            going.time_out();
            done.await
        }
    };
    done.unwrap_or_else(|error| {
        tracing::error!("an answer failed: {error}");
        Err(Problem::Internal)
    })
}

/// What `work` writes, if it has a place and is done within `time`, the wait for the place included.
pub(crate) async fn answered(
    parts: Arc<Parts>,
    time: Duration,
    work: impl FnOnce(&Parts, &Going, &mut Output) -> Result<(), Ended> + Send + 'static,
) -> Response {
    let until = Instant::now() + time;
    let place = match parts.queries.enter(until).await {
        Ok(place) => place,
        Err(why) => return Failure::from(why).into_response(),
    };
    let going = Arc::new(Going::default());
    let _watch = Watch(Arc::clone(&going));
    let (head, mut answer) = oneshot::channel();
    let (seen, runtime) = (Arc::clone(&going), Handle::current());
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut output = Output::new(head, runtime);
        match work(&parts, &seen, &mut output) {
            Ok(()) => output.finish(),
            Err(Ended::Failed(failure)) => output.fail(failure),
            Err(Ended::Gone) => {}
        }
    });
    let answer = match timeout_at(until, &mut answer).await {
        Ok(answer) => answer,
        Err(_) => {
            going.time_out();
            answer.await
        }
    };
    // Without an answer the thread has come to a sudden end; the runtime has told where.
    answer.unwrap_or_else(|_| Failure::new(Kind::Internal, "the answer failed").into_response())
}
