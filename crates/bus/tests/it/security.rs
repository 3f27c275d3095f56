//! Access lists, TLS, WebSockets.

use crate::mosquitto::{Listener, Mosquitto, publish};
use crate::rig::{Rig, external};
use crate::said::OWN;
use bus::TlsSettings;
use model::Announce;
use std::path::Path;
use std::process::Command;

#[test]
fn live_an_access_list_that_delivers_nothing_is_noticed_and_the_end_of_it_too() {
    let nothing = "user somebody_else\ntopic readwrite alicia/#\n";
    let broker = Mosquitto::with("acl_file DIR/acl", &[("acl", nothing)]);
    let rig = Rig::connect(external(broker.port));
    let status = rig.wait_status("the silence is noticed", |status| {
        status.warnings.iter().any(|warning| warning.contains("access list"))
    });
    assert!(status.connected, "{status:?}");
    assert!(status.warnings.iter().any(|warning| warning.contains("refuses messages to")), "{status:?}");
    assert!(status.publish_failures >= 2, "{status:?}");

    std::fs::write(broker.path("acl"), "topic readwrite #\n").expect("written");
    broker.signal("HUP");
    rig.wait_status("the first message ends the warning", |status| {
        publish(broker.port, "alicia/metrics/s", r#"{"metrics":[]}"#, &[]);
        !status.warnings.iter().any(|warning| warning.contains("access list"))
    });
}

/// The name and the password of the collector, as mosquitto wants them hashed.
fn password_file(dir: &Path, password: &str) {
    let made = Command::new("mosquitto_passwd")
        .args(["-b", "-c"])
        .arg(dir.join("users"))
        .args([OWN, password])
        .status()
        .expect("mosquitto_passwd runs: it comes with mosquitto");
    assert!(made.success());
}

#[test]
fn live_defect_37_the_access_list_that_we_ship_lets_us_do_all_we_do() {
    let shipped = include_str!("../../../../contrib/mosquitto.acl");
    let others = "\nuser agent\ntopic readwrite alicia/#\n";
    let config = "acl_file DIR/acl\npassword_file DIR/users\nallow_anonymous false\nlistener PORT 127.0.0.1";
    let mut broker = Mosquitto::prepared(config, &[("acl", &format!("{shipped}{others}"))]);
    password_file(&broker.path(""), "secret");
    broker.launch();
    let mut settings = external(broker.port);
    (settings.username, settings.password) = (Some(OWN.to_owned()), Some(model::Secret::new("secret")));
    let rig = Rig::connect(settings);
    rig.bus.ask_health();
    rig.outbox.announce(model::Event::AlertRecovery { timestamp: 0 });
    rig.wait_status("our own words come back", |status| status.messages_received >= 4);
    let status = rig.status();
    assert_eq!((status.publish_failures, status.warnings), (0, Vec::<String>::new()));
    rig.stop();
}

/// Runs openssl in `dir`.
fn openssl(dir: &Path, words: &str) {
    let output = Command::new("openssl")
        .args(words.split_whitespace())
        .current_dir(dir)
        .output()
        .expect("openssl runs: install it with `apt-get install openssl`");
    assert!(output.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// An authority with a certificate for this machine and one for a client, and another authority.
fn certificates(dir: &Path) {
    std::fs::write(dir.join("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").expect("written");
    std::fs::write(dir.join("client.ext"), "extendedKeyUsage=clientAuth\n").expect("written");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for ca in ["ca", "other"] {
        openssl(dir, &format!("req -x509 {key} -keyout {ca}.key -out {ca}.pem -days 2 -subj /CN={ca}"));
    }
    for name in ["server", "client"] {
        openssl(dir, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
        openssl(
            dir,
            &format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out {name}.pem -days 2 -extfile {name}.ext"
            ),
        );
    }
}

#[test]
fn live_tls_with_an_authority_and_a_client_certificate() {
    let mut broker = Mosquitto::prepared(
        "listener PORT 127.0.0.1\ncafile DIR/ca.pem\ncertfile DIR/server.pem\nkeyfile DIR/server.key\nrequire_certificate true",
        &[],
    );
    let dir = broker.path("");
    certificates(&dir);
    broker.launch();
    let at = |name: &str| Some(dir.join(name));
    let mut settings = external(broker.port);

    settings.tls = Some(TlsSettings { ca: at("ca.pem"), cert: at("client.pem"), key: at("client.key") });
    let rig = Rig::connect(settings.clone());
    rig.wait_status("our own greeting comes back", |status| status.messages_received >= 2);
    rig.stop();

    for (tls, what) in [
        (TlsSettings { ca: at("other.pem"), cert: at("client.pem"), key: at("client.key") }, "certificate"),
        (TlsSettings { ca: at("ca.pem"), cert: None, key: None }, ""),
        (TlsSettings { ca: at("absent.pem"), cert: None, key: None }, "absent.pem"),
        (TlsSettings { ca: at("server.ext"), cert: None, key: None }, "server.ext"),
        (TlsSettings { ca: at("ca.pem"), cert: at("client.pem"), key: at("client.ext") }, "client.ext"),
    ] {
        settings.tls = Some(tls.clone());
        let rig = Rig::start(settings.clone());
        let status = rig.wait_status("the fault is told", |status| status.last_error.is_some());
        let error = status.last_error.expect("an error");
        assert!(error.to_lowercase().contains(what), "{tls:?}: {error}");
        assert!(!status.connected);
    }
}

#[test]
fn live_websockets() {
    let ports = crate::wait::free_port();
    let broker = Mosquitto::with(
        &format!("listener PORT 127.0.0.1\nlistener {ports} 127.0.0.1\nprotocol websockets"),
        &[],
    );
    let mut settings = external(ports);
    settings.websocket_path = Some("/mqtt".to_owned());
    let rig = Rig::connect(settings);
    publish(broker.port, "alicia/metrics/s", r#"{"metrics":[{"name":"a","value":1}]}"#, &[]);
    rig.wait_for("measured s/s_unknown: a=1.0 gauge");
    let listener = Listener::start(broker.port, "alicia/#", &[]);
    rig.stop();
    listener.wait_for("alicia/system/discovery/unregister", 1);
}
