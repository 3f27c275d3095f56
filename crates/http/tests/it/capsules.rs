//! Recordings of the bus, as they are handed out.

use crate::counter::{Counter, runtime};
use axum::body::{Body, to_bytes};
use http::{CapsuleAlert, CapsuleEntry, CapsuleFault, CapsuleFile, CapsuleSource};
use std::io;
use tower::ServiceExt;

/// Has one recording that is good, and one whose file breaks off.
pub(crate) struct Source;

fn file(name: &str, pieces: Vec<io::Result<Vec<u8>>>) -> CapsuleFile {
    CapsuleFile { name: name.to_owned(), pieces: Box::new(pieces.into_iter()) }
}

impl CapsuleSource for Source {
    fn record(&self, minutes: Option<u64>) -> Result<CapsuleFile, CapsuleFault> {
        match minutes {
            Some(0) => Err(CapsuleFault::Off),
            Some(minutes) => Ok(file("now.capsule", vec![Ok(minutes.to_string().into_bytes())])),
            None => Ok(file("now.capsule", vec![Ok(b"one ".to_vec()), Ok(b"two".to_vec())])),
        }
    }

    fn list(&self) -> Result<Vec<CapsuleEntry>, CapsuleFault> {
        let alert = CapsuleAlert {
            alert_id: "high_cpu:a:b".to_owned(),
            rule_name: "high_cpu".to_owned(),
            service_name: "a".to_owned(),
            severity: "warning".to_owned(),
            timestamp: 1.5,
        };
        let good = CapsuleEntry {
            name: "good.capsule".to_owned(),
            bytes: 7,
            made_at: Some(2.5),
            alert: Some(alert),
            damage: None,
        };
        let damage = Some("this is no capsule".to_owned());
        let bad =
            CapsuleEntry { name: "bad.capsule".to_owned(), bytes: 1, made_at: None, alert: None, damage };
        Ok(vec![good, bad])
    }

    fn open(&self, name: &str) -> Result<CapsuleFile, CapsuleFault> {
        match name {
            "good.capsule" => Ok(file(name, vec![Ok(b"good".to_vec())])),
            "bad.capsule" => Ok(file(name, vec![Ok(b"b".to_vec()), Err(io::Error::other("gone"))])),
            "unreadable.capsule" => Err(CapsuleFault::Failed("the disk is away".to_owned())),
            _ => Err(CapsuleFault::NotFound),
        }
    }
}

#[test]
fn a_recording_of_now_comes_as_one_file() {
    let counter = Counter::new();
    runtime().block_on(async {
        let answer = counter.ask("POST", "/bus/capsule", &[], "").await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "one two"));
        assert_eq!(answer.headers["content-type"], "application/octet-stream");
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"now.capsule\"");
        assert_eq!(counter.ask("POST", "/bus/capsule?minutes=3", &[], "").await.text, "3");
        let off = counter.ask("POST", "/bus/capsule?minutes=0", &[], "").await;
        assert_eq!(off.status, 400);
        assert!(off.text.contains("[capsule] minutes = 0"), "{}", off.text);
        for bad in ["-1", "x"] {
            let refused = counter.ask("POST", &format!("/bus/capsule?minutes={bad}"), &[], "").await;
            assert_eq!(refused.status, 422, "{bad}");
        }
        assert_eq!(counter.get("/bus/capsule").await.status, 405);
    });
}

#[test]
fn recordings_that_are_kept_are_listed_and_handed_out() {
    let counter = Counter::new();
    runtime().block_on(async {
        let listed = counter.get("/bus/capsules").await.json();
        let first = &listed["capsules"][0];
        assert_eq!((&first["name"], &first["made_at"]), (&"good.capsule".into(), &2.5.into()));
        assert_eq!(first["alert"]["alert_id"], "high_cpu:a:b");
        assert_eq!(listed["capsules"][1]["damage"], "this is no capsule");
        assert_eq!(counter.get("/bus/capsules/good.capsule").await.text, "good");
        for (name, status) in [("none.capsule", 404), ("unreadable.capsule", 503), ("..%2Fsecret", 404)] {
            assert_eq!(counter.get(&format!("/bus/capsules/{name}")).await.status, status, "{name}");
        }
    });
}

#[test]
fn a_file_that_breaks_off_is_no_whole_answer() {
    let counter = Counter::new();
    runtime().block_on(async {
        let request =
            axum::http::Request::get("/bus/capsules/bad.capsule").body(Body::empty()).expect("a request");
        let answer = counter.router.clone().oneshot(request).await.expect("an answer");
        assert!(to_bytes(answer.into_body(), 1_000).await.is_err());
    });
}

#[test]
fn only_a_few_are_handed_out_at_a_time() {
    let counter = Counter::new();
    runtime().block_on(async {
        let request = || axum::http::Request::post("/bus/capsule").body(Body::empty()).expect("a request");
        let mut unread = Vec::new();
        for _ in 0..model::limits::CAPSULE_STREAMS {
            let answer = counter.router.clone().oneshot(request()).await.expect("an answer");
            assert_eq!(answer.status(), 200);
            unread.push(answer);
        }
        assert_eq!(counter.ask("POST", "/bus/capsule", &[], "").await.status, 503);
        // The place of one whose reader left is free as soon as that is noticed.
        drop(unread);
        while counter.ask("POST", "/bus/capsule", &[], "").await.status == 503 {
            tokio::task::yield_now().await;
        }
    });
}
