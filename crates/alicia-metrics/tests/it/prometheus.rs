//! A real Prometheus, started for one test.

use crate::http_client::request;
use crate::wait::free_port;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Killed when dropped.
pub(crate) struct Prometheus {
    child: Child,
    pub(crate) http: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Prometheus {
    /// With the settings that `settings` writes for its address.
    pub(crate) fn start(settings: impl FnOnce(SocketAddr) -> String) -> Self {
        Self::start_with(&[], settings)
    }

    /// The same with more flags.
    pub(crate) fn start_with(flags: &[&str], settings: impl FnOnce(SocketAddr) -> String) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let config = dir.path().join("prometheus.yml");
        fs::write(&config, settings(http)).expect("written");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address={http}"))
            .args(flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus runs");
        Self { child, http, _dir: dir }
    }

    /// The result of an expression, which is written as in a URL.
    pub(crate) fn query(&self, query: &str) -> Result<Value, String> {
        let answer = request(self.http, "GET", &format!("/api/v1/query?query={query}"), &[], "");
        let answer = answer.map_err(|error| error.to_string())?;
        let json: Value = serde_json::from_str(&answer.body).map_err(|_| answer.body.clone())?;
        Ok(json["data"]["result"].clone())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
