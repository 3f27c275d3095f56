//! Serving.

use axum::Router;
use std::io;
use tokio::net::TcpListener;

/// Answers requests on `listener` until `stop` is over; requests under way are finished.
///
/// # Errors
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
