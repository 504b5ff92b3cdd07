//! Reads envelopes, a JSON object a line, and prints the reading of each page with its trace, a JSON object a line.
//!
//! For tools/learn_split.py, which learns the weights of config/split.toml from the signals in it, and for anyone who
//! wants to look at thousands of readings at once.

use std::io::{self, BufRead, Write};

use newsmill::page::envelope::{EnvelopeFields, Limits, decode};
use newsmill::page::{Context, Layouts, explain};

/// The page time of an envelope that has none: far behind every date of a page.
const LATER: i64 = 4_102_444_800_000;

fn main() -> anyhow::Result<()> {
    let (fields, limits) = (EnvelopeFields::default(), Limits::default());
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let envelope = decode(line.as_bytes(), None, &fields, &limits)
            .map_err(|reject| anyhow::anyhow!("{}: {}", reject.reason.name(), reject.message))?;
        let context = Context {
            page_time_ms: envelope.fetched_at_ms.unwrap_or(LATER),
            language: envelope.language.as_deref(),
            host: None,
            learning: None,
        };
        let explained = explain(&envelope.text, Layouts::builtin(), &context);
        let mut record = serde_json::to_value(&explained)?;
        if let Some(record) = record.as_object_mut() {
            record.insert("id".to_owned(), envelope.id.as_deref().into());
        }
        writeln!(out, "{record}")?;
    }
    Ok(())
}
