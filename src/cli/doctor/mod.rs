//! `doctor`: whether newsmill can run on a cluster, and if not, what to do: brokers, topics, rights by trying, state.

mod finding;
mod judge;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use super::check::layouts_of;
use super::{ConfigArgs, Exit, Failure, counted, interrupt};
use crate::config::topics::{Purpose, Standing, TopicSpec};
use crate::config::{self, Config};
use crate::engine::{self, Clients, Cluster, End, ExitKind, examine, max_of_input};
use crate::service;
use crate::telemetry::logging;
use finding::{Finding, Level};
use interrupt::Care;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill doctor --config newsmill.toml
  newsmill doctor --write            try the outputs too, in a transaction that is aborted
  newsmill doctor --json | jq 'select(.level != \"ok\")'

Nothing is changed. It joins no group, and reads a record or two of each topic. Exit codes: 0 all is well or only in \
doubt, 75 no broker answers within 10 s, 77 a right is missing, 78 something is wrong; each with its fix. Ctrl-C ends it with \
130, and aborts what --write tries first.";

const ABORTING: &str = "aborts what it tries, and stops; Ctrl-C once more leaves at once";
const LEFT: &str = "left at once; the brokers abort what was tried when its time is up";
const STOPPED: &str = "stopped";

#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    config: ConfigArgs,
    /// Try to write too: a record to each topic, in a transaction that is aborted. Readers with read_uncommitted see it
    #[arg(long)]
    write: bool,
    /// A JSON object for each finding
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load()?;
        // Nothing else logs in this process.
        drop(logging::start(&config.log));
        let care = Arc::default();
        interrupt::end_but_for(Arc::clone(&care), ABORTING, LEFT, STOPPED)?;
        let mut findings = certificates(&config);
        // Where nobody answers there is nothing else to find out; a certificate that has ended may be why.
        let examined = examine_all(&config, self.write, &care, &mut findings);
        self.print(&findings)?;
        examined?;
        verdict(&findings)
    }

    fn print(&self, findings: &[Finding]) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        for finding in findings {
            if self.json {
                serde_json::to_writer(&mut out, finding).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                out.write_all(finding.text().as_bytes())?;
            }
        }
        Ok(out.flush()?)
    }
}

/// How it ends with these findings.
fn verdict(findings: &[Finding]) -> Result<(), Failure> {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (wrong, denied) = (count(Level::Wrong), count(Level::Denied));
    let (things, rights) = (counted(wrong, "thing"), counted(denied, "right"));
    if denied > 0 {
        Err(Exit::Denied.because(anyhow!("{rights} missing, {things} wrong")))
    } else if wrong > 0 {
        Err(Exit::Config.because(anyhow!("{things} wrong")))
    } else {
        Ok(())
    }
}

/// How long our certificates still hold.
fn certificates(config: &Config) -> Vec<Finding> {
    let now = jiff::Timestamp::now().as_second();
    let files = config.kafka.tls.certificates().into_iter();
    let judged = files.map(|(kind, file)| {
        let left = config::not_after(&file, kind).map(|end| end - now);
        judge::certificate(kind, left)
    });
    judged.collect()
}

/// What the brokers say, and what they let us do.
fn examine_all(
    config: &Config,
    write: bool,
    care: &Care,
    findings: &mut Vec<Finding>,
) -> Result<(), Failure> {
    engine::reach(&config.kafka.common_client_settings())?;
    let cluster = Cluster::connect(&config.kafka)?;
    let patient = Patient { clients: Clients::of_command(config), cluster, config };
    patient.brokers(findings)?;
    let standing = patient.topics(findings)?;
    patient.rights(findings);
    patient.transactions(write, care, findings)?;
    if let Some(standing) = standing {
        patient.state(&standing, findings)?;
    }
    Ok(())
}

/// Topics as they stand, by name.
type Topics = BTreeMap<String, Standing>;

/// What is looked at.
struct Patient<'a> {
    clients: Clients,
    cluster: Cluster,
    config: &'a Config,
}

impl Patient<'_> {
    fn brokers(&self, findings: &mut Vec<Finding>) -> Result<(), Failure> {
        let (brokers, _) = examine::replication(&self.clients, &[])?;
        findings.push(Finding::ok("cluster", counted(brokers, "broker")));
        let versions = examine::versions(&self.clients)?;
        findings.extend(versions.iter().map(|(id, it)| judge::versions(*id, it.as_ref())));
        match self.cluster.broker_settings() {
            Ok(all) => {
                for (id, settings) in &all {
                    findings.extend(judge::broker(*id, settings, &self.config.engine));
                }
            }
            Err(end) => {
                let right = judge::acl(self.config, "DescribeConfigs", "--cluster");
                let failed = Finding::failed("settings of brokers", &end, right);
                findings.push(Finding { level: Level::Doubt, ..failed });
            }
        }
        Ok(())
    }

    /// The topics as they stand, where all are there.
    fn topics(&self, findings: &mut Vec<Finding>) -> Result<Option<Topics>, Failure> {
        let specs = self.config.topic_specs();
        let standing = match self.cluster.look(&specs) {
            Err(end @ End::Exit { kind: ExitKind::Denied, .. }) => {
                let names: Vec<String> =
                    specs.iter().map(|spec| format!("--topic {}", spec.name)).collect();
                let operations = "Describe --operation DescribeConfigs";
                let right = judge::acl(self.config, operations, &names.join(" "));
                findings.push(Finding::failed("topics", &end, right));
                return Ok(None);
            }
            looked => looked?,
        };
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let (brokers, replication) = examine::replication(&self.clients, &names)?;
        let raw = max_of_input(&specs, &standing);
        for spec in &specs {
            let found = standing.get(&spec.name).zip(replication.get(&spec.name));
            findings.extend(judge::topic(spec, found, raw, brokers));
        }
        findings.extend(judge::retention(&specs, &standing));
        let whole = specs.iter().all(|spec| standing.contains_key(&spec.name));
        Ok(whole.then_some(standing))
    }

    /// What may be read, by trying.
    fn rights(&self, findings: &mut Vec<Finding>) {
        let prefix = format!("newsmill.{}.", self.config.app);
        let raw = &self.config.topics.raw;
        let group = format!("{prefix}parse");
        findings.push(match examine::try_group(&self.clients, &group, raw) {
            Ok(()) => Finding::ok(format!("group {group}"), "may be asked for its offsets"),
            Err(end) => {
                let resource = format!("--group {prefix} --resource-pattern-type prefixed");
                let right = judge::acl(self.config, "Read", &resource);
                Finding::failed(format!("group {group}"), &end, right)
            }
        });
        for spec in self.config.topic_specs().iter().filter(|spec| is_read(spec)) {
            let subject = format!("reading {}", spec.name);
            findings.push(match examine::try_read(&self.clients, &group, &spec.name) {
                Ok(()) => Finding::ok(subject, "allowed"),
                Err(end) => {
                    let resource = format!("--topic {}", spec.name);
                    Finding::failed(subject, &end, judge::acl(self.config, "Read", &resource))
                }
            });
        }
    }

    /// What may be written, by trying; and with that the brokers' clock.
    fn transactions(
        &self,
        write: bool,
        care: &Care,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Failure> {
        let id = format!("newsmill.{}.doctor", self.config.app);
        let specs = self.config.topic_specs();
        let written = specs.iter().filter(|spec| write && spec.purpose != Purpose::Input);
        let topics: Vec<&str> = written.map(|spec| spec.name.as_str()).collect();
        let (tried, is_cut_short) =
            care.over(|stop| examine::try_transaction(&self.clients, &id, &topics, stop));
        if is_cut_short {
            return Err(Exit::Interrupted.because(anyhow!("stopped; what was tried is aborted")));
        }
        match tried {
            Ok(ahead) => {
                let said =
                    if write { "allowed, and every topic takes a record" } else { "allowed" };
                findings.push(Finding::ok("transactions", said));
                findings.push(ahead.map_or_else(|| self.clock_at_least(), judge::clock));
            }
            Err(end) => {
                let prefix = format!("newsmill.{}.", self.config.app);
                let resource = format!(
                    "--transactional-id {prefix} --resource-pattern-type prefixed (and --operation Write on each topic)"
                );
                let right = judge::acl(self.config, "All", &resource);
                findings.push(Finding::failed("transactions", &end, right));
            }
        }
        Ok(())
    }

    /// What can be told of the brokers' clock without writing anything.
    fn clock_at_least(&self) -> Finding {
        let specs = self.config.topic_specs();
        let inboxes = specs.iter().filter(|spec| spec.purpose == Purpose::Inbox);
        let group = format!("newsmill.{}.parse", self.config.app);
        // An inbox that cannot be read has been found already.
        let newest = inboxes
            .filter_map(|spec| examine::newest(&self.clients, &group, &spec.name).ok().flatten());
        let now = jiff::Timestamp::now().as_millisecond();
        judge::clock_at_least(newest.max().map(|at| now - at))
    }

    /// Whether the state that there is fits the settings that are in effect.
    fn state(&self, standing: &Topics, findings: &mut Vec<Finding>) -> Result<(), Failure> {
        let config = self.config;
        let learns = service::learns(config);
        for stage in service::stages(config, standing, layouts_of(config)?, learns) {
            if !stage.is_stateful() {
                continue;
            }
            let name = stage.name().0;
            let count = standing.get(&config.inbox(name)).map_or(1, |it| it.partitions);
            let count = u32::try_from(count).ok().and_then(NonZeroU32::new);
            let count = count.unwrap_or(NonZeroU32::MIN).get();
            let (group, changelog) =
                (format!("newsmill.{}.{name}", config.app), config.changelog(name));
            let found = examine::faults_of_state(&self.clients, &stage, &group, &changelog, count);
            match found {
                Ok(faults) if faults.is_empty() => {
                    findings.push(Finding::ok(format!("state of {name}"), "fits the settings"));
                }
                Ok(faults) => findings.extend(faults.into_iter().map(|fault| {
                    let fix =
                        "put the settings back, or take another `app` name and replay the pages";
                    Finding::wrong(format!("state of {name}"), fault, fix)
                })),
                Err(end) => {
                    let right = judge::acl(config, "Read", &format!("--topic {changelog}"));
                    findings.push(Finding::failed(format!("state of {name}"), &end, right));
                }
            }
        }
        Ok(())
    }
}

fn is_read(spec: &TopicSpec) -> bool {
    matches!(spec.purpose, Purpose::Input | Purpose::Inbox | Purpose::Changelog | Purpose::Starts)
}
