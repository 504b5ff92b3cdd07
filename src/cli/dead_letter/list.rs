//! `dead-letter list`: a line each, and how many of each reason there are.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::ControlFlow;

use clap::Args;
use serde::Serialize;

use super::filter::Filter;
use super::{each_letter, origin, place};
use crate::cli::{ConfigArgs, Failure, counted};
use crate::config::Config;
use crate::engine::Found;
use crate::stage::dead_letter::Letter;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill dead-letter list                               all of them, a line each
  newsmill dead-letter list --reason panic --since 2h
  newsmill dead-letter list --partition 3 --offsets 100..200 --json | jq .message

A line: where the dead letter stands, when it was written, the reason, the stage, where the record stood, its bytes, how \
often it was replayed before, and what was said. The content of a record is never shown here.";

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    filter: Filter,
    /// Only so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

/// What is said of a dead letter.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// Where the dead letter stands.
    pub(super) place: String,
    pub(super) failed_at: Option<String>,
    pub(super) reason: &'a str,
    pub(super) stage: &'a str,
    /// Where the record stood.
    pub(super) origin: String,
    /// The record's own timestamp, in milliseconds since 1970.
    pub(super) timestamp: Option<i64>,
    pub(super) bytes: usize,
    pub(super) replays: u32,
    pub(super) message: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn new(config: &Config, found: &Found, letter: &'a Letter) -> Self {
        Self {
            place: place(config, found).to_string(),
            failed_at: letter.failed_at.map(|at| at.to_string()),
            reason: &letter.reason,
            stage: &letter.stage,
            origin: origin(letter).to_string(),
            timestamp: letter.timestamp,
            bytes: found.value.as_ref().map_or(0, Vec::len),
            replays: letter.replays,
            message: &letter.message,
        }
    }
}

impl List {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load_and_reach()?;
        let mut out = std::io::stdout().lock();
        let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
        let mut listed = 0;
        let foreign = each_letter(&config, &self.filter, |found, letter| {
            if self.limit.is_some_and(|limit| listed >= limit) {
                return Ok(ControlFlow::Break(()));
            }
            listed += 1;
            *reasons.entry(letter.reason.clone()).or_default() += 1;
            let line = Line::new(&config, found, letter);
            if self.json {
                serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                let failed_at = line.failed_at.as_deref().unwrap_or("-");
                let Line { place, reason, stage, origin, bytes, replays, message, .. } = &line;
                writeln!(
                    out,
                    "{place}  {failed_at}  {reason}  {stage}  {origin}  {bytes} B  {replays}x  {message}"
                )?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        out.flush()?;
        let counts: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        let mut err = std::io::stderr().lock();
        let colon = if counts.is_empty() { "" } else { ": " };
        writeln!(err, "{}{colon}{}", counted(listed, "dead letter"), counts.join(", "))?;
        if foreign > 0 {
            writeln!(err, "{foreign} records of the topic are no dead letters of newsmill")?;
        }
        Ok(())
    }
}
