//! `dead-letter replay`: sends records again to where they stood, each once.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;

use super::filter::Filter;
use crate::cli::{ConfigArgs, Exit, Failure, interrupt};
use crate::config::Config;
use crate::config::topics::Purpose;
use crate::engine::{self, Again, Clients, Event, Found, Stop, TopicReader};
use crate::stage::dead_letter::Letter;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill dead-letter replay --reason panic               say what would be sent, and send nothing
  newsmill dead-letter replay --reason panic --execute     send it
  newsmill dead-letter replay --job march --since 2026-03-01T00:00:00Z --execute

A record goes back to the topic and partition where it stood, with its key, value, headers and timestamp. What is sent \
and how far the job has come are one transaction: killed and run again it goes on where it was, and no record is sent \
twice. Ctrl-C commits what is sent, and stops with 130. A job is named after its filter (times left out), or by --job; another job knows nothing of what this one has \
sent. A record that has been replayed --max-replays times is left where it is: it is parked. Nothing is taken off the \
topic of the dead letters.";

#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    filter: Filter,
    /// Send them; without this nothing is sent
    #[arg(long)]
    execute: bool,
    /// The name of the job: it remembers how far it has come
    #[arg(long, value_name = "NAME", value_parser = job_name)]
    job: Option<String>,
    /// Leave a record where it is after so many replays
    #[arg(long, value_name = "N", default_value = "3")]
    max_replays: u32,
}

const DRAINING: &str = "commits what is sent, and stops; Ctrl-C once more leaves at once";
const LEFT: &str = "left at once; what was not committed is not sent";

/// What becomes of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It is sent again.
    Sent,
    /// It has been replayed often enough.
    Parked,
    /// It stood on a topic that this application does not read.
    Elsewhere,
}

impl Replay {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load_and_reach()?;
        let job = self.job_id(&config);
        let clients = Clients::of_command(&config);
        let topic = &config.topics.dead_letter;
        let inputs = inputs(&config);
        let mut counts: BTreeMap<(Fate, String), u64> = BTreeMap::new();
        let mut choose = |found: &Found| {
            let letter = Letter::read(&found.headers)?;
            if !self.filter.passes(&letter) {
                return None;
            }
            let fate = self.fate(&letter, &inputs);
            *counts.entry((fate, letter.reason.clone())).or_default() += 1;
            (fate == Fate::Sent).then(|| Again {
                headers: letter.replayed(&job),
                topic: letter.topic,
                partition: letter.partition,
                timestamp: letter.timestamp,
            })
        };
        let stop = Arc::new(Stop::default());
        if self.execute {
            interrupt::drain_first(Arc::clone(&stop), DRAINING, LEFT)?;
            engine::replay(&clients, &job, topic, &stop, choose)?;
        } else {
            let places = engine::places_of(&clients, &job, topic)?;
            let reader = TopicReader::open(&clients, &job, topic)?;
            reader.read(&places, |event| {
                if let Event::Record(found) = event {
                    choose(&found);
                }
                Ok(std::ops::ControlFlow::Continue(()))
            })?;
        }
        self.report(&job, &counts)?;
        if stop.is_draining() {
            let error = anyhow!("stopped before the end; run it again to go on from there");
            return Err(Exit::Interrupted.because(error));
        }
        Ok(())
    }

    /// The group and the `transactional.id` of the job.
    fn job_id(&self, config: &Config) -> String {
        let name = self.job.clone().unwrap_or_else(|| {
            let signature = self.filter.signature();
            blake3::hash(signature.as_bytes()).to_hex().chars().take(12).collect()
        });
        format!("newsmill.{}.replay.{name}", config.app)
    }

    fn fate(&self, letter: &Letter, inputs: &[String]) -> Fate {
        if !inputs.contains(&letter.topic) {
            Fate::Elsewhere
        } else if letter.replays >= self.max_replays {
            Fate::Parked
        } else {
            Fate::Sent
        }
    }

    fn report(&self, job: &str, counts: &BTreeMap<(Fate, String), u64>) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        for ((fate, reason), count) in counts {
            let word = match (fate, self.execute) {
                (Fate::Sent, true) => "sent again",
                (Fate::Sent, false) => "would be sent again",
                (Fate::Parked, _) => "parked",
                (Fate::Elsewhere, _) => "not of a topic that is read here",
            };
            writeln!(out, "{count} {reason}: {word}")?;
        }
        if counts.is_empty() {
            writeln!(out, "nothing to send")?;
        } else if !self.execute {
            writeln!(out, "nothing was sent: add --execute")?;
        }
        writeln!(out, "job {job}")?;
        Ok(out.flush()?)
    }
}

/// The topics that records can go back to: those that this application reads.
fn inputs(config: &Config) -> Vec<String> {
    let specs = config.topic_specs().into_iter();
    let inputs = specs.filter(|spec| matches!(spec.purpose, Purpose::Input | Purpose::Inbox));
    inputs.map(|spec| spec.name).collect()
}

fn job_name(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if (1..=100).contains(&text.len()) && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, '.', '_' and '-', at most 100".to_owned())
    }
}
