//! The dashboard's page and files. They hold no data, so they are open to everybody who can reach the collector.

use crate::problem::NO_PATH;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use web::Asset;

/// What the page may load: its own files, and what the collector answers. Charts and the editor set styles of elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; \
                      frame-ancestors 'self'";
/// What the page says of where it lies, as it was built.
const BASE: &str = "<base href=\"/\"";
/// A file whose name holds a hash of it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Others are asked for by their tag.
const ASK_AGAIN: &str = "no-cache";

/// The page. Which one it shows it reads from the address itself.
pub(super) async fn page(uri: Uri) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, ASK_AGAIN),
    ];
    (headers, Html(web::page().replacen(BASE, &base(uri.path()), 1))).into_response()
}

/// Where the root lies, seen from `path`: so the page works under any prefix that a proxy takes away.
fn base(path: &str) -> String {
    let depth = path.matches('/').count().saturating_sub(1);
    let way = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
    format!("<base href=\"{way}\"")
}

/// Where Prometheus' page of an expression would be: alerts say that this is where they come from.
pub(super) async fn graph(uri: Uri) -> Redirect {
    let asked = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = asked.into_iter().find(|(name, _)| name == "g0.expr").map(|(_, query)| query);
    let mut panel = url::form_urlencoded::Serializer::new(String::new());
    panel.append_pair("q", &query.unwrap_or_default()).append_pair("view", "graph");
    // Below whatever prefix a proxy takes away.
    Redirect::temporary(&format!("ui/explore?{}", panel.finish()))
}

/// One of its files.
pub(super) async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    match web::asset(uri.path().trim_start_matches('/')) {
        Some(asset) => file(asset, &headers),
        None => NO_PATH.into_response(),
    }
}

fn file(asset: &'static Asset, wanted: &HeaderMap) -> Response {
    let mut headers = HeaderMap::new();
    let set = |headers: &mut HeaderMap, name, value| headers.insert(name, HeaderValue::from_static(value));
    set(&mut headers, header::CONTENT_TYPE, asset.content_type);
    set(&mut headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut headers, header::ETAG, asset.etag);
    set(&mut headers, header::VARY, "accept-encoding");
    set(&mut headers, header::CACHE_CONTROL, if asset.is_immutable { FOR_EVER } else { ASK_AGAIN });
    let says = |name, part: &str| {
        let value = wanted.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        value
            .split(',')
            .any(|one| one.split(';').next().is_some_and(|one| one.trim().trim_start_matches("W/") == part))
    };
    if says(header::IF_NONE_MATCH, asset.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    match asset.gzip {
        Some(packed) if says(header::ACCEPT_ENCODING, "gzip") => {
            set(&mut headers, header::CONTENT_ENCODING, "gzip");
            (headers, packed).into_response()
        }
        _ => (headers, asset.bytes).into_response(),
    }
}
