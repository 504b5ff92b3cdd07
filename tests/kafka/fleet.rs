//! Replicas of the real program, on topics of their own, under the eye of a keeper that starts the dead again.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::broker::scratch;
use super::http;
use super::tether::Tethered;

/// Partitions of every topic.
pub const PARTITIONS: i32 = 6;

/// The topics and groups of one application.
#[derive(Debug, Clone)]
pub struct Names {
    /// The application.
    pub app: String,
}

impl Names {
    /// One of the topics that others read and write.
    pub fn topic(&self, name: &str) -> String {
        format!("{}.{name}", self.app)
    }

    /// The consumer group of a stage.
    pub fn group(&self, stage: &str) -> String {
        format!("newsmill.{}.{stage}", self.app)
    }

    /// The inbox of a stage, and its changelog with `.state` behind it.
    pub fn inbox(&self, stage: &str) -> String {
        format!("newsmill.{}.{stage}", self.app)
    }
}

/// A variable of the environment and what it says.
pub type Variable = (&'static str, &'static str);

/// Near-duplicates are looked for.
const COMPARES: Variable = ("NEWSMILL__DEDUPE__NEAR", "related");

/// Pages learn from each other.
pub const LEARNS: Variable = ("NEWSMILL__LINES__STARTS", "on");

/// The replicas.
pub struct Fleet {
    /// What its topics are called.
    pub names: Names,
    bootstrap: String,
    folder: PathBuf,
    replicas: Vec<Option<Tethered>>,
    /// What the environment says to those that start from now on: `NEWSMILL__…` goes before their configuration.
    pub environment: Vec<Variable>,
    /// What replicas that start from now on are told to do.
    pub arguments: Vec<&'static str>,
    /// How often one ended by itself and was started again.
    pub ended_by_itself: usize,
}

impl Fleet {
    /// Makes the topics of an application; nobody runs yet.
    pub fn new(bootstrap: &str, app: &str) -> Self {
        Self::with(bootstrap, app, Vec::new())
    }

    /// The same, and near-duplicates are looked for, on fewer partitions than everything else.
    pub fn comparing(bootstrap: &str, app: &str) -> Self {
        Self::with(bootstrap, app, vec![COMPARES, ("NEWSMILL__TOPICS__PARTITIONS_NEAR", "4")])
    }

    /// The same, and pages learn from each other.
    pub fn learning(bootstrap: &str, app: &str) -> Self {
        Self::with(bootstrap, app, vec![LEARNS])
    }

    /// The same, and the environment says this.
    pub fn with(bootstrap: &str, app: &str, environment: Vec<Variable>) -> Self {
        let names = Names { app: app.to_owned() };
        let fleet = Self {
            names,
            bootstrap: bootstrap.to_owned(),
            folder: scratch("fleet"),
            replicas: Vec::new(),
            environment,
            arguments: vec!["run"],
            ended_by_itself: 0,
        };
        let partitions = PARTITIONS.to_string();
        let args = ["topics", "create", "--replication-factor", "1", "--partitions", &partitions];
        let output = fleet.newsmill(&args, 0).output().expect("the program starts");
        assert!(output.status.success(), "topics create: {}", told(&output));
        fleet
    }

    /// The stages that have an inbox and a changelog.
    pub fn stateful_stages(&self) -> Vec<&'static str> {
        let has = |variable, stage| self.environment.contains(&variable).then_some(stage);
        ["home"].into_iter().chain(has(COMPARES, "near")).chain(has(LEARNS, "lines")).collect()
    }

    /// Starts so many more.
    pub fn grow(&mut self, replicas: usize) {
        for _ in 0..replicas {
            self.replicas.push(None);
            self.start(self.replicas.len() - 1);
        }
    }

    /// How many there are, running or not.
    pub fn len(&self) -> usize {
        self.replicas.len()
    }

    /// Starts the replica with this number; the name that it had before is its name again.
    pub fn start(&mut self, number: usize) {
        assert!(self.replicas[number].is_none(), "replica {number} runs");
        let log = self.log(number);
        if log.exists() {
            // What an earlier process said is not what this one says.
            fs::rename(&log, self.folder.join(format!("{number}.log.before"))).expect("our own");
        }
        self.replicas[number] =
            Some(Tethered::start(self.newsmill(&self.arguments, number), &log, None));
    }

    /// `kill -9`.
    pub fn kill(&mut self, number: usize) {
        self.replicas[number].take().expect("it runs").kill();
    }

    /// SIGTERM; how it ended.
    pub fn terminate(&mut self, number: usize) -> i32 {
        self.signal(number, Signal::SIGTERM);
        self.wait(number)
    }

    /// SIGTERM to all of them at once; how each ended.
    pub fn terminate_all(&mut self) -> Vec<i32> {
        (0..self.len()).for_each(|number| self.signal(number, Signal::SIGTERM));
        (0..self.len()).map(|number| self.wait(number)).collect()
    }

    fn wait(&mut self, number: usize) -> i32 {
        self.replicas[number].take().expect("it runs").wait(Duration::from_secs(30))
    }

    /// Waits until a replica ends by itself; how.
    pub fn end(&mut self, number: usize) -> i32 {
        self.replicas[number].take().expect("it runs").wait(Duration::from_secs(60))
    }

    /// Any other signal.
    pub fn signal(&self, number: usize, signal: Signal) {
        assert!(self.replicas[number].as_ref().expect("it runs").signal(signal), "it is there");
    }

    /// What a keeper does: starts again whoever has ended by itself for a reason that passes. Any other is a fault.
    pub fn tend(&mut self) {
        for number in 0..self.replicas.len() {
            let Some(code) = self.replicas[number].as_mut().and_then(Tethered::ended) else {
                continue;
            };
            assert!(
                matches!(code, 1 | 75),
                "replica {number} ended with {code}: {}",
                self.tail(number)
            );
            println!("replica {number} ended with {code} and is started again");
            self.ended_by_itself += 1;
            self.replicas[number] = None;
            self.start(number);
        }
    }

    /// The program with these arguments, under the name of a replica.
    pub fn newsmill(&self, args: &[&str], number: usize) -> Command {
        let config = self.folder.join(format!("{number}.toml"));
        let text = CONFIG
            .replace("{app}", &self.names.app)
            .replace("{instance}", &format!("replica-{number}"))
            .replace("{bootstrap}", &self.bootstrap)
            .replace("{partitions}", &PARTITIONS.to_string());
        fs::write(&config, text).expect("our own folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
        command.args(args).arg("--config").arg(config).envs(self.environment.iter().copied());
        command
    }

    fn log(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{number}.log"))
    }

    /// All that a replica has said.
    pub fn log_of(&self, number: usize) -> String {
        fs::read_to_string(self.log(number)).unwrap_or_default()
    }

    /// Whether a replica has said all of these in one line.
    pub fn has_said(&self, number: usize, words: &[&str]) -> bool {
        let log = fs::read_to_string(self.log(number)).unwrap_or_default();
        log.lines().any(|line| words.iter().all(|word| line.contains(word)))
    }

    /// Where a replica serves its metrics and its health; `None` until it has said so since it was started last.
    pub fn address(&self, number: usize) -> Option<String> {
        let log = fs::read_to_string(self.log(number)).unwrap_or_default();
        let (_, rest) = log.rsplit_once("event=\"http\" address=")?;
        Some(rest.split_whitespace().next()?.to_owned())
    }

    /// What a replica serves at a path, the status line first; `None` while it serves nothing.
    pub fn get(&self, number: usize, path: &str) -> Option<String> {
        http::get(&self.address(number)?, path)
    }

    /// The value of a series of a replica, as the text format has it.
    pub fn metric(&self, number: usize, series: &str) -> Option<f64> {
        let text = self.get(number, "/metrics")?;
        text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
    }

    /// In how many lines of all replicas all of these words stand.
    pub fn times_said(&self, words: &[&str]) -> usize {
        let logs = (0..self.len()).map(|number| fs::read_to_string(self.log(number)));
        let lines = |log: String| {
            log.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
        };
        logs.map(|log| lines(log.unwrap_or_default())).sum()
    }

    /// The last that a replica said.
    pub fn tail(&self, number: usize) -> String {
        let log = fs::read_to_string(self.log(number)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let replicas = self.replicas.drain(..).count();
        if std::thread::panicking() {
            for number in 0..replicas {
                println!("== the last of replica {number}\n{}", self.tail(number));
            }
            println!("== all of it is in {}", self.folder.display());
        } else {
            fs::remove_dir_all(&self.folder).expect("ours to remove");
        }
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", output.stdout.escape_ascii(), output.stderr.escape_ascii())
}

/// As the program comes, but for sessions and transactions short enough for a test.
const CONFIG: &str = r#"
app = "{app}"
instance = "{instance}"

[kafka]
bootstrap_servers = "{bootstrap}"

[topics]
raw = "{app}.raw"
articles = "{app}.articles"
stories = "{app}.stories"
canonical = "{app}.canonical"
sightings = "{app}.sightings"
dead_letter = "{app}.dead-letter"
partitions_internal = {partitions}

[engine]
engines = 1
workers = 1
session_timeout = "6s"
drain_timeout = "5s"
transaction_timeout = "10s"
watchdog_timeout = "60s"
max_poll_interval = "90s"

# A stage of its own, which tests ask for that look at it.
[lines]
starts = "off"

[http]
listen = "127.0.0.1:0"
"#;
