//! A real Prometheus that scrapes replicas and knows the rules of deploy/.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::broker::scratch;
use super::fleet::Fleet;
use super::http;
use super::pager::Pager;
use super::tether::Tethered;
use super::wait::wait_until;

/// A Prometheus that dies with its value.
pub struct Prometheus {
    folder: PathBuf,
    address: String,
    process: Option<Tethered>,
}

/// The files of a folder of deploy/.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(folder);
    let files = fs::read_dir(folder).expect("a folder of the repository");
    files.map(|entry| entry.expect("a file").path()).collect()
}

impl Prometheus {
    /// Starts one with these files of rules, which scrapes once a second and tells a pager; `None`, said aloud, where there
    /// is none.
    pub fn start(rules: &[PathBuf], pager: Option<&Pager>) -> Option<Self> {
        let mut version = Command::new("prometheus");
        version.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if !version.status().is_ok_and(|status| status.success()) {
            println!("SKIPPED: there is no `prometheus` here (Debian's package of that name)");
            return None;
        }
        let folder = scratch("prometheus");
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = port.local_addr().expect("bound").to_string();
        drop(port);
        let rules: String = rules.iter().map(|file| format!("  - {}\n", file.display())).collect();
        let targets = folder.join("targets.json");
        fs::write(&targets, "[]").expect("our own folder");
        let pager = pager.map_or_else(String::new, |pager| format!("'{}'", pager.address));
        let config = CONFIG
            .replace("{pager}", &pager)
            .replace("{rules}", &rules)
            .replace("{targets}", path(&targets));
        fs::write(folder.join("prometheus.yml"), config).expect("our own folder");
        let mut command = Command::new("prometheus");
        command.arg(format!("--config.file={}", folder.join("prometheus.yml").display()));
        command.arg(format!("--storage.tsdb.path={}", folder.join("data").display()));
        command.arg(format!("--web.listen-address={address}"));
        let process = Tethered::start(command, &folder.join("output"), None);
        let prometheus = Self { folder, address, process: Some(process) };
        wait_until("Prometheus", Duration::from_secs(60), || {
            http::get(&prometheus.address, "/-/ready")
                .is_some_and(|said| said.lines().next().unwrap_or_default().contains("200"))
        });
        Some(prometheus)
    }

    /// Scrapes the replicas, once they serve, where they do: each under its number whatever its port.
    pub fn scrape(&self, fleet: &Fleet) {
        wait_until("every replica to serve", Duration::from_secs(60), || {
            (0..fleet.len()).all(|number| fleet.get(number, "/livez").is_some())
        });
        let targets: Vec<Value> = (0..fleet.len())
            .filter_map(|number| {
                let address = fleet.address(number)?;
                let labels = serde_json::json!({ "instance": format!("replica-{number}") });
                Some(serde_json::json!({ "targets": [address], "labels": labels }))
            })
            .collect();
        // In one step: Prometheus reads the file whenever it changes.
        let unfinished = self.folder.join("targets.new");
        fs::write(&unfinished, Value::from(targets).to_string()).expect("our own folder");
        fs::rename(unfinished, self.folder.join("targets.json")).expect("our own folder");
    }

    /// The series that a query answers with now.
    ///
    /// # Panics
    /// Prometheus does not take the query.
    pub fn query(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/query?query={}", encoded(query));
        let answer = self.ask(&path);
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        let result = answer["data"]["result"].as_array();
        result.unwrap_or_else(|| panic!("{query}: {answer}")).clone()
    }

    /// What it answers to a query, word for word; `None` where it does not.
    pub fn raw(&self, query: &str) -> Option<String> {
        http::get(&self.address, &format!("/api/v1/query?query={}", encoded(query)))
    }

    /// The value of a query with one series.
    pub fn figure(&self, query: &str) -> Option<f64> {
        self.query(query).first()?["value"][1].as_str()?.parse().ok()
    }

    /// The names of alerts that fire, of a severity.
    pub fn firing(&self, severity: &str) -> Vec<String> {
        let query = format!(
            "count by (alertname) (ALERTS{{alertstate=\"firing\",severity=\"{severity}\"}})"
        );
        let name = |series: &Value| series["metric"]["alertname"].as_str().map(str::to_owned);
        self.query(&query).iter().filter_map(name).collect()
    }

    /// Every rule with how it fared: `ok`, or what is wrong with it.
    pub fn rules(&self) -> Vec<(String, String)> {
        let answer = self.ask("/api/v1/rules");
        let groups = answer["data"]["groups"].as_array().cloned().unwrap_or_default();
        let rules = groups.iter().flat_map(|group| group["rules"].as_array().cloned()).flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        rules.map(|rule| (text(&rule["name"]), text(&rule["health"]))).collect()
    }

    fn ask(&self, path: &str) -> Value {
        let answer = http::get(&self.address, path).expect("Prometheus answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer of HTTP");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        drop(self.process.take());
        fs::remove_dir_all(&self.folder).expect("ours to remove");
    }
}

fn path(file: &Path) -> &str {
    file.to_str().expect("our own folder")
}

fn encoded(query: &str) -> String {
    url::form_urlencoded::byte_serialize(query.as_bytes()).collect()
}

const CONFIG: &str = "\
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files:
{rules}
alerting:
  alertmanagers:
    - static_configs:
        - targets: [{pager}]
scrape_configs:
  - job_name: newsmill
    file_sd_configs:
      - files: ['{targets}']
        refresh_interval: 1s
";
