//! `schema`: the JSON Schemas of the records.

use std::io::Write as _;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::{Exit, Failure};
use crate::record::schemas;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill schema                           every schema, in one object keyed by name
  newsmill schema newsmill.article/1        one schema
  newsmill schema article                   the same";

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The record's name, as its `schema` field says it, or the word in it
    name: Option<String>,
}

impl Schema {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let all = schemas();
        let text = match &self.name {
            None => serde_json::to_string_pretty(&serde_json::Map::from_iter(
                all.into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())),
            )),
            Some(wanted) => {
                let names = all.each_ref().map(|(name, _)| *name);
                let found = all.into_iter().find(|(name, _)| is_meant(name, wanted));
                let (_, schema) = found.ok_or_else(|| {
                    Exit::Usage.because(anyhow!(
                        "no record is called {wanted}; there are {}",
                        names.join(", ")
                    ))
                })?;
                serde_json::to_string_pretty(schema.as_value())
            }
        };
        let text = text.context("writing a schema")?;
        writeln!(std::io::stdout().lock(), "{text}")?;
        Ok(())
    }
}

/// `newsmill.article/1` is meant by itself and by `article`.
fn is_meant(name: &str, wanted: &str) -> bool {
    let word = name.strip_prefix("newsmill.").and_then(|rest| rest.split('/').next());
    name == wanted || word == Some(wanted)
}
