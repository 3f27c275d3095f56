//! Waiting for a condition, with a deadline.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long anything may take on a loaded machine before the test says it does not happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls `look` until it gives `Ok`; panics with the last `Err` when [`PATIENCE`] is over.
#[track_caller]
pub(crate) fn until<T, E: Debug>(what: &str, mut look: impl FnMut() -> Result<T, E>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look() {
            Ok(found) => return found,
            Err(error) if Instant::now() > deadline => panic!("{what}: still {error:?} after {PATIENCE:?}"),
            // The pause between two looks at another process.
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// A TCP port that is free now.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}
