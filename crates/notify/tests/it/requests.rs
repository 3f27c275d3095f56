//! What each kind of receiver is sent, to the letter.

use crate::rig::{NOON, Rig, alert, receiver, status};
use expect_test::{Expect, expect};
use model::{Alert, Secret, Severity};
use notify::{Errand, Kind, Letter, Mail, Method, Next, Reply, Request, Route, Security, Settings, Timing};
use serde_json::Value;
use std::collections::BTreeMap;

fn written(request: &Request) -> String {
    let mut text = format!("{} {}\n", request.method.as_str(), request.url.reveal());
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {}\n", value.reveal()));
    }
    match serde_json::from_slice::<Value>(&request.body) {
        Ok(body) => text.push_str(&serde_json::to_string_pretty(&body).expect("written")),
        Err(_) => text.push_str(&String::from_utf8_lossy(&request.body)),
    }
    text.push('\n');
    text
}

/// Two alerts begin; one ends, and what is sent then is what is expected.
#[track_caller]
fn check(kind: Kind, expect: &Expect) {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let routes = vec![Route { timing, ..Route::new("home", "r") }];
    let rig = Rig::new(Settings { receivers: vec![receiver("r", kind)], routes });
    let hot = rig.start(alert("hot", "i1", Severity::Critical));
    rig.start(Alert { value: f64::INFINITY, ..alert("hot", "i2", Severity::Error) });
    rig.next("r").expect("it is due");
    rig.notifier.answered("r", &status(200));
    rig.pass(90);
    rig.end(&hot);
    expect.assert_eq(&written(&rig.next("r").expect("it is due")));
}

fn url(path: &str) -> Secret {
    Secret::new(format!("http://host{path}"))
}

#[test]
fn webhooks_get_what_alertmanager_sends() {
    check(
        Kind::Webhook { url: url("/hook") },
        &expect![[r#"
        POST http://host/hook
        content-type: application/json
        {
          "alerts": [
            {
              "annotations": {
                "alert_id": "hot:kitchen:i1",
                "change_id": "hot:kitchen:i1@1767614400000:resolved",
                "description": "hot is \"wrong\" <&>",
                "summary": "hot is \"wrong\" <&>: 91.5",
                "threshold": "90",
                "value": "91.5"
              },
              "endsAt": "2026-01-05T12:01:30.000Z",
              "fingerprint": "770a454b7a0594ef",
              "generatorURL": "",
              "labels": {
                "alertname": "hot",
                "instance": "i1",
                "service": "kitchen",
                "severity": "critical"
              },
              "startsAt": "2026-01-05T12:00:00.000Z",
              "status": "resolved"
            },
            {
              "annotations": {
                "alert_id": "hot:kitchen:i2",
                "change_id": "hot:kitchen:i2@1767614400000:firing",
                "description": "hot is \"wrong\" <&>",
                "summary": "hot is \"wrong\" <&>: inf",
                "threshold": "90",
                "value": "inf"
              },
              "endsAt": "0001-01-01T00:00:00Z",
              "fingerprint": "0c10a4738fac1d1d",
              "generatorURL": "",
              "labels": {
                "alertname": "hot",
                "instance": "i2",
                "service": "kitchen",
                "severity": "error"
              },
              "startsAt": "2026-01-05T12:00:00.000Z",
              "status": "firing"
            }
          ],
          "commonAnnotations": {
            "description": "hot is \"wrong\" <&>",
            "threshold": "90"
          },
          "commonLabels": {
            "alertname": "hot",
            "service": "kitchen"
          },
          "externalURL": "",
          "groupKey": "home:{alertname=\"hot\"}",
          "groupLabels": {
            "alertname": "hot"
          },
          "receiver": "r",
          "status": "firing",
          "truncatedAlerts": 0,
          "version": "4"
        }
    "#]],
    );
}

#[test]
fn an_alertmanager_gets_what_prometheus_sends() {
    check(
        Kind::Alertmanager { url: url("/prefix/") },
        &expect![[r#"
        POST http://host/prefix/api/v2/alerts
        content-type: application/json
        [
          {
            "annotations": {
              "alert_id": "hot:kitchen:i1",
              "description": "hot is \"wrong\" <&>",
              "summary": "hot is \"wrong\" <&>: 91.5",
              "threshold": "90",
              "value": "91.5"
            },
            "endsAt": "2026-01-05T12:01:30.000Z",
            "labels": {
              "alertname": "hot",
              "instance": "i1",
              "service": "kitchen",
              "severity": "critical"
            },
            "startsAt": "2026-01-05T12:00:00.000Z"
          },
          {
            "annotations": {
              "alert_id": "hot:kitchen:i2",
              "description": "hot is \"wrong\" <&>",
              "summary": "hot is \"wrong\" <&>: inf",
              "threshold": "90",
              "value": "inf"
            },
            "endsAt": "2026-01-05T12:05:30.000Z",
            "labels": {
              "alertname": "hot",
              "instance": "i2",
              "service": "kitchen",
              "severity": "error"
            },
            "startsAt": "2026-01-05T12:00:00.000Z"
          }
        ]
    "#]],
    );
}

#[test]
fn ntfy_gets_a_message_with_priority_and_tag() {
    check(
        Kind::Ntfy { url: url("/"), topic: Secret::new("home") },
        &expect![[r#"
        POST http://host/
        content-type: application/json
        {
          "message": "[resolved, critical] hot is \"wrong\" <&>: 91.5 – kitchen/i1",
          "priority": 3,
          "tags": [
            "white_check_mark"
          ],
          "title": "RESOLVED: hot (kitchen)",
          "topic": "home"
        }
    "#]],
    );
}

#[test]
fn gotify_gets_a_message_with_its_key() {
    check(
        Kind::Gotify { url: url("/gotify/"), token: Secret::new("t0ken") },
        &expect![[r#"
        POST http://host/gotify/message
        content-type: application/json
        x-gotify-key: t0ken
        {
          "message": "[resolved, critical] hot is \"wrong\" <&>: 91.5 – kitchen/i1",
          "priority": 4,
          "title": "RESOLVED: hot (kitchen)"
        }
    "#]],
    );
}

#[test]
fn telegram_gets_plain_text() {
    let kind = Kind::Telegram { url: url(""), token: Secret::new("1:t0ken"), chat: "-100".to_owned() };
    check(
        kind,
        &expect![[r#"
        POST http://host/bot1:t0ken/sendMessage
        content-type: application/json
        {
          "chat_id": "-100",
          "disable_web_page_preview": true,
          "text": "RESOLVED: hot (kitchen)\n[resolved, critical] hot is \"wrong\" <&>: 91.5 – kitchen/i1"
        }
    "#]],
    );
}

#[test]
fn slack_gets_text_that_mentions_nobody() {
    check(
        Kind::Slack { url: url("/services/x") },
        &expect![[r##"
        POST http://host/services/x
        content-type: application/json
        {
          "attachments": [
            {
              "color": "#2ea043",
              "fallback": "[resolved, critical] hot is \"wrong\" &lt;&amp;&gt;: 91.5 – kitchen/i1",
              "text": "[resolved, critical] hot is \"wrong\" &lt;&amp;&gt;: 91.5 – kitchen/i1"
            }
          ],
          "text": "RESOLVED: hot (kitchen)"
        }
    "##]],
    );
}

#[test]
fn discord_gets_text_that_mentions_nobody() {
    check(
        Kind::Discord { url: url("/api/webhooks/1/x") },
        &expect![[r#"
        POST http://host/api/webhooks/1/x
        content-type: application/json
        {
          "allowed_mentions": {
            "parse": []
          },
          "embeds": [
            {
              "color": 3055683,
              "description": "[resolved, critical] hot is \"wrong\" <&>: 91.5 – kitchen/i1",
              "title": "RESOLVED: hot (kitchen)"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn a_template_is_filled_and_what_is_put_in_is_fit_for_json() {
    let kind = |kind: &str, body: &str| Kind::Template {
        method: Method::Put,
        url: url("/x"),
        headers: vec![("content-type".to_owned(), Secret::new(kind))],
        body: body.to_owned(),
    };
    let all = r#"{"t":"{{title}}","s":"{{ summary }}","a":[{{count}},{{alerts}}],"x":"{{status}} {{severity}} {{receiver}} {{rule}} {{service}} {{instance}} {{value}} {{starts_at}}"}"#;
    check(
        kind("application/json", all),
        &expect![[r#"
            PUT http://host/x
            content-type: application/json
            {
              "a": [
                1,
                [
                  {
                    "annotations": {
                      "alert_id": "hot:kitchen:i1",
                      "change_id": "hot:kitchen:i1@1767614400000:resolved",
                      "description": "hot is \"wrong\" <&>",
                      "summary": "hot is \"wrong\" <&>: 91.5",
                      "threshold": "90",
                      "value": "91.5"
                    },
                    "endsAt": "2026-01-05T12:01:30.000Z",
                    "fingerprint": "770a454b7a0594ef",
                    "generatorURL": "",
                    "labels": {
                      "alertname": "hot",
                      "instance": "i1",
                      "service": "kitchen",
                      "severity": "critical"
                    },
                    "startsAt": "2026-01-05T12:00:00.000Z",
                    "status": "resolved"
                  },
                  {
                    "annotations": {
                      "alert_id": "hot:kitchen:i2",
                      "change_id": "hot:kitchen:i2@1767614400000:firing",
                      "description": "hot is \"wrong\" <&>",
                      "summary": "hot is \"wrong\" <&>: inf",
                      "threshold": "90",
                      "value": "inf"
                    },
                    "endsAt": "0001-01-01T00:00:00Z",
                    "fingerprint": "0c10a4738fac1d1d",
                    "generatorURL": "",
                    "labels": {
                      "alertname": "hot",
                      "instance": "i2",
                      "service": "kitchen",
                      "severity": "error"
                    },
                    "startsAt": "2026-01-05T12:00:00.000Z",
                    "status": "firing"
                  }
                ]
              ],
              "s": "[resolved, critical] hot is \"wrong\" <&>: 91.5 – kitchen/i1",
              "t": "RESOLVED: hot (kitchen)",
              "x": "resolved critical r hot kitchen i1 91.5 2026-01-05T12:00:00.000Z"
            }
        "#]],
    );
    check(
        kind("text/plain", "{{summary}} and {{ open"),
        &expect![[r#"
        PUT http://host/x
        content-type: text/plain
        [resolved, critical] hot is "wrong" <&>: 91.5 – kitchen/i1 and {{ open
    "#]],
    );
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let receivers = vec![receiver("r", Kind::Ntfy { url: url("/"), topic: Secret::new("home") })];
    let rig = Rig::new(Settings { receivers, routes: Vec::new() });
    for n in 0..200 {
        rig.start(alert("hot", &format!("i{n}"), Severity::Error));
    }
    rig.start(Alert { message: "long ".repeat(5_000), ..alert("hot", "long", Severity::Error) });
    rig.pass(10);
    let body: Value = serde_json::from_slice(&rig.next("r").expect("it is due").body).expect("JSON");
    let text = body["message"].as_str().expect("text");
    assert!(text.len() < 4_096 && text.ends_with(" more"), "{text}");
    assert_eq!(body["title"], "FIRING: hot [201]");
}

#[test]
fn a_payload_has_so_many_alerts_and_the_number_of_the_others() {
    let receivers = vec![receiver("r", Kind::Webhook { url: url("/") })];
    let rig = Rig::new(Settings { receivers, routes: Vec::new() });
    for n in 0..1_300 {
        rig.start(alert("hot", &format!("i{n}"), Severity::Error));
    }
    rig.pass(10);
    let mut found = Vec::new();
    while let Some(request) = rig.next("r") {
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        let alerts = body["alerts"].as_array().map(Vec::len);
        found.push((alerts.unwrap_or_default(), body["truncatedAlerts"].as_u64().unwrap_or_default()));
        rig.notifier.answered("r", &status(200));
    }
    assert_eq!(found, [(500, 0), (1_000, 0), (800, 500)]);
}

#[test]
fn a_test_is_a_message_as_all_others() {
    let kind = Kind::Ntfy { url: url("/"), topic: Secret::new("home") };
    let rig = Rig::new(Settings { receivers: vec![receiver("r", kind)], routes: Vec::new() });
    assert!(rig.notifier.test("nobody").is_none());
    let Some(Errand::Call(request)) = rig.notifier.test("r") else { panic!("it is there") };
    expect![[r#"
        POST http://host/
        content-type: application/json
        {
          "message": "[firing, info] Only a test: notifications come through: 1 – alicia_metrics",
          "priority": 3,
          "tags": [
            "rotating_light"
          ],
          "title": "FIRING: test (alicia_metrics)",
          "topic": "home"
        }
    "#]]
    .assert_eq(&written(&request));
    let tested = rig.notifier.tested("r", &status(200));
    assert!(tested.is_taken && rig.notifier.deliveries()[0].test);
    assert!(rig.notebook.entries.lock().is_empty() && rig.notifier.counts()[0].sent == 0);
    assert_eq!(rig.notifier.deliveries()[0].timestamp, NOON);
}

fn mail() -> Mail {
    Mail {
        server: "mail.example".to_owned(),
        port: 587,
        security: Security::StartTls,
        from: "Home <home@example.org>".to_owned(),
        to: vec!["me@example.org".to_owned()],
    }
}

fn letter(rig: &Rig) -> Letter {
    match rig.notifier.next_step("r") {
        Next::Send(Errand::Letter(letter)) => letter,
        other => panic!("{other:?}"),
    }
}

#[test]
fn letters_say_what_is_known_and_those_of_a_group_stand_together() {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let routes = vec![Route { timing, ..Route::new("home", "r") }];
    let rig = Rig::new(Settings { receivers: vec![receiver("r", Kind::Email(mail()))], routes });
    let hot = rig.start(alert("hot", "i1", Severity::Critical));
    let begun = letter(&rig);
    assert_eq!((&begun.mail, begun.subject.as_str()), (&mail(), "FIRING: hot (kitchen)"));
    rig.notifier.answered("r", &Reply::Mail { code: 451, text: "later".to_owned() });
    rig.pass(90);
    assert_eq!(letter(&rig).id, begun.id, "the same letter, sent again");
    rig.notifier.answered("r", &Reply::Mail { code: 250, text: "taken".to_owned() });
    rig.end(&hot);
    let over = letter(&rig);
    assert_eq!((over.subject.as_str(), &over.thread), ("RESOLVED: hot (kitchen)", &begun.thread));
    assert_ne!(over.id, begun.id);
    rig.notifier.answered("r", &Reply::Mail { code: 550, text: "unknown".to_owned() });
    assert_eq!((rig.notifier.counts()[0].sent, rig.notifier.counts()[0].dropped), (1, 1));
    expect![[r#"
        [resolved, critical] hot is "wrong" <&>: 91.5 – kitchen/i1

        alertname: hot
        instance: i1
        service: kitchen
        severity: critical
        value: 91.5, threshold: 90
        since: 2026-01-05T12:00:00.000Z
        until: 2026-01-05T12:01:30.000Z
    "#]]
    .assert_eq(&over.text);
}

#[test]
fn nothing_in_an_alert_makes_a_header_and_a_letter_has_an_end() {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let routes = vec![Route { timing, ..Route::new("home", "r") }];
    let rig = Rig::new(Settings { receivers: vec![receiver("r", Kind::Email(mail()))], routes });
    let long = "x".repeat(100_000);
    let name = format!("a\r\nBcc: you@example.org\r\n{long}");
    rig.start(Alert { message: long, ..alert(&name, "i1", Severity::Critical) });
    let letter = letter(&rig);
    assert!(letter.subject.starts_with("FIRING: a  Bcc: you") && letter.subject.chars().count() == 200);
    assert!(letter.text.chars().count() <= 50_001);
}

/// All tags of a page.
fn tags(html: &str) -> Vec<&str> {
    let end = |at: usize| html[at..].find('>').map_or(html.len() - 1, |length| at + length);
    html.match_indices('<').map(|(at, _)| &html[at..=end(at)]).collect()
}

#[test]
fn a_letter_is_a_page_too_and_whatever_an_alert_says_is_text_in_it() {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let routes = vec![Route { timing, ..Route::new("home", "r") }];
    let rig =
        || Rig::new(Settings { receivers: vec![receiver("r", Kind::Email(mail()))], routes: routes.clone() });
    let page = |alert: Alert| {
        let rig = rig();
        rig.start(alert);
        letter(&rig).html
    };
    let plain = page(alert("hot", "i1", Severity::Critical));
    assert!(plain.contains("<bdi>hot is &quot;wrong&quot; &lt;&amp;&gt;: 91.5</bdi>"), "{plain}");
    for word in [
        "critical",
        "firing",
        "kitchen",
        "i1",
        "2026-01-05T12:00:00.000Z",
        "color-scheme\" content=\"light dark",
    ] {
        assert!(plain.contains(word), "{word}: {plain}");
    }
    // Nothing is fetched, run or followed.
    for word in ["http", "src", "href", "url(", "<script", "<style", "<img", "<link"] {
        assert!(!plain.contains(word), "{word}: {plain}");
    }
    let evil = [
        "</bdi></p><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' style='position:fixed' <style>*{display:none}</style>",
        "&lt;b&gt; &#60;i>",
        "<!-- \u{202e} \u{2066} \0\u{1b}[31m",
        "]]><![CDATA[ <a href=javascript:x>",
    ];
    for text in evil {
        let texts =
            BTreeMap::from([(text.to_owned(), text.to_owned()), ("more".to_owned(), text.to_owned())]);
        let hostile = Alert {
            rule_name: text.to_owned(),
            message: text.to_owned(),
            labels: texts.clone(),
            annotations: texts,
            ..alert("hot", "i1", Severity::Critical)
        };
        let html = page(hostile);
        let strange: Vec<_> = tags(&html).into_iter().filter(|tag| !tags(&plain).contains(tag)).collect();
        assert!(strange.is_empty(), "{text}: {strange:?}");
        assert_eq!(html.matches("<bdi>").count(), html.matches("</bdi>").count());
        assert!(!html.contains(|c: char| c.is_control() && c != '\n'), "{html:?}");
    }
}

#[test]
fn a_page_has_an_end_and_says_how_many_found_no_room() {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let routes = vec![Route { timing, group_by: Vec::new(), ..Route::new("home", "r") }];
    let rig = Rig::new(Settings { receivers: vec![receiver("r", Kind::Email(mail()))], routes });
    for n in 0..400 {
        let message = "<".repeat(10_000);
        rig.start(Alert { message, ..alert("hot", &format!("i{n}"), Severity::Critical) });
    }
    let html = letter(&rig).html;
    let shown = html.matches("<table").count();
    assert!(html.len() <= 90_000 && (1..400).contains(&shown), "{} {shown}", html.len());
    assert!(html.contains(&format!("<p>and {} more</p>", 400 - shown)) && html.ends_with("</body></html>\n"));
    assert_eq!(html.matches("<div").count(), html.matches("</table></div>").count());
}
