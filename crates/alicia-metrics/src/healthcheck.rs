//! `alicia-metrics healthcheck`: one request to `/-/healthy`, for containers without curl.

use crate::asking;
use crate::cli::HealthcheckArgs;
use std::io;
use std::time::Duration;

/// Asks, and gives the status line that came back.
pub(crate) fn ask(args: &HealthcheckArgs) -> io::Result<String> {
    let timeout = Duration::from_secs(args.timeout.max(1));
    let answer = asking::ask(args.http_listen, "GET /-/healthy", None, timeout)?;
    if answer.is_good {
        Ok(answer.line)
    } else {
        Err(io::Error::other(format!("answered {:?}", answer.line)))
    }
}
