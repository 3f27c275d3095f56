//! The dashboard's page and files.

use crate::counter::{Answer, Counter, runtime};
use http::Access;

fn get(counter: &Counter, path: &str, headers: &[(&str, &str)]) -> Answer {
    runtime().block_on(counter.ask("GET", path, headers, ""))
}

#[test]
fn the_page_is_at_every_address_that_it_shows_and_says_where_the_root_lies() {
    let counter = Counter::new();
    for (path, base) in [
        ("/", "./"),
        ("/ui", "./"),
        ("/ui/", "../"),
        ("/ui/alerts", "../"),
        ("/ui/s/tts_service", "../../"),
        ("/ui/s/a%2Fb/c?range=1h", "../../../"),
    ] {
        let answer = get(&counter, path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text.contains(&format!("<base href=\"{base}\"")), "{path}: {}", answer.text);
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert_eq!(answer.headers["cache-control"], "no-cache");
        assert!(
            !answer.text.contains("http://") && !answer.text.contains("https://"),
            "{path} asks elsewhere"
        );
    }
}

#[test]
fn its_files_are_typed_kept_for_ever_and_packed_for_who_can_unpack() {
    let counter = Counter::new();
    let files: Vec<&str> = web::paths().filter(|path| *path != "index.html").collect();
    assert_eq!(files.is_empty(), !web::HAS_DASHBOARD);
    for path in files {
        let asset = web::asset(path).expect("a file");
        // The router reads bytes as text.
        let plain = get(&counter, &format!("/{path}"), &[]);
        assert_eq!((plain.status, plain.text.as_bytes()), (200, asset.bytes), "{path}");
        assert_eq!(plain.headers["x-content-type-options"], "nosniff");
        let kept = plain.headers["cache-control"].to_str().expect("text");
        assert_eq!(kept.contains("immutable"), path.starts_with("assets/"), "{path}: {kept}");
        let tag = plain.headers["etag"].to_str().expect("text").to_owned();
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}")] {
            let same = get(&counter, &format!("/{path}"), &[("If-None-Match", &known)]);
            assert_eq!((same.status, same.text.as_str()), (304, ""), "{path}");
        }
        let other = get(&counter, &format!("/{path}"), &[("If-None-Match", "\"other\"")]);
        assert_eq!(other.status, 200);
    }
    for path in ["/assets/none.js", "/assets/..%2Findex.html", "/assets/"] {
        assert_eq!(get(&counter, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn packed_files_come_to_the_same() {
    use std::io::Read;
    use tower::ServiceExt;
    let counter = Counter::new();
    for path in web::paths().filter(|path| *path != "index.html") {
        let Some(packed) = web::asset(path).and_then(|asset| asset.gzip) else { continue };
        let request =
            axum::http::Request::get(format!("/{path}")).header("Accept-Encoding", "br, gzip;q=0.9");
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let answered = runtime().block_on(async {
            let response = counter.router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.headers()["content-encoding"], "gzip", "{path}");
            axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body")
        });
        assert_eq!(answered, packed);
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut plain).expect("gzip");
        assert_eq!(Some(plain.as_slice()), web::asset(path).map(|asset| asset.bytes), "{path}");
    }
}

#[test]
fn the_first_load_is_small() {
    // The page, and what it names; the rest comes when a page wants it.
    let named = |path: &&str| web::page().contains(path.trim_start_matches('/'));
    let sizes: Vec<(&str, usize)> = web::paths()
        .filter(|path| *path != "index.html")
        .filter(named)
        .filter_map(|path| web::asset(path))
        .map(|asset| (asset.path, asset.gzip.unwrap_or(asset.bytes).len()))
        .collect();
    let sum: usize = sizes.iter().map(|(_, size)| size).sum();
    println!("first load, packed: {sum} bytes: {sizes:?}");
    assert!(sum <= 60 * 1_024, "{sizes:?}");
    assert_eq!(sum > 0, web::HAS_DASHBOARD);
}

#[test]
fn who_must_sign_in_gets_the_page_and_no_dialog_of_the_browser() {
    let password = Access::Password { user: "u".to_owned(), password: model::Secret::new("p") };
    for (access, challenge) in [(Access::Token(model::Secret::new("t")), Some("Bearer")), (password, None)] {
        let counter = Counter::with_access(access);
        assert_eq!(get(&counter, "/ui/alerts", &[]).status, 200);
        let refused = get(&counter, "/overview", &[("X-Requested-With", "dashboard")]);
        assert_eq!(refused.status, 401);
        let shown = refused.headers.get("www-authenticate").map(|value| value.to_str().expect("text"));
        assert_eq!(shown, challenge);
        assert!(get(&counter, "/overview", &[]).headers.contains_key("www-authenticate"));
    }
}
