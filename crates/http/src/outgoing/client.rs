//! Calls, over connections that are used again.

use super::call::{Call, CallError, Reply, read_url};
use super::reach::{Forbidden, Names, Reach};
use super::trust::{self, TrustError};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ingest::{Packing, UnpackError, unpack_at_most};
use model::limits;
use std::error::Error;
use std::net::IpAddr;
use std::path::Path;
use url::{Host, Url};

/// How the program names itself.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("alicia-metrics/", env!("CARGO_PKG_VERSION")));

/// Calls other servers. A clone shares its connections.
#[derive(Debug, Clone)]
pub struct Outgoing {
    client: Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>,
    reach: Reach,
}

impl Outgoing {
    /// Trusts the authorities in the file `ca` (PEM), or the system's; connects to what is within `reach`. Proxies are
    /// not used.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn new(ca: Option<&Path>, reach: Reach) -> Result<Self, TrustError> {
        let mut connector = HttpConnector::new_with_resolver(Names::new(reach.clone()));
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trust::config(ca)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(limits::OUTGOING_IDLE_TIME)
            .pool_max_idle_per_host(limits::OUTGOING_IDLE)
            .build(connector);
        Ok(Self { client, reach })
    }

    /// Calls, and waits for the whole answer, of whatever status it is.
    ///
    /// # Errors
    /// [`CallError`]: there is no whole answer within the limits of the call.
    pub async fn call(&self, call: Call) -> Result<Reply, CallError> {
        let time = call.time;
        let answer = tokio::time::timeout(time, self.follow(call)).await;
        answer.unwrap_or(Err(CallError::TooSlow(time)))
    }

    async fn follow(&self, mut call: Call) -> Result<Reply, CallError> {
        loop {
            let response = self.once(&call).await?;
            let Some(next) = redirect(&call, &response)? else { return read(&call, response).await };
            let is_same_place = call.url.origin() == next.origin();
            if !is_same_place {
                call.headers.remove(header::AUTHORIZATION);
            }
            (call.url, call.redirects) = (next, call.redirects - 1);
        }
    }

    async fn once(&self, call: &Call) -> Result<Response<hyper::body::Incoming>, CallError> {
        self.judge(&call.url)?;
        let uri: Uri = call.url.as_str().parse().map_err(|error: axum::http::uri::InvalidUri| {
            CallError::BadUrl { url: call.url.to_string(), why: error.to_string() }
        })?;
        let mut request = Request::new(Full::new(call.body.clone()));
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = call.headers.clone();
        let headers = request.headers_mut();
        headers.entry(header::USER_AGENT).or_insert(AGENT);
        headers.entry(header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
        self.client.request(request).await.map_err(|error| failed(&error))
    }

    /// An address that stands in the URL itself is not looked up, and is judged here.
    fn judge(&self, url: &Url) -> Result<(), CallError> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            _ => return Ok(()),
        };
        let allowed = self.reach.allows(&address.to_string(), address);
        if allowed { Ok(()) } else { Err(CallError::Forbidden(address.to_string())) }
    }
}

/// Where the answer sends us, if the call wants to go there.
fn redirect<B>(call: &Call, response: &Response<B>) -> Result<Option<Url>, CallError> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    if !is_redirect || call.redirects == 0 || call.method != Method::GET {
        return Ok(None);
    }
    let Some(place) = response.headers().get(header::LOCATION) else { return Ok(None) };
    let bad = |why: String| CallError::BadUrl { url: "Location".to_owned(), why };
    let place = place.to_str().map_err(|error| bad(error.to_string()))?;
    let next = call.url.join(place).map_err(|error| bad(error.to_string()))?;
    read_url(next.as_str()).map(Some)
}

/// The whole answer, unpacked. Unpacking takes its time, and has a thread for it.
async fn read(call: &Call, response: Response<hyper::body::Incoming>) -> Result<Reply, CallError> {
    let (parts, body) = response.into_parts();
    let most = call.most;
    let collected = Limited::new(body, most).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            CallError::TooLong(most)
        } else {
            CallError::Failed(chain(error.as_ref()))
        }
    })?;
    let packed = collected.to_bytes();
    let body = match packing(&parts.headers)? {
        Packing::Plain => packed.into(),
        packing => {
            let unpacking = tokio::task::spawn_blocking(move || {
                let mut body = Vec::new();
                unpack_at_most(packing, &packed, most, &mut body).map(|()| body)
            });
            let unpacked = unpacking.await.map_err(|error| CallError::Failed(error.to_string()))?;
            unpacked.map_err(|error| match error {
                UnpackError::TooLarge(most) => CallError::TooLong(most),
                broken @ UnpackError::Broken(_) => CallError::Broken(broken.to_string()),
            })?
        }
    };
    Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
}

fn packing(headers: &HeaderMap) -> Result<Packing, CallError> {
    let said = headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
    match said.to_ascii_lowercase().as_slice() {
        b"" | b"identity" => Ok(Packing::Plain),
        b"gzip" | b"x-gzip" => Ok(Packing::Gzip),
        other => {
            let other = String::from_utf8_lossy(other).into_owned();
            Err(CallError::Broken(format!("the answer is packed as {other:?}, which was not asked for")))
        }
    }
}

fn failed(error: &legacy::Error) -> CallError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>();
        let forbidden = io.and_then(|io| io.get_ref()?.downcast_ref::<Forbidden>());
        if let Some(Forbidden(host)) = forbidden {
            return CallError::Forbidden(host.clone());
        }
        cause = inner.source();
    }
    CallError::Failed(chain(error))
}

/// An error with its causes, which say more than itself.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = inner.source();
    }
    text
}
