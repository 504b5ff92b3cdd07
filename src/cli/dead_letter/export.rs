//! `dead-letter export`: JSON lines with everything that a dead letter holds.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde::Serialize;

use super::each_letter;
use super::filter::Filter;
use super::list::Line;
use crate::cli::part::{Part, left};
use crate::cli::{ConfigArgs, Failure, interrupt};

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill dead-letter export --output letters.jsonl
  newsmill dead-letter export --reason json_syntax | jq -r .base64 | base64 -d

A line has what `list --json` has, and the record's key, value and own headers in base64. Nothing is taken off the topic. \
The file has its name once it is whole; until then it is FILE.part.";

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(flatten)]
    filter: Filter,
    /// A file to write; without one, the standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Exported<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    key_base64: Option<String>,
    headers: Vec<(&'a str, Option<String>)>,
    /// The value; null is a take-down.
    base64: Option<String>,
}

impl Export {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load_and_reach()?;
        let part = self.output.as_deref().and_then(Part::of);
        let mut out: Box<dyn Write> = match &self.output {
            Some(file) => {
                let file = part.as_ref().map_or(file.as_path(), Part::path);
                let created = File::create(file);
                Box::new(BufWriter::new(
                    created.with_context(|| format!("cannot write {}", file.display()))?,
                ))
            }
            None => Box::new(std::io::stdout().lock()),
        };
        let left = left(part.as_slice());
        let left = left.unwrap_or_else(|| "what was written is not whole".to_owned());
        interrupt::end_with(format!("stopped; {left}"))?;
        let encoded = |bytes: &Vec<u8>| STANDARD.encode(bytes);
        each_letter(&config, &self.filter, |found, letter| {
            let header = |(name, value): &'_ (String, Option<Vec<u8>>)| {
                (name.clone(), value.as_ref().map(encoded))
            };
            let headers: Vec<_> = letter.own.iter().map(header).collect();
            let exported = Exported {
                line: Line::new(&config, found, letter),
                key_base64: found.key.as_ref().map(encoded),
                headers: headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.clone()))
                    .collect(),
                base64: found.value.as_ref().map(encoded),
            };
            serde_json::to_writer(&mut out, &exported).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
            Ok(ControlFlow::Continue(()))
        })?;
        out.flush()?;
        if let Some(part) = part {
            part.finish().with_context(|| format!("cannot write {}", part.path().display()))?;
        }
        Ok(())
    }
}
