//! `topics create`: makes the topics that are missing and says how the others differ from what is needed.

use std::io::Write as _;
use std::num::NonZeroUsize;

use anyhow::anyhow;
use clap::{Args, Subcommand};

use super::{ConfigArgs, Exit, Failure};
use crate::config::topics::{DEAD_LETTER_ROOM, MAX_MESSAGE_BYTES, Purpose, TopicSpec};
use crate::engine::{Cluster, Wanted, max_of_input};

const EXAMPLES: &str = "\
Examples:
  newsmill topics create --dry-run                       say what would be made
  newsmill topics create --replication-factor 3          make what is missing, on three brokers
  newsmill topics create --config newsmill.toml --partitions 48

A topic that exists is never changed: where it differs from what is needed, the difference is printed and the exit code \
is 78.";

/// Kafka's default for the largest batch of a topic: what the input takes where it does not exist yet.
const DEFAULT_MAX_MESSAGE_BYTES: usize = 1_048_588;

#[derive(Debug, Subcommand)]
pub(super) enum Topics {
    /// Make the topics that are missing, and say how the others differ from what is needed
    #[command(after_help = EXAMPLES)]
    Create(Create),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    config: ConfigArgs,
    /// Copies of each partition; without it the broker's default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    replication_factor: Option<u16>,
    /// Partitions of the topics that others read and write; those of internal topics are topics.partitions_internal
    #[arg(long, value_name = "N", default_value = "24")]
    partitions: NonZeroUsize,
    /// Say what would be made, and make nothing
    #[arg(long)]
    dry_run: bool,
}

impl Topics {
    pub(super) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(),
        }
    }
}

impl Create {
    fn run(&self) -> Result<(), Failure> {
        let config = self.config.load_and_reach()?;
        let cluster = Cluster::connect(&config.kafka)?;
        let specs = config.topic_specs();
        let standing = cluster.look(&specs)?;
        let mut raw = max_of_input(&specs, &standing);
        let mut out = std::io::stdout().lock();
        let mut wrong = 0;
        for spec in &specs {
            match standing.get(&spec.name) {
                None => {
                    let wanted = self.wanted(spec, raw.unwrap_or(DEFAULT_MAX_MESSAGE_BYTES));
                    if !self.dry_run {
                        cluster.create(&wanted)?;
                    }
                    let word = if self.dry_run { "missing" } else { "created" };
                    writeln!(out, "{word}  {}: {}", spec.name, describe(&wanted))?;
                    if spec.purpose == Purpose::Input && !self.dry_run {
                        raw = max_of_input(&specs, &cluster.look(&specs)?);
                    }
                }
                Some(found) => {
                    let differences = spec.differences(found, raw);
                    if differences.is_empty() {
                        writeln!(out, "exists   {}: {} partitions", spec.name, found.partitions)?;
                    } else {
                        wrong += 1;
                        writeln!(out, "DIFFERS  {}: {}", spec.name, differences.join("; "))?;
                    }
                }
            }
        }
        if !self.dry_run {
            cluster.wait_until_shown(&specs)?;
        }
        if wrong > 0 {
            let advice = "change settings with your broker's tools (kafka-configs.sh --alter); partitions of \
                          internal topics cannot be changed: set the key in brackets to what there is, or \
                          take another `app` name";
            return Err(Exit::Config
                .because(anyhow!("{wrong} topics differ from what is needed: {advice}")));
        }
        Ok(())
    }

    fn wanted<'a>(&self, spec: &'a TopicSpec, raw: usize) -> Wanted<'a> {
        let mut settings: Vec<(&str, String)> =
            spec.settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        if spec.purpose == Purpose::DeadLetter {
            settings.push((MAX_MESSAGE_BYTES, (raw + DEAD_LETTER_ROOM).to_string()));
        }
        Wanted {
            name: &spec.name,
            partitions: spec
                .partitions
                .map_or(self.partitions, |partitions| partitions.count)
                .get(),
            replication: self.replication_factor,
            settings,
        }
    }
}

fn describe(wanted: &Wanted<'_>) -> String {
    let settings: String =
        wanted.settings.iter().map(|(name, value)| format!(", {name}={value}")).collect();
    format!("{} partitions{settings}", wanted.partitions)
}
