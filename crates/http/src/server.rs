//! Serving.

use crate::connection::{Attendance, Door, attend};
use axum::Router;
use axum::middleware::from_fn;
use std::io;
use tokio::net::TcpListener;

/// Answers requests on `listener` until `stop` is over; requests under way are finished. A client that does
/// not finish its request, stays idle or does not read is let go in time.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.layer(from_fn(attend)).into_make_service_with_connect_info::<Attendance>();
    axum::serve(Door::new(listener), service).with_graceful_shutdown(stop).await
}
