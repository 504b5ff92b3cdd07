//! A real Alertmanager with the routes and inhibitions of deploy/: what would wake somebody.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use super::broker::scratch;
use super::http;
use super::prometheus::files;
use super::tether::Tethered;
use super::wait::wait_until;

/// Debian's name of it, and its own.
const NAMES: [&str; 2] = ["prometheus-alertmanager", "alertmanager"];

/// Alerts of this urgency that nothing inhibits.
const PAGES: &str = "/api/v2/alerts?active=true&inhibited=false&filter=severity%3D%22page%22";

/// An Alertmanager that dies with its value, and what it has paged about.
pub struct Pager {
    folder: PathBuf,
    pub address: String,
    process: Option<Tethered>,
    paged: Mutex<BTreeSet<String>>,
}

impl Pager {
    /// Starts one; `None`, said aloud, where there is none.
    pub fn start() -> Option<Self> {
        let is_there = |name: &&str| {
            let mut version = Command::new(name);
            version.arg("--version").stdin(Stdio::null());
            version.stdout(Stdio::null()).stderr(Stdio::null());
            version.status().is_ok_and(|status| status.success())
        };
        let Some(name) = NAMES.into_iter().find(is_there) else {
            println!("SKIPPED: there is no Alertmanager here (Debian's prometheus-alertmanager)");
            return None;
        };
        let folder = scratch("alertmanager");
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = port.local_addr().expect("bound").to_string();
        drop(port);
        let shipped =
            files("prometheus").into_iter().find(|file| file.ends_with("alertmanager.yml"));
        let mut command = Command::new(name);
        command.arg(format!("--config.file={}", shipped.expect("it is shipped").display()));
        command.arg(format!("--storage.path={}", folder.join("data").display()));
        command.arg(format!("--web.listen-address={address}"));
        // It has no others to talk to.
        command.arg("--cluster.listen-address=");
        let process = Tethered::start(command, &folder.join("output"), None);
        let pager = Self { folder, address, process: Some(process), paged: Mutex::default() };
        wait_until("Alertmanager", Duration::from_secs(60), || {
            http::get(&pager.address, "/-/ready").is_some_and(|said| said.contains("200"))
        });
        Some(pager)
    }

    /// Tells it of these alerts, as Prometheus would: a name and its other labels.
    pub fn tell(&self, alerts: &[(&str, Value)]) {
        let told = alerts.iter().map(|(name, labels)| {
            let mut labels = labels.clone();
            labels["alertname"] = (*name).into();
            serde_json::json!({ "labels": labels })
        });
        let told = Value::from_iter(told).to_string();
        let answer = http::post(&self.address, "/api/v2/alerts", &told).expect("it answers");
        assert!(answer.lines().next().unwrap_or_default().contains("200"), "{answer}");
    }

    /// What it pages about now; `None` where it does not answer.
    pub fn pages(&self) -> Option<BTreeSet<String>> {
        let answer = http::get(&self.address, PAGES)?;
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP");
        let alerts: Value = serde_json::from_str(body).expect("JSON");
        let names = alerts.as_array().expect("a list").iter();
        let name = |alert: &Value| alert["labels"]["alertname"].as_str().map(str::to_owned);
        Some(names.filter_map(name).collect())
    }

    /// Looks what it pages about now, and remembers it.
    pub fn look(&self) {
        self.paged.lock().expect("no test panics here").extend(self.pages().unwrap_or_default());
    }

    /// All that it has ever paged about.
    pub fn paged(&self) -> Vec<String> {
        self.paged.lock().expect("no test panics here").iter().cloned().collect()
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        drop(self.process.take());
        fs::remove_dir_all(&self.folder).expect("ours to remove");
    }
}
