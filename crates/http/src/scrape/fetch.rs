//! One page of one target.

use super::job::ScrapeSecret;
use super::target::Spec;
use crate::outgoing::{Call, Outgoing, Reply};
use ingest::Dialect;
use model::{Login, limits};

/// The formats that are read, the better first.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                      application/openmetrics-text;version=0.0.1;q=0.4,\
                      text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
                      text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

/// Asks for the page.
///
/// # Errors
/// Why there is none, for people.
pub(super) async fn fetch(client: &Outgoing, spec: &Spec) -> Result<(Vec<u8>, Dialect), String> {
    let login = login(&spec.auth).await?;
    let timeout = spec.timeout.as_secs_f64().to_string();
    let call = Call::get(&spec.url)
        .and_then(|call| call.login(&login))
        .and_then(|call| call.header("accept", ACCEPT))
        .and_then(|call| call.header("x-prometheus-scrape-timeout-seconds", &timeout))
        .map_err(|error| error.to_string())?;
    let call = call.within(spec.timeout).at_most(limits::SCRAPE_BYTES);
    let reply = client.call(call).await.map_err(|error| error.to_string())?;
    match reply.status {
        200 => {}
        300..400 => {
            return Err(format!(
                "server returned HTTP status {}, and redirects are not followed",
                reply.status
            ));
        }
        status => return Err(format!("server returned HTTP status {status}")),
    }
    let dialect = dialect(&reply)?;
    Ok((reply.body, dialect))
}

/// The login with its secret, which may be in a file, on a disk that takes its time.
async fn login(auth: &Login<ScrapeSecret>) -> Result<Login, String> {
    let read = |secret: ScrapeSecret| async move {
        tokio::task::spawn_blocking(move || secret.read()).await.map_err(|error| error.to_string())?
    };
    Ok(match auth {
        Login::Open => Login::Open,
        Login::Basic(user, secret) => Login::Basic(user.clone(), read(secret.clone()).await?),
        Login::Bearer(secret) => Login::Bearer(read(secret.clone()).await?),
    })
}

/// The format that a page is in, by what it says of itself; who says nothing writes Prometheus' text.
fn dialect(reply: &Reply) -> Result<Dialect, String> {
    let said = reply.header("content-type").unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "" | "text/plain" => Ok(Dialect::Prometheus),
        "application/openmetrics-text" => Ok(Dialect::OpenMetrics),
        _ => Err(format!("received unsupported Content-Type {said:?}")),
    }
}
