//! One system over the whole topic: started, watched until it has caught up, measured by the kernel's own books.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::broker::scratch;
use crate::client;
use crate::cores::{self, Core};
use crate::load::Pages;
use crate::tether::Tethered;
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(1_200);

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    PassThrough,
    /// Exact repetitions only, each page read by itself.
    Newsmill,
    /// Near-duplicates of appended stories too.
    NewsmillNear,
    /// Pages learn from each other too, the default.
    NewsmillLines,
}

/// What one run took, start-up included.
pub struct Measured {
    pub system: System,
    pages: usize,
    bytes: usize,
    wall: Duration,
    /// Seconds of all its threads.
    pub cpu: f64,
    peak_rss_mb: u64,
    /// CPU-seconds by the name of the thread, the greatest first.
    threads: Vec<(String, f64)>,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mb = self.bytes as f64 / 1e6 / self.cpu;
        write!(
            f,
            "{:?}: {:.0} pages and {mb:.1} MB a CPU-second; {:.2} CPU s, {:.1} s wall, peak {} MB;",
            self.system,
            self.pages as f64 / self.cpu,
            self.cpu,
            self.wall.as_secs_f64(),
            self.peak_rss_mb
        )?;
        for (name, cpu) in self.threads.iter().take(6) {
            write!(f, " {name} {cpu:.2}")?;
        }
        Ok(())
    }
}

impl System {
    /// Runs over the whole topic, with groups and topics of its own.
    pub fn measure(self, bootstrap: &str, raw: &str, round: usize, pages: &Pages) -> Measured {
        let app = format!("{self:?}{round}").to_lowercase();
        let folder = scratch("bench");
        let log = folder.join("log");
        let (command, inboxes) = match self {
            Self::PassThrough => pass_through(bootstrap, raw, &app),
            Self::Newsmill => newsmill(bootstrap, raw, &app, None, &folder),
            Self::NewsmillNear => newsmill(bootstrap, raw, &app, Some(NEAR), &folder),
            Self::NewsmillLines => newsmill(bootstrap, raw, &app, Some(LINES), &folder),
        };
        let start = Instant::now();
        let mut process = cores::on(Core::Measured, || Tethered::start(command, &log, None));
        let pid = process.pid();
        wait_until("the end of the pages", LIMIT, || {
            assert!(process.ended().is_none(), "{}", fs::read_to_string(&log).unwrap());
            // Twice: what the last stage writes goes back to the one before it.
            let mut inboxes = inboxes.iter().chain(&inboxes);
            inboxes.all(|(group, topic)| is_caught_up(bootstrap, group, topic))
        });
        let wall = start.elapsed();
        let threads = cpu_by_thread(pid.as_raw());
        let measured = Measured {
            system: self,
            pages: pages.count(),
            bytes: pages.bytes(),
            wall,
            cpu: cpu_seconds(&format!("/proc/{pid}/stat")),
            peak_rss_mb: peak_rss_kb(pid.as_raw()) / 1_000,
            threads,
        };
        process.signal(Signal::SIGKILL);
        drop(process);
        fs::remove_dir_all(folder).unwrap();
        measured
    }
}

fn pass_through(bootstrap: &str, raw: &str, app: &str) -> (Command, Vec<(String, String)>) {
    let (group, output) = (format!("pass-{app}"), format!("pass-{app}"));
    client::create_topic(bootstrap, &output, 6, &[]);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--pass-through", bootstrap, &group, raw, &output]);
    (command, vec![(group, raw.to_owned())])
}

/// A stage that is off unless it is asked for: its name, and the variable that asks.
type Stage = (&'static str, (&'static str, &'static str));

const NEAR: Stage = ("near", ("NEWSMILL__DEDUPE__NEAR", "related"));
const LINES: Stage = ("lines", ("NEWSMILL__LINES__STARTS", "on"));

fn newsmill(
    bootstrap: &str,
    raw: &str,
    app: &str,
    more: Option<Stage>,
    folder: &Path,
) -> (Command, Vec<(String, String)>) {
    let config = &folder.join("config.toml");
    fs::write(config, config_of(bootstrap, raw, app)).unwrap();
    let variable = more.map(|(_, variable)| variable);
    let program = env!("CARGO_BIN_EXE_newsmill");
    let made = Command::new(program)
        .args(["topics", "create", "--replication-factor", "1", "--partitions", "6", "--config"])
        .arg(config)
        .envs(variable)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8(made.stderr).unwrap());
    let mut command = Command::new(program);
    command.arg("run").arg("--config").arg(config).envs(variable);
    let mut inboxes = vec![(format!("newsmill.{app}.parse"), raw.to_owned())];
    for stage in ["home"].into_iter().chain(more.map(|(stage, _)| stage)) {
        let inbox = format!("newsmill.{app}.{stage}");
        inboxes.push((inbox.clone(), inbox));
    }
    (command, inboxes)
}

/// The configuration of a newsmill on topics of its own.
pub fn config_of(bootstrap: &str, raw: &str, app: &str) -> String {
    format!(
        r#"
app = "{app}"
instance = "bench-{app}"
[kafka]
bootstrap_servers = "{bootstrap}"
[topics]
raw = "{raw}"
articles = "{app}.articles"
stories = "{app}.stories"
canonical = "{app}.canonical"
sightings = "{app}.sightings"
dead_letter = "{app}.dead-letter"
partitions_internal = 6
[lines]
starts = "off"
[http]
listen = "off"
[log]
level = "warn"
"#
    )
}

/// Whether nothing but markers is left behind what the group has committed.
fn is_caught_up(bootstrap: &str, group: &str, topic: &str) -> bool {
    let offsets = client::group_offsets(bootstrap, group, topic);
    let ends = client::ends(bootstrap, topic);
    let behind = offsets.iter().zip(&ends).any(|(offset, (stable, _))| {
        // The end of a partition that transactions write is a marker, which is never read.
        *stable > 0 && offset.is_none_or(|offset| offset + 1 < *stable)
    });
    !behind && client::read_committed_from(bootstrap, topic, &offsets).is_empty()
}

fn cpu_by_thread(pid: i32) -> Vec<(String, f64)> {
    let mut by_name: BTreeMap<String, f64> = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let path = task.path();
        let name = fs::read_to_string(path.join("comm")).unwrap_or_default().trim().to_owned();
        *by_name.entry(name).or_default() += cpu_seconds(&path.join("stat").display().to_string());
    }
    let mut threads: Vec<(String, f64)> = by_name.into_iter().collect();
    threads.sort_by(|a, b| b.1.total_cmp(&a.1));
    threads
}

/// User and system time of a process or a thread (proc(5): fields 14 and 15, in hundredths of a second).
fn cpu_seconds(stat: &str) -> f64 {
    let stat = fs::read_to_string(stat).unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.iter().skip(11).take(2).map(|n| n.parse::<f64>().unwrap_or(0.0)).sum();
    ticks / 100.0
}

fn peak_rss_kb(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
