//! The dashboard in a real browser, before the demo's fleet and its broker.

use crate::broker::Mosquitto;
use crate::collector::{Setup, program};
use crate::http_client::request;
use crate::schema::Schemas;
use crate::wait::{free_port, until};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running demo; killed when dropped.
struct Demo {
    child: Child,
    http: SocketAddr,
    broker: u16,
}

impl Demo {
    fn start() -> Self {
        let (http, broker) = (SocketAddr::from(([127, 0, 0, 1], free_port())), free_port());
        let child = program()
            .args(["demo", "--http-listen", &http.to_string(), "--mqtt-port", &broker.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let demo = Self { child, http, broker };
        // Observations become a histogram after some seconds: then all of the fleet has spoken too.
        let names = "/api/v1/label/__name__/values";
        until("the fleet speaks", || match request(http, "GET", names, &[], "") {
            Ok(answer) if answer.body.contains("response_time_histogram") => Ok(()),
            Ok(answer) => Err(answer.body),
            Err(error) => Err(error.to_string()),
        });
        demo
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the tests in the browser are.
fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/ui")
}

/// Runs the tests of one file.
fn run(file: &str, variables: &[(&str, String)]) {
    let place = place();
    assert!(
        place.join("node_modules/playwright-core").is_dir(),
        "what the tests in the browser need is installed by ./scripts/test: npm ci in {}",
        place.display()
    );
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec", &format!("e2e/{file}")]).current_dir(&place);
    command.envs(variables.iter().map(|(name, value)| (*name, value.as_str())));
    let ran = command.output().expect("node runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{file}:\n{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    println!("{said}");
}

#[test]
fn live_the_dashboard_does_what_people_want_of_it() {
    assert!(web_is_there(), "this build has no dashboard: Node.js 20 and npm are needed");
    let demo = Demo::start();
    let variables = [
        ("DASHBOARD_BASE", format!("http://{}", demo.http)),
        ("DASHBOARD_BROKER", demo.broker.to_string()),
        ("DASHBOARD_PROCESS", demo.child.id().to_string()),
    ];
    run("ways.test.mjs", &variables);
    run("live.test.mjs", &variables);
}

#[test]
fn live_every_page_of_the_dashboard_is_for_everybody() {
    assert!(web_is_there(), "this build has no dashboard: Node.js 20 and npm are needed");
    let demo = Demo::start();
    run(
        "pages.test.mjs",
        &[("DASHBOARD_BASE", format!("http://{}", demo.http)), ("DASHBOARD_BROKER", demo.broker.to_string())],
    );
}

#[test]
fn live_nothing_that_strangers_send_runs_in_the_dashboard() {
    assert!(web_is_there(), "this build has no dashboard: Node.js 20 and npm are needed");
    let demo = Demo::start();
    let broker = Mosquitto::start();
    let token = Setup::broker(broker.port).with(&["--http-token", "secret"]).start();
    let password = Setup::broker(broker.port)
        .with(&["--http-username", "ada", "--http-password", "secret", "--http-viewer-token", "look"])
        .start();
    run(
        "guards.test.mjs",
        &[
            ("DASHBOARD_BASE", format!("http://{}", demo.http)),
            ("DASHBOARD_BROKER", demo.broker.to_string()),
            ("DASHBOARD_TOKEN_BASE", format!("http://{}", token.http)),
            ("DASHBOARD_PASSWORD_BASE", format!("http://{}", password.http)),
        ],
    );
}

#[test]
fn live_every_answer_of_the_demo_is_as_its_schema_says() {
    let demo = Demo::start();
    let get = |path: &str| request(demo.http, "GET", path, &[], "").expect("an answer");
    let json = |path: &str| -> Value { serde_json::from_str(&get(path).body).expect("JSON") };
    let schemas = Schemas::new(json("/openapi.json"));
    let asked = [
        "/metrics/tts_service",
        "/metrics/tts_service/cpu_percent",
        "/metrics/tts_service/cpu_percent/aggregate",
        "/metrics/tts_service/cpu_percent/trend",
        "/analytics/tts_service",
        "/insights/tts_service",
        "/alerts?state=all",
        "/alerts/rules/high_cpu",
        "/api/v1/query?query=response_time_histogram&stats=all",
        "/api/v1/query?query=rate(response_time_histogram[1m])",
        "/api/v1/query?query=up[1m]",
        "/api/v1/series?match[]=up",
        "/api/v1/label/service/values",
        "/api/v1/parse_query?query=up",
    ];
    let plain =
        schemas.operations().into_iter().filter(|(method, path)| *method == "get" && !path.contains('{'));
    // Streams do not end.
    let plain = plain.map(|(_, path)| path).filter(|path| !["/overview/live", "/bus/tail"].contains(path));
    let mut good = 0;
    for path in plain.chain(asked) {
        let answer = get(path);
        let described = schemas.path_of("GET", path).expect("it is described");
        let is_json = serde_json::from_str::<Value>(&answer.body).is_ok();
        if answer.status == 200 && is_json {
            let body = serde_json::from_str(&answer.body).expect("JSON");
            assert_eq!(
                schemas.faults("GET", described, 200, &body),
                Vec::<String>::new(),
                "{path}: {}",
                answer.body
            );
            good += 1;
        }
    }
    assert!(good >= 50, "only {good} were answered");
    for service in json("/services")["services"].as_array().expect("services") {
        assert_eq!(schemas.faults_of_named("Service", service), Vec::<String>::new(), "{service}");
    }
}

fn web_is_there() -> bool {
    place().join("package.json").is_file() && Command::new("node").arg("--version").output().is_ok()
}
