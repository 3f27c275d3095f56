//! Every route of the document × every kind of visitor.

use crate::counter::{Counter, runtime};
use http::{Access, Role};
use serde_json::Value;

/// Method and path of every operation of the document, and the pages.
fn operations(document: &Value) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        ["/", "/ui/alerts", "/icon.svg", "/docs", "/openapi.json", "/nowhere"]
            .map(|path| ("GET".to_owned(), path.to_owned()))
            .to_vec();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            all.push((method.to_uppercase(), path.replace(['{', '}'], "")));
        }
    }
    all
}

#[test]
fn only_who_knows_the_secret_comes_in() {
    let open = runtime().block_on(Counter::new().get("/openapi.json")).json();
    let all = operations(&open);
    assert!(all.len() > 25, "{all:?}");
    let kinds = [
        (
            Access::Token(model::Secret::new("secret")),
            "Bearer secret",
            ["", "Bearer wrong", "Bearer secre", "Basic c2VjcmV0", "secret"],
        ),
        (
            Access::Password { user: "u".to_owned(), password: model::Secret::new("p") },
            "Basic dTpw",
            ["", "Basic dTpx", "Basic", "Bearer p", "Basic dTpwcA=="],
        ),
    ];
    for (access, good, bad) in kinds {
        let counter = Counter::with_access(access);
        for (method, path) in &all {
            let is_open = matches!(
                path.as_str(),
                "/health" | "/-/healthy" | "/-/ready" | "/" | "/ui/alerts" | "/icon.svg"
            );
            for visitor in bad {
                let answer = runtime().block_on(counter.ask(method, path, &[("Authorization", visitor)], ""));
                assert_eq!(
                    answer.status == 401,
                    !is_open,
                    "{method} {path} with {visitor:?}: {}",
                    answer.status
                );
                assert_eq!(answer.headers.contains_key("www-authenticate"), !is_open);
            }
            let answer = runtime().block_on(counter.ask(method, path, &[("Authorization", good)], ""));
            assert_ne!(answer.status, 401, "{method} {path}");
        }
    }
}

#[test]
fn the_scheme_may_be_written_large_or_small_and_the_secret_in_any_letters() {
    let token = Access::Token(model::Secret::new("sécret"));
    let password = Access::Password { user: "u".to_owned(), password: model::Secret::new("p:ü") };
    let rows = [
        (&token, "Bearer sécret", true),
        (&token, "bearer sécret", true),
        (&token, "BEARER  sécret", true),
        (&token, "Bearersécret", false),
        (&token, "Bearer Sécret", false),
        (&token, "Bearer", false),
        (&token, "Bearer ", false),
        (&password, "basic dTpwOsO8", true),
        (&password, "Basic dTpwOsO9", false),
    ];
    for (access, header, is_let_in) in rows {
        let counter = Counter::with_access(access.clone());
        let answer = runtime().block_on(counter.ask("GET", "/alerts", &[("Authorization", header)], ""));
        let expect = if is_let_in { 200 } else { 401 };
        assert_eq!(answer.status, expect, "{header}");
        if !is_let_in {
            assert_eq!(answer.text, r#"{"detail":"Not authenticated"}"#);
        }
    }
}

#[test]
fn a_secret_is_never_written() {
    let written = format!(
        "{:?} {:?}",
        Access::Token(model::Secret::new("canary")),
        Access::Password { user: "u".to_owned(), password: model::Secret::new("canary") }
    );
    assert!(!written.contains("canary"), "{written}");
}

#[test]
fn guests_may_do_what_their_role_allows() {
    let open = runtime().block_on(Counter::new().get("/openapi.json")).json();
    let guests = [(Role::Viewer, "see"), (Role::Editor, "edit"), (Role::Admin, "all")];
    let guests = guests.map(|(role, token)| (role, model::Secret::new(token))).to_vec();
    let owners = [
        (Access::Token(model::Secret::new("own")), "Bearer own", "Bearer"),
        (Access::Password { user: "u".to_owned(), password: model::Secret::new("p") }, "Basic dTpw", "Basic"),
    ];
    // Trials and questions change nothing.
    let is_trial = |path: &str| {
        path.starts_with("/api/v1/")
            && !path.contains("write")
            && !path.contains("import")
            && !path.contains("otlp")
            || ["/alerts/silences/preview", "/rules/backtest", "/bus/mappings/test"].contains(&path)
    };
    for (owner, good, challenge) in owners {
        let counter = Counter::with_access(Access::WithGuests(Box::new(owner), guests.clone()));
        for (method, path) in operations(&open) {
            let is_admins = path.starts_with("/-/") && method == "POST";
            let is_looked_at = method == "GET" && !path.starts_with("/bus/capsules/");
            let of_viewer = is_looked_at || is_trial(&path);
            for (visitor, may) in
                [("Bearer see", of_viewer), ("Bearer edit", !is_admins), ("Bearer all", true), (good, true)]
            {
                let answer =
                    runtime().block_on(counter.ask(&method, &path, &[("Authorization", visitor)], ""));
                assert_eq!(answer.status != 403, may, "{method} {path} with {visitor}: {}", answer.text);
                assert_ne!(answer.status, 401, "{method} {path} with {visitor}");
            }
        }
        for visitor in ["", "Bearer se", "Bearer seee", "Basic c2Vl"] {
            let answer =
                runtime().block_on(counter.ask("GET", "/services", &[("Authorization", visitor)], ""));
            assert_eq!(answer.status, 401, "{visitor:?}");
            assert!(answer.headers["www-authenticate"].to_str().expect("text").starts_with(challenge));
        }
        let refused = runtime().block_on(counter.ask(
            "DELETE",
            "/alerts/rules/x",
            &[("Authorization", "Bearer see")],
            "",
        ));
        assert_eq!(
            (refused.status, &*refused.text),
            (403, r#"{"detail":"who comes in as a viewer may not do that"}"#)
        );
    }
    assert!(!format!("{:?}", Access::WithGuests(Box::new(Access::Open), guests)).contains("see"));
}
